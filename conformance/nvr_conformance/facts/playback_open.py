"""What the document leaves open about the bytes of ``camera.cgi``, in words (PLB-34, PLB-37): observed, never
judged. Alike in every run of one recorder."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.facts.playback_times import zone_samples
from nvr_conformance.reading.playback_lengths import PACKET_HEADER_SIZE, in_common
from nvr_conformance.reading.playback_video import RESERVED
from nvr_conformance.reading.zone_bits import zone_bits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.reading.playback_video import ChunkWalk

_CUT = 2  # hundredths by which times that are cut may differ
_IN_STREAM_HEADER = ((4, 20), (36, 52), (57, 68))  # what is reserved there
_BEHIND_LENGTH = 8  # of a packet header


def open_points(gops: Sequence[Gop]) -> dict[str, str]:
    """What these GOPs of one camera, which follow on one another, tell of each open point; what they do not
    tell is left out."""
    chunks = [gop.chunk for gop in gops if gop.chunk.packets]
    if not chunks:
        return {}
    told = {
        "byte order": "big-endian" if chunks[0].byte_order == ">" else "little-endian",
        "the chunk's length": _said(chunk.length_readings for chunk in chunks),
        "the packets' length": _said(chunk.packet_readings for chunk in chunks),
        "0x0006": _said(chunk.size_readings for chunk in chunks if chunk.number(0x0006, "I") is not None),
        "GOP end": end_reading(gops),
        "zone info": zone_reading(gops),
        "recorder information": _ids(chunks[:1]) or "none",
        "camera information ahead of packets": _camera_ids(chunks),
        "reserved bytes": _alike(part for gop in gops for part in _reserved(gop)),
        "padding": _padding(gops),
    }
    return {name: text for name, text in told.items() if text}


def end_reading(gops: Sequence[Gop]) -> str:
    """OP-37: what GOP end is."""
    found = set()
    for gop, following in pairwise(gops):
        end, start, after = gop.chunk.gop_end, gop.start, following.start
        if end is None or start is None or after is None:
            continue
        if abs(after - end) <= _CUT:
            found.add("the start of the next GOP")
        elif gop.span is None or abs(end - start - gop.span) <= _CUT:
            found.add("the time of the last picture")
        else:
            found.add("neither the last picture nor the start of the next GOP")
    return " or ".join(sorted(found))


def zone_reading(gops: Sequence[Gop]) -> str:
    """OP-21: where the sign and summer time are."""
    samples = zone_samples(gops)
    found = zone_bits(samples)
    if not samples or not found:
        return ""
    told = str(found[0]) if len(found) == 1 else "not told which bits have sign and summer time"
    return f"0x{samples[0].info:02x}: {told}"


def _said(found: Iterable[Sequence[object]]) -> str:
    readings = list(found)
    common = in_common(readings)
    if not readings:
        return ""
    return str(common[0]) if common else "no one reading explains it"


def _ids(chunks: Sequence[ChunkWalk]) -> str:
    return " ".join(f"0x{element.id:04x}" for chunk in chunks for element in chunk.information.elements)


def _camera_ids(chunks: Sequence[ChunkWalk]) -> str:
    found = {element.id for chunk in chunks for walk in chunk.camera_information for element in walk.elements}
    return " ".join(f"0x{id_:04x}" for id_ in sorted(found)) or "none"


def _reserved(gop: Gop) -> Iterator[bytes]:
    body, header = gop.exchange.body, gop.chunk.stream_header_offset
    if header is None:
        return
    yield body[header - RESERVED : header]
    for begin, end in _IN_STREAM_HEADER:
        yield body[header + begin : header + end]
    for packet in gop.chunk.packets:
        yield body[packet.offset + _BEHIND_LENGTH : packet.offset + PACKET_HEADER_SIZE]


def _padding(gops: Sequence[Gop]) -> str:
    parts = [gop.exchange.body[gop.chunk.end : gop.chunk.size] for gop in gops]
    return _alike(part for part in parts if part)


def _alike(parts: Iterable[bytes]) -> str:
    values = {byte for part in parts for byte in part}
    if len(values) > 1:
        return "different bytes"
    return "".join(f"all 0x{value:02x}" for value in values)
