"""Finding the dialect that a sample was written in (OP-13, 17, 18, 19, 20, 21, 22, 24, 33).

Every alternative is tried; what explains the sample counts. Where several alternatives of a point explain it
alike, the sample does not tell that point, and the detection says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from nvr_protocol.additional_information import AdditionalInformation, gather_information
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.dialect import ALTERNATIVES, DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.live_jpeg import SOI, LiveJpeg, read_live_jpeg, segment_end
from nvr_protocol.playback.audio import AAC_ID, TELEPHONY_ID, PlaybackAudio, read_playback_audio
from nvr_protocol.playback.chunk import STREAM_LENGTH, Chunk, data_size, walk_chunk
from nvr_protocol.playback.chunk_form import ALIGNMENT
from nvr_protocol.playback.video_reader import stream_times
from nvr_protocol.playback.video_writer import check_picture
from nvr_protocol.rtp.audio import audio_content_type

_BOUNDARY = re.compile(
    r'multipart/[A-Za-z0-9_-]{1,60} *;.{0,200}\bboundary=("?)(--)?myboundary"?\s*', re.IGNORECASE
)
_AUDIO_HEADS = frozenset(
    header.to_bytes(2, order) for header in (TELEPHONY_ID, AAC_ID) for order in ("big", "little")
)


@dataclass(frozen=True)
class Detection:
    """What a sample told: `determined` names the fields of `dialect` that it settles, all others have a value
    that explains the sample, the default where it does."""

    dialect: Dialect
    determined: frozenset[str]


def detect_dialect(sample: bytes | str) -> Detection:
    """The dialect of a sample: the body of an answer to `camera.cgi` or `playaudio.cgi`, the body of a live
    JPEG part, or as text the value of a Content-Type header (of a live answer, or of an audio part in it).

    ProtocolError where no dialect explains the sample.
    """
    if isinstance(sample, str):
        return _from_content_type(sample)
    if sample[:2] in _AUDIO_HEADS:
        return _from_audio(sample)
    if sample[:2] == SOI and sample[segment_end(sample, 2) :][:1] == b"\xff":
        return _from_live_jpeg(sample)
    return _from_video(sample)


def combine(detections: Iterable[Detection]) -> Detection:
    """What several samples of one recorder told together. ProtocolError where they contradict one another."""
    values: dict[str, Any] = {}
    for detection in detections:
        for field in detection.determined:
            value = getattr(detection.dialect, field)
            if values.setdefault(field, value) != value:
                raise ProtocolError(f"dialect {field}", f"{values[field]} in one sample, {value} in another")
    return Detection(replace(DEFAULT, **values), frozenset(values))


def _settle(candidates: dict[str, Collection[Any]]) -> Detection:
    """The detection where each field may have the values of `candidates`; without any it is not
    determined."""
    values = {}
    for field, found in candidates.items():
        ranked = [value for value in ALTERNATIVES[field] if value in found]
        values[field] = ranked[0] if ranked else getattr(DEFAULT, field)
    determined = frozenset(field for field, found in candidates.items() if len(set(found)) == 1)
    return Detection(replace(DEFAULT, **values), determined)


def _dialects(*fields: str) -> list[Dialect]:
    values = product(*(ALTERNATIVES[field] for field in fields))
    return [replace(DEFAULT, **dict(zip(fields, combination, strict=True))) for combination in values]


def _from_content_type(value: str) -> Detection:
    found = _BOUNDARY.fullmatch(value)
    if found:
        return _settle(
            {"boundary": {"quoted" if found[1] and found[2] else "dashed" if found[2] else "plain"}}
        )
    if value.lower() in (audio_content_type(AudioCodec.AAC), audio_content_type(AudioCodec.G726).lower()):
        return Detection(DEFAULT, frozenset())
    types = {name for name in ALTERNATIVES["g711_content_type"] if name.lower() == value.lower()}
    if not types:
        raise ProtocolError("Content-Type", f"{value!r} is that of no dialect")
    return _settle({"g711_content_type": types})


def _from_audio(sample: bytes) -> Detection:
    read: list[PlaybackAudio] = []
    explaining: list[Dialect] = []
    reason: ProtocolError | None = None
    for dialect in _dialects("byte_order", "zone_info"):
        try:
            read.append(read_playback_audio(sample, dialect))
            explaining.append(dialect)
        except ProtocolError as error:
            reason = reason or error
    if not read:
        raise ProtocolError("audio", f"no dialect explains the sample ({reason})", 0)
    return _settle(
        {
            "byte_order": {dialect.byte_order for dialect in explaining},
            "zone_info": {dialect.zone_info for dialect in explaining},
            "aac_unit_id": read[0].unit_ids,
        }
    )


def _from_live_jpeg(sample: bytes) -> Detection:
    read: dict[str, LiveJpeg] = {}
    reason: ProtocolError | None = None
    for dialect in _dialects("byte_order"):
        try:
            read[dialect.byte_order] = read_live_jpeg(sample, dialect)
        except ProtocolError as error:
            reason = reason or error
    if not read:
        raise ProtocolError("live JPEG", f"no dialect explains the sample ({reason})", 0)
    forms = {jpeg.form for jpeg in read.values() if jpeg.form is not None}
    return _settle({"byte_order": read.keys(), "jpeg_form": forms})


def _from_video(sample: bytes) -> Detection:
    chunks: list[Chunk] = []
    reason: ProtocolError | None = None
    for dialect in _dialects("byte_order", "chunk_length", "packet_length"):
        try:
            chunk = walk_chunk(sample, dialect)
            _check_packets(chunk, gather_information(chunk.tlvs, dialect, chunk.codec))
        except ProtocolError as error:
            reason = reason or error
        else:
            chunks.append(chunk)
    if not chunks:
        raise ProtocolError("playback video", f"no dialect explains the sample ({reason})", 0)
    # Most recorders fill up with zeros; what else stands there may be packets that a wrong meaning lost.
    chunks = [chunk for chunk in chunks if not chunk.data[chunk.end :].strip(b"\0")] or chunks
    # Pictures seldom end with a zero byte; one may be padding that a wrong meaning took for video data.
    chunks = [chunk for chunk in chunks if not _ends_with_zero(chunk)] or chunks
    chunk = chunks[0]
    info = gather_information(chunk.tlvs, chunk.dialect, chunk.codec)
    return _settle(
        {
            "byte_order": {chunk.dialect.byte_order for chunk in chunks},
            "chunk_length": {chunk.dialect.chunk_length for chunk in chunks},
            "packet_length": {chunk.dialect.packet_length for chunk in chunks},
            "zone_info": _zone_infos(chunk, info),
            "data_size": _data_sizes(chunk, info),
        }
    )


def _check_packets(chunk: Chunk, info: AdditionalInformation) -> None:
    """A length taken in the wrong meaning leaves video data among the padding or padding in the video
    data."""
    if chunk.stream_length != STREAM_LENGTH:
        raise ProtocolError("stream header length", f"{chunk.stream_length}", chunk.stream_header + 2)
    if info.frames not in (None, len(chunk.packets)):
        raise ProtocolError("frames", f"{info.frames}, counted {len(chunk.packets)}", chunk.end)
    if len(chunk.data) - chunk.end >= 2 * ALIGNMENT:
        raise ProtocolError("body padding", "is longer than a further block", chunk.end)
    for packet in chunk.packets:
        size = packet.data_end - packet.data_start
        check_picture(chunk.codec, chunk.data[packet.data_start : packet.data_start + 4])
        if packet.padding != -size % 4 or chunk.data[packet.data_end : packet.end].strip(b"\0"):
            raise ProtocolError("packet padding", f"{packet.padding} behind {size} bytes", packet.data_end)


def _ends_with_zero(chunk: Chunk) -> bool:
    return any(chunk.data[packet.data_end - 1] == 0 for packet in chunk.packets)


def _zone_infos(chunk: Chunk, info: AdditionalInformation) -> set[str]:
    found = set()
    for value in ALTERNATIVES["zone_info"] if chunk.packets else ():
        dialect = replace(chunk.dialect, zone_info=value)
        try:
            zone = stream_times(replace(chunk, dialect=dialect)).zone
        except ProtocolError:
            continue
        if info.zone in (None, zone):
            found.add(value)
    return found


def _data_sizes(chunk: Chunk, info: AdditionalInformation) -> set[str]:
    return {
        value
        for value in ALTERNATIVES["data_size"]
        if chunk.packets
        and data_size(chunk.packets, replace(chunk.dialect, data_size=value)) == info.data_size
    }
