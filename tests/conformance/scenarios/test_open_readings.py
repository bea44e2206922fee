"""Open points that meet: no recorder fails for them, and what is wrong is found all the same."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict
from nvr_conformance.selftest.variant_trials import setup_of

SIGNLESS = {"recorder-ids": "none", "zone-info": "low-bits"}


def judged(id_, variants, *defects):
    options = TargetOptions(model=2, defects=defects, setup=setup_of(tuple(variants.items())))
    return judge(options, RunOptions(select=(id_,)))


@pytest.mark.parametrize("bits", ["low-bits", "half-bytes"])
def test_a_zone_whose_sign_is_nowhere_stated_may_be_either(bits):
    """The zone byte's sign has no stated place, and 0x0007 does not come."""
    result = judged("INF-05", {**SIGNLESS, "zone-info": bits})
    assert result.ids(Verdict.PASS) == {"INF-05"}


@pytest.mark.parametrize("defect", ["recorded-range-in-utc", "recorded-range-begins-late"])
def test_a_range_that_neither_sign_explains_is_wrong(defect):
    assert judged("INF-05", SIGNLESS, defect).broken == {"INF-05"}


@pytest.mark.parametrize("id_", ["SES-13", "SEC-03"])
def test_play_that_begins_with_the_newest_gop_is_no_strangers_doing(id_):
    assert judged(id_, {"play-from": "newest"}).ids(Verdict.PASS) == {id_}
