"""Facts about live JPEG parts (LIV-19): pure functions over what was read of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.facts.clock import how_far, is_plausible
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.live_jpeg import JpegPart

if TYPE_CHECKING:
    from collections.abc import Sequence


def information(parts: Sequence[JpegPart]) -> Fact:
    """LIV-19: FFD8 FFFE, a length that leads to the next segment, elements that fill it; and so for the
    camera's group, where there is one."""
    expected = "ff d8 ff fe, length, elements that fill it"
    for number, part in enumerate(_some(parts)):
        if part.problem:
            return Fact(False, expected, f"picture {number}: {part.problem}")
    forms = ", ".join(sorted({part.form or "no camera information" for part in parts}))
    return Fact(True, expected, f"{len(parts)} pictures, {forms}")


def names_camera(parts: Sequence[JpegPart], camera: int) -> Fact:
    """LIV-19: 0x0004 of the recorder information names the camera."""
    expected = f"camera {camera} in 0x0004"
    for number, part in enumerate(_some(parts)):
        found = part.number(0x0004, 2)
        if found != camera:
            said = "absent" if found is None else f"{part.recorder.place(0x0004)} says {found}"
            return Fact(False, expected, f"picture {number}: {said}")
    return Fact(True, expected, "so in every picture")


def plausible_time(parts: Sequence[JpegPart], around: float) -> Fact:
    """LIV-19: 0x0007 is a time of now, which is ``around`` (Unix seconds), as far as clocks agree; from
    picture to picture not earlier."""
    expected = f"a time near {around:.0f} in 0x0007"
    before = 0
    for number, part in enumerate(_some(parts)):
        seconds = part.number(0x0007, 4)
        if seconds is None:
            return Fact(False, expected, f"picture {number}: absent")
        if not is_plausible(seconds, around) or seconds < before:
            said = f"{part.recorder.place(0x0007)} says {how_far(seconds, around)}"
            return Fact(False, expected, f"picture {number}: {said}, the one before {before}")
        before = seconds
    return Fact(True, expected, "so in every picture")


def _some(parts: Sequence[JpegPart]) -> Sequence[JpegPart]:
    if not parts:
        raise NothingToJudge("no pictures")
    return parts
