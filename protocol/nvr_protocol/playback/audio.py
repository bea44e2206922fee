"""Playback audio: the answer to `playaudio.cgi`, about one second each (§3.3.2)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from nvr_protocol.codecs import AudioCodec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.rtp.audio import AU_HEADER_SIZE, write_au_header
from nvr_protocol.timestamps import (
    MAX_SECONDS,
    UnixSeconds,
    Zone,
    read_zone,
    read_zone_info,
    write_zone,
    write_zone_info,
)

TELEPHONY_ID = 0xFF03
AAC_ID = 0xFF13
AAC_BLOCK_ID = 0xFF12
AAC_BLOCK_LENGTH = 0x003C
AAC_UNIT_IDS = frozenset((0xFF14, 0xFF04))
ALIGNMENT = 4096

_CODEC_BYTES = {AudioCodec.G726: 0, AudioCodec.G711: 1}
_CODECS = {value: codec for codec, value in _CODEC_BYTES.items()}
_HEADERS = {order: struct.Struct(f"{order}HHI") for order in "><"}
_BLOCKS = {order: struct.Struct(f"{order}HH") for order in "><"}
_TIMES = {order: struct.Struct(f"{order}IB3sII4sB35x") for order in "><"}
_UNITS = {order: struct.Struct(f"{order}HHBBH") for order in "><"}


@dataclass(frozen=True, slots=True)
class AudioUnit:
    """One AAC access unit (1024 samples), and how it is stored: behind an AU header of four bytes or not."""

    data: bytes
    au_header: bool = False


@dataclass(frozen=True, slots=True)
class PlaybackAudio:
    """One answer. `start` and `end` are Unix seconds. G.711 and G.726 have `samples`, AAC has `units`.

    `leading_zero`: a 0x00 byte stands ahead of the samples (or of each unit without AU header). Clients throw
    such a byte away; so the writer puts one there too where the audio itself begins with 0x00. `unit_ids` are
    the ids that a reader found ahead of units (OP-24), and no part of the value.
    """

    codec: AudioCodec
    camera: int
    start: UnixSeconds
    end: UnixSeconds
    zone: Zone
    samples: bytes = b""
    units: tuple[AudioUnit, ...] = ()
    leading_zero: bool = False
    unit_ids: frozenset[int] = field(default=frozenset(), compare=False)


def write_playback_audio(audio: PlaybackAudio, dialect: Dialect = DEFAULT) -> bytes:
    """The body of an answer. ProtocolError for values that have no place in it."""
    for what, value, limit in (
        ("camera", audio.camera, 0xFFFF),
        ("start", audio.start, MAX_SECONDS),
        ("end", audio.end, MAX_SECONDS),
    ):
        if not 0 <= value <= limit:
            raise ProtocolError(f"audio {what}", f"{value} is not within 0 and {limit}")
    aac = audio.codec is AudioCodec.AAC
    if audio.samples if aac else audio.units:
        raise ProtocolError(
            "audio", f"{audio.codec} has {'units, no samples' if aac else 'samples, no units'}"
        )
    if aac:
        data = b"".join(_write_unit(unit, audio.leading_zero, dialect) for unit in audio.units)
        block = _BLOCKS[dialect.order].pack(AAC_BLOCK_ID, AAC_BLOCK_LENGTH)
    else:
        data, block = _with_leading_zero(audio.samples, audio.leading_zero), b""
    hours, minutes = divmod(abs(audio.zone.minutes), 60)
    times = _TIMES[dialect.order].pack(
        audio.start,
        0,
        bytes((hours, minutes, write_zone_info(audio.zone, dialect))),
        audio.end,
        0,
        write_zone(audio.zone),
        _CODEC_BYTES.get(audio.codec, 0),
    )
    header = _HEADERS[dialect.order].pack(AAC_ID if aac else TELEPHONY_ID, audio.camera, len(data))
    body = b"".join((header, block, times, data))
    return body + bytes(-len(body) % ALIGNMENT)


def read_playback_audio(data: bytes, dialect: Dialect = DEFAULT) -> PlaybackAudio:
    """What the body of an answer says. Unit ids of both readings are taken (OP-24).

    ProtocolError for lengths that do not lead to the end, a size that is not a multiple of 4096, and zones
    that differ. Nobody says what the AU header of a unit and the padding of the body hold.
    """
    order = dialect.order
    if len(data) < 8:
        raise ProtocolError("audio header", f"{len(data)} of 8 bytes", 0)
    header_id, camera, size = _HEADERS[order].unpack_from(data)
    if header_id not in (TELEPHONY_ID, AAC_ID):
        raise ProtocolError("audio header", f"0x{header_id:04X} is neither 0xFF03 nor 0xFF13", 0)
    aac = header_id == AAC_ID
    place = 12 if aac else 8
    audio = place + _TIMES[order].size
    if len(data) < audio:
        raise ProtocolError("audio header", f"{len(data)} of {audio} bytes", 0)
    if aac and _BLOCKS[order].unpack_from(data, 8) != (AAC_BLOCK_ID, AAC_BLOCK_LENGTH):
        raise ProtocolError("audio block", f"{data[8:12].hex()} instead of 0xFF12, 0x003C", 8)
    start, _, start_zone, end, _, _, codec_byte = _TIMES[order].unpack_from(data, place)
    zone = read_zone(data, place + 16)
    hours, minutes, info = start_zone
    if read_zone_info(hours, minutes, info, dialect, place + 5) != zone:
        why = f"{start_zone.hex()} at the start and {data[place + 16 : place + 20].hex()} at the end differ"
        raise ProtocolError("audio time zone", why, place + 5)
    if end < start:
        raise ProtocolError("audio end", f"{end} is before the start {start}", place + 8)
    if size > len(data) - audio:
        raise ProtocolError("audio data size", f"{size}, but {len(data) - audio} bytes are left", 4)
    if len(data) % ALIGNMENT:
        raise ProtocolError("audio size", f"{len(data)} bytes are not a multiple of {ALIGNMENT}", len(data))
    if aac:
        units, unit_ids, leading_zero = _read_units(data, audio, audio + size, dialect)
        return PlaybackAudio(
            AudioCodec.AAC, camera, start, end, zone, b"", units, leading_zero, frozenset(unit_ids)
        )
    if codec_byte not in _CODECS:
        raise ProtocolError("audio codec", f"{codec_byte} is neither 0 nor 1", place + 20)
    samples = bytes(data[audio : audio + size])
    leading_zero = samples[:1] == b"\0"
    return PlaybackAudio(
        _CODECS[codec_byte], camera, start, end, zone, samples[leading_zero:], (), leading_zero
    )


def _with_leading_zero(data: bytes, wanted: bool) -> bytes:
    return b"\0" + data if wanted or data[:1] == b"\0" else data


def _write_unit(unit: AudioUnit, leading_zero: bool, dialect: Dialect) -> bytes:
    if not unit.data:
        raise ProtocolError("AAC access unit", "is empty")
    if unit.au_header:
        data = write_au_header(len(unit.data)) + unit.data
    else:
        data = _with_leading_zero(unit.data, leading_zero)
    padding = -len(data) % 4
    length = 8 + len(data) + padding
    if length > 0xFFFF:
        raise ProtocolError("AAC access unit", f"{len(unit.data)} bytes do not fit")
    header = _UNITS[dialect.order].pack(dialect.aac_unit_id, length, padding, unit.au_header, 0)
    return header + data + bytes(padding)


def _read_units(
    data: bytes, start: int, end: int, dialect: Dialect
) -> tuple[tuple[AudioUnit, ...], set[int], bool]:
    units: list[AudioUnit] = []
    unit_ids: set[int] = set()
    zeros, plain = 0, 0
    while start < end:
        if end - start < 8:
            raise ProtocolError("AAC unit header", f"{end - start} of 8 bytes", start)
        unit_id, length, padding, au_info, _ = _UNITS[dialect.order].unpack_from(data, start)
        if unit_id not in AAC_UNIT_IDS:
            raise ProtocolError("AAC unit id", f"0x{unit_id:04X} is neither 0xFF14 nor 0xFF04", start)
        if length % 4 or not 8 < length <= end - start:
            raise ProtocolError("AAC unit length", f"{length}, {end - start} bytes left", start + 2)
        if padding > 3 or 8 + padding >= length:
            raise ProtocolError("AAC unit padding", f"{padding} bytes of {length}", start + 4)
        if au_info > 1:
            raise ProtocolError("AAC AU info", f"{au_info} is neither 0 nor 1", start + 5)
        close = start + length - padding
        if data[close : close + padding].strip(b"\0"):
            raise ProtocolError("AAC unit padding", "is not zero", close)
        unit = bytes(data[start + 8 : close])
        if au_info:
            if len(unit) <= AU_HEADER_SIZE:
                raise ProtocolError(
                    "AAC access unit", f"{len(unit)} bytes leave nothing behind an AU header", start + 8
                )
            unit = unit[AU_HEADER_SIZE:]
        else:
            plain += 1
            if unit[:1] == b"\0":
                zeros += 1
                unit = unit[1:]
                if not unit:
                    raise ProtocolError("AAC access unit", "is empty", start + 8)
        units.append(AudioUnit(unit, au_info == 1))
        unit_ids.add(unit_id)
        start += length
    return tuple(units), unit_ids, plain > 0 and zeros == plain
