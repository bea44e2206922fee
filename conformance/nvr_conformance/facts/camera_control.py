"""Facts about what camera control does to cameras (CTL-01 … CTL-09), by what a control port tells of them.

Pure functions over cameras as it tells of them: mappings with an entry for each of `KEPT`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from nvr_conformance.judgement.fact import Fact

Camera = Mapping[str, Any]
"""One camera, as the control port tells of it."""

PLACE = ("pan", "tilt", "zoom")
AXES = (*PLACE, "focus", "iris")
KEPT = (*AXES, "auto_focus", "presets", "open_auxiliaries")
"""What commands change of a camera."""
STILL = 0.005
"""How far an axis may seem to go that stands: the port rounds."""
CLOSE = 0.5
"""Degrees within which a camera is where it should be."""


def went(before: Camera, after: Camera) -> dict[str, float]:
    """How far each axis went."""
    return {name: after[name] - before[name] for name in AXES}


def goes(way: Mapping[str, float], still: float = STILL, **signs: float) -> Fact:
    """Each axis that has a sign goes its way; pan, tilt and zoom stand where they have none, or 0: `still` is
    what is no way at all. What a camera makes of focus and iris when it is moved is its own affair."""
    wanted = {name: signs.get(name, 0) for name in AXES if name in PLACE or signs.get(name)}
    right = all(
        way[name] * sign > 0 and abs(way[name]) > still if sign else abs(way[name]) <= still
        for name, sign in wanted.items()
    )
    text = ", ".join(
        f"{name} {'up' if sign > 0 else 'down'}" if sign else f"{name} stands"
        for name, sign in wanted.items()
    )
    return Fact(right, text, _told(way))


def its_way(way: Mapping[str, float], **signs: float) -> Fact:
    """Each axis goes the way of its sign, whatever others do."""
    right = all(way[name] * sign > 0 for name, sign in signs.items())
    text = ", ".join(f"{name} {'up' if sign > 0 else 'down'}" for name, sign in signs.items())
    return Fact(right, text, _told({name: way[name] for name in signs}))


def stands(before: Camera, after: Camera) -> Fact:
    """Pan, tilt and zoom are where they were."""
    return goes(went(before, after))


def no_slower(distances: Sequence[tuple[int, float]]) -> Fact:
    """Speeds, each with how far it went: none is slower than one below it, and the highest is faster than the
    lowest. How fast each is depends on the camera."""
    far = [abs(distance) for _, distance in sorted(distances, key=lambda pair: abs(pair[0]))]
    rising = all(later >= earlier - STILL for earlier, later in pairwise(far))
    told = ", ".join(f"{speed}: {distance:.2f}" for speed, distance in distances)
    return Fact(rising and far[-1] > far[0] + STILL, "a higher speed goes farther", told)


def all_of(facts: Iterable[tuple[str, Fact]]) -> Fact:
    """Facts by name as one: the first that does not hold, or how many do."""
    facts = list(facts)
    wrong = next(((name, fact) for name, fact in facts if not fact.ok), None)
    if wrong is None:
        return Fact(True, "each as it should be", f"{len(facts)} as they should be")
    name, fact = wrong
    return Fact(False, f"{name}: {fact.expected}", fact.actual)


def changes_alone(
    before: Mapping[int, Camera], after: Mapping[int, Camera], camera: int, parts: Iterable[str]
) -> Fact:
    """Of all cameras, by number: `camera` changes in `parts`, and no other in anything."""
    changed = {
        number: [part for part in KEPT if seen[part] != after.get(number, seen)[part]]
        for number, seen in before.items()
    }
    others = [number for number, found in changed.items() if found and number != camera]
    missing = set(parts) - set(changed.get(camera, ()))
    told = "; ".join(f"camera {number}: {', '.join(found)}" for number, found in changed.items() if found)
    return Fact(not (others or missing), f"camera {camera} alone: {', '.join(parts)}", told or "no change")


def is_at(seen: Camera, wanted: Camera) -> Fact:
    """A camera stands at the place of a preset."""
    right = all(abs(seen[axis] - wanted[axis]) < CLOSE for axis in PLACE)
    return Fact(
        right, _told({axis: wanted[axis] for axis in PLACE}), _told({axis: seen[axis] for axis in PLACE})
    )


def turns_less(less: float, more: float) -> Fact:
    """A point near the middle of the picture is brought there by a smaller turn than one at its edge."""
    return Fact(0 < less * more < more * more, f"less than {more:.2f} degrees", f"{less:.2f} degrees")


def _told(way: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {distance:.2f}" for name, distance in way.items())
