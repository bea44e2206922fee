"""Connections upon which faults are: requests one behind another, clients that leave, recorders that stop."""

import socket
import time
import warnings

import pytest

from nvr_emulator.server.embedding import EmbeddedRecorder

ASKED = b"GET /cgi-bin/snapshot.cgi HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def recorder():
    with EmbeddedRecorder() as recorder:
        yield recorder


def connected(recorder):
    host, _, port = recorder.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=10)


def everything(connection):
    data = b""
    while piece := connection.recv(65536):
        data += piece
    return data


def answers(data):
    return data.count(b"HTTP/1.1 404")


def test_requests_one_behind_another_are_answered_in_order(recorder):
    recorder.faults.add("answer-delay:delay=0.05,times=1")
    recorder.faults.add("answer-dribble:size=40,pause=0.001,times=2")
    with connected(recorder) as connection:
        connection.sendall(ASKED * 3 + ASKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        data = everything(connection)
    assert answers(data) == 4
    assert [entry.status for entry in recorder.journal.exchanges()] == [404] * 4


def test_the_answer_behind_one_that_is_cut_never_comes(recorder):
    recorder.faults.add("answer-cut:at=3")
    with connected(recorder) as connection:
        connection.sendall(ASKED * 2)
        data = everything(connection)
    assert answers(data) == 1
    assert len(data.partition(b"\r\n\r\n")[2]) == 3


def test_a_connection_is_as_others_once_the_fault_has_ended(recorder):
    with connected(recorder) as connection:
        with recorder.faults.add("answer-dribble:size=30,pause=0.001"):
            connection.sendall(ASKED)
            first = b""
            while not first.endswith(b"such command)\n") and b"snapshot.cgi: no such" not in first:
                first += connection.recv(65536)
        connection.sendall(ASKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert answers(everything(connection)) == 1


def test_a_client_that_leaves_is_no_trouble(recorder):
    with recorder.faults.add("answer-dribble:size=1,pause=0.01"):
        for _ in range(20):
            with connected(recorder) as connection:
                connection.sendall(ASKED)
                connection.recv(1)
    with connected(recorder) as connection:
        connection.sendall(ASKED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        assert answers(everything(connection)) == 1


@pytest.mark.parametrize("fault", ["answer-delay:delay=600", "answer-dribble:size=1,pause=10", "tls-stall"])
def test_a_recorder_stops_though_answers_are_kept_back(fault):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        recorder = EmbeddedRecorder(transport="both", faults=[fault])
        with recorder:
            address = (recorder.https_url if fault == "tls-stall" else recorder.url).rpartition("/")[2]
            host, _, port = address.partition(":")
            connection = socket.create_connection((host, int(port)), timeout=10)
            connection.sendall(ASKED)
            if fault != "tls-stall":
                recorder.journal.wait_for("snapshot.cgi")
            begun = time.monotonic()
        assert time.monotonic() - begun < 5
        connection.close()


def test_an_endless_answer_that_dribbles_is_bounded(recorder):
    """Pictures that do not fit are left out, as with any client that reads slowly."""
    recorder.faults.add("answer-dribble:size=1,pause=1,command=push.cgi")
    uid = recorder.machine.recorder.sessions.login("ADMIN", 0, recorder.clock.now()).uid
    with connected(recorder) as connection:
        target = f"/cgi-bin/push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON"
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        recorder.journal.wait_for("push.cgi")
        recorder.machine.pump.budgets.of_stream = lambda client: 50_000
        for _ in range(4):
            recorder.advance(2)
        (sink,) = recorder.machine.pump._sinks.values()
        assert 0 < sink.transport.kept_back < 200_000
        assert sink.unsent == 0, "nobody waits for what a fault keeps back"
        assert recorder.state()["live"][0]["pictures"] > 0


def test_a_long_answer_goes_the_same_way():
    """What is long is written past the transport where nothing is upon it."""
    with EmbeddedRecorder(cameras=[{"number": 1, "fixture": "counter"}]) as recorder:
        uid = recorder.machine.recorder.sessions.login("ADMIN", 0, recorder.clock.now()).uid

        def ask(target):
            line = f"GET /cgi-bin/{target.replace('?', f'?UID={uid}&')} HTTP/1.1\r\nHost: x\r\n"
            with connected(recorder) as connection:
                connection.sendall(line.encode() + b"Connection: close\r\n\r\n")
                head, _, body = everything(connection).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            return body

        ask("hdrctl.cgi?PC=AS60&MASK=1000")
        ask("hdrctl.cgi?PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON")
        assert len(ask("camera.cgi?CAM=1")) > 30_000
        with recorder.faults.add("answer-cut:command=camera.cgi,at=20000"):
            assert len(ask("camera.cgi?CAM=1")) == 20_000
