from __future__ import annotations

import io
from fractions import Fraction

import av
import pytest

from nvr_conformance.reading import decoding
from nvr_conformance.reading.decoded_before import DecodedBefore, begins_anew, key_of
from nvr_conformance.reading.decoding import Picture, decode_file, decode_pictures
from nvr_fixtures import load
from nvr_protocol.codecs import Codec

PICTURE = Picture(320, 180, "0" * 64, is_key=True)
LOOPS = 3


@pytest.fixture
def before(monkeypatch):
    """What was decoded before: nothing yet."""
    empty = DecodedBefore()
    monkeypatch.setattr(decoding, "_BEFORE", empty)
    return empty


def made_file(codec=Codec.H264):
    """An MP4 of three loops of a fixture's GOPs, by another's muxer."""
    gops = load("counter-small", codec).gops
    data = b"".join(picture.data for _ in range(LOOPS) for gop in gops for picture in gop)
    buffer = io.BytesIO()
    name = {Codec.H264: "h264", Codec.H265: "hevc"}[codec]
    with av.open(buffer, "w", format="mp4") as container, av.open(io.BytesIO(data), format=name) as source:
        video = container.add_stream_from_template(source.streams.video[0])
        number = 0
        for packet in source.demux():
            if packet.size:
                packet.stream = video
                packet.pts = packet.dts = number * 40_000
                packet.time_base = Fraction(1, 1_000_000)
                number += 1
                container.mux(packet)
    return buffer.getvalue(), number


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_a_file_is_the_same_pictures_with_and_without_what_was_decoded_before(before, codec):
    data, count = made_file(codec)
    gops = load("counter-small", codec).gops
    whole = decode_pictures(
        codec.value, [picture.data for _ in range(LOOPS) for gop in gops for picture in gop]
    )

    first, second = decode_file(data), decode_file(data)

    assert first == second
    assert len(first.pictures) == count
    assert first.pictures == whole.pictures
    assert first.times == first.stored == sorted(first.stored)


def test_what_was_decoded_before_is_not_decoded_again(before, monkeypatch):
    data, _ = made_file()
    calls = []
    inner = decoding._picture
    monkeypatch.setattr(decoding, "_picture", lambda frame: calls.append(1) or inner(frame))

    decode_file(data)
    distinct = sum(map(len, load("counter-small", Codec.H264).gops))
    assert len(calls) == distinct  # of three loops the first

    decode_file(data)
    assert len(calls) == distinct


def test_damage_is_told_each_time(before):
    data, _ = made_file()
    middle = data.index(b"mdat") + len(data) // 2
    data = data[:middle] + b"\xff" * 400 + data[middle + 400 :]

    first, second = decode_file(data), decode_file(data)

    assert first.errors
    assert first.pictures == second.pictures
    assert len(first.errors) == len(second.errors)
    damaged = [b"\0\0\0\1\x65garbage"]
    assert decode_pictures("H264", damaged).errors == decode_pictures("H264", damaged).errors != []


def test_pictures_are_the_callers_own(before):
    units = [picture.data for picture in load("counter-small", Codec.H264).gops[0]]
    decode_pictures("H264", units).pictures.clear()

    assert len(decode_pictures("H264", units).pictures) == len(units)


def test_who_looks_at_frames_sees_them_each_time(before):
    units = [picture.data for picture in load("counter-small", Codec.H264).gops[0]]
    seen = []
    for _ in range(2):
        decode_pictures("H264", units, keep=seen.append)

    assert len(seen) == 2 * len(units)


def test_only_so_much_is_kept():
    before = DecodedBefore(most=10)
    for key in (b"a", b"b", b"a"):
        before.remember(key, [PICTURE] * 5)
    assert before.pictures(b"b") == (PICTURE,) * 5  # asked for last

    before.remember(b"c", [PICTURE] * 5)

    assert before.pictures(b"a") is None
    assert before.pictures(b"b") == before.pictures(b"c") == (PICTURE,) * 5
    before.remember(b"d", [PICTURE] * 11)
    assert before.pictures(b"d") is None


def test_a_key_is_of_all_that_is_given():
    keys = {
        key_of("h264", []),
        key_of("h264", [b"ab"]),
        key_of("h264", [b"a", b"b"]),
        key_of("h264", [b"", b"ab"]),
        key_of("hevc", [b"ab"]),
    }
    assert len(keys) == 5


def sample(*units):
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units)


@pytest.mark.parametrize(
    ("codec", "data", "anew"),
    [
        ("h264", sample(b"\x67sps", b"\x68pps", b"\x65idr"), True),
        ("h264", sample(b"\x06sei", b"\x41p"), False),  # a recovery point at most
        ("hevc", sample(b"\x40\x01vps", b"\x26\x01idr"), True),
        ("hevc", sample(b"\x28\x01idr"), True),
        ("hevc", sample(b"\x2a\x01cra"), False),
        ("h264", b"", False),
        ("h264", b"\0\0\0\x09\x65", True),
        ("h264", b"\xff\xff\xff\xff\x41", False),
        ("h264", bytes(1000), False),
    ],
)
def test_where_nothing_ahead_matters(codec, data, anew):
    assert begins_anew(codec, data) == anew
