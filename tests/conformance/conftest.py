"""Recorders to judge: a tiny one that is nobody's emulator, and emulated ones that look real."""

from __future__ import annotations

import itertools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge_source
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.sources import rehearsed
from nvr_conformance.sources.rehearsed import RehearsalSource
from nvr_emulator.journal.entries import Exchange
from nvr_emulator.server.state import state_of


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
            return self._answer(
                200, f"<title> WJ-FAKE</title>this.location.href='./hdrctl.cgi?UID={new}&HTML=x'".encode()
            )
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


class SeenRun:
    """A run as against a real recorder: no control port, real time, its pace, and only what is allowed.

    Each scenario has an emulated recorder of its own: `entries` are the requests that these were sent,
    `left_behind` what was still there when a scenario was over.
    """

    def __init__(self):
        self.entries = []
        self.most_uids = self.most_downloads = 0
        self.left_behind = []
        self.result = None

    def judge(self, setup, select, allow, model, defects):
        start = rehearsed.start_emulator

        def started(stack, *arguments):
            access, control = start(stack, *arguments)
            machine = control.recorder.machine
            self._watch(machine)
            stack.callback(self._look_behind, machine)
            return access, control

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(rehearsed, "start_emulator", started)
            options = TargetOptions(setup=setup or {}, allow=frozenset(allow), model=model, defects=defects)
            self.result = judge_source(RehearsalSource(options, model, 0), RunOptions(select=select))

    def rows(self, *verdicts):
        """The requirements with one of these verdicts, and why."""
        return {row.id: row.reason for row in self.result.requirements if row.verdict in verdicts}

    def _watch(self, machine):
        def noted(entry):
            if not isinstance(entry, Exchange):
                return
            state = state_of(machine)
            self.entries.append(entry)
            self.most_uids = max(self.most_uids, len(state["sessions"]))
            self.most_downloads = max(self.most_downloads, len(state["downloads"]))

        machine.journal.listen(noted)

    def _look_behind(self, machine):
        state = state_of(machine)
        self.left_behind += [part for part in ("sessions", "live", "playback", "downloads") if state[part]]


@pytest.fixture(scope="session")
def judge_as_real():
    """Judges an emulated recorder as if it were a real one; gives what was seen."""

    def judge_as_real(setup=None, *, select=(), allow=(), model=2, defects=()):
        seen = SeenRun()
        seen.judge(setup, select, allow, model, defects)
        return seen

    return judge_as_real
