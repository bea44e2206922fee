from __future__ import annotations

import io

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_conformance.reading.decoding import decode_audio, decode_file, decode_pictures, decodes
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


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=100), max_size=3), st.sampled_from(["H264", "H265", "JPEG"]))
def test_any_bytes(units, codec):
    decode_pictures(codec, units)


def test_frames_can_be_looked_at():
    seen = []
    decode_pictures("H264", H264, keep=lambda frame: seen.append(frame.width))
    assert seen == [320] * len(H264)


def made_mp4():
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4", options={"brand": "mp42"}) as container:
        source = av.open(io.BytesIO(b"".join(H264)), format="h264")
        video = container.add_stream_from_template(source.streams.video[0])
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
