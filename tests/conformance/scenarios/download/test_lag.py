"""DWN-13: how soon something can be downloaded is open. Playback has it at once, files some minutes later."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict

LAG = {"variants": {"download-lag": 120}}
NOON = 1_795_521_600.0
ENDS = "test_ends_of_the_recording"


def judged(*only, defects=(), **setup):
    result = judge(TargetOptions(model=2, defects=defects, setup=setup), RunOptions(only=only))
    assert not result.errors
    return result


def of_the_newest(result, id_):
    row = next(row for row in result.requirements if row.id == id_)
    return {check.name: check for check in row.checks if "newest" in check.name}


@pytest.mark.parametrize("seconds", [0, 30, 59])
def test_the_newest_minutes_may_come_later(seconds):
    result = judged(ENDS, clock_start=NOON + seconds, **LAG)
    assert {check.verdict for check in of_the_newest(result, "DWN-13").values()} == {Verdict.PASS}
    (said,) = of_the_newest(result, "DWN-12").values()
    assert said.actual == "MP4VO later, MP4 later"


def test_it_is_told_that_they_come_at_once():
    (said,) = of_the_newest(judged(ENDS, clock_start=NOON), "DWN-12").values()
    assert said.actual == "MP4VO at once, MP4 at once"


@pytest.mark.parametrize("seconds", [0, 30, 59])
def test_but_they_come(seconds):
    result = judged(ENDS, defects=("newest-minutes-are-not-downloaded",), clock_start=NOON + seconds)
    assert result.broken == {"DWN-13"}


RECORDINGS = {
    "the last minutes alone": [{"since": 5}],
    "a gap some minutes ago": [{"since": 60, "until": 6}, {"since": 4}],
    "a gap just now": [{"since": 60, "until": 3}, {"since": 1}],
}


@pytest.mark.parametrize("recordings", RECORDINGS.values(), ids=RECORDINGS)
def test_short_recordings(recordings):
    result = judged(
        ENDS,
        "test_long_ranges",
        "test_a_minute_of_a_camera",
        "test_one_after_the_other_on_one_uid",
        "test_one_beside_another",
        "test_a_minute_over_https",
        "test_a_file_of_the_last_camera",
        "test_a_gap_is_skipped",
        clock_start=NOON + 5,
        recordings=recordings,
        **LAG,
    )
    assert not result.ids(Verdict.FAIL, Verdict.WARN, Verdict.ERROR)


def test_a_day_that_has_just_ended(judge_as_real):
    midnight = NOON // 86_400 * 86_400
    seen = judge_as_real({"clock_start": midnight + 30, **LAG}, select=("DWN-02", "DWN-13"), allow=("load",))
    assert not seen.rows("fail", "warn", "error")
    assert seen.left_behind == []
