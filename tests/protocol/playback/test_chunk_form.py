"""What a chunk may have or not, byte by byte (§3.3.1, OP-35)."""

import dataclasses
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.additional_information import Operation, walk_tlvs
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import ALTERNATIVES, Dialect
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
from nvr_protocol.timestamps import Zone

HINTS = get_type_hints(ChunkForm)
VALUES = {field.name: get_args(HINTS[field.name]) for field in dataclasses.fields(ChunkForm)}
forms = st.builds(ChunkForm, **{name: st.sampled_from(values) for name, values in VALUES.items()})
FIELDS = ("byte_order", "chunk_length", "packet_length", "zone_info", "data_size")
dialects = st.builds(Dialect, **{field: st.sampled_from(ALTERNATIVES[field]) for field in FIELDS})

DATAS = {
    Codec.H264: (b"\0\0\0\1\x65abc", b"\0\0\0\1\x41d", b"\0\0\0\1\x41ef"),
    Codec.H265: (b"\0\0\0\1\x26\1abc", b"\0\0\0\1\2\1d"),
    Codec.JPEG: (b"\xff\xd8\xff\xd9",),
}
ALL = [4, 5, 6, 7, 8, 9, 0xA, 0xB, 0xC, 0xD, 0x27, 0x28, 0x29]
TIMES = [0x11, 0x12]
UNKNOWN = [0x0101, 0x8002]


def video(codec=Codec.H264, dialect=None):
    pictures = tuple(Picture(data, 1000 + 20 * n, 1000 + 20 * n) for n, data in enumerate(DATAS[codec]))
    end = pictures[-1].hundredths
    zone = Zone(-210, True)
    return PlaybackVideo(
        codec, 3, pictures, 1000, end, zone, 50, Operation.REVERSE, 0, dialect=dialect or Dialect()
    )


def walked(codec=Codec.H264, **form):
    return walk_chunk(write_playback_video(video(codec), form=ChunkForm(**form)))


def head_ids(chunk):
    return [tlv.id for tlv in chunk.tlvs]


def ahead_ids(chunk):
    return [[tlv.id for tlv in packet.tlvs] for packet in chunk.packets]


@given(forms, dialects, st.sampled_from(Codec), st.booleans())
def test_a_prepared_gop_has_the_same_form(form, dialect, codec, later):
    told = video(codec, dialect)
    told = dataclasses.replace(told, end=told.end + 20 * later)
    prepared = PreparedGop(codec, DATAS[codec], told.frame_rate, dialect, form)
    moments = [picture.hundredths for picture in told.pictures]
    for _ in range(2):
        end = told.end if later else None
        stamped = prepared.stamp(3, moments, told.zone, told.operation, end=end)
        assert bytes(stamped) == write_playback_video(told, form=form)
        prepared.stamp(0xFFFF, [0xFFFF_FFFF] * len(moments), Zone(-1439), Operation.DOWNLOADED, 8)


@given(forms, dialects, st.sampled_from(Codec))
def test_whatever_its_form_a_chunk_is_read(form, dialect, codec):
    body = write_playback_video(video(codec, dialect), form=form)
    assert len(body) % 4096 == 0
    read = read_playback_video(body, dialect)
    assert tuple(picture.data for picture in read.pictures) == DATAS[codec]
    assert (read.start, read.end, read.zone) == (1000, video(codec).end, Zone(-210, True))
    assert breaches(walk_chunk(body, dialect)) == []


@given(forms)
def test_whatever_its_form_a_chunk_may_have_no_image(form):
    none = dataclasses.replace(video(), pictures=())
    body = write_playback_video(none, form=form)
    assert read_playback_video(body).pictures == ()
    assert ahead_ids(walk_chunk(body)) == []


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ("all", ALL),
        ("few", [5, 0xC]),
        ("none", []),
        ("unknown-too", [1, 4, 5, 6, 7, 8, 9, 0xA, 0xB, 0xC, 0xD, 0x20, 0x27, 0x28, 0x29, 0x0F2A]),
    ],
)
def test_which_recorder_information_there_is(ids, expected):
    chunk = walked(recorder_ids=ids)
    assert head_ids(chunk) == [*expected, *TIMES]
    assert ahead_ids(chunk) == [[], TIMES, TIMES]


@pytest.mark.parametrize(
    ("information", "place", "head", "ahead"),
    [
        ("times", "everywhere", TIMES, TIMES),
        ("times", "chunk-head", TIMES, []),
        ("times", "packets", [], TIMES),
        ("unknown-ids", "everywhere", UNKNOWN, UNKNOWN),
        ("unknown-ids", "chunk-head", UNKNOWN, []),
        ("unknown-ids", "packets", [], UNKNOWN),
        ("none", "everywhere", [], []),
        ("none", "packets", [], []),
    ],
)
def test_which_camera_information_there_is_and_where(information, place, head, ahead):
    chunk = walked(camera_information=information, camera_information_place=place)
    assert head_ids(chunk) == [*ALL, *head]
    assert ahead_ids(chunk) == [[], ahead, ahead]


def reserved_of(chunk):
    """All that is reserved in a chunk with all ids."""
    head = chunk.stream_header
    places = [range(head - 12, head), range(head + 4, head + 20), range(head + 36, head + 52)]
    places += [
        range(head + 57, head + 68),
        *(range(each.start + 8, each.start + 24) for each in chunk.packets),
    ]
    places += [range(tlv.offset + 4, tlv.offset + 12) for tlv in chunk.tlvs if tlv.id == 0xB]
    return [chunk.data[place.start : place.stop] for place in places]


def test_what_reserved_bytes_hold():
    standard = walked().data
    for filling, byte in (("zeros", 0), ("ff", 0xFF)):
        chunk = walked(reserved_bytes=filling)
        assert [set(found) for found in reserved_of(chunk)] == [{byte}] * 8
    noisy = walked(reserved_bytes="noise")
    found = reserved_of(noisy)
    assert all(any(place) for place in found)
    assert len(set(found)) == len(found), "another noise in each place"
    assert walked(reserved_bytes="noise").data == noisy.data, "and the same each time"
    differing = sum(one != other for one, other in zip(standard, noisy.data, strict=True))
    assert differing <= sum(map(len, found)), "nothing but reserved bytes differs"


def test_what_fills_the_body_up():
    end = walked().end
    assert walked(padding_bytes="zeros").data[end:] == bytes(4096 - end)
    assert walked(padding_bytes="ff").data[end:] == b"\xff" * (4096 - end)
    assert walked(padding_bytes="further-block").data[end:] == bytes(2 * 4096 - end)
    noise = walked(padding_bytes="noise").data
    assert len(noise) == 4096
    assert len(set(noise[end:])) > 200
    assert walked(padding_bytes="noise").data == noise


@pytest.mark.parametrize("order", ["big", "little"])
def test_the_compression_of_jpeg(order):
    dialect = Dialect(byte_order=order)
    for value, expected in (("absent", []), ("0", [bytes(4)]), ("1", [(1).to_bytes(2, order) + bytes(2)])):
        for ids in VALUES["recorder_ids"]:
            form = ChunkForm(recorder_ids=ids, jpeg_compression_id=value)
            chunk = walk_chunk(write_playback_video(video(Codec.JPEG), dialect, form), dialect)
            found = [tlv.data for tlv in chunk.tlvs if tlv.id == 5]
            assert found == ([] if ids == "none" else expected)
            assert head_ids(chunk) == sorted(head_ids(chunk)[:-2]) + TIMES
    assert head_ids(walked(jpeg_compression_id="1")).count(5) == 1, "video has its own"


def test_unknown_ids_say_their_length_like_all():
    chunk = walked(recorder_ids="unknown-too", camera_information="unknown-ids")
    head = chunk.data[4 : chunk.stream_header - 12]
    assert [tlv.id for tlv in walk_tlvs(head)] == head_ids(chunk)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"long_term_reference": 1}, "long-term reference"),
        ({"show_hide": 3}, "show or hide"),
        ({"end": 999}, "picture times"),
        ({"end": (0xFFFF_FFFF + 1) * 100}, "picture times"),
    ],
)
def test_what_has_no_place_is_not_stamped(changes, what):
    prepared = PreparedGop(Codec.JPEG, DATAS[Codec.JPEG], 10)
    assert prepared.stamp(1, [1000], Zone(0), Operation.PAUSE, end=1001, show_hide=2)
    with pytest.raises(ProtocolError) as refused:
        prepared.stamp(1, [1000], Zone(0), Operation.PAUSE, **changes)
    assert refused.value.what == what


def test_long_term_reference_and_show_or_hide():
    prepared = PreparedGop(Codec.H264, DATAS[Codec.H264], 50)
    body = bytes(
        prepared.stamp(1, [0, 20, 40], Zone(0), Operation.PLAYBACK, long_term_reference=0x11, show_hide=2)
    )
    recorder = read_playback_video(body).recorder
    assert (recorder.long_term_reference, recorder.show_hide) == (0x11, 2)
