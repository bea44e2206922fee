"""The control port is asked as a recorder is: by nobody in between, nowhere else, and with bounds."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nvr_conformance.client import control_port
from nvr_conformance.client.control_port import Control
from nvr_conformance.judgement.outcomes import KitError
from nvr_emulator import EmbeddedRecorder


@contextmanager
def server(answer):
    """A server that sends these bytes whatever it is asked, and what it was asked."""
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers.get("Authorization")))
            self.wfile.write(answer)

        def do_POST(self):
            self.do_GET()

        def log_message(self, *args):
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}", seen
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def answer(body, status="200 OK", headers=""):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n{body}".encode()


def test_no_proxy_is_told_the_token(monkeypatch):
    with server(answer("{}")) as (proxy, of_proxy), server(answer('{"now": 7}')) as (url, seen):
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        control = Control(url + "/", "sekret")
        assert control.now() == 7
        control.advance(3)
    assert seen == [("/clock", "Bearer sekret"), ("/clock/advance", "Bearer sekret")]
    assert not of_proxy


def test_a_redirection_is_not_followed():
    with server(answer("{}")) as (elsewhere, of_elsewhere):
        away = answer("", "302 Found", f"Location: {elsewhere}/state\r\n")
        with server(away) as (url, _), pytest.raises(KitError, match=r"control port .*/state: 302"):
            Control(url, "sekret").state()
    assert not of_elsewhere


@pytest.mark.parametrize(
    "said",
    [
        answer("[]"),
        answer("no JSON"),
        answer("[" * 100_000),
        answer('{"a": 1}', "500 Internal Server Error"),
        b"no HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        answer('{"a": "' + "x" * 5000 + '"}'),
        b"",
    ],
)
def test_what_is_no_answer_of_a_control_port(said, monkeypatch):
    monkeypatch.setattr(control_port, "BODY_LIMIT", 4000)
    with server(said) as (url, _), pytest.raises(KitError, match=r"^control port http://127.*/state: ."):
        Control(url).state()


@pytest.mark.parametrize("said", ['{"now": "x"}', '{"now": null}', '{"now": [1]}'])
def test_a_time_that_is_none(said):
    with server(answer(said)) as (url, _), pytest.raises(KitError, match="control port"):
        Control(url).now()


def test_the_control_port_of_an_emulator():
    with EmbeddedRecorder(clock="manual") as recorder:
        control = Control(recorder.control_url)
        before = control.now()
        control.advance(5)
        assert control.is_manual()
        assert control.now() == before + 5
        assert "sessions" in control.state()
        control.reset()
