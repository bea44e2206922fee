"""Playback audio (§3.3.2)."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.codecs import AudioCodec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.audio import AudioUnit, PlaybackAudio, read_playback_audio, write_playback_audio
from nvr_protocol.timestamps import Zone

u32 = st.integers(0, 0xFFFF_FFFF)
zones = st.builds(Zone, st.integers(-1439, 1439), st.booleans())
dialects = st.builds(
    Dialect,
    byte_order=st.sampled_from(("big", "little")),
    zone_info=st.sampled_from(("high-bits", "low-bits", "half-bytes")),
    aac_unit_id=st.sampled_from((0xFF14, 0xFF04)),
)
samples_of_any_kind = st.binary(max_size=30) | st.sampled_from((b"\0", b"\0\0\1", bytes(5000)))


@st.composite
def audios(draw):
    codec = draw(st.sampled_from(AudioCodec))
    start, end = sorted((draw(u32), draw(u32)))
    units, samples = (), b""
    if codec is AudioCodec.AAC:
        unit = st.builds(AudioUnit, samples_of_any_kind.filter(bool), st.booleans())
        units = tuple(draw(st.lists(unit, max_size=4)))
    else:
        samples = draw(samples_of_any_kind)
    camera = draw(st.integers(0, 0xFFFF))
    return PlaybackAudio(codec, camera, start, end, draw(zones), samples, units, draw(st.booleans()))


@given(audios(), dialects)
def test_reads_what_it_writes(audio, dialect):
    data = write_playback_audio(audio, dialect)
    assert len(data) % 4096 == 0
    read = read_playback_audio(data, dialect)
    # Audio that begins with 0x00 gets a leading zero whether it was asked for or not.
    assert replace(read, leading_zero=False) == replace(audio, leading_zero=False)
    assert read.unit_ids == ({dialect.aac_unit_id} if audio.units else set())
    assert write_playback_audio(read, dialect) == data


def test_the_leading_zero():
    plain = PlaybackAudio(AudioCodec.G711, 1, 0, 1, Zone(0), b"\x80\x81")
    assert write_playback_audio(plain)[64:67] == b"\x80\x81\0"
    led = write_playback_audio(replace(plain, leading_zero=True))
    assert led[4:8] == b"\0\0\0\3"
    assert led[64:67] == b"\0\x80\x81"
    assert read_playback_audio(led) == replace(plain, leading_zero=True)
    assert write_playback_audio(replace(plain, samples=b"\0\x81"))[64:67] == b"\0\0\x81"


def test_an_access_unit_behind_an_au_header():
    audio = PlaybackAudio(AudioCodec.AAC, 1, 0, 1, Zone(0), units=(AudioUnit(b"\x21\x22\x23", True),))
    data = write_playback_audio(audio)
    assert data[0x44:0x54] == bytes.fromhex("ff14 0010 01 01 0000 0010 0018 212223 00")
    assert read_playback_audio(data).units == audio.units


@given(audios(), st.data())
def test_a_damaged_byte_raises_nothing_but_a_protocol_error(audio, data):
    written = bytearray(write_playback_audio(audio))
    for _ in range(data.draw(st.integers(1, 3))):
        written[data.draw(st.integers(0, 120))] = data.draw(st.sampled_from((0, 1, 3, 4, 0x7F, 0xFF)))
    with suppress(ProtocolError):
        read_playback_audio(bytes(written))


@given(st.binary(max_size=100), st.sampled_from((b"", b"\xff\x03", b"\xff\x13")), dialects)
def test_any_bytes_are_audio_or_a_protocol_error(data, start, dialect):
    with suppress(ProtocolError):
        read_playback_audio(start + data + bytes(-len(start + data) % 4096), dialect)


@pytest.mark.parametrize(
    ("name", "place", "text", "what", "offset"),
    [
        ("g711", 0x00, "ff04", "audio header", 0),
        ("g711", 0x04, "00001000", "audio data size", 4),
        ("g711", 0x0C, "00090001", "zone info", 0x0F),
        ("g711", 0x0D, "08", "audio time zone", 0x0D),
        ("g711", 0x0D, "18", "time zone hours", 0x0D),
        ("g711", 0x10, "6629c72f", "audio end", 0x10),
        ("g711", 0x18, "02", "time zone sign", 0x18),
        ("g711", 0x1C, "02", "audio codec", 0x1C),
        ("aac", 0x04, "0000000e", "AAC unit header", 0x50),
        ("aac", 0x08, "ff130000", "audio block", 8),
        ("aac", 0x0A, "0040", "audio block", 8),
        ("aac", 0x44, "ff15", "AAC unit id", 0x44),
        ("aac", 0x46, "000b", "AAC unit length", 0x46),
        ("aac", 0x46, "0008", "AAC unit length", 0x46),
        ("aac", 0x46, "0020", "AAC unit length", 0x46),
        ("aac", 0x48, "04", "AAC unit padding", 0x48),
        ("aac", 0x48, "01", "AAC unit padding", 0x4F),
        ("aac", 0x49, "02", "AAC AU info", 0x49),
        ("aac", 0x49, "01", "AAC access unit", 0x4C),
    ],
)
def test_an_error_says_where(vector, name, place, text, what, offset):
    data = bytearray(vector(f"playback-audio-{name}"))
    data[place : place + len(bytes.fromhex(text))] = bytes.fromhex(text)
    if (name, place, text) == ("aac", 0x04, "0000000e"):
        data[0x52:0x60] = bytes(14)
    with pytest.raises(ProtocolError) as caught:
        read_playback_audio(bytes(data))
    assert (caught.value.what, caught.value.offset) == (what, offset)


def test_an_access_unit_that_is_a_leading_zero_alone(vector):
    data = bytearray(vector("playback-audio-aac"))
    data[0x48:0x50] = bytes.fromhex("03 00 0000 00000000")
    with pytest.raises(ProtocolError, match="AAC access unit, offset 76: is empty"):
        read_playback_audio(bytes(data))


@pytest.mark.parametrize(("size", "what"), [(7, "audio header"), (63, "audio header"), (4095, "audio size")])
def test_a_body_that_is_cut_off(vector, size, what):
    with pytest.raises(ProtocolError) as caught:
        read_playback_audio(vector("playback-audio-g711")[:size])
    assert caught.value.what == what


G711 = PlaybackAudio(AudioCodec.G711, 1, 0, 1, Zone(0))
AAC = PlaybackAudio(AudioCodec.AAC, 1, 0, 1, Zone(0))


@pytest.mark.parametrize(
    "audio",
    [
        replace(G711, camera=0x10000),
        replace(G711, start=-1),
        replace(G711, end=1 << 32),
        replace(G711, units=(AudioUnit(b"1"),)),
        replace(AAC, samples=b"1"),
        replace(AAC, units=(AudioUnit(b""),)),
        replace(AAC, units=(AudioUnit(bytes(8192), True),)),
        replace(AAC, units=(AudioUnit(bytes(0xFFF8)),)),
    ],
)
def test_what_has_no_place_is_not_written(audio):
    with pytest.raises(ProtocolError):
        write_playback_audio(audio, DEFAULT)
