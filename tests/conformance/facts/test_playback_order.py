"""The order of GOPs: what follows on, what is near a time, what skips; each wrong order is found."""

from __future__ import annotations

import dataclasses
import time

import pytest

from nvr_conformance.client.player import mask_of
from nvr_conformance.facts import playback_order as order
from nvr_conformance.facts.playback_chunk import answer_headers, one_gop
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import Decoded, Picture
from nvr_conformance.reading.gop import Gop, codec_of, dialect_of
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.wire.exchange import Exchange
from nvr_fixtures import load
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect
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


def body(number=0, *, pictures=5, start=None, end=None, zone=540, dialect=DEFAULT):
    """GOP `number` of a recording with 5 pictures a second."""
    begin = START + 100 * number if start is None else start
    data = [unit.data for unit in FIXTURE.gops[number % len(FIXTURE.gops)]][:pictures]
    recorded = tuple(Recorded(each, begin + 20 * n, begin + 20 * n) for n, each in enumerate(data))
    video = PlaybackVideo(
        Codec.H264,
        1,
        recorded,
        begin,
        begin + 20 * (pictures - 1) if end is None else end,
        Zone(zone),
        50,
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
    assert one.last_picture() == START + 380
    assert gop(end=START + 100).last_picture() == START + 80


def test_one_wrong_time_does_not_count():
    one = gop(2)
    for field in ("gop_start", "picture_time"):
        chunk = dataclasses.replace(one.chunk, **{field: START + 9 * 360_000})
        assert Gop(1, one.exchange, chunk).start == one.start


@pytest.mark.parametrize(
    ("numbers", "ok"),
    [
        ((0, 1, 2, 3), True),
        ((0, 0, 1), False),
        ((0, 2, 3), False),
        ((1, 0, 3, 2), False),
        ((3, 2, 1), False),
    ],
)
def test_follow_on(numbers, ok):
    assert order.follow_on(gops(*numbers)).ok == ok


def test_follow_on_sees_a_missing_picture_and_old_pictures():
    first = gop(0, pictures=4)
    assert not order.follow_on([first, gop(1)]).ok
    assert not order.follow_on([gop(0), gop(4, start=START + 100)]).ok
    assert order.follow_on([gop(0, end=START + 99), gop(1)]).ok  # a wrong end is no wrong order
    with pytest.raises(NothingToJudge):
        order.follow_on(gops(0))


@pytest.mark.parametrize(
    ("numbers", "backward", "ok"),
    [
        ((3, 2, 1), True, True),
        ((3, 1), True, False),
        ((3, 3), True, False),
        ((1, 2, 3), True, False),
        ((1, 2, 3), False, True),
        ((1, 3), False, False),
    ],
)
def test_neighbours(numbers, backward, ok):
    assert order.neighbours(gops(*numbers), backward=backward).ok == ok


def test_near_and_contains():
    moment = START + 500
    assert [number for number in range(10) if order.near(gop(number), moment).ok] == [4, 5, 6]
    assert [number for number in range(10) if order.contains(gop(number), moment).ok] == [5]
    assert [number for number in range(10) if order.contains(gop(number), moment + 80).ok] == [5]


def test_stays():
    assert order.stays(gops(2, 2, 2)).ok
    assert not order.stays(gops(2, 2, 3)).ok
    assert not order.stays([gop(2), gop(3, start=START + 200)]).ok


@pytest.mark.parametrize(
    ("steps", "backward", "ok"),
    [
        ([(0, 2, 4), (8, 12, 16), (24, 32, 40)], False, True),
        ([(0, 2, 4), (8, 62, 66), (74, 82, 90)], False, True),  # over a gap in the recording
        ([(0, 1, 2), (4, 8, 12)], False, False),
        ([(0, 2, 4), (6, 8, 10)], False, False),
        ([(0, 4, 8), (10, 12, 14)], False, False),
        ([(40, 38, 36), (32, 28, 24)], True, True),
        ([(40, 38, 36), (32, 28, 24)], False, False),
    ],
)
def test_skips(steps, backward, ok):
    assert order.skips([gops(*step) for step in steps], backward=backward).ok == ok


def test_end_and_zone():
    assert order.ends_with_its_last_picture(gop()).ok
    assert not order.ends_with_its_last_picture(gop(end=START + 100)).ok
    assert not order.ends_with_its_last_picture(gop(end=START + 60)).ok
    assert order.zones_agree(gop(zone=-210)).ok
    one = gop(zone=-210)
    for zone in ((3, 30, 0), (3, 0, 0x80), (0, 0, 0x80)):
        assert not order.zones_agree(
            dataclasses.replace(one, chunk=dataclasses.replace(one.chunk, gop_end_zone=zone))
        ).ok


def decoded(*lumas):
    return Decoded([Picture(320, 180, luma, False) for luma in lumas])


def test_pictures_differ():
    assert order.pictures_differ([decoded("a", "b"), decoded("c", "d")]).ok
    assert not order.pictures_differ([decoded("a", "b"), decoded("a", "b")]).ok
    with pytest.raises(NothingToJudge):
        order.pictures_differ([decoded("a", "a"), decoded("a", "a")])


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


def test_dialect_of_a_chunk_that_no_dialect_explains():
    little = Dialect(byte_order="little")
    assert dialect_of(body(dialect=little)) == little
    assert dialect_of(body(dialect=little)[:200]) == little
    assert dialect_of(b"\xff\x15" + bytes(50)) == DEFAULT


def test_mask():
    assert mask_of([1, 4], 4) == "1001"
