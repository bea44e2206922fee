"""Live JPEG: one picture with additional information in COM segments, the body of one part (§2.3.5).

`two-soi`, as drawn: SOI, COM of the recorder, SOI, COM of the camera, rest. `one-soi`: SOI, both COM, rest
(OP-33). Without camera information both are SOI, COM of the recorder, rest. The rest is the JPEG behind its
SOI.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Literal

from nvr_protocol.additional_information import (
    CAMERA_IDS,
    AdditionalInformation,
    gather_information,
    walk_tlvs,
    write_information,
)
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError

SOI = b"\xff\xd8"
COM = b"\xff\xfe"
MAX_SEGMENT = 0xFFFF

_LENGTH = struct.Struct(">H")


@dataclass(frozen=True)
class LiveJpeg:
    """One picture: `jpeg` is the JPEG as it was before the information was put in, SOI included; `form` says
    how it was laid out, None where the absence of camera information leaves no trace of it."""

    jpeg: bytes
    recorder: AdditionalInformation
    camera: AdditionalInformation | None = None
    form: Literal["two-soi", "one-soi"] | None = None


def write_live_jpeg(
    jpeg: bytes,
    recorder: AdditionalInformation,
    camera: AdditionalInformation | None = None,
    dialect: Dialect = DEFAULT,
) -> bytes:
    """The body of a part with the picture `jpeg`, which begins with SOI and a segment. (A picture that begins
    with a COM segment of camera TLVs would be read as camera information.)"""
    if not jpeg.startswith(SOI) or not _is_segment(jpeg, 2):
        raise ProtocolError("JPEG", f"begins with {jpeg[:4].hex()}, not with SOI and a segment")
    pieces = [SOI, write_segment(recorder, dialect)]
    if camera is not None:
        if dialect.jpeg_form == "two-soi":
            pieces.append(SOI)
        pieces.append(write_segment(camera, dialect))
    return b"".join((*pieces, jpeg[2:]))


def read_live_jpeg(data: bytes, dialect: Dialect = DEFAULT) -> LiveJpeg:
    """Picture and information in the body of a part, whichever form it has.

    Behind one SOI, a second COM segment is camera information where it holds TLVs with a camera's id; else it
    is part of the picture.
    """
    if data[:2] != SOI:
        raise ProtocolError("JPEG", f"begins with {data[:2].hex()}, not with SOI", 0)
    end = segment_end(data, 2)
    recorder = gather_information(walk_tlvs(data, 6, end, dialect), dialect, Codec.JPEG)
    camera: AdditionalInformation | None = None
    form: Literal["two-soi", "one-soi"] | None = None
    if data[end : end + 2] == SOI:
        start, end = end + 2, segment_end(data, end + 2)
        camera, form = gather_information(walk_tlvs(data, start + 4, end, dialect), dialect), "two-soi"
    elif data[end : end + 2] == COM:
        close = segment_end(data, end)
        if _is_camera_information(data, end + 4, close, dialect):
            camera = gather_information(walk_tlvs(data, end + 4, close, dialect), dialect)
            end, form = close, "one-soi"
    if not _is_segment(data, end):
        why = f"{data[end : end + 2].hex() or 'nothing'} behind the information is no segment of a JPEG"
        raise ProtocolError("JPEG", why, end)
    return LiveJpeg(SOI + bytes(data[end:]), recorder, camera, form)


def write_segment(info: AdditionalInformation, dialect: Dialect = DEFAULT) -> bytes:
    """A COM segment that holds TLVs: marker, length (itself and the TLVs), TLVs."""
    tlvs = write_information(info, dialect)
    if len(tlvs) + 2 > MAX_SEGMENT:
        raise ProtocolError("JPEG COM segment", f"{len(tlvs)} bytes of TLVs do not fit")
    return COM + _LENGTH.pack(len(tlvs) + 2) + tlvs


def segment_end(data: bytes, start: int) -> int:
    """Where the COM segment at `start` ends."""
    if data[start : start + 2] != COM:
        raise ProtocolError("JPEG COM segment", f"{data[start : start + 2].hex()} instead of fffe", start)
    if len(data) < start + 4:
        raise ProtocolError("JPEG COM segment", "no length", start + 2)
    (length,) = _LENGTH.unpack_from(data, start + 2)
    if length < 2 or start + 2 + length > len(data):
        left = len(data) - start - 2
        raise ProtocolError("JPEG COM segment", f"length {length}, {left} bytes left", start + 2)
    return start + 2 + int(length)


def _is_segment(data: bytes, start: int) -> bool:
    return len(data) >= start + 2 and data[start] == 0xFF and data[start + 1] not in (0xD8, 0x00)


def _is_camera_information(data: bytes, start: int, end: int, dialect: Dialect) -> bool:
    try:
        return any(tlv.id in CAMERA_IDS for tlv in walk_tlvs(data, start, end, dialect))
    except ProtocolError:
        return False
