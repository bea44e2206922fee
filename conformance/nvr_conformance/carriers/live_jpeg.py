"""Live JPEG over HTTP: what stands ahead of the picture in each part (§2.3.5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvr_conformance.carriers.moments import (
    CAMERA,
    RECORDER,
    Moment,
    camera_told,
    differ,
    told_by,
    wrong_camera_value,
)
from nvr_conformance.carriers.rows import Row
from nvr_conformance.facts import live_jpeg
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NotThere

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.facts.clock import Now
    from nvr_conformance.reading.live_jpeg import JpegPart

CARRIER = "live JPEG"


@dataclass(frozen=True, slots=True)
class JpegCapture:
    """Some pictures of one camera, in order; ``bodies`` are the parts that were read. ``now``: the
    time at their end."""

    parts: Sequence[JpegPart]
    bodies: Sequence[bytes]
    camera: int
    now: Now


def _moments(capture: JpegCapture, ids: tuple[int, int]) -> list[Moment]:
    """The time in each picture that is not the one before, to the byte."""
    found = []
    before = b""
    for number, part in enumerate(capture.parts):
        order = part.byte_order
        told = camera_told(part.camera, order) if ids == CAMERA else told_by(part.recorder, order, ids)
        if told is not None and part.jpeg != before:
            found.append(Moment(f"picture {number}", *told))
        before = part.jpeg
    return found


def _tells(ids: tuple[int, int]) -> Callable[[JpegCapture], bool]:
    return lambda c: sum(moment.exact for moment in _moments(c, ids)) > 1


def _comes(id_: int) -> Callable[[JpegCapture], bool]:
    return lambda c: any(part.recorder.first(id_) for part in c.parts)


def data_size(capture: JpegCapture) -> Fact:
    """0x0006 is the size of the picture: with what the camera adds to it or without, with SOI or without
    (OP-22); one reading does for all pictures."""
    expected = "the size of the picture in 0x0006"
    common: set[str] | None = None
    for number, (part, body) in enumerate(zip(capture.parts, capture.bodies, strict=True)):
        stated = part.number(0x0006, 4)
        if stated is None:
            continue
        found = {name for name, size in _sizes(part, body).items() if size == stated}
        common = found if common is None else common & found
        if not common:
            said = f"{part.recorder.place(0x0006)} says {stated}, the picture has {len(part.jpeg)} bytes"
            return Fact(False, expected, f"picture {number}: {said}")
    if common is None:
        raise NotThere("0x0006 does not come")
    return Fact(True, expected, min(common))


def _sizes(part: JpegPart, body: bytes) -> dict[str, int]:
    own = len(part.jpeg)
    behind = len(body) - part.recorder.end
    return {
        "the JPEG": own,
        "the JPEG without SOI": own - 2,
        "the JPEG, filled up to 4 bytes": own + -own % 4,
        "all behind the recorder's information": behind,
        "all behind the recorder's information, and SOI": behind + 2,
        "the whole body": len(body),
    }


def one_rate(capture: JpegCapture) -> Fact:
    """0x0009 is a setting: it does not change from picture to picture."""
    rates = dict.fromkeys(rate for part in capture.parts if (rate := part.number(0x0009, 2)) is not None)
    return Fact(len(rates) <= 1, "one frame rate in 0x0009", ", ".join(map(str, rates)))


def camera_values(capture: JpegCapture) -> Fact:
    """0x0011 and 0x0012 of the camera's information have values that §7 gives them."""
    expected = "the values of §7 in the camera's information"
    for number, part in enumerate(capture.parts):
        if problem := wrong_camera_value(part.camera, part.byte_order):
            return Fact(False, expected, f"picture {number}: {problem}")
    return Fact(True, expected, f"so in {len(capture.parts)} pictures")


def _row(
    field: str,
    agrees: str,
    rule: Callable[[JpegCapture], Fact],
    name: str,
    comes: Callable[[JpegCapture], bool] | None = None,
) -> Row:
    return Row(CARRIER, field, agrees, "LIV-19", rule, "values", name, comes)


ROWS = (
    Row(
        CARRIER,
        "FFD8 FFFE, length",
        "the elements, the next segment",
        "LIV-19",
        lambda c: live_jpeg.information(c.parts),
        "form",
        "information",
    ),
    _row("0x0004", "the camera", lambda c: live_jpeg.names_camera(c.parts, c.camera), "0x0004"),
    _row("0x0006", "the picture", data_size, "0x0006", _comes(0x0006)),
    _row("0x0007", "the clock", lambda c: live_jpeg.plausible_time(c.parts, c.now), "0x0007"),
    _row(
        "0x0005, 0x0008 … 0x000D, 0x0027 … 0x0029",
        "the values of §7",
        lambda c: live_jpeg.stated_values(c.parts),
        "fixed values",
    ),
    _row("ids", "each other", lambda c: live_jpeg.each_once(c.parts), "each id once"),
    _row("0x0009", "the picture before", one_rate, "0x0009", _comes(0x0009)),
    _row("0x000A", "the picture before", lambda c: differ(_moments(c, RECORDER)), "0x000A", _tells(RECORDER)),
    _row("0x0011, 0x0012", "the values of §7", camera_values, "the camera's values"),
    _row(
        "0x0012",
        "the picture before",
        lambda c: differ(_moments(c, CAMERA), CAMERA),
        "0x0012",
        _tells(CAMERA),
    ),
)
