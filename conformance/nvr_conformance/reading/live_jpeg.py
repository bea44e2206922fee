"""Live JPEG parts as §2.3.5 draws them, walked by ``struct`` alone (LIV-19, LIV-20)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field, replace

from nvr_conformance.reading.additional_information import TlvWalk, walk

SOI, COM = b"\xff\xd8", b"\xff\xfe"


@dataclass(frozen=True, slots=True)
class JpegPart:
    """One body. ``recorder``: its first group of elements; ``camera``: the second, None where there is none;
    ``byte_order`` is that of the numbers in them.

    ``form``: "two SOI", "one SOI", or "" without camera information. ``jpeg``: what a client shows, the
    recorder's group taken off. ``problem``: the first thing that is wrong, with its offset.
    """

    recorder: TlvWalk = field(default_factory=TlvWalk)
    camera: TlvWalk | None = None
    form: str = ""
    jpeg: bytes = field(default=b"", repr=False)
    problem: str = ""
    byte_order: str = ">"

    def number(self, id_: int, size: int) -> int | None:
        """The first number in the data of an element of the recorder's group."""
        data = self.recorder.get(id_)
        if data is None or len(data) < size:
            return None
        return int.from_bytes(data[:size], "big" if self.byte_order == ">" else "little")


def read_jpeg_part(body: bytes) -> JpegPart:
    """Walk a body, in the byte order that explains it (OP-13); never raises."""
    part = _read(body, ">")
    if part.problem:
        little = replace(_read(body, "<"), byte_order="<")
        return part if little.problem else little
    return part


def _read(body: bytes, byte_order: str) -> JpegPart:
    """Numbers in elements are in ``byte_order``, the length of a segment is big-endian always."""
    if body[:4] != SOI + COM:
        return JpegPart(jpeg=body, problem=f"offset 0: {body[:4].hex(' ')}, not ff d8 ff fe")
    recorder, end = _group(body, 2, byte_order)
    if recorder.problem:
        return JpegPart(recorder, jpeg=_picture_in(body, end), problem=recorder.problem)
    form, at = ("two SOI", end + 2) if body[end : end + 2] == SOI else ("one SOI", end)
    if body[at : at + 2] == COM:
        camera, close = _group(body, at, byte_order)
        if not camera.problem:
            return JpegPart(recorder, camera, form, _picture_in(body, close))
        if close == at or not _is_segment(body, close):
            return JpegPart(recorder, camera, form, _picture_in(body, close), camera.problem)
        # a segment of the JPEG itself: a comment
    problem = "" if _is_segment(body, at) else f"offset {at}: {body[at : at + 2].hex(' ')} is no segment"
    return JpegPart(recorder, jpeg=_picture_in(body, at), problem=problem)


def _group(body: bytes, at: int, byte_order: str) -> tuple[TlvWalk, int]:
    """The elements of the COM segment at ``at``, and where it ends by its length."""
    if len(body) < at + 4:
        return TlvWalk(end=at, problem=f"offset {at}: no length"), at
    (length,) = struct.unpack_from(">H", body, at + 2)
    end = at + 2 + length
    if length < 2 or end > len(body):
        return TlvWalk(end=at + 4, problem=f"offset {at + 2}: length {length}, {len(body) - at - 2} left"), at
    group = walk(body, at + 4, end, byte_order=byte_order)
    if not group.problem and not _is_segment(body, end):
        group.problem = f"offset {at + 2}: length {length} leads to {body[end : end + 2].hex(' ')}"
    return group, end


def _is_segment(body: bytes, at: int) -> bool:
    return body[at : at + 1] == b"\xff" and body[at + 1 : at + 2] not in (b"", b"\x00", b"\xff")


def _picture_in(body: bytes, at: int) -> bytes:
    """The picture whose first segment behind SOI is at ``at``; where none is, from the last SOI on, for a
    wrong length must not look like a damaged picture."""
    if _is_segment(body, at):
        return SOI + body[at:]
    return body[max(body.rfind(SOI), 0) :]
