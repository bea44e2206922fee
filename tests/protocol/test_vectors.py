"""Every vector is read, and written again byte for byte."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from nvr_protocol.additional_information import AdditionalInformation, Operation, read_information
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.live_jpeg import read_live_jpeg, write_live_jpeg
from nvr_protocol.playback.audio import AudioUnit, read_playback_audio, write_playback_audio
from nvr_protocol.playback.chunk_form import ChunkForm
from nvr_protocol.playback.video import (
    Picture,
    PlaybackVideo,
    PreparedGop,
    read_playback_video,
    write_playback_video,
)
from nvr_protocol.rtp.packet import RtpPacket, read_packet, write_packet
from nvr_protocol.timestamps import Zone

TOKYO = Zone(9 * 60)
SECONDS = 0x6629C730
START = SECONDS * 100 + 40
PLAYBACK = [
    "playback-h264-gop",
    "playback-h264-no-image",
    "playback-h265-gop-no-camera-info",
    "playback-jpeg",
]


def test_each_vector_is_as_long_as_it_says(vector):
    texts = {path.stem: path.read_text() for path in (Path(__file__).parent / "vectors").glob("*.hex")}
    assert len(texts) == 8
    for name, text in texts.items():
        said = re.search(r"^# (\d+) bytes$", text, re.MULTILINE)
        assert said is not None
        assert len(vector(name)) == int(said[1]), name


def test_rtp_packet(vector):
    data = vector("live-rtp-h265-aud")
    packet = read_packet(data)
    assert packet == RtpPacket(101, 0x1234, 90_000, 0xDEADBEEF, False, bytes.fromhex("460110"), data[16:44])
    assert read_information(packet.extension) == AdditionalInformation(
        camera=2, seconds=SECONDS, zone=TOKYO, frame_hundredths=40
    )
    assert write_packet(packet) == data


def test_live_jpeg(vector):
    data = vector("live-jpeg-part")
    picture = read_live_jpeg(data)
    assert picture.jpeg == bytes.fromhex("ffd8ffdb00040102ffd9")
    assert picture.form == "two-soi"
    assert picture.recorder == AdditionalInformation(
        camera=2, seconds=SECONDS, zone=TOKYO, frame_hundredths=40
    )
    assert picture.camera == AdditionalInformation(
        camera_seconds=SECONDS, camera_zone=TOKYO, camera_frame_hundredths=40
    )
    assert write_live_jpeg(picture.jpeg, picture.recorder, picture.camera) == data


def test_aac(vector):
    data = vector("playback-audio-aac")
    audio = read_playback_audio(data)
    assert audio.codec is AudioCodec.AAC
    assert (audio.camera, audio.start, audio.end, audio.zone) == (2, SECONDS, SECONDS + 1, TOKYO)
    assert audio.units == (AudioUnit(bytes.fromhex("211a4f5a")), AudioUnit(bytes.fromhex("210049900219")))
    assert audio.unit_ids == {0xFF14}
    assert write_playback_audio(audio) == data


def test_g711(vector):
    data = vector("playback-audio-g711")
    audio = read_playback_audio(data)
    assert audio.codec is AudioCodec.G711
    assert (audio.camera, audio.start, audio.end, audio.zone) == (2, SECONDS, SECONDS + 1, TOKYO)
    assert audio.samples == bytes(range(0x80, 0x90))
    assert write_playback_audio(audio) == data


def test_h264_gop(vector):
    data = vector("playback-h264-gop")
    video = read_playback_video(data)
    assert replace(video, recorder=None) == PlaybackVideo(
        Codec.H264,
        2,
        (
            Picture(data[0xF0:0x11D], START, START),
            Picture(data[0x14C:0x15B], START + 20, START + 20),
        ),
        START,
        START + 20,
        TOKYO,
        50,
        Operation.PLAYBACK,
    )
    assert video.recorder is not None
    assert video.recorder.frames == 2
    assert video.recorder.data_size == 60


def test_h265_gop_without_camera_information(vector):
    data = vector("playback-h265-gop-no-camera-info")
    video = read_playback_video(data)
    assert video.codec is Codec.H265
    assert [picture.camera_hundredths for picture in video.pictures] == [None, None]
    assert [picture.hundredths for picture in video.pictures] == [START, START + 20]
    assert video.pictures[1].data == data[0x128:0x137]


def test_no_image(vector):
    video = read_playback_video(vector("playback-h264-no-image"))
    assert video.pictures == ()
    assert (video.start, video.end, video.zone) == (START, START, TOKYO)
    assert video.recorder is not None
    assert video.recorder.present is False


def test_jpeg(vector):
    video = read_playback_video(vector("playback-jpeg"))
    assert video.codec is Codec.JPEG
    assert video.pictures == (Picture(bytes.fromhex("ffd8ffdb00040102ffd9"), START, START),)
    assert video.recorder is not None
    assert video.recorder.compression is None


@pytest.mark.parametrize("name", PLAYBACK)
def test_playback_is_written_as_it_was_read(vector, name):
    data = vector(name)
    video = read_playback_video(data)
    assert write_playback_video(video) == data
    assert write_playback_video(replace(video, recorder=None)) == data


@pytest.mark.parametrize("name", [name for name in PLAYBACK if name != "playback-h264-no-image"])
def test_playback_is_stamped_as_it_is_written(vector, name):
    data = vector(name)
    video = read_playback_video(data)
    prepared = PreparedGop(
        video.codec,
        [picture.data for picture in video.pictures],
        video.frame_rate,
        form=ChunkForm(camera_information="none" if video.pictures[0].camera_hundredths is None else "times"),
    )
    moments = [picture.hundredths for picture in video.pictures]
    assert bytes(prepared.stamp(2, moments, TOKYO, Operation.PLAYBACK)) == data
