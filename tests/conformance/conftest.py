"""A tiny recorder that is nobody's emulator: just enough HTTP for the engine to be tried against."""

from __future__ import annotations

import itertools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class FakeRecorder(ThreadingHTTPServer):
    """Challenges, gives UIDs, knows which are alive. `paths` is every request line that it saw."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.paths = []
        self.alive = set()
        self.uids = itertools.count(1_000_000_007, 7_919)
        self.answers_login = True
        self.password = None  # where there is one, nobody knows it


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        recorder = self.server
        recorder.paths.append(self.path)
        name, _, query = self.path.removeprefix("/cgi-bin/").partition("?")
        uid = dict(pair.partition("=")[::2] for pair in query.split("&")).get("UID")
        if name == "dlogin.cgi" and recorder.answers_login:
            if "Authorization" not in self.headers or recorder.password is not None:
                challenge = 'Digest realm="Network disk recorder", nonce="n1", qop="auth", algorithm=MD5'
                return self._answer(401, b"no", {"WWW-Authenticate": challenge})
            new = str(next(recorder.uids))
            recorder.alive.add(new)
            return self._answer(200, f"this.location.href='./hdrctl.cgi?UID={new}&HTML=x'".encode())
        if name == "as_getinfo.cgi":
            return self._answer(200, b"<HTML>\r\nCAM_CONNECT_01CH=1\r\nCAM_CONNECT_02CH=0\r\n</HTML>\r\n")
        if name in ("status.cgi", "logout.cgi"):
            if uid not in recorder.alive:
                return self._answer(401, b"unknown UID")
            if name == "logout.cgi":
                recorder.alive.discard(uid)
            return self._answer(200, b"ok")
        return self._answer(404, b"not here")

    def _answer(self, status, body, headers=None):
        self.send_response(status)
        for key, value in {"Content-Type": "text/html", **(headers or {})}.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def fake_recorder():
    recorder = FakeRecorder()
    thread = threading.Thread(target=recorder.serve_forever, args=(0.01,))
    thread.start()
    yield recorder
    recorder.shutdown()
    thread.join()
    recorder.server_close()
