"""NAL units and the Annex B byte stream (§3.3.1)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.codecs import Codec
from nvr_protocol.errors import ProtocolError
from nvr_protocol.rtp.nal_units import is_key_slice, join_annex_b, kind, nal_type, split_annex_b

nals = st.binary(min_size=1, max_size=30).filter(lambda nal: nal[-1] and b"\0\0\1" not in nal)


@given(st.lists(nals, max_size=6))
def test_splits_what_it_joins(units):
    assert split_annex_b(join_annex_b(units)) == units


@given(st.lists(st.tuples(nals, st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=5))
def test_start_codes_of_any_length_and_zeros_between(units):
    data = b"".join(bytes(before) + b"\0\0\1" + nal + bytes(after) for nal, before, after in units)
    assert split_annex_b(data) == [nal for nal, _, _ in units]


@given(st.lists(st.sampled_from((b"\0", b"\1", b"\x65")), max_size=30).map(b"".join))
def test_any_bytes_are_nal_units_or_a_protocol_error(data):
    try:
        units = split_annex_b(data)
    except ProtocolError:
        return
    assert split_annex_b(join_annex_b(units)) == units


def test_nothing_gives_nothing():
    assert split_annex_b(b"") == []
    assert split_annex_b(bytes(5)) == []


@pytest.mark.parametrize(
    ("data", "offset"), [(b"\x65\0\0\1\x65", 0), (b"\x65", 0), (b"\0\0\1", 0), (b"\0\0\1\x65\0\0\1", 4)]
)
def test_an_error_says_where(data, offset):
    with pytest.raises(ProtocolError) as caught:
        split_annex_b(data)
    assert caught.value.offset == offset


@pytest.mark.parametrize("nal", [b"", b"\x65\0", b"\x65\0\0\1\x88"])
def test_what_could_not_be_split_is_not_joined(nal):
    with pytest.raises(ProtocolError):
        join_annex_b([nal])


@pytest.mark.parametrize(
    ("codec", "first", "number", "name", "key"),
    [
        (Codec.H264, "09", 9, "AUD", False),
        (Codec.H264, "67", 7, "SPS", False),
        (Codec.H264, "68", 8, "PPS", False),
        (Codec.H264, "06", 6, "SEI", False),
        (Codec.H264, "65", 5, "IDR", True),
        (Codec.H264, "41", 1, "SLICE", False),
        (Codec.H264, "44", 4, "SLICE", False),
        (Codec.H264, "0a", 10, "END-OF-SEQUENCE", False),
        (Codec.H264, "0b", 11, "END-OF-STREAM", False),
        (Codec.H264, "0c", 12, "FILLER", False),
        (Codec.H265, "4801", 36, "END-OF-SEQUENCE", False),
        (Codec.H265, "4a01", 37, "END-OF-STREAM", False),
        (Codec.H265, "4c01", 38, "FILLER", False),
        (Codec.H265, "5001", 40, "SEI", False),
        (Codec.H265, "1201", 9, "SLICE", False),
        (Codec.H265, "2401", 18, "BLA", True),
        (Codec.H264, "7c", 28, "TYPE-28", False),
        (Codec.H265, "4601", 35, "AUD", False),
        (Codec.H265, "4001", 32, "VPS", False),
        (Codec.H265, "4201", 33, "SPS", False),
        (Codec.H265, "4401", 34, "PPS", False),
        (Codec.H265, "4e01", 39, "SEI", False),
        (Codec.H265, "2601", 19, "IDR", True),
        (Codec.H265, "2801", 20, "IDR", True),
        (Codec.H265, "2a01", 21, "CRA", True),
        (Codec.H265, "0201", 1, "SLICE", False),
        (Codec.H265, "6201", 49, "TYPE-49", False),
    ],
)
def test_kinds(codec, first, number, name, key):
    nal = bytes.fromhex(first)
    assert (nal_type(codec, nal), kind(codec, nal)) == (number, name)
    assert is_key_slice(codec, nal) is key


@pytest.mark.parametrize(
    ("codec", "nal"),
    [
        (Codec.H264, b""),
        (Codec.H265, b"\x46"),
        (Codec.H264, b"\xe5"),
        (Codec.H265, b"\xa6\1"),
        (Codec.JPEG, b"1"),
    ],
)
def test_a_broken_header_has_no_type(codec, nal):
    with pytest.raises(ProtocolError):
        nal_type(codec, nal)
