"""The judge's reading of live JPEG, held against what the protocol package writes."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.facts import live_jpeg
from nvr_conformance.facts.clock import Now
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import decode_pictures, decodes
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_fixtures import load_jpeg
from nvr_protocol.additional_information import AdditionalInformation
from nvr_protocol.dialect import Dialect
from nvr_protocol.live_jpeg import write_live_jpeg
from nvr_protocol.timestamps import Zone

START = 1_714_000_000
JPEG = load_jpeg("counter-small", 2).pictures[0]


def body(dialect=None, *, camera=True):
    recorder = AdditionalInformation(camera=2, seconds=START, zone=Zone(540), frame_hundredths=5)
    own = AdditionalInformation(camera_seconds=START, camera_zone=Zone(540), camera_frame_hundredths=5)
    return write_live_jpeg(JPEG, recorder, own if camera else None, dialect or Dialect())


@pytest.mark.parametrize(
    ("part", "form"),
    [
        (body(), "two SOI"),
        (body(Dialect(jpeg_form="one-soi")), "one SOI"),
        (body(Dialect(byte_order="little")), "two SOI"),
        (body(camera=False), ""),
    ],
)
def test_every_form_is_right(part, form):
    read = read_jpeg_part(part)
    assert (read.form, read.problem, read.jpeg) == (form, "", JPEG)
    assert live_jpeg.information([read]).ok
    assert live_jpeg.names_camera([read], 2).ok
    assert not live_jpeg.names_camera([read], 3).ok
    assert live_jpeg.plausible_time([read], Now(START + 60)).ok
    assert not live_jpeg.plausible_time([read], Now(START + 9 * 3600, START + 9 * 3600)).ok
    assert decodes(decode_pictures("JPEG", [read.jpeg]), exactly=1).ok


def test_a_com_segment_of_the_picture_is_no_camera_information():
    comment = b"\xff\xd8\xff\xfe\x00\x06made" + JPEG[2:]
    recorder = AdditionalInformation(camera=2)
    read = read_jpeg_part(write_live_jpeg(comment, recorder))
    assert (read.form, read.problem, read.jpeg) == ("", "", comment)


@pytest.mark.parametrize("by", [-4, -2, 2, 4, 60_000 - 54])
@pytest.mark.parametrize("group", [0, 1])
def test_a_wrong_length_is_found_and_the_picture_all_the_same(by, group):
    right = body()
    (length,) = struct.unpack_from(">H", right, 4)
    place = 4 if group == 0 else 4 + length + 4
    (length,) = struct.unpack_from(">H", right, place)
    wrong = right[:place] + struct.pack(">H", length + by) + right[place + 2 :]
    assert not live_jpeg.information([read_jpeg_part(wrong)]).ok


def test_a_picture_without_information_is_found():
    read = read_jpeg_part(JPEG)
    assert not live_jpeg.information([read]).ok
    assert read.jpeg == JPEG


def com(data):
    return b"\xff\xfe" + struct.pack(">H", 2 + len(data)) + data


def tlv(id_, data):
    return struct.pack(">HH", id_, 4 + len(data)) + data


CAMERA_2 = tlv(4, b"\0\2\0\0")
SOI = b"\xff\xd8"

FORMS = {
    "ids that nobody knows": (SOI + com(CAMERA_2 + tlv(0x7F00, b"what")), "", "two SOI"),
    "no ids at all": (SOI + com(b""), "", "two SOI"),
    "unknown ids of the camera": (SOI + com(CAMERA_2), SOI + com(tlv(0x7F00, b"what")), "two SOI"),
    "unknown ids of the camera, one SOI": (SOI + com(CAMERA_2), com(tlv(0x7F00, b"what")), "one SOI"),
    "the camera's SOI and no information": (SOI + com(CAMERA_2), SOI, ""),
}


@pytest.mark.parametrize(("recorder", "camera", "form"), FORMS.values(), ids=FORMS)
def test_any_ids_and_both_forms(recorder, camera, form):
    read = read_jpeg_part(recorder + (camera or SOI + com(tlv(0x0011, bytes(8)))) + JPEG[2:])
    assert (read.form, read.problem, read.jpeg) == (form, "", JPEG)
    assert live_jpeg.information([read]).ok
    assert live_jpeg.stated_values([read]).ok
    assert live_jpeg.ids([read]).startswith("recorder: ")


def test_what_does_not_come_is_not_held_against_it():
    read = read_jpeg_part(SOI + com(tlv(0x7F00, b"what")) + JPEG[2:])
    with pytest.raises(NothingToJudge, match="0x0004"):
        live_jpeg.names_camera([read], 2)
    with pytest.raises(NothingToJudge, match="0x0007"):
        live_jpeg.plausible_time([read], Now(START))


@pytest.mark.parametrize(
    "wrong",
    [
        tlv(4, b"\0\2\0\1"),
        tlv(0x000A, b"\0\x64\0\0"),
        tlv(0x000D, b"\2\0\0\0"),
        tlv(0x0027, b"\0\0\0\0"),
    ],
)
def test_values_that_are_not_as_stated_are_found(wrong):
    assert not live_jpeg.stated_values([read_jpeg_part(SOI + com(wrong) + JPEG[2:])]).ok


def test_an_id_that_comes_twice_is_found():
    fact = live_jpeg.each_once([read_jpeg_part(SOI + com(CAMERA_2 + tlv(0x0004, bytes(4))) + JPEG[2:])])
    assert (fact.ok, fact.actual) == (False, "picture 0: offset 14: 0x0004 again")
    unknown = tlv(0x7F00, b"what")
    assert live_jpeg.each_once([read_jpeg_part(SOI + com(CAMERA_2 + unknown + unknown) + JPEG[2:])]).ok


def test_times_that_go_back_are_found():
    earlier = write_live_jpeg(JPEG, AdditionalInformation(camera=2, seconds=START - 5, zone=Zone(540)))
    reads = [read_jpeg_part(body()), read_jpeg_part(earlier)]
    assert not live_jpeg.plausible_time(reads, Now(START)).ok


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data):
    for part in (data, b"\xff\xd8\xff\xfe" + data):
        read = read_jpeg_part(part)
        assert len(read.jpeg) <= len(part) + 2
        live_jpeg.information([read])


def test_nothing_is_judged_without_pictures():
    with pytest.raises(NothingToJudge):
        live_jpeg.information([])


def shots(*pictures, width=640):
    return live_jpeg.Shots(list(pictures), width)


@pytest.mark.parametrize(
    ("sent", "placeholders"),
    [
        ({1: shots(b"a", b"a", width=39), 2: shots(b"b", b"c")}, {1}),  # as one was seen
        ({1: shots(b"a", b"a"), 2: shots(b"a", b"a"), 3: shots(b"b", b"b")}, {1, 2}),  # larger
        ({1: shots(b"a", b"a"), 2: shots(b"b", b"b")}, set()),  # scenes that stand still
        ({1: shots(b"a", b"a")}, set()),
        ({1: shots(b"a", b"b", width=39), 2: shots(b"a", b"b", width=39)}, set()),  # they change
        ({1: shots(b"a", width=39)}, set()),
        ({1: shots(b"a", b"a", width=0)}, set()),  # they do not decode
        ({1: shots()}, set()),
    ],
)
def test_which_cameras_send_a_placeholder(sent, placeholders):
    assert live_jpeg.placeholders(sent) == placeholders
