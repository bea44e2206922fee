from __future__ import annotations

import io
from fractions import Fraction
from itertools import pairwise

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from films.reordered import with_b_pictures
from nvr_conformance.reading.decoding import (
    decode_audio,
    decode_file,
    decode_part,
    decode_pictures,
    decodes,
)
from nvr_fixtures import load
from nvr_protocol.codecs import Codec

H264 = [picture.data for picture in load("counter-small", Codec.H264).gops[0]]


@pytest.mark.parametrize("codec", ["H264", "H265"])
def test_whole_gops(codec):
    fixture = load("counter-small", Codec(codec))
    decoded = decode_pictures(codec, [picture.data for gop in fixture.gops for picture in gop])
    count = sum(map(len, fixture.gops))
    assert decodes(decoded, exactly=count).ok
    sizes = {(picture.width, picture.height) for picture in decoded.pictures}
    assert sizes == {(fixture.width, fixture.height)}
    assert decoded.pictures[0].is_key
    again = decode_pictures(codec, [picture.data for picture in fixture.gops[0]])
    assert again.pictures == decoded.pictures[: len(again.pictures)]
    assert not decodes(decoded, exactly=count + 1).ok


def test_damage_is_an_error():
    damaged = [H264[0][: len(H264[0]) // 2], *H264[1:]]
    decoded = decode_pictures("H264", damaged)
    assert decoded.errors
    assert not decodes(decoded).ok


def test_garbage_and_nothing():
    assert not decodes(decode_pictures("H264", [b"\0\0\0\1\x65garbage", bytes(100)])).ok
    assert not decodes(decode_pictures("JPEG", [b"\xff\xd8\xff\xd9"])).ok
    assert not decodes(decode_pictures("H265", [])).ok


def a_jpeg_picture():
    frames = []
    decode_pictures("H264", H264[:1], keep=frames.append)
    context = av.CodecContext.create("mjpeg", "w")
    context.width, context.height, context.pix_fmt = frames[0].width, frames[0].height, "yuvj420p"
    context.time_base = Fraction(1, 5)
    (packet,) = (*context.encode(frames[0].reformat(format="yuvj420p")), *context.encode(None))
    return bytes(packet)


EXIF_BEYOND = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x0f\0\x02\0\0\0\x14\0\0\x03\x84" + bytes(
    4
)
"""A directory whose only entry lies beyond it."""


@pytest.mark.parametrize(
    "segment",
    [
        EXIF_BEYOND,
        b"\xff\xe1\0\x10Exif\0\0XX\0\x2a\0\0\0\x08",
        b"\xff\xe1\0\x08Exif\0\0",
        b"\xff\xef\0\x05abc",
    ],
    ids=["directory beyond", "no TIFF", "nothing", "own segment"],
)
def test_what_stands_ahead_of_a_jpeg_picture_is_the_cameras(segment):
    picture = a_jpeg_picture()
    decoded = decode_pictures("JPEG", [picture[:2] + segment + picture[2:]])
    assert decodes(decoded, exactly=1).ok, decoded.errors
    cut = picture[: len(picture) // 2]
    assert not decodes(decode_pictures("JPEG", [cut[:2] + segment + cut[2:]])).ok


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=100), max_size=3), st.sampled_from(["H264", "H265", "JPEG"]))
def test_any_bytes(units, codec):
    decode_pictures(codec, units)


def test_frames_can_be_looked_at():
    seen = []
    decode_pictures("H264", H264, keep=lambda frame: seen.append(frame.width))
    assert seen == [320] * len(H264)


def made_mp4(**metadata):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4", options={"brand": "mp42"}) as container:
        source = av.open(io.BytesIO(b"".join(H264)), format="h264")
        video = container.add_stream_from_template(source.streams.video[0])
        video.metadata.update(metadata)
        audio = container.add_stream("aac", rate=48000)
        for number, packet in enumerate(source.demux()):
            if packet.size:
                packet.stream = video
                packet.pts = packet.dts = number * 240_000
                container.mux(packet)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        frame.sample_rate = 48000
        for number in range(10):
            frame.pts = number * 1024
            container.mux(audio.encode(frame))
        container.mux(audio.encode(None))
    return buffer.getvalue()


def test_files():
    data = made_mp4()
    decoded = decode_file(data)
    assert (decoded.brand, decoded.video_streams, decoded.audio_streams) == ("mp42", 1, 1)
    assert decoded.pictures == decode_pictures("H264", H264).pictures
    assert decoded.samples >= 10 * 1024
    assert decode_file(data[: len(data) // 2]).errors
    assert decode_file(b"").errors


def box(kind, data):
    return (8 + len(data)).to_bytes(4, "big") + kind + data


def test_a_makers_own_data_in_a_file_is_no_error():
    whole = made_mp4()
    own = box(b"udta", box(b"manu", b"somebody\0") + box(b"modl", b"a recorder\0"))
    at = whole.rfind(b"moov") - 4
    assert whole[at + 4 : at + 8] == b"moov"
    assert not decode_file(whole[:at] + box(b"moov", own + whole[at + 8 :])).errors


@pytest.mark.parametrize("options", [{}, {"movflags": "frag_keyframe+empty_moov"}])
@pytest.mark.parametrize("codec", ["H264", "H265"])
def test_a_part_of_a_file(codec, options):
    """Whole GOPs, from the one that a time lies in up to the end."""
    gops = [[picture.data for picture in gop] for gop in load("counter-small", Codec(codec)).gops]
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4", options=options) as container:
        name = {"H264": "h264", "H265": "hevc"}[codec]
        with av.open(io.BytesIO(b"".join(gops[0])), format=name) as source:
            video = container.add_stream_from_template(source.streams.video[0])
        video.time_base = Fraction(1, 5)
        for number, data in enumerate(data for gop in gops for data in gop):
            packet = av.Packet(data)
            packet.stream, packet.time_base = video, Fraction(1, 5)
            packet.dts = packet.pts = number
            packet.duration, packet.is_keyframe = 1, any(data is gop[0] for gop in gops)
            container.mux(packet)
    whole = decode_file(buffer.getvalue())
    seconds = len(gops[0]) / 5
    part = decode_part(buffer.getvalue(), 1.5 * seconds, 2.5 * seconds)
    first, last = whole.times.index(part.times[0]), whole.times.index(part.times[-1])
    assert part.pictures == whole.pictures[first : last + 1]
    assert part.times[0] <= 1.5 * seconds
    assert part.times[-1] >= 2.5 * seconds - 0.2
    assert len(part.times) < len(whole.times)
    assert decode_part(b"", 0.0, 1.0).errors


def test_a_time_code_track_is_no_error():
    plain, coded = made_mp4(), made_mp4(timecode="01:02:03:00")
    assert b"tmcd" in coded
    assert b"tmcd" not in plain
    assert decode_file(coded).errors == []


@pytest.mark.parametrize("codec", ["H264", "H265"])
def test_pictures_that_come_in_another_order_than_they_are_shown(codec):
    shown, units = with_b_pictures(codec)
    assert shown != sorted(shown)
    pictures = decode_pictures(codec, units).pictures
    assert [shown[picture.unit] for picture in pictures] == sorted(shown)
    plain = [picture.data for picture in load("counter-small", Codec(codec)).gops[0]]
    assert [picture.unit for picture in decode_pictures(codec, plain).pictures] == list(range(len(plain)))


@pytest.mark.parametrize("codec", ["H264", "H265"])
def test_times_in_a_file_are_those_at_which_pictures_are_shown(codec):
    shown, units = with_b_pictures(codec)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        name = {"H264": "h264", "H265": "hevc"}[codec]
        with av.open(io.BytesIO(b"".join(units)), format=name) as source:
            video = container.add_stream_from_template(source.streams.video[0])
        video.time_base = Fraction(1, 5)
        for number, (data, place) in enumerate(zip(units, shown, strict=True)):
            packet = av.Packet(data)
            packet.stream, packet.time_base = video, Fraction(1, 5)
            packet.dts, packet.pts, packet.duration = number - 2, place, 1
            packet.is_keyframe = number == 0
            container.mux(packet)
    decoded = decode_file(buffer.getvalue())
    apart = [after - before for before, after in pairwise(decoded.times)]
    assert apart == pytest.approx([0.2] * (len(units) - 1))
    assert not decoded.errors


@pytest.mark.parametrize(("codec", "size", "samples"), [("G711", 160, 160), ("G726", 80, 160)])
def test_plain_audio(codec, size, samples):
    decoded = decode_audio(codec, [b"\xff" * size] * 3)
    assert (decoded.samples, decoded.rate, decoded.channels) == ([samples] * 3, 8000, 1)
    assert not decoded.errors


def test_aac():
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate, encoder.layout, encoder.format = 48000, "mono", "fltp"
    frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
    frame.sample_rate = 48000
    frame.planes[0].update(bytes(frame.planes[0].buffer_size))
    units = [bytes(packet) for _ in range(5) for packet in encoder.encode(frame)]
    decoded = decode_audio("AAC", units)
    assert decoded.samples == [1024] * len(units)
    assert (decoded.rate, decoded.channels, decoded.errors) == (48000, 1, [])
    assert decode_audio("AAC", [b"garbage" * 20]).errors
