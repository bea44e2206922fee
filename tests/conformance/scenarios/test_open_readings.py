"""Open points that meet: no recorder fails for them, and what is wrong is found all the same."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict
from nvr_conformance.selftest.variant_trials import setup_of
from nvr_protocol import additional_information
from nvr_protocol.playback import prepared_gop, video_writer
from nvr_protocol.timestamps import Zone

SIGNLESS = {"recorder-ids": "none", "zone-info": "low-bits"}


def judged(id_, variants, *defects, model=2, **setup):
    setup |= setup_of(tuple(variants.items()))
    options = TargetOptions(model=model, defects=defects, setup=setup)
    return judge(options, RunOptions(select=(id_,)))


@pytest.mark.parametrize("bits", ["low-bits", "half-bytes"])
def test_a_zone_whose_sign_is_nowhere_stated_may_be_either(bits):
    """The zone byte's sign has no stated place, and 0x0007 does not come."""
    result = judged("INF-05", {**SIGNLESS, "zone-info": bits})
    assert result.ids(Verdict.PASS) == {"INF-05"}


@pytest.mark.parametrize("defect", ["recorded-range-in-utc", "recorded-range-begins-late"])
def test_a_range_that_neither_sign_explains_is_wrong(defect):
    assert judged("INF-05", SIGNLESS, defect).broken == {"INF-05"}


@pytest.fixture
def _zones_with_the_hour_of_summer_time(monkeypatch):
    def with_hour(original):
        def write(zone, *args):
            return original(Zone(zone.minutes + 60 * zone.summer, zone.summer), *args)

        return write

    monkeypatch.setattr(additional_information, "write_zone", with_hour(additional_information.write_zone))
    for module in (prepared_gop, video_writer):
        monkeypatch.setattr(module, "zone_information", with_hour(video_writer.zone_information))


@pytest.mark.usefixtures("_zones_with_the_hour_of_summer_time")
def test_a_range_that_begins_in_summer_time_which_may_be_in_the_zone():
    assert judged("INF-05", {}).ids(Verdict.PASS) == {"INF-05"}


@pytest.mark.usefixtures("_zones_with_the_hour_of_summer_time")
def test_a_range_all_in_summer_time_which_may_be_in_the_zone(judge_as_real):
    seen = judge_as_real({"time_zone": "Australia/Sydney", "clock_start": 1_796_000_000}, select=("INF-05",))
    assert set(seen.rows("pass")) == {"INF-05"}


@pytest.mark.usefixtures("_zones_with_the_hour_of_summer_time")
def test_a_range_that_is_wrong_is_so_whatever_is_in_the_zone():
    assert judged("INF-05", {}, "recorded-range-in-utc").broken == {"INF-05"}


@pytest.mark.parametrize("id_", ["SES-13", "SEC-03"])
def test_play_that_begins_with_the_newest_gop_is_no_strangers_doing(id_):
    assert judged(id_, {"play-from": "newest"}).ids(Verdict.PASS) == {id_}


@pytest.mark.parametrize("place", ["packets", "chunk-head"])
def test_a_gop_ahead_of_a_gap_lasts_no_longer_where_its_end_is_the_next_start(place):
    variants = {"gop-end": "next-start", "camera-information-place": place, "picture-rate": "varying"}

    assert judged("PLB-30", variants, clock_start=1_817_061_762.0).ids(Verdict.PASS) == {"PLB-30"}


@pytest.mark.parametrize("go_to", ["before", "next"])
def test_a_minute_of_long_gops_is_recorded_whole(go_to):
    variants = {"gop-seconds": "5", "picture-rate": "varying", "go-to": go_to}

    result = judged("DWN-01", variants, model=1, clock_start=1_876_077_871.2)

    assert result.ids(Verdict.PASS) == {"DWN-01"}


def test_the_last_seconds_that_were_heard_need_not_be_recorded_yet():
    variants = {"gop-seconds": "5", "picture-rate": "varying", "go-to": "next"}

    result = judged("LIV-29", variants, model=1, clock_start=1_764_360_000.0)

    assert result.ids(Verdict.PASS) == {"LIV-29"}
