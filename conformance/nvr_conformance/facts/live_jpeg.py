"""Facts about live JPEG parts (LIV-19): pure functions over what was read of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvr_conformance.facts.clock import how_far, may_be
from nvr_conformance.facts.rtp_extension import wrong_live_value
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.additional_information import LENGTHS
from nvr_conformance.reading.live_jpeg import JpegPart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nvr_conformance.facts.clock import Now

SMALL = 64  # pixels: a placeholder of 39 was seen; no camera sends so few


@dataclass(frozen=True, slots=True)
class Shots:
    """The pictures that came of one camera, and how wide the first is; 0 where it does not decode."""

    jpegs: Sequence[bytes]
    width: int

    @property
    def still(self) -> bool:
        """Whether it is the same picture again and again, to the byte: a placeholder, or a scene that stands
        still."""
        return len(self.jpegs) > 1 and len(set(self.jpegs)) == 1 and self.width > 0


def placeholders(sent: Mapping[int, Shots]) -> set[int]:
    """LIV-20: the cameras of which no picture of their own came: one that never changes and is small, or
    comes of several cameras. A picture that stands still alone may be the camera's."""
    still = {number: shots for number, shots in sent.items() if shots.still}
    shown = [shots.jpegs[0] for shots in still.values()]
    return {
        number for number, shots in still.items() if shots.width <= SMALL or shown.count(shots.jpegs[0]) > 1
    }


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
    """LIV-19: 0x0004 of the recorder information, where it comes, names the camera."""
    expected = f"camera {camera} in 0x0004"
    told = [(number, part) for number, part in enumerate(_some(parts)) if part.recorder.first(0x0004)]
    for number, part in told:
        found = part.number(0x0004, 2)
        if found != camera:
            said = f"{part.recorder.place(0x0004)} says {found}"
            return Fact(False, expected, f"picture {number}: {said}")
    return Fact(True, expected, f"so in {_told(told, 0x0004)} pictures")


def plausible_time(parts: Sequence[JpegPart], now: Now) -> Fact:
    """LIV-19: 0x0007, where it comes, is a time of ``now``, as far as clocks agree; from picture to picture
    not earlier."""
    expected = f"a time near {now.unix:.0f} in 0x0007"
    before, known = 0, True
    told = [(number, part) for number, part in enumerate(_some(parts)) if part.recorder.first(0x0007)]
    for number, part in told:
        seconds = part.number(0x0007, 4)
        plausible = seconds is not None and may_be(seconds, now)
        if seconds is None or plausible is False or seconds < before:
            said = "no number" if seconds is None else how_far(seconds, now)
            place = part.recorder.place(0x0007)
            return Fact(False, expected, f"picture {number}: {place} says {said}, the one before {before}")
        before = seconds
        known = known and plausible is not None
    if not known:
        raise NothingToJudge(now.unknown)
    return Fact(True, expected, f"so in {_told(told, 0x0007)} pictures")


def stated_values(parts: Sequence[JpegPart]) -> Fact:
    """LIV-19: fields that §7 fixes, or gives a range, hold what it says; the operation of 0x000D is live."""
    expected = "the fixed values of §7, and live in 0x000D"
    for number, part in enumerate(_some(parts)):
        if problem := wrong_live_value(part.recorder, part.byte_order):
            return Fact(False, expected, f"picture {number}: {problem}")
    return Fact(True, expected, f"so in {len(parts)} pictures")


def each_once(parts: Sequence[JpegPart]) -> Fact:
    """LIV-19: no id of §7 comes twice in the recorder's information, which stands alone in its segment."""
    expected = "each id of §7 once in the recorder's information"
    for number, part in enumerate(_some(parts)):
        seen: set[int] = set()
        for element in part.recorder.elements:
            if element.id in seen and element.id in LENGTHS:
                again = f"offset {element.offset}: 0x{element.id:04x} again"
                return Fact(False, expected, f"picture {number}: {again}")
            seen.add(element.id)
    return Fact(True, expected, f"so in {len(parts)} pictures")


def ids(parts: Sequence[JpegPart]) -> str:
    """Which ids come, of the recorder and of the camera."""
    cameras = [part.camera for part in parts if part.camera is not None]
    told = []
    for name, walks in (("recorder", [part.recorder for part in parts]), ("camera", cameras)):
        found = {element.id: None for walk in walks for element in walk.elements}
        told.append(f"{name}: {' '.join(f'0x{id_:04x}' for id_ in found) or 'none'}")
    return "; ".join(told)


def _told(told: Sequence[object], id_: int) -> int:
    if not told:
        raise NotThere(f"0x{id_:04x} does not come")
    return len(told)


def _some(parts: Sequence[JpegPart]) -> Sequence[JpegPart]:
    if not parts:
        raise NothingToJudge("no pictures")
    return parts
