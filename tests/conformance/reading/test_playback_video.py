"""The walk of playback bodies: what the protocol's writer makes is without fault, and each damage is one
finding."""

from __future__ import annotations

import struct
from contextlib import suppress
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.facts import playback_chunk
from nvr_conformance.facts.playback_times import times
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_fixtures import load
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import ALTERNATIVES, DEFAULT, Dialect
from nvr_protocol.playback.video import Picture, PlaybackVideo, write_playback_video
from nvr_protocol.timestamps import Zone

START = 1_714_014_000_40
GOP = load("counter-small", Codec.H264).gops[0]


def body(codec="H264", dialect=DEFAULT, pictures=5, camera_times=True, longer=0):
    """``longer``: by so many bytes each picture."""
    if codec == "JPEG":
        data = [b"\xff\xd8\xff\xdb\0\4\1\2" + longer * b"\1" + b"\xff\xd9"][:pictures]
    else:
        data = [unit.data + longer * b"\1" for unit in load("counter-small", Codec(codec)).gops[0]][:pictures]
    end = START + 20 * max(len(data) - 1, 0)
    video = PlaybackVideo(
        codec=Codec(codec),
        camera=2,
        pictures=tuple(
            Picture(each, START + 20 * n, START + 20 * n if camera_times else None)
            for n, each in enumerate(data)
        ),
        start=START,
        end=end,
        zone=Zone(540),
        frame_rate=50,
        operation=Operation.PLAYBACK,
        speed=0,
        recorder=None,
        dialect=dialect,
    )
    return write_playback_video(video)


FACTS = [
    ("PLB-03", lambda w, c: playback_chunk.padded(w)),
    ("PLB-04", lambda w, c: playback_chunk.chunk_id(w, c)),
    ("PLB-04", lambda w, c: playback_chunk.one_reading([w], "length")),
    ("PLB-05", lambda w, c: playback_chunk.information(w, 2, c)),
    ("PLB-06", lambda w, c: playback_chunk.stream_header(w)),
    ("PLB-07", lambda w, c: times(w)),
    ("PLB-08", lambda w, c: playback_chunk.packet_headers(w)),
    ("PLB-08", lambda w, c: playback_chunk.one_reading([w], "packet")),
    ("PLB-09", lambda w, c: playback_chunk.start_codes(w, c)),
    ("PLB-10", lambda w, c: playback_chunk.counts(w)),
    ("PLB-10", lambda w, c: playback_chunk.one_reading([w], "size")),
    ("PLB-21", lambda w, c: playback_chunk.operation(w, 2)),
]


def failing(data, codec="H264"):
    chunk = walk_chunk(data)
    failed = set()
    for id_, fact in FACTS:
        with suppress(NothingToJudge):
            if not fact(chunk, codec).ok:
                failed.add(id_)
    return failed


@pytest.mark.parametrize(("codec", "camera_times"), list(product(["H264", "H265", "JPEG"], [True, False])))
def test_bodies_as_they_should_be(codec, camera_times):
    data = body(codec, camera_times=camera_times)
    chunk = walk_chunk(data)
    assert chunk.problems == []
    assert failing(data, codec) == set()
    assert (chunk.codec, chunk.camera, chunk.operation, chunk.speed) == (codec, 2, 2, 0)
    assert chunk.present
    assert (chunk.gop_start, chunk.picture_time, chunk.information_time) == (START, START, START)
    if codec != "JPEG":
        assert chunk.pictures == [unit.data for unit in load("counter-small", Codec(codec)).gops[0]]
        assert len(chunk.camera_information) == (len(chunk.packets) - 1 if camera_times else 0)
    assert playback_chunk.one_jpeg(chunk).ok == (codec == "JPEG")


@pytest.mark.parametrize(
    ("field", "value"), [(field, value) for field, values in ALTERNATIVES.items() for value in values[1:]]
)
@pytest.mark.parametrize("codec", ["H264", "JPEG"])
def test_every_dialect(field, value, codec):
    dialect = Dialect(**{field: value})
    assert failing(body(codec, dialect), codec) == set()


@pytest.mark.parametrize("codec", ["H264", "JPEG"])
@pytest.mark.parametrize("length", ALTERNATIVES["chunk_length"])
def test_an_unknown_tlv_that_begins_like_a_stream_header(length, codec):
    """Behind one of eight bytes, so that twelve bytes ahead of it another ends."""
    data = bytearray(body(codec, Dialect(chunk_length=length)))
    header, inserted = data.index(b"\xff\x06\x00\x44"), struct.pack(">HH4H", 0x0101, 12, *(0xFF06, 0x44) * 2)
    (stated,) = struct.unpack_from(">H", data, at := 4 if codec == "JPEG" else 2)
    struct.pack_into(">H", data, at, stated + len(inserted))
    data[header - 12 : header - 12] = inserted
    del data[-len(inserted) :]

    assert failing(bytes(data), codec) == set()
    assert walk_chunk(bytes(data)).stream_header_offset == header + len(inserted)


def test_no_picture_at_that_place():
    chunk = walk_chunk(body(pictures=0))
    assert chunk.problems == []
    assert not chunk.present
    assert playback_chunk.padded(chunk).ok
    with pytest.raises(NothingToJudge):
        playback_chunk.packet_headers(chunk)
    with pytest.raises(NothingToJudge):
        playback_chunk.start_codes(chunk, "H264")


def patched(at, *values, data=None, form="H"):
    data = bytearray(data or body())
    struct.pack_into(f">{len(values)}{form}", data, at, *values)
    return bytes(data)


HEADER = walk_chunk(body()).stream_header_offset
FIRST = walk_chunk(body()).packets[0].offset
SECOND = walk_chunk(body()).packets[1].offset


def tlv(id_):
    return next(element.offset for element in walk_chunk(body()).information.elements if element.id == id_)


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (patched(0, 0xFF16), {"PLB-04"}),
        (patched(2, 0x0010), {"PLB-04"}),
        (patched(HEADER, 0xFF07), {"PLB-06"}),
        (patched(HEADER + 2, 0x0040), {"PLB-06"}),
        (patched(tlv(0x0004) + 4, 3), {"PLB-05"}),
        (patched(tlv(0x0005) + 4, 4), {"PLB-05"}),
        (patched(tlv(0x000B) + 2, 0x000A), {"PLB-05"}),
        (patched(tlv(0x0006) + 4, 7, form="I"), {"PLB-10"}),
        (patched(tlv(0x0008) + 4, 7), {"PLB-10"}),
        (patched(tlv(0x000D) + 4, 3, form="B"), {"PLB-21"}),
        (patched(HEADER + 20, 1, form="I"), {"PLB-07"}),
        (patched(HEADER + 28, 2**31, form="I"), {"PLB-07"}),
        (patched(HEADER + 52, 1, form="I"), {"PLB-07"}),
        (patched(HEADER + 56, 100, form="B"), {"PLB-07"}),
        (patched(FIRST, 0xFF04), {"PLB-08"}),
        (patched(FIRST + 4, 2**20, form="I"), {"PLB-08"}),
        (patched(FIRST + 4, 12, form="I"), {"PLB-08"}),
        (patched(SECOND + 2, 4), {"PLB-08"}),
        (patched(FIRST + 24, 0x0101), {"PLB-09"}),
        (patched(len(body()) - 2, 1), set()),
        (body()[:-4], {"PLB-03"}),
        (body() + bytes(4096), set()),
        (body() + bytes(4), {"PLB-03"}),
        (b"", {"PLB-03", "PLB-04", "PLB-06"}),
    ],
)
def test_each_damage_is_its_own_finding(data, wanted):
    assert failing(data) == wanted


@pytest.mark.parametrize("codec", ["H264", "H265", "JPEG"])
@pytest.mark.parametrize("longer", [0, 100_000, 1_000_000])
def test_a_second_chunk_behind_pictures_of_any_size(codec, longer):
    data = body(codec, longer=longer)
    chunk = walk_chunk(data + data)
    assert [id_ for id_, _ in chunk.problems] == ["PLB-01"]
    assert chunk.size == len(data)


def test_pictures_in_the_wrong_places():
    idr, *others = [unit.data for unit in GOP]
    for data in ([*others, idr], [idr, idr], [idr[4:], *others], [b"\0\0\0\1\x67" + others[0]]):
        chunk = walk_chunk(body())
        packet = chunk.packets[0]
        chunk.packets = [type(packet)(0, 0xFF05, 0, 0, each) for each in data]
        assert not playback_chunk.start_codes(chunk, "H264").ok


def test_offsets_are_told():
    assert f"offset {FIRST}" in playback_chunk.packet_headers(walk_chunk(patched(FIRST, 0xFF04))).actual
    assert playback_chunk.stream_header(walk_chunk(patched(HEADER, 0xFF07))).actual.startswith(
        f"offset {HEADER}:"
    )


@given(st.binary(max_size=400))
def test_any_bytes_are_walked(data):
    failing(data)


@given(st.integers(0, len(body()) - 1), st.integers(0, 255))
def test_any_damaged_body_is_walked(at, value):
    data = bytearray(body())
    data[at] = value
    failing(bytes(data))
