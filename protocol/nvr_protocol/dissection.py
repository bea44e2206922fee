"""Shows what bytes of the wire say, field by field and with their offsets, as the document draws them.

For the eye: of a body that was kept, by whoever wants to know why it is not read as it should be.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from construct import ConstructError

from nvr_protocol.additional_information import InformationId
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT
from nvr_protocol.dialect_detection import detect_dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.layouts import (
    LIVE_JPEG,
    PLAYBACK_AUDIO,
    PLAYBACK_JPEG,
    PLAYBACK_VIDEO,
    RTP,
    TLVS,
    tlv_value,
)
from nvr_protocol.live_jpeg import SOI, segment_end
from nvr_protocol.playback.audio import AAC_ID, TELEPHONY_ID
from nvr_protocol.playback.chunk import CHUNK_IDS, JPEG_CHUNK_ID, walk_chunk
from nvr_protocol.playback.video_reader import breaches
from nvr_protocol.rtp.nal_units import kind, split_annex_b

_CODECS = {chunk_id: codec for codec, chunk_id in CHUNK_IDS.items()}
_RTP_HEADER = 12


def dissect(data: bytes) -> Iterator[str]:
    """Lines about the body of an answer to `camera.cgi` or `playaudio.cgi`, the body of a live JPEG part, or
    an RTP packet. ProtocolError, maybe behind some lines, for anything else and for what is not drawn so."""
    head = int.from_bytes(data[:2], "big")
    try:
        if head in _CODECS:
            yield from _playback_video(data, _CODECS[head])
        elif data[:4] == JPEG_CHUNK_ID and data[segment_end(data, 2) :][:1] != b"\xff":
            yield from _playback_video(data, Codec.JPEG)
        elif data[:2] == SOI:
            yield from _live_jpeg(data)
        elif head in (TELEPHONY_ID, AAC_ID):
            yield from _playback_audio(data)
        elif head >> 14 == 2:
            yield from _rtp(data)
        else:
            raise ProtocolError("body", f"begins with {data[:4].hex() or 'nothing'}, as nothing here does", 0)
    except ConstructError as error:
        raise ProtocolError("layout", " ".join(str(error).split())) from None


def _line(at: int, what: str, text: str) -> str:
    return f"{at:06x}  {what:<30}{text}".rstrip()


def _playback_video(data: bytes, codec: Codec) -> Iterator[str]:
    dialect = DEFAULT
    with suppress(ProtocolError):  # what no dialect explains is shown as far as it can be
        dialect = detect_dialect(data).dialect
    if dialect != DEFAULT:
        raise ProtocolError("dialect", f"the layouts are drawn in the default one, not in {dialect.name}")
    jpeg = codec is Codec.JPEG
    chunk = (PLAYBACK_JPEG if jpeg else PLAYBACK_VIDEO).parse(data)
    yield _line(0, "chunk", f"{codec}, length {chunk.length}")
    yield from _tlvs(chunk.tlvs)
    stream = chunk.rest.stream
    yield _line(stream.at, "GOP", f"{_time(stream.start)} to {_time(stream.end)}, {_zone(stream.start_zone)}")
    yield _line(stream.at + 36, "picture", _time(stream.picture))
    for number, packet in enumerate(chunk.rest.packets, 1):
        yield from _tlvs(packet.tlvs)
        lengths = f"length {packet.length}, padding {packet.padding}"
        yield _line(
            packet.at, f"packet {number}", f"{lengths}, {len(packet.data)} bytes: {_nals(codec, packet.data)}"
        )
    yield _line(chunk.rest.at, "padding", f"{len(chunk.rest.padding)} bytes")
    for breach in breaches(walk_chunk(data)):
        yield f"not as it should be: {breach}"


def _playback_audio(data: bytes) -> Iterator[str]:
    audio = PLAYBACK_AUDIO.parse(data)
    aac = audio.id == AAC_ID
    codec = "AAC" if aac else {0: "G.726", 1: "G.711"}.get(audio.codec, f"codec {audio.codec}")
    yield _line(0, "audio", f"{codec}, camera {audio.camera}, {audio.size} bytes")
    yield _line(12 if aac else 8, "times", f"{audio.start} to {audio.end}, {_zone(audio.start_zone)}")
    if aac:
        for number, unit in enumerate(audio.audio, 1):
            lengths = f"length {unit.length}, padding {unit.padding}, AU info {unit.au_info}"
            yield _line(unit.at, f"access unit {number}", f"{lengths}, {len(unit.data)} bytes")
    yield _line(len(data) - len(audio.padding), "padding", f"{len(audio.padding)} bytes")


def _live_jpeg(data: bytes) -> Iterator[str]:
    picture = LIVE_JPEG.parse(data)
    yield _line(0, "recorder information", f"length {picture.recorder.length}")
    yield from _tlvs(picture.recorder.tlvs)
    camera = 4 + picture.recorder.length
    yield _line(camera, "camera information", f"length {picture.camera.length}")
    yield from _tlvs(picture.camera.tlvs)
    yield _line(camera + 4 + picture.camera.length, "rest of the JPEG", f"{len(picture.rest)} bytes")


def _rtp(data: bytes) -> Iterator[str]:
    packet = RTP.parse(data)
    bits = packet.bits
    numbers = f"sequence number {packet.sequence}, timestamp {packet.timestamp}, SSRC {packet.ssrc:08x}"
    marker = ", marker" if bits.marker else ""
    yield _line(0, "RTP", f"payload type {bits.payload_type}{marker}, {numbers}")
    extension = _RTP_HEADER + 4 * bits.csrc_count
    if packet.extension is not None:
        yield _line(extension, "extension", f"{packet.extension.words} words")
        yield from _tlvs(TLVS.parse(packet.extension.data), extension + 4)
    yield _line(len(data) - len(packet.payload), "payload", f"{len(packet.payload)} bytes")


def _tlvs(tlvs: Any, base: int = 0) -> Iterator[str]:
    """`base`: where what they were parsed from begins."""
    for tlv in tlvs:
        name = next(
            (known.name.lower().replace("_", " ") for known in InformationId if known == tlv.id), "unknown"
        )
        try:
            fields = ", ".join(_fields(tlv_value(tlv)))
        except (ConstructError, KeyError):
            fields = tlv.data.hex()
        yield _line(base + tlv.at, f"0x{tlv.id:04X} {name}", fields)


def _fields(value: Any) -> Iterator[str]:
    for name, field in value.items():
        if name == "zone":
            yield _zone(field)
        elif not name.startswith("_") and field is not None:
            yield f"{name} {field.hex() if isinstance(field, bytes) else field}"


def _time(moment: Any) -> str:
    return f"{moment.seconds}.{moment.hundredth:02d}"


def _zone(zone: Any) -> str:
    signs = getattr(zone, "info", zone)
    summer = " summer" if signs.summer else ""
    return f"zone {'-' if signs.sign else '+'}{zone.hours:02d}:{zone.minutes:02d}{summer}"


def _nals(codec: Codec, data: bytes) -> str:
    if codec is Codec.JPEG:
        return "JPEG"
    try:
        return " ".join(kind(codec, nal) for nal in split_annex_b(data))
    except ProtocolError as error:
        return str(error)
