"""Recorders of which little is recorded, or nothing any more: nothing fails for it, and TIMEF is judged all
the same."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_emulator.server.embedding import EmbeddedRecorder

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


OF_LIVE = ("LIV-12", "LIV-29", "PLB-05", "PLB-07", "PLB-12", "PLB-23", "PLB-24", "PLB-32")
"""What is told by a recording of what was live."""


NONE: list[dict[str, int]] = []
UNTIL_NOW, LONG_AGO = [{"since": 1440, "until": 1}], [{"since": 300, "until": 171}]


@pytest.mark.parametrize(
    ("recordings", "set_up"),
    [
        (UNTIL_NOW, True),
        (LONG_AGO, False),
        *(
            pytest.param(*case, marks=pytest.mark.long)
            for case in ((NONE, True), (LONG_AGO, True), (NONE, False), (UNTIL_NOW, False))
        ),
    ],
)
def test_what_is_not_recorded_any_more_is_no_witness(recordings, set_up):
    """Scenes come again in footage: what was heard and seen live may stand in an old recording too."""
    cameras = [
        {"number": 2, "fixture": "city", "audio": "G711"},
        {"number": 4, "fixture": "city", "audio": "AAC"},
    ]
    setup = {"recordings": recordings, "cameras": cameras}
    if set_up:
        result = judge(TargetOptions(model=2, setup=setup), RunOptions(select=OF_LIVE))
    else:
        with EmbeddedRecorder(**setup) as recorder:
            url, password, control = recorder.url, recorder.password, recorder.control_url
            options = TargetOptions(url=url, password=password, control=control, model=2, pace=0)
            result = judge(options, RunOptions(select=OF_LIVE))
    assert not result.broken
    assert not result.errors
