"""HTTPS with a certificate that nobody signed, as recorders come with."""

from __future__ import annotations

import time

import pytest

from nvr_conformance.wire.exchange import WireProblem
from proxies.tls_listener import tls_listener
from targets import client_of

LINE = b"--myboundary\r\n"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=--myboundary\r\n\r\n"
PART = b"Content-type: image/jpeg\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000 + b"\r\n" + LINE
PARTS = 20


@pytest.fixture
def url():
    """Answers every request with twenty parts of 100 000 bytes, then closes."""

    def answer(connection):
        connection.recv(65536)
        connection.sendall(HEAD + LINE + PART * PARTS)
        connection.unwrap()

    with tls_listener(answer) as url:
        yield url


def test_a_certificate_that_nobody_signed_is_refused(url):
    client = client_of(url, insecure=False)
    exchange = client.get("/x")
    assert exchange.error is WireProblem.TLS
    assert "self-signed" in exchange.error_text
    client.close()


def test_a_stream_over_tls_is_read_to_its_end(url):
    client = client_of(url, insecure=True)
    stream = client.adopt(1).start_http(1, "JPEG")
    deadline = time.monotonic() + 10
    while not stream.ended and time.monotonic() < deadline:
        client.receiver.drain()
    assert [len(packet.data) for packet in stream.packets] == [100_000] * PARTS
    assert stream.ended_cleanly
    client.close()
