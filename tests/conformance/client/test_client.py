"""The client against servers that mean no good. Every exchange ends, and says how."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager

import pytest

import targets
from nvr_conformance.evidence.transcript import transcript
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.wire.endpoint import Endpoint, endpoint_of
from nvr_conformance.wire.exchange import Exchange, WireProblem, says_no

RESET = object()
HANG = object()


@contextmanager
def server(*script, chunk=b"", repeat=0):
    """A server that reads a request's head and then follows the script: bytes, RESET or HANG; each
    connection anew."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def serve(connection):
        with connection:
            try:
                head = b""
                tls = b"\x16"
                while (
                    b"\r\n\r\n" not in head and not head.startswith(tls) and (data := connection.recv(65536))
                ):
                    head += data
                for step in script:
                    if step is RESET:
                        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        return
                    if step is HANG:
                        over.wait(20)
                        return
                    connection.sendall(step)
                for _ in range(repeat):
                    connection.sendall(chunk)
            except OSError:
                pass

    def accept():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@contextmanager
def client_of(url, timeout=0.4):
    client = targets.client_of(url, timeout=timeout)
    try:
        yield client
    finally:
        client.close()


def ask(*script, **options):
    with server(*script, **options) as url, client_of(url) as client:
        begun = time.monotonic()
        exchange = client.get("/x")
        assert time.monotonic() - begun < 5
        return exchange


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.mark.parametrize(
    ("script", "body"),
    [
        ((HEAD + b"Content-Length: 5\r\n\r\nhello",), b"hello"),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",), b"hello"),
        ((HEAD + b"\r\nhel", b"lo"), b"hello"),
        ((b"HTTP/1.0 200 OK\r\n\r\nhello",), b"hello"),
        ((b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + b"Content-Length: 5\r\n\r\nhello",), b"hello"),
    ],
)
def test_bodies_of_every_framing(script, body):
    exchange = ask(*script)
    assert exchange.error is None
    assert exchange.ok
    assert exchange.body == body
    assert exchange.raw_start.startswith(b"HTTP/1.")


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ((), WireProblem.CLOSED),
        ((RESET,), WireProblem.RESET),
        ((HANG,), WireProblem.TIMEOUT),
        ((HEAD, HANG), WireProblem.TIMEOUT),
        ((HEAD + b"Content-Length: 9\r\n\r\nhello", HANG), WireProblem.TIMEOUT),
        ((HEAD + b"Content-Length: 9\r\n\r\nhello",), WireProblem.CLOSED),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n",), WireProblem.CLOSED),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhe\r\n",), WireProblem.GARBAGE),
        ((HEAD + b"Content-Length: nine\r\n\r\n",), WireProblem.GARBAGE),
        ((b"220 mail.example.org ESMTP\r\n" * 4, HANG), WireProblem.GARBAGE),
        ((bytes(range(256)) * 8, HANG), WireProblem.GARBAGE),
        ((HEAD + b"X: " + b"y" * 100_000, HANG), WireProblem.GARBAGE),
    ],
)
def test_what_went_wrong_is_told_apart(script, problem):
    exchange = ask(*script)
    assert exchange.error is problem
    assert str(problem) in str(exchange)


def test_an_endless_body_is_given_up():
    chunk = b"x" * 65536
    with server(HEAD + b"\r\n", chunk=chunk, repeat=10_000) as url, client_of(url) as client:
        exchange = client.request("GET", "/x", limit=1_000_000)
    assert exchange.error is WireProblem.ENDLESS
    assert len(exchange.body) == 1_000_000


def test_an_endless_head_is_given_up():
    exchange = ask(HEAD, chunk=b"X-More: and more\r\n" * 100, repeat=1000)
    assert exchange.error is WireProblem.GARBAGE


def test_an_endless_multipart_is_not_waited_for():
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=--myboundary\r\n\r\n"
    exchange = ask(head, HANG)
    assert exchange.error is None
    assert exchange.streaming
    assert not says_no(exchange)


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with client_of(f"http://127.0.0.1:{port}") as client:
        assert client.get("/x").error is WireProblem.REFUSED


def test_tls_towards_a_plain_server():
    plain = server(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with plain as url, client_of(url.replace("http:", "https:")) as client:
        assert client.get("/x").error is WireProblem.TLS


def test_bytes_beyond_the_stated_length_are_found():
    with server(HEAD + b"Content-Length: 5\r\n\r\nhello, world") as url, client_of(url) as client:
        exchange = client.get("/x", prove_end=True)
    assert exchange.body == b"hello"
    assert exchange.extra == b", world"


def test_proof_of_the_end_of_an_exact_body(fake_recorder):
    with client_of(fake_recorder.url) as client:
        exchange = client.get("/cgi-bin/nothing.cgi", prove_end=True)
    assert exchange.body == b"not here"
    assert exchange.extra == b""
    assert fake_recorder.paths[-1] == "/cgi-bin/as_getinfo.cgi?FILE=2"
    assert exchange.goes_on


@pytest.mark.parametrize("behind", [(), (RESET,), (b"no HTTP",)])
def test_a_connection_that_is_not_kept(behind):
    answer = HEAD + b"Connection: Keep-Alive\r\nContent-Length: 5\r\n\r\nhello"
    with server(answer, *behind) as url, client_of(url) as client:
        exchange = client.get("/x", prove_end=True)
        assert exchange.ok
        assert exchange.goes_on is False
        assert client.get("/x").goes_on is None


@pytest.mark.parametrize(
    ("script", "is_refusal"),
    [
        ((b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno",), True),
        ((b"HTTP/1.1 204 No Content\r\n\r\n",), True),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",), True),
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",), False),
        ((), True),
        ((HANG,), False),
        ((b"garbage\r\n\r\n",), False),
    ],
)
def test_answers_that_say_no(script, is_refusal):
    assert says_no(ask(*script)) is is_refusal


def test_raw_bytes_are_sent_as_they_are(fake_recorder):
    with client_of(fake_recorder.url) as client:
        exchange = client.raw(b"GET /cgi-bin/as_getinfo.cgi HTTP/1.0\r\n\r\n")
    assert exchange.ok
    assert fake_recorder.paths == ["/cgi-bin/as_getinfo.cgi"]


def test_login_commands_and_cleaning(fake_recorder):
    with client_of(fake_recorder.url) as client:
        first, second = client.login(), client.login()
        assert first.uid != second.uid
        assert str(first.uid) in first.page.text
        assert first.get("keep_alive").status == 200
        assert first.is_alive()
        assert says_no(client.adopt(12345).get("keep_alive"))
        assert second.raw("/cgi-bin/status.cgi?UID={uid}&PC=AS61").ok
        first.logout()
        assert not first.is_alive()
        assert client.get_digest("/cgi-bin/as_getinfo.cgi?FILE=2").ok
    assert fake_recorder.alive == set()
    assert sum("logout" in path for path in fake_recorder.paths) == 2
    assert not any("12345" in path and "logout" in path for path in fake_recorder.paths)


def test_a_login_that_is_not_given(fake_recorder):
    fake_recorder.answers_login = False
    with client_of(fake_recorder.url) as client:
        login = client.try_login()
        assert login.uid_text is None
        assert login.page.status == 404
        with pytest.raises(PrerequisiteFailed, match="404"):
            client.login()


def test_cleaning_up_gives_up_on_a_recorder_that_is_gone():
    page = b"UID=7"
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nWWW-Authenticate: Digest realm=r, nonce=n\r\n\r\n"
    with server(head + page) as url:
        target_client = client_of(url)
        client = target_client.__enter__()
        for _ in range(5):
            client.login()
    begun = time.monotonic()
    target_client.__exit__(None, None, None)
    assert time.monotonic() - begun < 2


def test_the_history_hides_what_is_secret(fake_recorder):
    with client_of(fake_recorder.url) as client:
        client.login()
    text = transcript(client.history)
    assert "dlogin.cgi" in text
    assert "Authorization: Digest (not shown)" in text
    assert "response=" not in text


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "ftp://x",
            "http://",
            "http://x/path",
            "http://x?y=1",
            "http://x:99999",
            "//",
            "file:///etc/passwd",
        ),
        *("http://x#", "http://x#y", "http://x?", "http://x:0", "http://x:y", "http://[x", "http://@x"),
        *(
            "http://u:hunter22@x",
            "http://:hunter22@x",
            "u:hunter22@x",
            "http://u:hunter22@x:y",
            "http://u:hunter22",
        ),
        *("http://u:hunter22@[x", "ftp://u:hunter22@x", "http://x/u:hunter22@y", "http://u:hunter22@x\u2100"),
    ],
)
def test_urls_that_name_no_recorder(url):
    """Nothing of a user and a password in one is said again."""
    with pytest.raises(ValueError) as problem:
        endpoint_of(url)
    assert "hunter22" not in str(problem.value)
    assert str(problem.value)


def test_endpoints():
    assert endpoint_of("http://nvr") == Endpoint("nvr", 80)
    assert endpoint_of("192.0.2.1:8080").authority == "192.0.2.1:8080"
    assert endpoint_of("https://nvr", insecure=True).port == 443
    assert endpoint_of("http://[::1]:81").authority == "[::1]:81"


def test_a_nonce_that_is_good_for_one_answer(monkeypatch, fake_recorder):
    """A recorder need not call it stale: a challenge with another nonce is answered, the same one is not."""
    nonces = iter(["a", "", "b", "", "c", "c"])

    def get(path, headers=(), **options):
        nonce = next(nonces)
        asked = (("WWW-Authenticate", f'Digest realm="r", nonce="{nonce}"'),)
        return Exchange(1, "GET", path, headers, status=401 if nonce else 200, headers=asked if nonce else ())

    with client_of(fake_recorder.url) as client:
        monkeypatch.setattr(client, "get", get)
        assert [client.get_digest("/x").status for _ in range(3)] == [200, 200, 401]
    assert not list(nonces)
