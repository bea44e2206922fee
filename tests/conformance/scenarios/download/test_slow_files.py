"""DWN-13: a recorder may make all of a file ahead of sending it; nothing says how long that takes."""

from __future__ import annotations

import threading

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict
from nvr_conformance.sources import embedded
from nvr_emulator.seams import around

LONG = 720  # seconds of a file


@pytest.fixture
def slow(monkeypatch):
    """Of a long file nothing comes until this is set."""
    enough = threading.Event()
    start = embedded.start_emulator

    def files(original, command, now):
        found = original(command, now)

        def mp4(write, gops):
            if found.end - found.begin == LONG:
                enough.wait(30)
            return write(gops)

        around(found.mp4, mp4)
        return found

    def started(*arguments):
        access, control = start(*arguments)
        around(control.recorder.machine.recorder.download_commands.download_files, files)
        return access, control

    monkeypatch.setattr(embedded, "start_emulator", started)
    yield enough
    enough.set()


def test_a_long_file_that_is_made_ahead_of_sending_it(slow):
    waiting = threading.Timer(6, slow.set)
    waiting.start()
    result = judge(
        TargetOptions(model=2, timeout=3), RunOptions(select=["DWN-13"], only=["test_long_ranges"])
    )
    waiting.join()
    (row,) = (row for row in result.requirements if row.id == "DWN-13")
    assert row.verdict is not Verdict.FAIL
    assert [check.name for check in row.checks if check.verdict is Verdict.PASS] == ["MP4VO of 60 minutes"]
