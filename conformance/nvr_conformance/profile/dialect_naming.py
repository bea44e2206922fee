"""The names that the dialect has for what the judge read; what has no name is told in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.facts.playback_times import zone_samples
from nvr_conformance.reading.playback_lengths import LengthReading, PacketReading, in_common
from nvr_conformance.reading.zone_bits import ZoneBits, zone_bits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nvr_conformance.reading.gop import Gop

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


def dialect_of(gops: Sequence[Gop]) -> tuple[dict[str, str], dict[str, str]]:
    """What GOPs tell of the dialect: the fields that are settled, and in words those whose value has no
    name."""
    named: dict[str, str] = {}
    nameless: dict[str, str] = {}
    chunks = [gop.chunk for gop in gops if gop.chunk.packets]
    if chunks:
        named["byte_order"] = "big" if chunks[0].byte_order == ">" else "little"
    samples = zone_samples(gops)
    found: Mapping[str, Sequence[object]] = {
        "chunk_length": in_common([chunk.length_readings for chunk in chunks if chunk.codec != "JPEG"]),
        "packet_length": in_common([chunk.packet_readings for chunk in chunks]),
        "data_size": in_common([chunk.size_readings for chunk in chunks]),
        "zone_info": zone_bits(samples) if samples else (),
    }
    for field, readings in found.items():
        names = {NAMES[field][reading] for reading in readings if reading in NAMES[field]}
        if len(names) == 1:
            named[field] = names.pop()
        elif readings and not names:
            nameless[field] = str(readings[0])
    return named, nameless
