"""Playback over HTTPS that is damaged, at whatever moment it is looked at: some damage hides pictures, of
which no decoder complains."""

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions

ONLY = ("test_everything_over_https",)


@pytest.mark.parametrize("seconds", [0, 7, 14, 21])
def test_damage_is_seen_in_each_gop(seconds):
    setup = {"clock_start": 1_796_000_000.0 + seconds}
    damaged = TargetOptions(model=2, defects=("gops-over-https-are-damaged",), setup=setup)
    assert judge(damaged, RunOptions(select=("SEC-01",), only=ONLY)).broken == {"SEC-01"}
    assert not judge(TargetOptions(model=2, setup=setup), RunOptions(select=("SEC-01",), only=ONLY)).broken
