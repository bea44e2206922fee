"""Times of GOPs: what GOP end may mean, what 0x0009 says, which IDR pictures are shown."""

from __future__ import annotations

import struct
from zoneinfo import ZoneInfo

import pytest

from nvr_conformance.facts import playback_times as times
from nvr_conformance.facts.playback_open import end_reading, open_points
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.gop import Gop
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.wire.exchange import Exchange
from nvr_fixtures import load
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.playback.video import Picture, PlaybackVideo, write_playback_video
from nvr_protocol.timestamps import Zone

START = 1_714_014_000_40
FIXTURE = load("counter-small", Codec.H264)


def gop(number=0, *, end=80, interval=20, rate=50, camera_times=True, values=()):
    """GOP `number` of a recording in GOPs of five pictures. `values`: TLVs by id, as their data is to be."""
    data = [unit.data for unit in FIXTURE.gops[number % len(FIXTURE.gops)]]
    begin = START + 5 * interval * number
    moments = [begin + interval * n for n in range(len(data))]
    pictures = tuple(
        Picture(each, at, at if camera_times else None) for each, at in zip(data, moments, strict=True)
    )
    video = PlaybackVideo(Codec.H264, 1, pictures, begin, begin + end, Zone(540), rate, Operation.PLAYBACK)
    body = bytearray(write_playback_video(video))
    for id_, value in values:
        place = walk_chunk(bytes(body)).information.first(id_).offset + 4
        body[place : place + len(value)] = value
    exchange = Exchange(1, "GET", "/", status=200, body=bytes(body))
    return Gop(1, exchange, walk_chunk(bytes(body)))


STANDARD, SUMMER = 1_704_067_200, 1_720_000_000  # January and July 2024


def in_new_york(*zones):
    """GOPs whose 0x0007 says such times and zones."""
    said = [struct.pack(">IBBBB", seconds, 1, hours, 0, summer) for seconds, hours, summer in zones]
    return times.zone_of_the_time(
        [gop(values=[(0x0007, value)]) for value in said], ZoneInfo("America/New_York")
    )


def test_the_zone_of_a_time():
    assert in_new_york((STANDARD, 5, 0), (SUMMER, 5, 1)).ok
    assert in_new_york((STANDARD, 5, 0), (SUMMER, 4, 1)).ok  # the hour is in both
    assert not in_new_york((SUMMER, 5, 0)).ok
    assert not in_new_york((STANDARD, 5, 1)).ok
    assert not in_new_york((STANDARD, 4, 0)).ok
    assert not in_new_york((SUMMER, 5, 1), (SUMMER, 4, 1)).ok


@pytest.mark.parametrize("camera_times", [True, False])
@pytest.mark.parametrize(
    ("end", "ok", "text"),
    [
        (80, True, "the time of the last picture"),
        (99, True, "the start of the next GOP"),
        (100, True, "the start of the next GOP"),
        (0, False, ""),
        (110, False, ""),
        (300, False, ""),
    ],
)
def test_what_gop_end_may_mean(end, ok, text, camera_times):
    gops = [gop(number, end=end, camera_times=camera_times) for number in range(3)]
    assert times.ends(gops).ok == ok
    if ok:
        assert end_reading(gops) == text


def test_gop_end_over_a_gap_and_behind_a_step_back():
    assert times.ends([gop(0), gop(50)]).ok
    assert times.ends([gop(5), gop(0)]).ok  # the order is for others to tell
    with pytest.raises(NothingToJudge):
        times.ends([])


@pytest.mark.parametrize(
    ("rate", "interval", "ok"),
    [
        (50, 20, True),
        (50, 40, True),  # pictures come at half the rate that is set
        (50, 200, True),
        (300, 20, True),
        (5, 20, False),
        (0, 20, False),
    ],
)
def test_a_rate_is_what_is_set(rate, interval, ok):
    gops = [gop(number, end=4 * interval, interval=interval, rate=rate) for number in range(3)]
    assert times.frame_rate(gops).ok == ok


def test_a_rate_that_cannot_be_judged():
    with pytest.raises(NothingToJudge):
        times.frame_rate([gop()])
    with pytest.raises(NotThere):
        times.frame_rate([])


@pytest.mark.parametrize(
    ("reference", "shown", "moment", "ok"),
    [
        (0x10, 2, START + 50, True),
        (0x11, 2, START + 50, True),
        (0x10, 1, START + 50, False),
        (0x10, 1, START, True),
        (0x10, 1, START - 50, True),
        (0x10, 0, START, True),
        (0x10, 2, START, False),
        (0, 0, START + 50, None),
        (0x10, 3, START + 50, None),  # no stated value: another row
    ],
)
def test_which_idr_pictures_are_shown(reference, shown, moment, ok):
    one = gop(values=[(0x28, struct.pack(">H", reference)), (0x29, struct.pack(">H", shown))])
    if ok is None:
        with pytest.raises(NotThere):
            times.shows(one, moment)
    else:
        assert times.shows(one, moment).ok == ok


@pytest.mark.parametrize(
    ("data", "ok"),
    [
        (struct.pack(">I", START // 100), True),
        (struct.pack(">I", START // 100 + 1), False),
        (struct.pack(">I", START // 100 - 32_400), False),
    ],
)
def test_0x0007_has_the_time_of_the_picture(data, ok):
    assert times.times(gop(values=[(0x07, data)]).chunk).ok == ok


def test_hundredths_out_of_range_are_not_told_twice():
    """PLB-05 fails for them."""
    assert times.times(gop(values=[(0x0A, b"\x01\x00")]).chunk).ok


def test_a_zone_out_of_range_is_not_told_twice():
    wrong = gop(values=[(0x07, struct.pack(">I4B", START // 100, 0, 99, 0, 0))])
    with pytest.raises(NothingToJudge):
        times.zones_agree([wrong])
    assert times.zones_agree([gop()]).ok


def test_open_points_say_the_same_of_every_gop():
    assert open_points([gop(n) for n in range(3)]) == open_points([gop(n) for n in range(4, 7)])
    assert open_points([]) == {}


@pytest.mark.parametrize("rate", [50, None])
def test_an_end_behind_a_gap_tells_nothing_of_the_pictures(rate):
    found = gop(end=60_000, rate=rate, camera_times=False)

    assert found.interval == (20 if rate else None)
