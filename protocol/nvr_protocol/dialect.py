"""The dialect: what the document leaves open about the bytes, settled one way or another.

The defaults are the reading that this project takes for the law. Writers take a dialect and follow it;
readers take one and hold what they read against it; `nvr_protocol.dialect_detection` finds it from a sample.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_type_hints

from nvr_protocol.errors import ProtocolError


@dataclass(frozen=True)
class Dialect:
    """One field for each open point that firmware may settle differently."""

    byte_order: Literal["big", "little"] = "big"
    """OP-13: the order of the numbers in chunks, TLVs, playback video and playback audio. The RTP header, the
    AAC AU header and the lengths of JPEG segments are other people's formats: always big-endian."""

    boundary: Literal["dashed", "plain", "quoted"] = "dashed"
    """OP-17: the boundary parameter of a live answer: with the two dashes of the boundary line, without
    them, or with them and quoted. The line itself is `--myboundary` in all three."""

    g711_content_type: Literal["audio/g.711", "audio/g.711-64K", "audio/pcmu", "audio/basic"] = "audio/g.711"
    """OP-18: the content type of a live G.711 part: in the style of the document's names, the same with the
    bit rate as G.726 has it, or the registered name of µ-law."""

    chunk_length: Literal["to-stream-header", "behind-header", "to-reserved", "length-to-reserved"] = (
        "to-stream-header"
    )
    """OP-19: the length in a 0xFF15 or 0xFF16 chunk header counts from the chunk id to the stream header; or
    from behind these four bytes to the stream header; or from the chunk id to the 12 reserved bytes; or from
    the length itself to the reserved bytes (as the JPEG chunk's length does). A JPEG chunk is not
    concerned."""

    packet_length: Literal[
        "header-to-padding", "header-to-data", "reserved-to-padding", "data", "length-to-padding"
    ] = "header-to-padding"
    """OP-20: the length in a packet header counts from the packet id to the end of the zero padding; or to
    the end of the video data; or from behind the length itself to the end of the zero padding; or the video
    data alone; or from the length itself to the end of the zero padding."""

    zone_info: Literal["high-bits", "low-bits", "half-bytes", "middle-bits"] = "high-bits"
    """OP-21: sign and summer time in the zone info byte: bits 7 and 6; or bits 0 and 1; or the upper and the
    lower half byte (bits 4 and 0); or bits 3 and 2."""

    data_size: Literal["data", "with-padding", "packets", "headers-and-data"] = "data"
    """OP-22: 0x0006 counts the video data; or the video data and its zero padding; or everything from the
    first packet header to the end of the last zero padding; or packet headers and video data without what
    stands between them."""

    aac_unit_id: Literal[0xFF14, 0xFF04] = 0xFF14
    """OP-24: the id ahead of an AAC access unit in playback audio: as drawn, or as the note calls it. Readers
    take both."""

    jpeg_form: Literal["two-soi", "one-soi"] = "two-soi"
    """OP-33: recorder and camera information of a live JPEG each behind an SOI marker of its own, as drawn;
    or two COM segments behind one SOI. Readers take both."""

    def __post_init__(self) -> None:
        for field, allowed in ALTERNATIVES.items():
            if getattr(self, field) not in allowed:
                raise ProtocolError(f"dialect {field}", f"{getattr(self, field)!r} is none of {allowed}")

    @property
    def name(self) -> str:
        """`default`, or what differs from it: `byte_order=little,zone_info=low-bits`."""
        different = [
            f"{field}={_word(getattr(self, field))}"
            for field, allowed in ALTERNATIVES.items()
            if getattr(self, field) != allowed[0]
        ]
        return ",".join(different) or "default"

    @property
    def order(self) -> Literal[">", "<"]:
        """The byte order as a `struct` format character."""
        return ">" if self.byte_order == "big" else "<"


ALTERNATIVES: dict[str, tuple[Any, ...]] = {}
"""The values that each field of a dialect may have, the default first."""

_hints = get_type_hints(Dialect)
ALTERNATIVES.update({field.name: get_args(_hints[field.name]) for field in fields(Dialect)})

OPEN_POINTS: dict[str, str] = {
    "byte_order": "OP-13",
    "boundary": "OP-17",
    "g711_content_type": "OP-18",
    "chunk_length": "OP-19",
    "packet_length": "OP-20",
    "zone_info": "OP-21",
    "data_size": "OP-22",
    "aac_unit_id": "OP-24",
    "jpeg_form": "OP-33",
}
"""The open point that each field settles."""

DEFAULT = Dialect()


def dialect_from_name(name: str) -> Dialect:
    """The dialect that has this `name`. ProtocolError for an unknown field or value, or a field given
    twice."""
    if name == "default":
        return DEFAULT
    values: dict[str, Any] = {}
    for pair in name.split(","):
        field, _, word = pair.partition("=")
        if field not in ALTERNATIVES:
            raise ProtocolError("dialect", f"{field!r} is none of {', '.join(ALTERNATIVES)}")
        if field in values:
            raise ProtocolError(f"dialect {field}", "given twice")
        for value in ALTERNATIVES[field]:
            if _word(value) == word:
                values[field] = value
                break
        else:
            allowed = ", ".join(_word(value) for value in ALTERNATIVES[field])
            raise ProtocolError(f"dialect {field}", f"{word!r} is none of {allowed}")
    return Dialect(**values)


def _word(value: str | int) -> str:
    return value if isinstance(value, str) else f"0x{value:04X}"
