"""Recorders of which less than half a day is recorded: TIMEF is judged all the same."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Overall, Verdict

MINUTES = {
    "of five hours": [{"since": 300}],
    "of an afternoon that is over": [{"since": 300, "until": 134}],
    "of five minutes": [{"since": 5}],
}
BREACHES = ("goto", "pause", "fast", "reverse", "step")


def judged(recordings, *defects):
    setup = {"recordings": recordings, "time_zone": "Asia/Tokyo"}
    options = TargetOptions(model=2, setup=setup, defects=defects)
    return judge(options, RunOptions(select=["PLB-33"]))


@pytest.mark.parametrize("recordings", MINUTES.values(), ids=MINUTES)
def test_what_is_recorded_shows_that_timef_is_utc(recordings):
    assert judged(recordings).verdict is Overall.CONFORMANT


@pytest.mark.parametrize("breach", BREACHES)
@pytest.mark.parametrize("recordings", list(MINUTES.values())[:2], ids=list(MINUTES)[:2])
def test_local_time_fails_by_whichever_command(recordings, breach):
    assert judged(recordings, f"{breach}-takes-local-time").ids(Verdict.FAIL) == {"PLB-33"}
