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
    read_live_audio,
    write_access_unit,
    write_au_header,
    write_live_audio,
)


def test_au_header_byte_by_byte():
    assert write_au_header(0x155, 3) == bytes.fromhex("00100aab")


@given(st.integers(0, 8191), st.integers(0, 7))
def test_an_au_header_section_says_16_bits_the_size_and_the_index(size, index):
    assert write_au_header(size, index) == bytes((0, 16)) + (size << 3 | index).to_bytes(2, "big")


@given(st.binary(min_size=1, max_size=300))
def test_access_unit_reads_what_it_writes(unit):
    assert read_access_unit(write_access_unit(unit)) == unit


@pytest.mark.parametrize("header", ["00100008", "00000000", "00010000", "ffffffff"])
def test_nobody_says_what_an_au_header_holds(header):
    assert read_access_unit(bytes.fromhex(header) + b"unit") == b"unit"


@pytest.mark.parametrize("payload", [b"", b"\0\x10\0", b"\0\x10\0\0"])
def test_there_must_be_something_behind_an_au_header(payload):
    with pytest.raises(ProtocolError, match="nothing behind an AU header"):
        read_access_unit(payload)


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
