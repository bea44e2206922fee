"""An answer that is not read stays under way, and arrives whole when it is."""

from __future__ import annotations

import socket
import threading

import pytest

from nvr_conformance.client.held_answer import HeldAnswer
from nvr_conformance.wire.endpoint import Endpoint
from nvr_conformance.wire.exchange import WireProblem
from targets import client_of

BODY = bytes(range(256)) * 200


@pytest.fixture
def client():
    """A client of a server that answers each connection with the same bytes, and closes it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(BODY)}\r\n\r\n".encode()
                try:
                    connection.sendall(head + BODY)
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    client = client_of(f"http://127.0.0.1:{port}")
    yield client
    client.close()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def test_held_then_read(client):
    held = HeldAnswer(client, "/cgi-bin/camera.cgi")
    assert 0 < held.arrived() < len(BODY)
    assert held.exchange.status is None
    exchange = held.finish()
    assert (exchange.status, exchange.body, exchange.error) == (200, BODY, None)
    assert client.history.last_number == exchange.number
    held.close()
    assert held.finish() is exchange


def test_given_up_unread(client):
    held = HeldAnswer(client, "/cgi-bin/camera.cgi")
    held.close()
    assert held.arrived() == 0
    assert held.finish().status is None


def test_nobody_there(client):
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    client.target.endpoint = Endpoint("127.0.0.1", port)
    held = HeldAnswer(client, "/cgi-bin/camera.cgi")
    assert held.finish().error is WireProblem.REFUSED


def test_two_are_asked_for_before_either_is_read(client):
    held = [HeldAnswer(client, "/cgi-bin/camera.cgi", asks=False) for _ in range(2)]
    assert [each.arrived() for each in held] == [0, 0]
    for each in held:
        each.ask()
    assert [each.finish().body for each in reversed(held)] == [BODY, BODY]
    held[0].ask()
    assert held[0].exchange.error is None
