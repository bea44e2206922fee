"""The order of GOPs: what follows on, what is near a time, what skips; each wrong order is found."""

from __future__ import annotations

import dataclasses
import time

import pytest

from nvr_conformance.client.mask import mask_of
from nvr_conformance.facts import playback_order
from nvr_conformance.facts.playback_chunk import answer_headers, one_gop
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import Decoded, Picture
from nvr_conformance.reading.gop import Gop, codec_of
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.wire.exchange import Exchange
from nvr_fixtures import load
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT
from nvr_protocol.playback.video import Picture as Recorded
from nvr_protocol.playback.video import PlaybackVideo, write_playback_video
from nvr_protocol.timestamps import Zone

START = 1_714_014_000_00
FIXTURE = load("counter-small", Codec.H264)
HEADERS = (
    ("Content-Type", "application/octet-stream"),
    ("Connection", "Keep-Alive"),
    ("Cache-Control", "no-cache"),
)


def body(
    number=0,
    *,
    pictures=5,
    start=None,
    end=None,
    zone=540,
    rate=50,
    camera_times=True,
    dialect=DEFAULT,
    shows=None,
):
    """GOP `number` of a recording with 5 pictures a second; `shows`: the one whose pictures it has."""
    begin = START + 100 * number if start is None else start
    data = [unit.data for unit in FIXTURE.gops[(number if shows is None else shows) % len(FIXTURE.gops)]]
    data = data[:pictures]
    times = [begin + 20 * n for n in range(len(data))]
    recorded = tuple(
        Recorded(each, time, time if camera_times else None) for each, time in zip(data, times, strict=True)
    )
    video = PlaybackVideo(
        Codec.H264,
        1,
        recorded,
        begin,
        begin + 20 * (pictures - 1) if end is None else end,
        Zone(zone),
        rate,
        Operation.PLAYBACK,
    )
    return write_playback_video(video, dialect)


def gop(number=0, **what):
    data = body(number, **what)
    exchange = Exchange(1, "GET", "/", (), time.monotonic(), status=200, body=data)
    exchange.headers = (*HEADERS, ("Content-Length", str(len(data))))
    return Gop(1, exchange, walk_chunk(data))


def gops(*numbers):
    return [gop(number) for number in numbers]


def test_times_of_a_gop():
    one = gop(3)
    assert (one.start, one.interval, one.length, one.codec, one.given) == (
        START + 300,
        20.0,
        100.0,
        "H264",
        True,
    )
    assert one.whole_second() == START + 300
    assert gop(start=START + 30).whole_second() == START + 100
    assert gop(start=START + 1, pictures=4).whole_second() is None
    assert gop(start=START + 1, pictures=4).second_near() == START + 100
    assert gop(start=START + 30).second_near() == START + 100
    assert one.last_picture() == START + 380
    assert gop(end=START + 100).last_picture() == START + 80


@pytest.mark.parametrize(
    ("end", "following", "moment"),
    [
        (80, 100, 80),  # the last picture
        (99, 100, 90),  # the end of its interval
        (100, 100, 90),  # the start of the next
        (0, 100, 90),  # nothing that can be
        (80, None, 80),
        (80, 500, 80),  # a gap behind it
    ],
)
def test_the_last_picture_without_a_camera_clock(end, following, moment):
    """A time at which it was on show, whatever GOP end means."""
    one = gop(end=START + end, camera_times=False)
    assert one.span is None
    assert one.last_picture(None if following is None else START + following) == START + moment


def test_one_wrong_time_does_not_count():
    one = gop(2)
    for field in ("gop_start", "picture_time"):
        chunk = dataclasses.replace(one.chunk, **{field: START + 9 * 360_000})
        assert Gop(1, one.exchange, chunk).start == one.start


@pytest.mark.parametrize("rate", [5, 50, 500])
@pytest.mark.parametrize("end", [80, 99, 100, 200])
@pytest.mark.parametrize("camera_times", [True, False])
def test_the_length_of_a_gop_is_no_matter_of_its_rate(rate, end, camera_times):
    """Nor of what GOP end means: one of the three may be wrong."""
    one = gop(rate=rate, end=START + end, camera_times=camera_times)
    assert one.length in (100, 99 / 4 * 5, 125, 250)
    if camera_times and (rate == 50 or end == 80):
        assert one.length == 100


@pytest.mark.parametrize(
    ("numbers", "backward", "ok"),
    [
        ((0, 1, 2, 3), False, True),
        ((0, 0, 1), False, False),
        ((1, 0, 3, 2), False, False),
        ((3, 2, 1), False, False),
        ((3, 2, 1), True, True),
        ((3, 3), True, False),
        ((1, 2, 3), True, False),
        ((0, 50, 51), False, True),  # a gap in the recording
        ((51, 50, 0), True, True),
    ],
)
def test_follow_on(numbers, backward, ok):
    assert playback_order.follow_on(gops(*numbers), backward=backward).ok == ok


def test_follow_on_sees_what_was_left_out_and_old_pictures():
    played = gops(0, 2, 3)
    assert playback_order.apart(played) == [0]
    assert playback_order.follow_on(played, {}).ok
    assert not playback_order.follow_on(played, {0: gop(1)}).ok
    assert not playback_order.none_again([gop(0), gop(4, start=START + 100), gop(2)]).ok
    assert playback_order.none_again(gops(0, 1, 2)).ok
    assert not playback_order.follow_on([gop(0), gop(1, start=START + 40)]).ok  # they overlap
    assert playback_order.follow_on([gop(0, end=START + 99), gop(1)]).ok
    with pytest.raises(NothingToJudge):
        playback_order.follow_on(gops(0))
    with pytest.raises(NothingToJudge):
        playback_order.none_again(gops(0))


@pytest.mark.parametrize("camera_times", [True, False])
@pytest.mark.parametrize("end", [80, 99, 100])
def test_which_gops_are_apart(camera_times, end):
    played = [
        gop(number, end=START + 100 * number + end, camera_times=camera_times) for number in (0, 1, 3, 4, 9)
    ]
    assert playback_order.apart(played) == [1, 3]
    assert playback_order.apart(played[::-1]) == [0, 2]
    assert playback_order.apart(played[:1]) == playback_order.apart([]) == []


def test_near():
    moment = START + 5000
    found = [number for number in range(100) if playback_order.near(gop(number), moment).ok]
    assert found == list(range(39, 61))


@pytest.mark.parametrize(
    ("steps", "backward", "ok"),
    [
        ([(0, 2, 4), (8, 12, 16), (24, 32, 40)], False, True),
        ([(0, 2, 4), (8, 62, 66), (74, 82, 90)], False, True),  # over a gap in the recording
        ([(0, 1, 2), (4, 6, 8), (12, 16, 20)], False, True),  # the first step leaves nothing out
        ([(0, 2, 4), (8, 12, 16), (20, 24, 28)], False, True),  # it stops growing
        ([(0, 2, 4), (6, 8, 10)], False, False),
        ([(0, 4, 8), (10, 12, 14)], False, False),
        ([(0, 2, 4), (14, 24, 34), (36, 38, 40)], False, False),
        ([(40, 38, 36), (32, 28, 24)], True, True),
        ([(40, 38, 36), (32, 28, 24)], False, False),
    ],
)
def test_goes_faster(steps, backward, ok):
    assert playback_order.goes_faster([gops(*step) for step in steps], backward=backward).ok == ok


def decoded(*lumas):
    return Decoded([Picture(320, 180, luma, False) for luma in lumas])


def still(*numbers, **what):
    """GOPs at these places with the pictures of one, as of a scene that stands still."""
    return [gop(number, shows=0, **what) for number in numbers]


@pytest.mark.parametrize("again", [[], still(2)])
def test_a_scene_that_stands_still_tells_nothing_of_the_order(again):
    with pytest.raises(NothingToJudge, match="stands still"):
        playback_order.none_again(still(0, 1, 2), again)
    one_longer = [*still(0, 1), *still(2, pictures=4), *still(3)]
    with pytest.raises(NothingToJudge, match="stands still"):
        playback_order.none_again(one_longer, again)
    assert not playback_order.none_again([*still(0, 1), *gops(2)], again).ok
    assert not playback_order.none_again([*gops(3), *still(0, 1)], again).ok


def test_a_scene_that_is_known_to_move_does_not_stand_still():
    found = playback_order.none_again(still(0, 1, 2), gops(2))
    assert not found.ok
    assert "GOTODATE" in found.actual
    with pytest.raises(NothingToJudge):
        playback_order.none_again(still(0, 1, 2), gops(7))  # of another time


def test_pictures_differ():
    assert playback_order.pictures_differ([decoded("a", "b"), decoded("c", "d")]).ok
    assert not playback_order.pictures_differ([decoded("a", "b"), decoded("a", "b"), decoded("c", "d")]).ok
    for still in ([decoded("a", "a")] * 2, [decoded("a", "b")] * 2, [decoded("a", "b"), decoded("a")]):
        with pytest.raises(NothingToJudge, match="stands still"):
            playback_order.pictures_differ(still)
    with pytest.raises(NothingToJudge, match="not enough"):
        playback_order.pictures_differ([decoded("a", "b")])


def test_two_chunks_in_one_answer():
    data = body(0) + body(1)
    chunk = walk_chunk(data)
    assert [id_ for id_, _ in chunk.problems] == ["PLB-01"]
    assert one_gop(gop()).ok
    assert not one_gop(Gop(1, gop().exchange, chunk)).ok


@pytest.mark.parametrize("gone", range(len(HEADERS) + 1))
def test_answer_headers(gone):
    exchange = gop().exchange
    assert answer_headers(exchange).ok
    exchange.headers = tuple(pair for n, pair in enumerate(exchange.headers) if n != gone)
    assert not answer_headers(exchange).ok


def test_codec_by_the_pictures():
    for name in ("city", "counter", "counter-small"):
        for codec in (Codec.H264, Codec.H265):
            first = load(name, codec).gops[0][0].data
            assert (
                codec_of(first) == codec_of(b"\0\0\x12\x34" + first[4:]) == codec_of(first[1:]) == codec.value
            )
    assert codec_of(b"\xff\xd8\xff\xdb") == "JPEG"
    assert codec_of(b"\0\0") == ""


def test_mask():
    assert mask_of([1, 4], 4) == "1001"
