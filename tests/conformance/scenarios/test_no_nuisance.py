"""What a run does to a recorder that others use: nothing that is not allowed, and nothing is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from nvr_conformance.client.client import Client
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.outcomes import TargetUnreachableError
from nvr_conformance.report.diff import load_result
from nvr_conformance.sources.source import TargetSource
from nvr_emulator.journal.entries import Exchange
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_emulator.server.state import state_of

MOST_UIDS = 8  # of the sixteen
MOST_DOWNLOADS = 1
TWO_CAMERAS = {
    "cameras": [
        {"number": 1, "fixture": "counter-small", "audio": "AAC"},
        {"number": 2, "fixture": "counter-small", "recorded": "H265", "audio": "G711"},
    ]
}


@pytest.fixture(scope="module")
def usual(judge_as_real):
    """The run that is made when nothing is allowed."""
    return judge_as_real(TWO_CAMERAS)


def test_the_usual_run_finds_nothing_wrong(usual):
    assert not usual.rows("fail", "warn", "error")
    assert len(usual.rows("pass")) > 80


def test_the_usual_run_moves_no_camera(usual):
    assert len(usual.entries) > 1000
    assert not [entry for entry in usual.entries if entry.path.endswith(("/directctrl.cgi", "/camctl.cgi"))]


def test_the_usual_run_leaves_room_for_others(usual):
    assert 1 < usual.most_uids <= MOST_UIDS
    assert usual.most_downloads <= MOST_DOWNLOADS


def test_the_usual_run_leaves_nothing_behind(usual):
    assert usual.left_behind == []


def test_who_refuses_by_closing_the_connection_is_not_taken_for_gone(judge_as_real):
    """UIDs that are left valid push out those of the next scenario."""
    seen = judge_as_real(
        {**TWO_CAMERAS, "variants": {"refusal": "close"}},
        select=("SES-1[012]", "SES-09", "SES-13"),
        allow=("eviction",),
    )
    assert not seen.rows("fail", "warn", "error")
    assert seen.most_uids == 16
    assert seen.left_behind == []


def test_presets_are_registered_where_they_are(judge_as_real):
    """A preset is gone to right before it is registered; ten seconds lie between the two."""
    seen = judge_as_real(
        TWO_CAMERAS,
        select=("CTL-08", "SES-13", "SEC-03"),
        allow=("ptz", "presets"),
    )
    assert not seen.rows("fail", "warn", "error")
    came, registered = {}, 0
    for entry in seen.entries:
        values = dict(pair.partition("=")[::2] for pair in entry.query.split("&"))
        if entry.status != 200 or not entry.path.endswith("/camctl.cgi"):
            continue
        if values["CMD"] == "PRESET":
            came = {"NO": values["NO"], "at": entry.at}
        elif values["CMD"] == "PRESETPRG":
            registered += 1
            assert came["NO"] == values["NO"], entry
            assert entry.at - came["at"] >= 10, entry
    assert registered > 4


def test_seventeen_uids_at_the_pace_of_a_real_recorder(judge_as_real):
    """UIDs that expire while others are asked for are not thrown out."""
    seen = judge_as_real(TWO_CAMERAS, select=("SES-1[0-2]", "SES-16"), allow=("eviction",))
    assert set(seen.rows("pass")) == {"SES-10", "SES-11", "SES-12", "SES-16"}
    assert seen.left_behind == []


@pytest.fixture
def ctrl_c():
    """SIGINT as in a terminal: a shell lets what runs in its background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("trigger", "ids"),
    [
        ("/cgi-bin/push.cgi", "LIV-02"),
        ("/cgi-bin/push.cgi", "LIV-24"),
        ("/cgi-bin/camera.cgi", "PLB-12"),
        ("/cgi-bin/httpdl.cgi", "DWN-01"),
        ("/cgi-bin/status.cgi", "SES-09"),
    ],
)
def test_ctrl_c_in_the_middle(trigger, ids, ctrl_c):
    """It comes while the third such command is under way."""
    with EmbeddedRecorder(clock="real") as recorder:
        machine = recorder.machine
        count = [0]

        def noted(entry):
            if not isinstance(entry, Exchange):
                return
            count[0] += entry.path == trigger and entry.status == 200
            if count[0] == 3 and entry.path == trigger:
                os.kill(os.getpid(), signal.SIGINT)

        machine.journal.listen(noted)
        options = TargetOptions(url=recorder.url, user=recorder.user, password=recorder.password, pace=0.0)
        result = judge(options, RunOptions(select=(ids,)))
        state = state_of(machine)
    assert count[0] >= 3
    assert result.verdict == "inconclusive"
    assert not any(state[part] for part in ("sessions", "live", "playback", "downloads"))


@pytest.mark.parametrize(("others", "judged"), [(8, True), (9, False)])
def test_who_is_logged_in_is_not_thrown_out(others, judged):
    """A run is not begun where it could need the UIDs of others."""
    with EmbeddedRecorder(clock="real") as recorder:
        options = TargetOptions(url=recorder.url, user=recorder.user, password=recorder.password, pace=0.0)
        with TargetSource(options, model=2).open() as target, closing(Client(target)) as client:
            for _ in range(others):
                client.login()
            if judged:
                TargetSource(options).prepare()
            else:
                with pytest.raises(TargetUnreachableError, match="9 of 16 UIDs are in use, and a run takes"):
                    TargetSource(options).prepare()
            TargetSource(replace(options, allow=frozenset({"eviction"}))).prepare()
            assert all(session.is_alive() for session in client.sessions)


def test_sigterm_ends_a_run_in_order(tmp_path):
    """Sent while a stream runs: it is stopped, the UID logged out, and there is a report."""
    with EmbeddedRecorder(clock="real") as recorder:
        machine = recorder.machine
        started = threading.Event()

        def noted(entry):
            if isinstance(entry, Exchange) and entry.path == "/cgi-bin/push.cgi" and entry.status == 200:
                started.set()

        machine.journal.listen(noted)
        program = "from nvr_conformance.cli.entry import main; main()"
        options = ("--password", recorder.password, "--pace", "0", "--report", str(tmp_path))
        command = [sys.executable, "-c", program, "run", recorder.url, *options, "--select", "LIV-31"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as judging:
            assert started.wait(60)
            judging.terminate()
            said, _ = judging.communicate(timeout=60)
        state = state_of(machine)
    assert judging.returncode == 4, said
    assert "inconclusive" in said
    assert "Traceback" not in said
    assert load_result(tmp_path).verdict == "inconclusive"
    assert not any(state[part] for part in ("sessions", "live", "playback", "downloads"))
