"""Clients that read nothing of what they asked for: each has its budget, and takes nobody else's."""

import socket
import urllib.parse
from contextlib import ExitStack

import pytest

from nvr_emulator.recorder.replies import Answer
from nvr_emulator.server import client_budgets, media_pump
from nvr_emulator.server.client_budgets import ClientBudgets
from nvr_emulator.server.embedding import EmbeddedRecorder

KIB, MIB = 1 << 10, 1 << 20
GREEDY, OTHER = "127.0.0.2", "127.0.0.1"
"""Two hosts: all of 127.0.0.0/8 is this machine (Linux)."""


@pytest.fixture
def recorder():
    with EmbeddedRecorder(model=1) as running:
        yield running


def ask(recorder, host, target):
    """A connection from a host that asked for that, and takes as little as can be."""
    where = urllib.parse.urlsplit(recorder.url)
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(10)
    connection.bind((host, 0))
    connection.connect((where.hostname, where.port))
    connection.sendall(f"GET /cgi-bin/{target} HTTP/1.1\r\nHost: nvr\r\n\r\n".encode())
    return connection


def start(recorder, host, uid, camera):
    push = f"push.cgi?UID={uid}&CAM={camera}&CMD=START&COMP=H264&INTERNETMODE=ON"
    connection = ask(recorder, host, push)
    assert connection.recv(12) == b"HTTP/1.1 200"
    return connection


def login(recorder):
    return recorder.machine.recorder.sessions.login("ADMIN", 0, recorder.clock.now()).uid


def test_who_reads_nothing_of_many_streams_takes_his_share_and_no_more(recorder, monkeypatch):
    monkeypatch.setattr(client_budgets, "MOST_OF_CLIENT", MIB)
    monkeypatch.setattr(client_budgets, "MOST_TOGETHER", 2 * MIB)
    monkeypatch.setattr(media_pump, "SETTLING", 0.0)
    with ExitStack() as stack:
        for uid in (login(recorder), login(recorder)):
            for camera in range(1, 17):
                stack.enter_context(start(recorder, GREEDY, uid, camera))
        stack.enter_context(start(recorder, OTHER, login(recorder), 1))
        recorder.advance(2)
        sinks = list(recorder.machine.pump._sinks.values())
        for sink in sinks:  # what the kernel takes is not what waits
            sink.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        for _ in range(40):
            recorder.advance(2)
        *greedy, other = [sink.unsent for sink in sinks]
        a_picture = 64 * KIB  # what is more than its share by the last one
        assert max(greedy) < MIB // 32 + a_picture
        assert other > 8 * max(greedy), "he who has one stream is not paid for the greedy one's"
        assert other < MIB + a_picture


def test_long_answers_left_unread_are_reset_oldest_first(recorder, monkeypatch):
    monkeypatch.setattr(client_budgets, "MOST_OF_CLIENT", 40 * MIB)
    monkeypatch.setattr(
        recorder.machine.recorder, "receive", lambda request, now: Answer(200, content=bytes(16 * MIB))
    )
    with ExitStack() as stack:
        other = stack.enter_context(ask(recorder, OTHER, "camera.cgi"))
        assert other.recv(12) == b"HTTP/1.1 200"
        greedy = []
        for _ in range(5):
            greedy.append(stack.enter_context(ask(recorder, GREEDY, "camera.cgi")))
            assert greedy[-1].recv(12) == b"HTTP/1.1 200"
        assert [is_whole(connection) for connection in greedy] == [False, False, False, True, True]
        assert is_whole(other)


def is_whole(connection):
    """Whether an answer of 16 MiB comes to its end."""
    came = 0
    try:
        while came < 16 * MIB and (piece := connection.recv(1 << 20)):
            came += len(piece)
    except ConnectionResetError:
        pass
    return came >= 16 * MIB


def test_a_budget_is_fair_and_bounded():
    budgets = ClientBudgets()
    for number in range(1, 17):
        for _ in range(16):
            budgets.begin_stream(f"host {number}")
        shares = [budgets.of_stream(f"host {each}") for each in range(1, number + 1)]
        assert len(set(shares)) == 1
        assert 16 * shares[0] <= client_budgets.MOST_OF_CLIENT
        assert 16 * sum(shares) <= client_budgets.MOST_TOGETHER
    for number in range(1, 17):
        for _ in range(16):
            budgets.end_stream(f"host {number}")
    assert budgets.of_stream("anybody") == client_budgets.MOST_OF_STREAM
    assert budgets.of_client() == client_budgets.MOST_OF_CLIENT


def test_answers_leave_streams_the_rest_of_a_budget():
    budgets = ClientBudgets()
    budgets.begin_stream("host")
    with budgets.answer("host", object(), client_budgets.MOST_OF_CLIENT - MIB):
        assert budgets.of_stream("host") == MIB
        assert budgets.of_stream("another") == client_budgets.MOST_OF_STREAM
    assert budgets.of_stream("host") == client_budgets.MOST_OF_STREAM
    with budgets.answer("host", object(), 2 * client_budgets.MOST_OF_CLIENT):
        assert budgets.of_stream("host") == 0
