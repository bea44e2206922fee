"""The body of ``playaudio.cgi`` walked by ``struct`` alone, as §3.3.2 draws it, noting what is wrong and
going on.

Independent of the protocol package's reader on purpose.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from nvr_conformance.reading.zone_bits import ZoneSample

TELEPHONE_ID, AAC_ID = 0xFF03, 0xFF13
BLOCK_ID, BLOCK_LENGTH = 0xFF12, 0x003C
UNIT_IDS = (0xFF14, 0xFF04)  # as drawn, and as the note calls it (OP-24)
UNIT_HEADER = 8
TELEPHONE_SIZE, AAC_SIZE = 64, 68
CAMERA_AT = 2
TELEPHONE_TIMES, AAC_TIMES = 8, 12  # where the start stands; 8 bytes on the end
CODEC_AT = 28  # G.711 and G.726
BODY_BLOCK = 4096
CODEC_BYTES = {0: "G726", 1: "G711"}
UNIT_LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class AudioUnit:
    """One AAC access unit as it lies there: ``data`` without the header and the padding."""

    offset: int
    id: int
    au_info: int
    data: bytes = field(repr=False)


@dataclass(slots=True)
class AudioWalk:
    """What stands in one body. ``kind``: "AAC", "telephone" (G.711 or G.726), or "" for an unknown header.

    ``start``, ``end``: Unix seconds. ``start_zone``: hours, minutes, info; ``end_zone``: sign, hours,
    minutes, summer. ``stated`` is the audio data size of the header, ``data`` that many bytes. ``problems``:
    what is wrong and where, by subject: "header", "sizes", "times", "padding".
    """

    size: int
    kind: str = ""
    camera: int = 0
    stated: int = 0
    start: int = 0
    end: int = 0
    start_zone: tuple[int, int, int] = (0, 0, 0)
    end_zone: tuple[int, int, int, int] = (0, 0, 0, 0)
    codec_byte: int = 0
    data: bytes = field(default=b"", repr=False)
    units: list[AudioUnit] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    byte_order: str = ">"

    @property
    def zone_sample(self) -> ZoneSample:
        """The zone info byte of the start, with what the end says (OP-21)."""
        sign, _, _, summer = self.end_zone
        return ZoneSample(sign, summer, self.start_zone[2])

    @property
    def samples(self) -> bytes:
        """The data without the 0x00 that may be attached to its front (§3.3.2.1)."""
        return self.data[1:] if self.data[:1] == b"\0" else self.data

    def _wrong(self, subject: str, problem: str) -> None:
        self.problems.setdefault(subject, problem)


def walk_audio(body: bytes) -> AudioWalk:
    """Walk a body. Never raises; time and memory are bounded by its size."""
    order = "<" if body[:2] in (b"\x03\xff", b"\x13\xff") else ">"
    audio = AudioWalk(len(body), byte_order=order)
    if len(body) < AAC_SIZE:
        audio._wrong("header", f"{len(body)} bytes are no audio")
        return audio
    id_, audio.camera, audio.stated = struct.unpack_from(order + "HHI", body)
    block = struct.unpack_from(order + "HH", body, 8)
    if id_ not in (TELEPHONE_ID, AAC_ID):
        audio._wrong("header", f"offset 0: 0x{id_:04x}, neither 0xff03 nor 0xff13")
    # Where the id is wrong, the block of AAC shows what it is.
    audio.kind = "AAC" if id_ == AAC_ID or block == (BLOCK_ID, BLOCK_LENGTH) else "telephone"
    times, data = (AAC_TIMES, AAC_SIZE) if audio.kind == "AAC" else (TELEPHONE_TIMES, TELEPHONE_SIZE)
    if audio.kind == "AAC":
        if id_ == TELEPHONE_ID:
            audio._wrong("header", "offset 0: 0xff03 ahead of AAC")
        if block != (BLOCK_ID, BLOCK_LENGTH):
            audio._wrong("header", f"offset 8: 0x{block[0]:04x}, length 0x{block[1]:04x}")
    _read_times(audio, body, times, order)
    end = data + audio.stated
    if end > len(body):
        audio._wrong("sizes", f"offset 4: audio data size {audio.stated}, {len(body) - data} bytes left")
        end = len(body)
    audio.data = body[data:end]
    if audio.kind == "AAC":
        _read_units(audio, body, data, end, order)
    if len(body) % BODY_BLOCK:
        audio._wrong("padding", f"{len(body)} bytes, {len(body) - end} of them padding")
    return audio


def _read_times(audio: AudioWalk, body: bytes, at: int, order: str) -> None:
    audio.start, _, *start_zone = struct.unpack_from(order + "IBBBB", body, at)
    audio.end, _, *end_zone, audio.codec_byte = struct.unpack_from(order + "II4BB", body, at + 8)
    audio.start_zone = (start_zone[0], start_zone[1], start_zone[2])
    audio.end_zone = (end_zone[0], end_zone[1], end_zone[2], end_zone[3])
    hours, minutes, _ = audio.start_zone
    sign, end_hours, end_minutes, summer = audio.end_zone
    if max(hours, end_hours) > 23 or max(minutes, end_minutes) > 59 or sign > 1 or summer > 1:
        told = f"{hours}:{minutes:02} and {end_hours}:{end_minutes:02}, sign {sign}, summer time {summer}"
        audio._wrong("times", f"offset {at + 5}: zones {told}")
    elif (hours, minutes) != (end_hours, end_minutes):
        told = f"{hours}:{minutes:02} and {end_hours}:{end_minutes:02} at start and end"
        audio._wrong("times", f"offset {at + 5}: zones {told}")


def _read_units(audio: AudioWalk, body: bytes, offset: int, end: int, order: str) -> None:
    while offset < end and len(audio.units) < UNIT_LIMIT:
        if end - offset < UNIT_HEADER:
            audio._wrong("sizes", f"offset {offset}: {end - offset} bytes behind the last unit")
            return
        id_, length, padding, au_info = struct.unpack_from(order + "HHBB", body, offset)
        if id_ not in UNIT_IDS:
            audio._wrong("sizes", f"offset {offset}: 0x{id_:04x} where a unit is due")
            return
        if length % 4 or not UNIT_HEADER + padding < length <= end - offset or padding > 3:
            what = f"unit of length {length}, {padding} bytes of padding, {end - offset} bytes left"
            audio._wrong("sizes", f"offset {offset}: {what}")
            return
        close = offset + length - padding
        if au_info > 1:
            audio._wrong("header", f"offset {offset + 5}: AU info {au_info}")
        if any(body[close : close + padding]):
            audio._wrong("padding", f"offset {close}: padding of a unit is not zero")
        audio.units.append(AudioUnit(offset, id_, au_info, body[offset + UNIT_HEADER : close]))
        offset += length
