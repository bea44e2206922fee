"""Requests that are sent ahead of any answer: each has its own, and what they bring is ended as ever."""

from __future__ import annotations

import socket
import threading

import pytest

from nvr_conformance.client.at_once import at_once, start_at_once, start_beside
from nvr_conformance.wire.exchange import WireProblem
from nvr_emulator.server.embedding import EmbeddedRecorder
from targets import client_of


@pytest.fixture(scope="module")
def recorder():
    with EmbeddedRecorder(2, clock="real") as running:
        yield running


@pytest.fixture
def client(recorder):
    recorder.reset()
    made = client_of(recorder.url, password=recorder.password)
    yield made
    made.close()


@pytest.fixture
def waiting_server():
    """Answers when three requests have come, each with what it asked for, the last one first; a fourth
    one gets nothing."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        taken = [listener.accept()[0] for _ in range(3)]
        paths = [connection.recv(65536).split(b" ")[1] for connection in taken]
        for connection, path in reversed(list(zip(taken, paths, strict=True))):
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(path), path))
        with listener.accept()[0] as last:
            last.recv(65536)
        listener.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(5)


def test_all_are_asked_before_any_is_read(waiting_server):
    client = client_of(waiting_server)
    paths = ["/a", "/b", "/c"]
    answers = at_once(client, [(path, ()) for path in paths])
    assert [answer.text for answer in answers] == paths
    (closed,) = at_once(client, [("/d", ())])
    assert closed.error is WireProblem.CLOSED
    assert [exchange.target for exchange in client.history.exchanges] == [*paths, "/d"]
    client.close()


def test_logins_have_a_uid_each_and_are_logged_out(client, recorder):
    sessions = client.logins_at_once(3)
    assert len({session.uid for session in sessions}) == 3
    assert all(session.is_alive() for session in sessions)
    client.close()
    assert recorder.machine.recorder.sessions.valid() == []


def test_logins_that_are_refused_bring_nothing(recorder):
    client = client_of(recorder.url, password=f"not {recorder.password}")
    assert client.logins_at_once(2) == []
    client.close()


@pytest.mark.parametrize("way", ["HTTP", "RTP"])
def test_streams_of_two_cameras(client, way):
    session = client.login()
    session.get("live_setup")
    streams = start_at_once(session, way, [(1, "H264"), (2, "H264")])
    assert [stream.camera for stream in streams] == [1, 2]
    assert all(stream.wait_packets(1) for stream in streams)
    for stream in streams:
        session.stop(stream)
        assert stream.is_quiet(0.5)
    assert session.streams == streams


@pytest.mark.parametrize("way", ["HTTP", "RTP"])
def test_of_one_camera_one_is_refused(client, way):
    session = client.login()
    session.get("live_setup")
    streams = start_at_once(session, way, [(1, "H264")] * 2)
    assert sorted(stream.exchange.status for stream in streams) == [200, 204]


def test_a_command_beside_a_start(client):
    session = client.login()
    stream = start_beside(session, session.path("keep_alive"), 1, "H264")
    assert stream.wait_packets(1)
    answered = [exchange.status for exchange in client.history.exchanges[-2:]]
    assert answered == [200, 200]
