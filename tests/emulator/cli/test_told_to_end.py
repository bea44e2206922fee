"""SIGTERM, SIGHUP and Ctrl-C, at every phase of a recorder: it ends in order, whatever comes behind."""

import json
import signal
import subprocess
import sys
import time
from xml.etree import ElementTree

import pytest

PROGRAM = """
import atexit, importlib, os, signal, sys, threading
ignored = [int(number) for number in sys.argv[4].split(",") if number]
by_default = signal.SIG_DFL
usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: by_default, signal.SIGHUP: by_default}
for number, handler in usual.items():
    signal.signal(number, signal.SIG_IGN if number in ignored else handler)
place, numbers, swallowed = sys.argv[1:4]

def tell(times=[]):
    if not times:
        times.append(1)
        for number in numbers.split(","):
            os.kill(os.getpid(), int(number))

class Swallowing:
    def __del__(self):
        tell()

if place == "exit":
    atexit.register(tell)
elif place != "none":
    module, _, names = place.partition(":")
    owner = importlib.import_module(module)
    *path, name = names.split(".")
    for part in path:
        owner = getattr(owner, part)
    original = getattr(owner, name)
    def patched(*args, **options):
        Swallowing() if swallowed == "swallowed" else tell()
        return original(*args, **options)
    setattr(owner, name, patched)
sys.argv[1:] = sys.argv[5:]
from nvr_emulator.cli.entry import main
main()
"""
ALL = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SERVE = "nvr_emulator.cli.serve:"


@pytest.fixture
def running(tmp_path):
    """A recorder that tells itself to end where it first calls a function."""
    begun = []

    def run(place, *words, numbers=(signal.SIGTERM,), swallowed=False, ignored=()):
        files = ("--ready-file", tmp_path / "ready", "--findings-out", tmp_path / "found.xml")
        command = [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            PROGRAM,
            place,
            ",".join(str(int(n)) for n in numbers),
        ]
        command += ["swallowed" if swallowed else "raised", ",".join(str(int(n)) for n in ignored)]
        command += ["serve", "--transport", "http", *map(str, files), *words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        begun.append(process)
        return process

    yield run
    for process in begun:
        process.kill()
        process.communicate()


def ended(process):
    """Status, and what was said on stderr."""
    _, said = process.communicate(timeout=30)
    return process.returncode, said


@pytest.mark.parametrize("first", ALL)
@pytest.mark.parametrize("second", ALL)
def test_a_second_signal_changes_nothing(running, tmp_path, first, second):
    process = running("none")
    assert json.loads(process.stdout.readline())["pid"] == process.pid
    process.send_signal(first)
    time.sleep(0.005)
    process.send_signal(second)
    assert ended(process) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["found.xml"]
    assert ElementTree.parse(tmp_path / "found.xml").getroot().tag == "testsuites"


@pytest.mark.parametrize("number", ALL)
@pytest.mark.parametrize(
    "place", [SERVE + "judge_findings", "nvr_emulator.server.ports:Serving.stop", "exit"]
)
def test_a_second_signal_changes_nothing_wherever_it_ends(running, tmp_path, number, place):
    process = running(place, numbers=[number])
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (0, "")
    assert [path.name for path in tmp_path.iterdir()] == ["found.xml"]


@pytest.mark.parametrize(
    ("swallowed", "numbers"),
    [
        (False, [signal.SIGTERM]),
        (True, ALL),
        pytest.param(True, [signal.SIGTERM], marks=pytest.mark.long),
        pytest.param(False, ALL, marks=pytest.mark.long),
    ],
)
@pytest.mark.parametrize(
    "place",
    [
        "nvr_emulator.cli.quick_start:import_aiohttp",
        SERVE + "settings_from",
        "asyncio:run",
        "nvr_emulator.server.ports:Serving.start",
        SERVE + "_ready",
    ],
)
def test_told_while_it_starts_it_ends_as_always(running, tmp_path, place, swallowed, numbers):
    (tmp_path / "ready").write_text('{"ready": true}\n')
    status, said = ended(running(place, numbers=numbers, swallowed=swallowed))
    assert status == 0, said
    assert "Traceback" not in said.replace("Exception ignored", "") or swallowed
    assert not (tmp_path / "ready").exists()


def test_what_does_not_end_is_ended(running, tmp_path, monkeypatch):
    """While the findings are written, say, on a disk that hangs."""
    program = (
        "import time\nfrom nvr_emulator.cli import serve, told_to_end\ntold_to_end.GRACE = 1\n"
        "serve.judge_findings = lambda *given: time.sleep(60)\n"
    )
    monkeypatch.setattr(f"{__name__}.PROGRAM", program + PROGRAM)
    process = running("none")
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (4, "Error: told to end: what was begun did not end in 1 s\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_what_it_was_started_with_ignored_stays_so(running, number):
    process = running("none", ignored=[number])
    process.stdout.readline()
    process.send_signal(number)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1)
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (0, "")


def test_sigterm_is_heard_in_any_case(running):
    process = running("none", ignored=ALL)
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (0, "")


def test_a_browser_that_is_not_left_keeps_nothing_from_ending(running, monkeypatch):
    program = "import time, webbrowser\nwebbrowser.open = lambda *given: time.sleep(60)\n"
    monkeypatch.setattr(f"{__name__}.PROGRAM", program + PROGRAM)
    process = running("none", "--open")
    process.stdout.readline()
    time.sleep(0.2)
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (0, "")
    assert time.monotonic() - begun < 5
