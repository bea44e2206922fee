"""Healthy recorders that failed, each at a moment of the clock and as different as it was then: GOPs and
rates that vary lie otherwise about every gap and end, by chance that a run of today does not meet."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict

VARYING = {"gop-seconds": "varying", "picture-rate": "varying"}
FAILED = {
    "FF over a gap behind GOPs that end at the next": (
        2,
        1_795_917_180.0,
        "test_a_gap_is_skipped",
        {
            **VARYING,
            "gop-end": "next-start",
            "camera-information-place": "packets",
            "fast-steps": "first-is-one",
        },
        "PLB-30",
    ),
    "audio over a gap behind GOPs that end at the next": (
        2,
        1_795_917_254.0,
        "test_a_gap_is_skipped",
        {**VARYING, "gop-end": "next-start", "camera-information-place": "packets", "recorder-ids": "none"},
        "PLB-25",
    ),
    "audio that began ahead of the file": (
        1,
        2_015_426_843.2,
        "test_a_minute_of_a_camera",
        {"gop-seconds": "5", "picture-rate": "varying", "mp4-start": "first-key-inside", "go-to": "before"},
        "DWN-02",
    ),
    "live found again in GOPs that began behind it": (
        3,
        1_795_917_476.0,
        "test_a_recording_of_what_was_sent",
        {**VARYING, "first-picture": "joins", "go-to": "next"},
        "LIV-12",
    ),
}


@pytest.mark.parametrize(("model", "moment", "scenario", "variants", "held"), FAILED.values(), ids=FAILED)
def test_a_recorder_that_failed_at_a_moment_does_not(model, moment, scenario, variants, held):
    options = TargetOptions(model=model, setup={"clock_start": moment, "variants": variants})
    result = judge(options, RunOptions(only=(scenario,)))
    assert not result.errors
    assert not result.ids(Verdict.FAIL, Verdict.WARN)
    assert result.ids(Verdict.PASS) >= {held}
