"""SES-15, SES-16: streams that end with their UID, on a recorder that looks for it once in a while."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import seam

ENDINGS = {"SES-15", "SES-16"}


@pytest.fixture
def ending_late(monkeypatch):
    """Every recorder ends the streams of a UID so many seconds behind the UID."""

    def make(seconds):
        healthy, run_until = Recorder.session_ended, Recorder.run_until
        due = []

        def session_ended(self, session, ending, now):
            with monkeypatch.context() as meanwhile:
                later = lambda self, *ended: due.append((now + seconds, *ended))  # noqa: E731
                meanwhile.setattr(Recorder, "end_streams", later)
                healthy(self, session, ending, now)

        def run(self, now):
            for entry in [entry for entry in due if now >= entry[0]]:
                due.remove(entry)
                self.end_streams(*entry[1:])
            return run_until(self, now)

        monkeypatch.setattr(Recorder, "session_ended", seam(session_ended))
        monkeypatch.setattr(Recorder, "run_until", run)
        names = ("test_streams_at_logout", "test_streams_at_eviction")
        return judge(TargetOptions(model=2), RunOptions(only=names))

    return make


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_streams_may_end_some_seconds_behind_their_uid(ending_late, seconds):
    assert ending_late(seconds).ids(Verdict.PASS) >= ENDINGS


def test_streams_that_go_on_are_held_against_a_recorder(ending_late):
    assert ending_late(20.0).ids(Verdict.WARN) == ENDINGS
