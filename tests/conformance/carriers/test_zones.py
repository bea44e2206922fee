"""Which carrier tells another zone than the others is found by two that agree."""

import pytest

from nvr_conformance.carriers.zones import ZoneTold, agrees, shown, zone_in
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.additional_information import walk
from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.timestamps import Zone

HALF = (1, 3, 30, 0)
CARRIERS = ("live video", "live JPEG", "playback", "playback audio")


def told(*zones):
    return [ZoneTold(carrier, "LIV-12", "time", zone) for carrier, zone in zip(CARRIERS, zones, strict=False)]


@pytest.mark.parametrize("wrong", [(1, 3, 0, 0), (0, 3, 30, 0), (1, 3, 30, 1), (0, 0, 0, 0)])
@pytest.mark.parametrize("place", range(4))
def test_the_one_that_differs_is_wrong(place, wrong):
    zones = [HALF] * 4
    zones[place] = wrong
    every = told(*zones)
    assert [agrees(each, every).ok for each in every] == [number != place for number in range(4)]


def test_several_of_one_carrier_are_one_witness():
    every = [*told((0, 0, 0, 0), HALF, HALF), *told((0, 0, 0, 0))]
    assert [agrees(each, every).ok for each in every if each.zone == (0, 0, 0, 0)] == [False, False]


def test_two_that_differ_tell_nothing():
    with pytest.raises(NothingToJudge):
        agrees(told(HALF, (0, 0, 0, 0))[0], told(HALF, (0, 0, 0, 0)))
    with pytest.raises(NothingToJudge):
        agrees(told(HALF)[0], told(HALF))


def test_the_zone_is_read_from_its_element():
    written = write_information(AdditionalInformation(seconds=1_714_000_000, zone=Zone(-210, summer=True)))
    assert zone_in(walk(written), ">") == (1, 3, 30, 1)
    assert shown((1, 3, 30, 1)) == "-03:30, summer time"
    assert zone_in(walk(b""), ">") is None
    assert zone_in(walk(written[:-4] + bytes([7, 0, 0, 0])), ">") is None
