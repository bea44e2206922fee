"""DWN-13: an hour may be asked for. A recorder that refuses it fails where nothing else can be the reason."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict

REFUSES = "download-of-less-than-an-hour"


@pytest.fixture
def judged():
    def judged(*defects, **setup):
        result = judge(TargetOptions(model=2, defects=defects, setup=setup), RunOptions(select=["DWN-13"]))
        assert not result.errors
        return next(row for row in result.requirements if row.id == "DWN-13")

    return judged


def of_the_hour(row):
    return [check.verdict for check in row.checks if check.name == "an hour, and no more"]


def test_an_hour_is_refused_and_less_is_given(judged):
    row = judged(REFUSES)
    assert row.verdict is Verdict.FAIL
    assert row.reason.startswith("an hour, and no more: expected a file, got 400")


@pytest.mark.parametrize("since", [5, 100])
def test_an_hour_whose_last_minute_is_not_recorded(judged, since):
    """The recorder may mean that."""
    recordings = [{"since": since, **({} if since < 60 else {"until": since - 30})}]
    row = judged(REFUSES, recordings=recordings)
    assert row.verdict is not Verdict.FAIL
    assert of_the_hour(row) == []


def test_a_recorder_with_less_than_an_hour_that_gives_what_it_has(judged):
    row = judged(recordings=[{"since": 5}])
    assert row.verdict is Verdict.PASS
    assert of_the_hour(row) == [Verdict.PASS]
