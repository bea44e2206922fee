"""Playback video: writing, reading, stamping (§3.3.1)."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_protocol.additional_information import TLV, AdditionalInformation, Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import ALTERNATIVES, DEFAULT, Dialect
from nvr_protocol.dialect_detection import detect_dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.chunk_form import ChunkForm
from nvr_protocol.playback.video import (
    Picture,
    PlaybackVideo,
    PreparedGop,
    breaches,
    read_playback_video,
    walk_chunk,
    write_playback_video,
)
from nvr_protocol.timestamps import UTC_ZONE, Zone

LIMIT = 0xFFFF_FFFF * 100 + 99
OPEN = ("byte_order", "chunk_length", "packet_length", "zone_info", "data_size")
dialects = st.builds(Dialect, **{field: st.sampled_from(ALTERNATIVES[field]) for field in OPEN})
zones = st.builds(Zone, st.integers(-1439, 1439), st.booleans())
datas = {
    Codec.H264: st.binary(max_size=40).map(lambda data: b"\0\0\0\1\x65" + data),
    Codec.H265: st.binary(max_size=40).map(lambda data: b"\0\0\0\1\x26\1" + data),
    Codec.JPEG: st.binary(max_size=40).map(lambda data: b"\xff\xd8\xff" + data),
}


@st.composite
def videos(draw, codecs=tuple(Codec), fewest=0):
    codec = draw(st.sampled_from(codecs))
    count = draw(st.integers(fewest, 1 if codec is Codec.JPEG else 5))
    camera_information = draw(st.booleans())
    start = draw(st.integers(0, LIMIT - 1000))
    moments = [start, *sorted(draw(st.lists(st.integers(start, start + 1000), min_size=9, max_size=9)))][
        :count
    ]
    camera_start = draw(st.integers(0, LIMIT - 1000))
    pictures = tuple(
        Picture(draw(datas[codec]), moment, camera_start + moment - start if camera_information else None)
        for moment in moments
    )
    return PlaybackVideo(
        codec,
        draw(st.integers(0, 0xFFFF)),
        pictures,
        start,
        moments[-1] if moments else start,
        draw(zones),
        draw(st.integers(0, 0xFFFF)),
        draw(st.sampled_from(Operation)),
        draw(st.integers(0, 8)),
        dialect=draw(dialects),
    )


@given(videos())
def test_reads_what_it_writes(video):
    data = write_playback_video(video)
    assert len(data) % 4096 == 0
    read = read_playback_video(data, video.dialect)
    if video.pictures and video.pictures[0].camera_hundredths is None:
        assert [picture.data for picture in read.pictures] == [picture.data for picture in video.pictures]
        assert replace(read, recorder=None, pictures=()) == replace(video, pictures=())
    else:
        assert replace(read, recorder=None) == video
    assert write_playback_video(read) == data


@given(videos(fewest=1), st.booleans())
def test_a_prepared_gop_is_stamped_as_it_is_written(video, camera_information):
    pictures = tuple(
        replace(picture, camera_hundredths=picture.hundredths if camera_information else None)
        for picture in video.pictures
    )
    video = replace(video, pictures=pictures)
    prepared = PreparedGop(
        video.codec,
        [picture.data for picture in pictures],
        video.frame_rate,
        video.dialect,
        ChunkForm(camera_information="times" if camera_information else "none"),
    )
    moments = [picture.hundredths for picture in pictures]
    for _ in range(2):  # the first stamp leaves nothing behind
        stamped = prepared.stamp(video.camera, moments, video.zone, video.operation, video.speed)
        assert bytes(stamped) == write_playback_video(video)
        prepared.stamp(0xFFFF, [LIMIT] * len(moments), Zone(-1439, True), Operation.DOWNLOADED, 8)


@settings(max_examples=50)
@given(videos(), st.data())
def test_a_damaged_byte_raises_nothing_but_a_protocol_error(video, data):
    written = bytearray(write_playback_video(video))
    end = walk_chunk(bytes(written), video.dialect).end
    for _ in range(data.draw(st.integers(1, 3))):
        written[data.draw(st.integers(0, end - 1))] = data.draw(st.sampled_from((0, 1, 4, 5, 0x7F, 0xFF)))
    with suppress(ProtocolError):
        read_playback_video(bytes(written), video.dialect)
    with suppress(ProtocolError):
        breaches(walk_chunk(bytes(written), video.dialect))


@given(
    st.binary(max_size=120),
    st.sampled_from((b"", b"\xff\x15\0\x10", b"\x15\xff\x10\0", b"\xff\xd8\xff\xfe\0\x02")),
    dialects,
)
def test_any_bytes_are_a_video_or_a_protocol_error(data, start, dialect):
    with suppress(ProtocolError):
        read_playback_video(start + data, dialect)


@given(videos(), st.integers(1, 4096))
def test_a_body_that_is_cut_off_is_refused(video, cut):
    data = write_playback_video(video)
    with pytest.raises(ProtocolError):
        read_playback_video(data[:-cut] if cut < 4096 else b"", video.dialect)


def gop(**changes):
    pictures = (Picture(b"\0\0\0\1\x65abc", 1000, 5000), Picture(b"\0\0\0\1\x41d", 1050, 5050))
    return replace(
        PlaybackVideo(Codec.H264, 3, pictures, 1000, 1050, Zone(540), 20, Operation.REVERSE), **changes
    )


def test_ids_that_were_absent_stay_absent():
    recorder = AdditionalInformation(camera=9, seconds=0, zone=UTC_ZONE, unknown=(TLV(0x0777, b"1234"),))
    read = read_playback_video(write_playback_video(gop(recorder=recorder)))
    assert read.recorder == AdditionalInformation(
        camera=3,
        seconds=10,
        zone=Zone(540),
        unknown=(TLV(0x0777, b"1234"),),
        camera_seconds=50,
        camera_zone=Zone(540),
        camera_frame_hundredths=0,
    )
    assert (read.camera, read.frame_rate, read.operation) == (3, 0, Operation.UNDEFINED)
    assert (read.start, read.end) == (1000, 1050)


@given(st.data(), st.booleans(), st.booleans())
def test_nobody_says_what_reserved_bytes_and_the_padding_hold(data, further_block, counted):
    recorder = None if counted else AdditionalInformation(camera=9, compression=Codec.H264)
    body = bytearray(write_playback_video(gop(recorder=recorder)))
    chunk = walk_chunk(bytes(body))
    expected = read_playback_video(bytes(body))
    body += bytes(4096 * further_block)
    head, stream = chunk.stream_header, chunk.stream_header + 4
    reserved = [range(head - 12, head), range(stream, stream + 16), range(stream + 32, stream + 48)]
    reserved += [range(packet.start + 8, packet.start + 24) for packet in chunk.packets]
    padding = range(chunk.end, len(body))
    for places in (*reserved, padding):
        noise = data.draw(st.sampled_from((b"\xff", b"\1")) | st.binary(min_size=1, max_size=9))
        for place in places:
            body[place] = noise[place % len(noise)]
    assert read_playback_video(bytes(body)) == expected
    if counted:
        assert detect_dialect(bytes(body)).dialect.packet_length == "header-to-padding"


def test_the_camera_may_have_a_zone_of_its_own():
    recorder = AdditionalInformation(camera=9, camera_seconds=0, camera_zone=Zone(60))
    data = write_playback_video(gop(recorder=recorder))
    assert read_playback_video(data).recorder.camera_zone == Zone(60)


def test_times_between_are_spread_where_the_camera_does_not_tell():
    pictures = tuple(Picture(b"\0\0\0\1\x41", moment) for moment in (1000, 1001, 1002, 1100))
    read = read_playback_video(write_playback_video(gop(pictures=pictures, end=1100)))
    assert [picture.hundredths for picture in read.pictures] == [1000, 1033, 1066, 1100]


def test_camera_times_that_leave_the_gop_do_not_count():
    pictures = tuple(
        Picture(b"\0\0\0\1\x41", moment, camera) for moment, camera in ((1000, 50), (1010, 40), (1100, 60))
    )
    read = read_playback_video(write_playback_video(gop(pictures=pictures, end=1100)))
    assert [picture.hundredths for picture in read.pictures] == [1000, 1050, 1100]
    assert [picture.camera_hundredths for picture in read.pictures] == [50, 40, 60]


def test_the_dialect_of_the_writer_comes_first():
    little = Dialect(byte_order="little")
    assert write_playback_video(gop(), little) == write_playback_video(gop(dialect=little))
    assert write_playback_video(gop(), DEFAULT)[:2] == b"\xff\x15"


@pytest.mark.parametrize(
    ("field", "value", "length", "size"),
    [
        ("chunk_length", "to-stream-header", 0x94, None),
        ("chunk_length", "behind-header", 0x90, None),
        ("chunk_length", "to-reserved", 0x88, None),
        ("chunk_length", "length-to-reserved", 0x86, None),
        ("packet_length", "header-to-padding", 0x48, None),
        ("packet_length", "header-to-data", 0x45, None),
        ("packet_length", "reserved-to-padding", 0x40, None),
        ("packet_length", "data", 0x2D, None),
        ("packet_length", "length-to-padding", 0x44, None),
        ("data_size", "data", None, 0x3C),
        ("data_size", "with-padding", None, 0x40),
        ("data_size", "packets", None, 0x84),
        ("data_size", "headers-and-data", None, 0x6C),
    ],
)
def test_lengths_in_each_dialect(vector, field, value, length, size):
    video = read_playback_video(vector("playback-h264-gop"))
    data = write_playback_video(video, Dialect(**{field: value}))
    if field == "chunk_length":
        assert data[:4] == b"\xff\x15" + length.to_bytes(2, "big")
    elif field == "packet_length":
        assert data[0xD8:0xE0] == b"\xff\x05\0\3" + length.to_bytes(4, "big")
    else:
        assert data[0x14:0x1C] == bytes.fromhex("00060008") + size.to_bytes(4, "big")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"start": -1}, "start"),
        ({"end": LIMIT + 1}, "end"),
        ({"end": 999}, "picture time"),
        ({"pictures": (Picture(b"\0\0\0\1\x65", 1000, -1),)}, "camera time"),
        ({"pictures": (Picture(b"\0\0\0\1\x65", 999),)}, "picture time"),
        ({"pictures": (Picture(b"\0\0\1\x65", 1000),)}, "picture"),
        ({"codec": Codec.JPEG}, "pictures"),
        ({"codec": Codec.JPEG, "pictures": (Picture(b"\0\0\0\1", 1000),)}, "picture"),
        ({"camera": 0x10000}, "camera 0x0004"),
        ({"frame_rate": 0x10000}, "frame rate 0x0009"),
        ({"speed": 9}, "speed"),
        ({"recorder": AdditionalInformation(unknown=(TLV(0x777, bytes(0x8000)),) * 2)}, "chunk header"),
    ],
)
def test_what_has_no_place_is_not_written(changes, what):
    with pytest.raises(ProtocolError) as caught:
        write_playback_video(gop(**changes))
    assert caught.value.what == what


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"camera": 0x10000}, "camera"),
        ({"picture_hundredths": [0, LIMIT + 1]}, "picture times"),
        ({"picture_hundredths": [-1, 0]}, "picture times"),
        ({"picture_hundredths": [1, 0]}, "picture times"),
        ({"picture_hundredths": [1]}, "picture times"),
        ({"speed": 9}, "speed"),
    ],
)
def test_what_has_no_place_is_not_stamped(changes, what):
    prepared = PreparedGop(Codec.H264, [b"\0\0\0\1\x65", b"\0\0\0\1\x41"], 10)
    values = {
        "camera": 1,
        "picture_hundredths": [0, 5],
        "zone": UTC_ZONE,
        "operation": Operation.PAUSE,
        "speed": 0,
    }
    prepared.stamp(**values)
    with pytest.raises(ProtocolError) as caught:
        prepared.stamp(**values | changes)
    assert caught.value.what == what


def test_a_prepared_gop_has_camera_information_unless_told_otherwise():
    datas = [b"\0\0\0\1\x65"]
    stamped = PreparedGop(Codec.H264, datas, 10).stamp(1, [5], UTC_ZONE, Operation.PAUSE)
    assert read_playback_video(bytes(stamped)).pictures == (Picture(datas[0], 5, 5),)


@pytest.mark.parametrize("length", range(3866, 3876))
def test_a_body_may_end_with_its_last_packet(length):
    data = write_playback_video(gop(pictures=(Picture(b"\0\0\0\1" + b"x" * length, 1000),)))
    assert len(data) == (4096 if length <= 3872 else 8192)
    assert read_playback_video(data).pictures[0].data.count(b"x") == length


def test_nothing_cannot_be_prepared():
    with pytest.raises(ProtocolError):
        PreparedGop(Codec.H264, [], 10)
