"""The names that the dialect has for what the judge read; what has no name is told in words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nvr_conformance.facts.playback_times import zone_samples
from nvr_conformance.reading.playback_lengths import LengthReading, PacketReading, in_common
from nvr_conformance.reading.zone_bits import ZoneBits, zone_bits
from nvr_protocol.dialect import ALTERNATIVES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.reading.live_jpeg import JpegPart
    from nvr_conformance.reading.playback_audio import AudioWalk
    from nvr_conformance.reading.zone_bits import ZoneSample

_ORDERS = {">": "big", "<": "little"}
_FORMS = {"two SOI": "two-soi", "one SOI": "one-soi"}
_BOUNDARY = re.compile(
    r'multipart/[A-Za-z0-9_-]{1,60} *;.{0,200}\bboundary=("?)(--)?myboundary"?\s*', re.IGNORECASE
)
NAMES: dict[str, dict[object, str]] = {
    "chunk_length": {
        LengthReading("the chunk id", "the stream header"): "to-stream-header",
        LengthReading("behind itself", "the stream header"): "behind-header",
        LengthReading("the chunk id", "the reserved bytes"): "to-reserved",
        LengthReading("itself", "the reserved bytes"): "length-to-reserved",
    },
    "packet_length": {
        PacketReading(0, with_padding=True): "header-to-padding",
        PacketReading(0, with_padding=False): "header-to-data",
        PacketReading(8, with_padding=True): "reserved-to-padding",
        PacketReading(24, with_padding=False): "data",
        PacketReading(4, with_padding=True): "length-to-padding",
    },
    "data_size": {
        "0x0006 counts the video data": "data",
        "0x0006 counts the video data and its padding": "with-padding",
        "0x0006 counts everything from the first packet header to the end of the last packet": "packets",
        "0x0006 counts packet headers and video data": "headers-and-data",
    },
    "zone_info": {
        ZoneBits(7, 6): "high-bits",
        ZoneBits(0, 1): "low-bits",
        ZoneBits(4, 0): "half-bytes",
        ZoneBits(3, 2): "middle-bits",
    },
}


@dataclass(slots=True)
class Told:
    """What media tell of the dialect: the fields that are ``named``, and in words those whose value has no
    name."""

    named: dict[str, Any] = field(default_factory=dict)
    nameless: dict[str, str] = field(default_factory=dict)

    def learn(self, name: str, readings: Sequence[object]) -> None:
        """Take in which readings of a field explain what was seen."""
        names = {NAMES[name][reading] for reading in readings if reading in NAMES[name]}
        if len(names) == 1:
            self.named[name] = names.pop()
        elif readings and not names:
            self.nameless[name] = str(readings[0])


def told_by_live_answer(content_type: str) -> Told:
    """What the Content-Type of a live answer tells."""
    found = _BOUNDARY.fullmatch(content_type)
    if found is None:
        return Told(nameless={"boundary": content_type})
    return Told({"boundary": "plain" if not found[2] else "quoted" if found[1] else "dashed"})


def told_by_g711(content_type: str) -> Told:
    """What the Content-Type of a part of G.711 tells."""
    names = [name for name in ALTERNATIVES["g711_content_type"] if name.lower() == content_type.lower()]
    if not names:
        return Told(nameless={"g711_content_type": content_type})
    return Told({"g711_content_type": names[0]})


def told_by_jpeg(part: JpegPart) -> Told:
    """What one live JPEG tells."""
    if part.problem:
        return Told(nameless={"jpeg_form": part.problem})
    told = Told({"byte_order": _ORDERS[part.byte_order]} if part.recorder.elements else {})
    if part.form in _FORMS:
        told.named["jpeg_form"] = _FORMS[part.form]
    return told


def told_by_video(gops: Sequence[Gop]) -> Told:
    """What GOPs of one camera tell."""
    told = Told()
    chunks = [gop.chunk for gop in gops if gop.chunk.packets]
    if not chunks:
        return told
    told.named["byte_order"] = _ORDERS[chunks[0].byte_order]
    if chunks[0].codec != "JPEG":
        told.learn("chunk_length", in_common([chunk.length_readings for chunk in chunks]))
    told.learn("packet_length", in_common([chunk.packet_readings for chunk in chunks]))
    told.learn("data_size", in_common([chunk.size_readings for chunk in chunks]))
    _learn_zone(told, zone_samples(gops))
    return told


def told_by_audio(audio: AudioWalk) -> Told:
    """What one second of audio tells."""
    told = Told()
    if "header" not in audio.problems:
        told.named["byte_order"] = _ORDERS[audio.byte_order]
        _learn_zone(told, [audio.zone_sample])
    ids = {unit.id for unit in audio.units}
    if len(ids) == 1:
        told.named["aac_unit_id"] = ids.pop()
    return told


def _learn_zone(told: Told, samples: Sequence[ZoneSample]) -> None:
    told.learn("zone_info", zone_bits(samples) if samples else ())
