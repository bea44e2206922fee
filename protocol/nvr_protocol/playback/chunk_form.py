"""What a recorder puts into its chunks where the document leaves it open (§3.3.1, OP-35): which additional
information, and which bytes where none are stated."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from nvr_protocol.additional_information import TLV, AdditionalInformation, InformationId, write_tlv
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect

ALIGNMENT = 4096
"""A body is padded to a multiple of so many bytes."""

UNKNOWN_OF_RECORDER = (
    TLV(0x0001, bytes.fromhex("00000002")),
    TLV(0x0020, bytes.fromhex("0123456789abcdef")),
    TLV(0x0F2A, bytes.fromhex("ffffffff00000000ff05ff06")),
)
"""Recorder information that the document does not name: ahead of what it names, among it and behind."""

UNKNOWN_OF_CAMERA = (
    TLV(0x0101, bytes.fromhex("00000001000000020000000300000004")),
    TLV(0x8002, bytes.fromhex("ff050000")),
)
"""Camera information that the document does not name."""

Filling = Literal["zeros", "ff", "noise"]


@dataclass(frozen=True)
class ChunkForm:
    """One field for each thing that a chunk may have or not.

    `recorder_ids`: all ids of §7.1 that concern a recording; 0x0005 and 0x000C alone; none; or unknown ones
    too. `camera_information`: 0x0011 and 0x0012, nothing, or ids that nobody knows, in the chunk's head
    and ahead of each packet but the first, or in one of the two places. `reserved_bytes`: what they hold;
    `padding_bytes` likewise, or a block of zeros more than is needed. `jpeg_compression_id`: the value of
    0x0005 in a chunk of JPEG.
    """

    recorder_ids: Literal["all", "few", "none", "unknown-too"] = "all"
    camera_information: Literal["times", "none", "unknown-ids"] = "times"
    camera_information_place: Literal["everywhere", "chunk-head", "packets"] = "everywhere"
    reserved_bytes: Filling = "zeros"
    padding_bytes: Literal["zeros", "ff", "noise", "further-block"] = "zeros"
    jpeg_compression_id: Literal["absent", "0", "1"] = "absent"

    @property
    def in_head(self) -> bool:
        """Whether the chunk's head has camera information."""
        return self.camera_information != "none" and self.camera_information_place != "packets"

    @property
    def ahead_of_packets(self) -> bool:
        """Whether packets have camera information ahead."""
        return self.camera_information != "none" and self.camera_information_place != "chunk-head"

    def reserved(self, size: int, place: str) -> bytes:
        """The reserved bytes of a place; noise is the same each time, and another in each place."""
        return _filling(self.reserved_bytes, size, place)

    def padding(self, size: int) -> bytes:
        """What a body of `size` bytes is filled up with."""
        missing = -size % ALIGNMENT
        if self.padding_bytes == "further-block":
            return bytes(missing + ALIGNMENT)
        return _filling(self.padding_bytes, missing, f"padding of {size}")

    def recorder_information(
        self, info: AdditionalInformation, codec: Codec, dialect: Dialect = DEFAULT
    ) -> tuple[AdditionalInformation, tuple[TLV, ...]]:
        """What is left of the recorder's information, and what comes to it."""
        more: tuple[TLV, ...] = ()
        if codec is Codec.JPEG and self.jpeg_compression_id != "absent" and self.recorder_ids != "none":
            value = int(self.jpeg_compression_id).to_bytes(2, dialect.byte_order)
            more = (TLV(InformationId.COMPRESSION, value + bytes(2)),)
        match self.recorder_ids:
            case "few":
                return AdditionalInformation(compression=info.compression, present=info.present), more
            case "none":
                return AdditionalInformation(), more
            case "unknown-too":
                return info, more + UNKNOWN_OF_RECORDER
            case _:
                return info, more

    def unknown_of_camera(self, dialect: Dialect = DEFAULT) -> bytes:
        """The camera information that nobody knows."""
        return b"".join(write_tlv(tlv.id, tlv.data, dialect) for tlv in UNKNOWN_OF_CAMERA)


STANDARD = ChunkForm()
"""All ids, zeros wherever nothing is stated."""


def _filling(kind: Filling, size: int, place: str) -> bytes:
    match kind:
        case "ff":
            return b"\xff" * size
        case "noise":
            return hashlib.shake_128(place.encode()).digest(size)
        case _:
            return bytes(size)
