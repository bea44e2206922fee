"""Ctrl-C, SIGTERM and SIGHUP at every phase of each command: it ends soon, and leaves no UID behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_emulator.server.state import state_of

PROGRAM = """
import importlib, os, signal, sys, threading
module, names, number, later, again = sys.argv[1:6]
owner = importlib.import_module(module)
*path, name = names.split(".")
for part in path:
    owner = getattr(owner, part)
original, calls = getattr(owner, name), []

def interrupt():
    os.kill(os.getpid(), int(number))

def interrupt_again():
    os.kill(os.getpid(), int(number))

def patched(*args, **options):
    if not calls:
        calls.append(1)
        if again != "never":
            threading.Timer(float(later) + float(again), interrupt_again).start()
        if float(later):
            threading.Timer(float(later), interrupt).start()
        else:
            interrupt()
    return original(*args, **options)

setattr(owner, name, patched)
sys.argv[1:] = sys.argv[6:]
from nvr_conformance.cli.entry import main
main()
"""
CONFORMANCE = "nvr_conformance."
LIMIT = 10.0  # seconds from an interrupt to the end, at most

pytestmark = pytest.mark.usefixtures("as_in_a_terminal")


@pytest.fixture
def recorder():
    with EmbeddedRecorder(clock="real") as recorder:
        yield recorder


@pytest.fixture
def interrupted(tmp_path, recorder):
    """Run a command in a process that interrupts itself where it first calls a function, or later."""

    def run(place, *words, number=signal.SIGINT, later=0.0, again="never"):
        module, _, names = place.partition(":")
        begun = time.monotonic()
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                PROGRAM,
                CONFORMANCE + module,
                names,
                str(int(number)),
                str(later),
                str(again),
            ]
            + [str(word) for word in words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert "Traceback" not in done.stdout + done.stderr, done.stderr
        return done, time.monotonic() - begun

    return run


def sessions(recorder):
    return state_of(recorder.machine)["sessions"]


def judging(recorder, *words, pace="0.02"):
    target = ("run", recorder.url, "--password", recorder.password, "--model", "2", "--pace", pace)
    return (*target, *words)


SESSION = ("--select", "SES-05")
LIVE = ("--select", "LIV-06")


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("sources.discovery:require_recorder", SESSION),
        ("wire.connection:Connection.send", SESSION),
        pytest.param("reading.login_page:read_title", SESSION, marks=pytest.mark.long),
        pytest.param("sources.discovery:find_live_codecs", LIVE, marks=pytest.mark.long),
        ("wire.live_streams:LiveStream.wait_packets", LIVE),
        ("sources.rehearsed:RehearsalSource.open", SESSION),
        pytest.param("engine.books:Check.__call__", SESSION, marks=pytest.mark.long),
        ("client.session:Session.logout", SESSION),
        pytest.param("report.writer:write_pcap", SESSION, marks=pytest.mark.long),
        pytest.param("report.writer:render_page", SESSION, marks=pytest.mark.long),
        ("report.writer:write_file", SESSION),
        ("profile.observing:observe_profile", SESSION),
    ],
)
def test_an_interrupt_of_a_run_leaves_nothing_behind(interrupted, recorder, tmp_path, place, words):
    report = ("--report", tmp_path / "r", "--profile-out", tmp_path / "p.toml")
    done, _ = interrupted(place, *judging(recorder, *words, *report))
    assert done.returncode == 4, done.stdout + done.stderr
    assert sessions(recorder) == []
    assert not list(tmp_path.rglob(".*")), "a file was left half written"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_of_the_rehearsal_keeps_the_judge_from_the_recorder(interrupted, recorder, number):
    done, _ = interrupted(
        "sources.rehearsed:RehearsalSource.open", *judging(recorder, *SESSION), number=number
    )
    assert done.returncode == 4
    assert "nvr-conformance: interrupted\n" in done.stderr
    assert "Judging" not in done.stdout


@pytest.mark.parametrize("place", ["client.clock:RealTime.keep_apart", "client.client:Client.close"])
def test_an_interrupt_in_the_pace_of_the_end_logs_out_all_the_same(interrupted, recorder, place):
    """With seconds between commands, the last of which are the logouts."""
    words = judging(recorder, *SESSION, "--timeout", "60", pace="3")
    done, took = interrupted(place, *words, later=0.5)
    assert done.returncode == 4
    assert sessions(recorder) == []
    assert took < 20


def test_the_second_interrupt_ends_it_at_once(interrupted, recorder):
    done, _ = interrupted("client.session:Session.logout", *judging(recorder, *SESSION, pace="3"), again=0.5)
    assert done.returncode == 4
    assert "interrupted twice: ended at once" in done.stderr


def test_one_that_is_told_twice_is_one(interrupted, recorder):
    """As by `timeout`, which tells its command, and then the group that the command is in."""
    words = judging(recorder, *SESSION, pace="3")
    done, _ = interrupted("client.session:Session.logout", *words, number=signal.SIGTERM, again=0.0)
    assert done.returncode == 4
    assert "twice" not in done.stderr
    assert sessions(recorder) == []


SWALLOWED = """
import gc, os, signal
from nvr_conformance import interrupts
interrupts.install()
class Last:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000): pass
Last()
try:
    interrupts.check()
except KeyboardInterrupt:
    print("raised again")
"""


def test_an_interrupt_that_was_swallowed_is_raised_again_before_anything_is_begun():
    """Python swallows what a finalizer raises."""
    done = subprocess.run([sys.executable, "-c", SWALLOWED], capture_output=True, text=True, timeout=60)
    assert "raised again" in done.stdout, done.stderr


MADE_OF_TEXT = """
import runpy, sys
from nvr_conformance.cli import entry
def command():
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        sys.exit(4)
import nvr_conformance.cli.main
nvr_conformance.cli.main.main = command
sys.argv = ["nvr-conformance", "run"]
entry.main()
"""


def test_the_exit_status_is_that_of_an_interrupt_wherever_it_meets_python(tmp_path):
    """While dataclasses are made, too, which are made of text: Python would end itself by SIGINT."""
    (tmp_path / "begun.py").write_text(MADE_OF_TEXT)
    begun = [sys.executable, str(tmp_path / "begun.py")]
    done = subprocess.run(begun, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 4, done.stderr


def test_an_interrupt_while_the_kit_is_imported_is_one_line(interrupted):
    done, _ = interrupted("interrupts:install", "run", later=0.05)
    assert done.returncode == 4, done.stderr
    assert done.stderr == "nvr-conformance: interrupted\n"


def test_an_interrupt_of_fuzzing_and_of_a_replay(interrupted, recorder, tmp_path):
    target = (recorder.url, "--password", recorder.password, "--model", "2", "--pace", "0.02")
    done, _ = interrupted("fuzzing.driver:Driver.run", "fuzz", *target, "--budget", "60s", later=2.0)
    assert done.returncode == 4, done.stdout + done.stderr
    assert sessions(recorder) == []
    (tmp_path / "steps.json").write_text(STEPS)
    done, _ = interrupted("fuzzing.driver:Driver.finish", "replay", tmp_path / "steps.json", *target)
    assert done.returncode == 4, done.stdout + done.stderr
    assert sessions(recorder) == []


STEPS = """{"format": "nvrkit-fuzz-1", "model": 2, "seed": 0, "disagreement": "none",
            "steps": [{"do": "login", "label": "s1"}]}"""


@pytest.mark.parametrize("place", ["selftest.console:outcome_line", "selftest.planning:plan_trials"])
def test_an_interrupt_of_a_selftest(interrupted, place):
    done, _ = interrupted(
        place, "selftest", "--model", "2", "--select", "INF-06", "--healthy", "2", "--variants", "none"
    )
    assert done.returncode == 4, done.stdout + done.stderr
    assert "nvr-conformance: interrupted\n" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_the_process_was_started_with_ignored_stays_so(interrupted, recorder, number):
    signal.signal(number, signal.SIG_IGN)
    done, _ = interrupted(
        "sources.rehearsed:RehearsalSource.open", *judging(recorder, *SESSION), number=number
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_sigterm_is_heard_in_any_case(interrupted, recorder):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        done, _ = interrupted(
            "sources.rehearsed:RehearsalSource.open", *judging(recorder, *SESSION), number=signal.SIGTERM
        )
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    assert done.returncode == 4
