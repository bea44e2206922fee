"""Live JPEG, in both forms (§2.3.5, OP-33)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.additional_information import TLV, AdditionalInformation
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.live_jpeg import read_live_jpeg, write_live_jpeg
from nvr_protocol.timestamps import Zone

JPEG = bytes.fromhex("ffd8 ffdb0004 0102 ffd9")
COMMENTED = bytes.fromhex("ffd8 fffe0006 6e6f7465 ffdb0004 0102 ffd9")
RECORDER = AdditionalInformation(camera=2)
CAMERA = AdditionalInformation(camera_seconds=5, camera_zone=Zone(60), camera_frame_hundredths=7)
dialects = st.builds(
    Dialect,
    byte_order=st.sampled_from(("big", "little")),
    jpeg_form=st.sampled_from(("two-soi", "one-soi")),
)
cameras = st.builds(
    AdditionalInformation,
    camera_seconds=st.integers(0, 0xFFFF_FFFF),
    camera_zone=st.builds(Zone, st.integers(-1439, 1439)),
    camera_frame_hundredths=st.none() | st.integers(0, 99),
)
recorders = st.builds(AdditionalInformation, camera=st.none() | st.integers(0, 0xFFFF))


@given(
    st.sampled_from((JPEG, COMMENTED)),
    st.binary(max_size=20),
    recorders,
    st.none() | cameras,
    dialects,
)
def test_reads_what_it_writes(jpeg, rest, recorder, camera, dialect):
    picture = read_live_jpeg(write_live_jpeg(jpeg + rest, recorder, camera, dialect), dialect)
    assert (picture.jpeg, picture.recorder, picture.camera) == (jpeg + rest, recorder, camera)
    assert picture.form == (None if camera is None else dialect.jpeg_form)


def test_both_forms_byte_by_byte():
    recorder = "fffe 000a 0004000800020000"
    camera = "fffe 0016 0011000c0000000500010000 0012000800070000"
    for form, start in (("two-soi", "ffd8"), ("one-soi", "")):
        assert write_live_jpeg(JPEG, RECORDER, CAMERA, Dialect(jpeg_form=form)) == bytes.fromhex(
            f"ffd8 {recorder} {start} {camera} ffdb0004 0102 ffd9"
        )
    assert write_live_jpeg(JPEG, RECORDER) == bytes.fromhex(f"ffd8 {recorder} ffdb0004 0102 ffd9")


def test_the_form_does_not_hang_on_the_dialect():
    data = write_live_jpeg(JPEG, RECORDER, CAMERA, Dialect(jpeg_form="one-soi"))
    assert read_live_jpeg(data, DEFAULT).form == "one-soi"


def test_a_comment_of_the_picture_is_no_camera_information():
    picture = read_live_jpeg(write_live_jpeg(COMMENTED, RECORDER))
    assert (picture.jpeg, picture.camera) == (COMMENTED, None)


@given(
    st.binary(max_size=40), st.sampled_from((b"", b"\xff\xd8\xff\xfe", b"\xff\xd8\xff\xfe\0\x02")), dialects
)
def test_any_bytes_are_a_picture_or_a_protocol_error(data, start, dialect):
    try:
        picture = read_live_jpeg(start + data, dialect)
    except ProtocolError:
        return
    assert picture.jpeg.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("text", "what", "offset"),
    [
        ("", "JPEG", 0),
        ("ffd9", "JPEG", 0),
        ("ffd8 ffdb 0002", "JPEG COM segment", 2),
        ("ffd8 fffe 00", "JPEG COM segment", 4),
        ("ffd8 fffe 0001", "JPEG COM segment", 4),
        ("ffd8 fffe 0006 0004", "JPEG COM segment", 4),
        ("ffd8 fffe 0004 0004 ffd9", "TLV", 6),
        ("ffd8 fffe 0002", "JPEG", 6),
        ("ffd8 fffe 0002 0000", "JPEG", 6),
        ("ffd8 fffe 0002 ffd8 ffdb 0002", "JPEG COM segment", 8),
        ("ffd8 fffe 0002 ffd8 fffe 0002 ffd8", "JPEG", 12),
    ],
)
def test_an_error_says_where(text, what, offset):
    with pytest.raises(ProtocolError) as caught:
        read_live_jpeg(bytes.fromhex(text))
    assert (caught.value.what, caught.value.offset) == (what, offset)


def test_the_shortest_picture():
    assert read_live_jpeg(write_live_jpeg(b"\xff\xd8\xff\xd9", RECORDER)).jpeg == b"\xff\xd8\xff\xd9"


def test_a_segment_may_be_filled_to_its_last_byte():
    recorder = AdditionalInformation(unknown=(TLV(0x0777, bytes(0xFFF4)), TLV(0x0778, bytes(0))))
    data = write_live_jpeg(JPEG, recorder)
    assert data[2:6] == b"\xff\xfe\xff\xfe"
    assert read_live_jpeg(data).recorder == recorder


@pytest.mark.parametrize(
    "jpeg", [b"", b"\xff\xd8", b"\xff\xd8\xff", b"\xff\xd8\xff\xd8", b"\xff\xd8\xff\0", b"\x89PNG"]
)
def test_what_is_no_jpeg_is_not_written(jpeg):
    with pytest.raises(ProtocolError):
        write_live_jpeg(jpeg, RECORDER)


def test_information_that_outgrows_a_segment_is_not_written():
    unknown = (TLV(0x0777, bytes(0x8000)), TLV(0x0778, bytes(0x8000)))
    with pytest.raises(ProtocolError, match="COM segment"):
        write_live_jpeg(JPEG, AdditionalInformation(unknown=unknown))
