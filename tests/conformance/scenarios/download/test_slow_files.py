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
PATIENCE = 3.0


@pytest.fixture
def asked(monkeypatch):
    """Set once a long file was asked for, of which nothing comes for twice as long as the judge waits."""
    asked = threading.Event()
    start = embedded.start_emulator

    def files(original, command, now):
        found = original(command, now)

        def mp4(write, gops):
            if found.end - found.begin == LONG:
                asked.set()
                threading.Event().wait(2 * PATIENCE)
            return write(gops)

        around(found.mp4, mp4)
        return found

    def started(*arguments):
        access, control = start(*arguments)
        around(control.recorder.machine.recorder.download_commands.download_files, files)
        return access, control

    monkeypatch.setattr(embedded, "start_emulator", started)
    return asked


def test_a_long_file_that_is_made_ahead_of_sending_it(asked):
    options = TargetOptions(model=2, timeout=PATIENCE)
    result = judge(options, RunOptions(select=["DWN-13"], only=["test_long_ranges"]))
    assert asked.is_set()
    assert not result.ids(Verdict.FAIL, Verdict.WARN, Verdict.ERROR)
