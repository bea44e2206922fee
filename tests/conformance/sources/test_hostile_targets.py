"""`nvr-conformance run URL` where there is no recorder: one clear line, status 3, and soon."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main

PEM = Path(__file__).parents[1] / "self_signed.pem"
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<p>Hi</p>"
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
BASIC = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'
DIGEST = BASIC.replace(b"Basic realm", b'Digest nonce="n", realm')
TOKEN = DIGEST.replace(b'"x"', b'"x", algorithm=TOKEN')
MOVED = b"HTTP/1.1 301 Moved\r\nLocation: https://elsewhere/\r\nContent-Length: 0\r\n\r\n"
OLD_PROXY = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Length: 46\r\n\r\nThe plain HTTP request was sent to HTTPS port."
)
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nX: "
ENDLESS_BODY = b"HTTP/1.1 200 OK\r\n\r\n"
ESCAPES = b"HTTP/1.1 404 \x9b31mred\r\nContent-Length: 0\r\n\r\n"


class Hostile:
    """Listens; does with each connection what `act(connection, over)` does."""

    def __init__(self, act):
        self.act = act
        self.over = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.threads = [threading.Thread(target=self._accept)]
        self.threads[0].start()

    @property
    def address(self):
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,))
            self.threads.append(thread)
            thread.start()

    def _serve(self, connection):
        connection.settimeout(10)
        try:
            with connection:
                self.act(connection, self.over)
        except OSError:
            pass

    def close(self):
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(10)


@contextmanager
def hostile(act):
    server = Hostile(act)
    try:
        yield server.address
    finally:
        server.close()


def answers(*replies):
    """One reply to each request of a connection; the last one again and again."""

    def act(connection, over):
        for number in range(100):
            if not connection.recv(65536):
                return
            connection.sendall(replies[min(number, len(replies) - 1)])

    return act


def silent(connection, over):
    over.wait(20)


def drip(connection, over):
    """A byte of a good head at a time: alive, but never done."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while not over.wait(0.02):
        connection.sendall(b"y")


def resetting(connection, over):
    connection.recv(10)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def pours(begin, chunk):
    def act(connection, over):
        connection.sendall(begin)
        while not over.is_set():
            connection.sendall(chunk)

    return act


def tls(connection, over):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    with context.wrap_socket(connection, server_side=True) as secured:
        secured.recv(65536)
        secured.sendall(PAGE)


def wants_a_certificate(connection, over):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=PEM)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(PEM)
    with context.wrap_socket(connection, server_side=True) as secured:
        secured.recv(65536)


def run(url, *arguments):
    begun = time.monotonic()
    result = CliRunner().invoke(main, ["run", url, "--pace", "0", "--timeout", "0.5", *arguments])
    assert time.monotonic() - begun < 8
    assert "Traceback" not in result.output
    return result


@pytest.mark.parametrize("model", ["auto", "2"])
@pytest.mark.parametrize(
    ("act", "said"),
    [
        (answers(PAGE), "not a recorder: dlogin.cgi answers 200 OK, 9 bytes"),
        (answers(MISSING), "not a recorder: dlogin.cgi answers 404 Not Found"),
        (answers(BASIC), "not a recorder: dlogin.cgi answers 401"),
        (answers(MOVED), "it redirects to https://elsewhere/"),
        (answers(OLD_PROXY), "it may speak TLS: try https://127.0.0.1:"),
        (answers(ESCAPES), "not a recorder: dlogin.cgi answers 404 \\x9b31mred"),
        (answers(DIGEST), "login of 'ADMIN' failed: 401"),
        (answers(TOKEN), "its Digest challenge is none that can be answered: Digest nonce"),
        (silent, "timeout"),
        (drip, "timeout"),
        (resetting, "connection reset"),
        (pours(b"", bytes(range(256)) * 256), "not HTTP"),
        (pours(ENDLESS_HEAD, b"y" * 65536), "not HTTP"),
        (pours(ENDLESS_BODY, b"y" * 65536), "more than the limit"),
        (tls, "it speaks TLS: try https://127.0.0.1:"),
    ],
    ids=lambda value: getattr(value, "__name__", None) if callable(value) else str(value)[:30],
)
def test_no_recorder_over_http(act, said, model):
    with hostile(act) as address:
        result = run(f"http://{address}", "--model", model)
        assert result.exit_code == 3, result.output
        assert said in result.output
        assert result.output.startswith(f"nvr-conformance: http://{address}: ")
        assert result.output.count("\n") == 1
        assert result.output.rstrip("\n").isprintable()


@pytest.mark.parametrize(
    ("act", "arguments", "said"),
    [
        (answers(PAGE), (), "it speaks plain HTTP: try http://127.0.0.1:"),
        (tls, (), "its certificate is not trusted: try --insecure"),
        (tls, ("--insecure",), "not a recorder: dlogin.cgi answers 200 OK"),
        (silent, (), "timeout: the TLS handshake did not end"),
        (resetting, (), "reset"),
        (pours(b"", b"garbage\r\n" * 1000), (), "TLS handshake failed"),
    ],
)
def test_no_recorder_over_https(act, arguments, said):
    with hostile(act) as address:
        result = run(f"https://{address}", *arguments)
    assert result.exit_code == 3, result.output
    assert said in result.output
    assert result.output.count("\n") == 1


def test_what_is_given_already_is_not_advised():
    with hostile(wants_a_certificate) as address:
        result = run(f"https://{address}", "--insecure")
    assert result.exit_code == 3, result.output
    assert "certificate required" in result.output
    assert "try --insecure" not in result.output


def test_nobody_listens_over_https():
    result = run("https://127.0.0.1:1")
    assert result.exit_code == 3
    assert result.output == "nvr-conformance: https://127.0.0.1:1: connection refused\n"


def test_a_name_that_nobody_has():
    result = run("http://recorder.invalid")
    assert result.exit_code == 3
    assert "host unreachable" in result.output


def test_the_wrong_password_is_said_at_once_although_the_model_is_known(fake_recorder):
    """Else every scenario would end for the same reason."""
    fake_recorder.password = "right"
    result = run(fake_recorder.url, "--model", "2")
    assert result.exit_code == 3
    assert "login of 'ADMIN' failed: 401" in result.output
