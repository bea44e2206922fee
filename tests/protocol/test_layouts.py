"""The declarations read what the writers write, as the readers do: a second opinion."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_protocol import layouts
from nvr_protocol.additional_information import AdditionalInformation, Operation, write_information
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.live_jpeg import read_live_jpeg, write_live_jpeg
from nvr_protocol.playback.audio import (
    AudioUnit,
    PlaybackAudio,
    read_playback_audio,
    write_playback_audio,
)
from nvr_protocol.playback.video import (
    Picture,
    PlaybackVideo,
    read_playback_video,
    stream_times,
    walk_chunk,
    write_playback_video,
)
from nvr_protocol.rtp.packet import RtpPacket, read_packet, write_packet
from nvr_protocol.timestamps import Zone

zones = st.builds(Zone, st.integers(-1439, 1439), st.booleans())
moments = st.integers(0, 0xFFFF_FFFF * 100)


def zone_of(theirs):
    info = getattr(theirs, "info", theirs)
    minutes = theirs.hours * 60 + theirs.minutes
    return Zone(-minutes if info.sign else minutes, bool(info.summer))


def hundredths(theirs):
    return theirs.seconds * 100 + theirs.hundredth


def value_of(tlvs, number):
    return layouts.tlv_value(next(tlv for tlv in tlvs if tlv.id == number))


def check_video(data):
    chunk, video = walk_chunk(data), read_playback_video(data)
    layout = layouts.PLAYBACK_JPEG if video.codec is Codec.JPEG else layouts.PLAYBACK_VIDEO
    theirs = layout.parse(data)
    assert [(tlv.id, tlv.data) for tlv in theirs.tlvs] == [(tlv.id, tlv.data) for tlv in chunk.tlvs]
    assert value_of(theirs.tlvs, 0x0004).value == video.camera
    assert value_of(theirs.tlvs, 0x0006).size == sum(len(picture.data) for picture in video.pictures)
    assert value_of(theirs.tlvs, 0x0008).value == len(video.pictures)
    assert value_of(theirs.tlvs, 0x0009).value == video.frame_rate
    assert value_of(theirs.tlvs, 0x000C).value == bool(video.pictures)
    status = value_of(theirs.tlvs, 0x000D)
    assert (status.operation, status.speed) == (video.operation, video.speed)
    time = value_of(theirs.tlvs, 0x0007)
    assert time.seconds * 100 + value_of(theirs.tlvs, 0x000A).value == video.start
    assert zone_of(time.zone) == video.zone
    packets = theirs.rest.packets
    assert [packet.data for packet in packets] == [picture.data for picture in video.pictures]
    assert not any(theirs.rest.padding)
    for packet, picture in zip(packets[1:], video.pictures[1:], strict=True):
        if picture.camera_hundredths is None:
            assert packet.tlvs == []
        else:
            camera_time = value_of(packet.tlvs, 0x0011).seconds * 100 + value_of(packet.tlvs, 0x0012).value
            assert camera_time == picture.camera_hundredths
    if packets:
        ours, stream = stream_times(chunk), theirs.rest.stream
        assert (hundredths(stream.start), hundredths(stream.end)) == (ours.start, ours.end)
        assert hundredths(stream.picture) == ours.picture
        assert zone_of(stream.start_zone) == zone_of(stream.end_zone) == ours.zone


def check_audio(data):
    audio, theirs = read_playback_audio(data), layouts.PLAYBACK_AUDIO.parse(data)
    assert (theirs.camera, theirs.start, theirs.end) == (audio.camera, audio.start, audio.end)
    assert zone_of(theirs.start_zone) == zone_of(theirs.end_zone) == audio.zone
    assert not any(theirs.padding)
    if audio.codec is AudioCodec.AAC:
        assert [unit.data for unit in theirs.audio] == [unit.data for unit in audio.units]
    else:
        assert theirs.codec == (audio.codec is AudioCodec.G711)
        assert theirs.audio == b"\0" * audio.leading_zero + audio.samples


@pytest.mark.parametrize(
    "name",
    ["playback-h264-gop", "playback-h264-no-image", "playback-h265-gop-no-camera-info", "playback-jpeg"],
)
def test_playback_video_vectors(vector, name):
    check_video(vector(name))


@pytest.mark.parametrize("name", ["playback-audio-aac", "playback-audio-g711"])
def test_playback_audio_vectors(vector, name):
    check_audio(vector(name))


def test_live_vectors(vector):
    data = vector("live-jpeg-part")
    theirs, ours = layouts.LIVE_JPEG.parse(data), read_live_jpeg(data)
    assert theirs.rest == ours.jpeg[2:]
    assert value_of(theirs.recorder.tlvs, 0x0004).value == ours.recorder.camera
    assert value_of(theirs.camera.tlvs, 0x0011).seconds == ours.camera.camera_seconds
    packet = layouts.RTP.parse(vector("live-rtp-h265-aud"))
    assert [tlv.id for tlv in layouts.TLVS.parse(packet.extension.data)] == [0x0004, 0x0007, 0x000A]


@settings(max_examples=40)
@given(
    st.sampled_from((Codec.H264, Codec.H265, Codec.JPEG)),
    st.lists(st.binary(max_size=20), max_size=3),
    moments,
    zones,
    st.sampled_from(Operation),
    st.booleans(),
)
def test_playback_video(codec, contents, start, zone, operation, camera_information):
    lead = b"\xff\xd8" if codec is Codec.JPEG else b"\0\0\0\1"
    pictures = tuple(
        Picture(lead + content, start + 3 * i, start + 3 * i if camera_information else None)
        for i, content in enumerate(contents[:1] if codec is Codec.JPEG else contents)
    )
    end = pictures[-1].hundredths if pictures else start
    check_video(write_playback_video(PlaybackVideo(codec, 7, pictures, start, end, zone, 25, operation, 3)))


@settings(max_examples=40)
@given(st.sampled_from(AudioCodec), st.lists(st.binary(max_size=9), max_size=3), zones)
def test_playback_audio(codec, contents, zone):
    if codec is AudioCodec.AAC:
        units = tuple(AudioUnit(b"!" + content) for content in contents)
        audio = PlaybackAudio(codec, 7, 8, 9, zone, units=units)
    else:
        audio = PlaybackAudio(codec, 7, 8, 9, zone, b"".join(contents))
    check_audio(write_playback_audio(audio))


@settings(max_examples=40)
@given(
    st.integers(0, 127),
    st.integers(0, 0xFFFF),
    st.booleans(),
    st.binary(max_size=20),
    st.none() | st.integers(0, 0xFFFF),
)
def test_rtp(payload_type, sequence, marker, payload, camera):
    extension = None if camera is None else write_information(AdditionalInformation(camera=camera))
    data = write_packet(RtpPacket(payload_type, sequence, 5, 6, marker, payload, extension))
    theirs, ours = layouts.RTP.parse(data), read_packet(data)
    assert (theirs.bits.version, theirs.bits.padding, theirs.bits.csrc_count) == (2, False, 0)
    assert (theirs.bits.payload_type, theirs.bits.marker) == (ours.payload_type, ours.marker)
    assert (theirs.sequence, theirs.timestamp, theirs.ssrc) == (ours.sequence, ours.timestamp, ours.ssrc)
    assert (theirs.extension and theirs.extension.data, theirs.payload) == (ours.extension, ours.payload)


@settings(max_examples=40)
@given(st.integers(0, 0xFFFF), zones, st.binary(max_size=20))
def test_live_jpeg(camera, zone, rest):
    recorder = AdditionalInformation(camera=camera)
    information = AdditionalInformation(camera_seconds=9, camera_zone=zone)
    theirs = layouts.LIVE_JPEG.parse(write_live_jpeg(b"\xff\xd8\xff\xdb" + rest, recorder, information))
    assert value_of(theirs.recorder.tlvs, 0x0004).value == camera
    assert zone_of(value_of(theirs.camera.tlvs, 0x0011).zone) == zone
    assert theirs.rest == b"\xff\xdb" + rest


def test_the_readers_do_without_construct():
    code = (
        "import sys, nvr_protocol.playback.video, nvr_protocol.playback.audio, nvr_protocol.multipart,"
        " nvr_protocol.rtp.h264, nvr_protocol.rtp.h265;"
        " sys.exit('construct' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
