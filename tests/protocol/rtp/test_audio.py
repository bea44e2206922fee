"""Audio in RTP payloads and live parts (§2.3.6, §2.3.7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.codecs import AudioCodec
from nvr_protocol.dialect import Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.rtp.audio import (
    audio_content_type,
    read_access_unit,
    read_au_header,
    read_live_audio,
    write_access_unit,
    write_au_header,
    write_live_audio,
)


def test_au_header_byte_by_byte():
    assert write_au_header(0x155, 3) == bytes.fromhex("00100aab")


def test_an_au_header_that_is_cut_off_behind_other_bytes():
    with pytest.raises(ProtocolError, match="AU header, offset 4: 2 of 4 bytes"):
        read_au_header(b"abcdef", 4)


@given(st.integers(0, 8191), st.integers(0, 7), st.binary(max_size=3))
def test_au_header_reads_what_it_writes(size, index, before):
    assert read_au_header(before + write_au_header(size, index), len(before)) == (size, index)


@given(st.binary(max_size=300))
def test_access_unit_reads_what_it_writes(unit):
    assert read_access_unit(write_access_unit(unit)) == unit


@given(st.binary(max_size=20))
def test_any_bytes_are_an_access_unit_or_a_protocol_error(data):
    try:
        unit = read_access_unit(data)
    except ProtocolError:
        return
    assert unit == data[4:]


@pytest.mark.parametrize(
    ("payload", "what", "offset"),
    [
        ("001000", "AU header", 0),
        ("00200008 01", "AU headers length", 0),
        ("00100010 01", "AU size", 2),
        ("00100008 0102", "AU size", 2),
    ],
)
def test_an_error_says_where(payload, what, offset):
    with pytest.raises(ProtocolError) as caught:
        read_access_unit(bytes.fromhex(payload))
    assert (caught.value.what, caught.value.offset) == (what, offset)


@pytest.mark.parametrize(("size", "index"), [(8192, 0), (-1, 0), (0, 8), (0, -1)])
def test_what_does_not_fit_is_not_written(size, index):
    with pytest.raises(ProtocolError):
        write_au_header(size, index)


@given(st.binary(max_size=20))
def test_live_audio_reads_what_it_writes(data):
    assert write_live_audio(data) == b"\0" + data
    assert read_live_audio(write_live_audio(data)) == data


@pytest.mark.parametrize("body", [b"", b"\1\0"])
def test_live_audio_begins_with_a_zero_byte(body):
    with pytest.raises(ProtocolError):
        read_live_audio(body)


def test_content_types():
    assert audio_content_type(AudioCodec.AAC) == "audio/48kaac-lc"
    assert audio_content_type(AudioCodec.G726) == "audio/g.726-32K"
    assert audio_content_type(AudioCodec.G711) == "audio/g.711"
    assert audio_content_type(AudioCodec.G711, Dialect(g711_content_type="audio/pcmu")) == "audio/pcmu"
