"""The zone that each carrier tells, held against what the others tell of the same time (§7.1.2, 0x0007).

A recorder has one clock and one zone. Which carrier is wrong, where they differ, is told by two others that
agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.additional_information import wrong_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.reading.additional_information import TlvWalk

PARTS = ("direction", "hours", "minutes", "summer time")


@dataclass(frozen=True, slots=True)
class ZoneTold:
    """What one carrier tells, on the ``basis`` of the requirement ``id``: direction (1 west), hours, minutes,
    summer time (1 in)."""

    carrier: str
    id: str
    basis: str
    zone: tuple[int, int, int, int]
    place: str = ""


def zone_in(elements: TlvWalk, order: str) -> tuple[int, int, int, int] | None:
    """The zone of 0x0007; None where there is none, or one that cannot be."""
    element = elements.first(0x0007)
    if element is None or len(element.data) != 8 or wrong_value(element, order):
        return None
    direction, hours, minutes, summer = element.data[4:]
    return direction, hours, minutes, summer


def agrees(told: ZoneTold, all_told: Sequence[ZoneTold]) -> Fact:
    """That a carrier tells the zone that two others tell, and more than tell what it tells. NothingToJudge
    where no two others agree."""
    by_zone: dict[tuple[int, int, int, int], set[str]] = {}
    for each in all_told:
        by_zone.setdefault(each.zone, set()).add(each.carrier)
    common, carriers = max(by_zone.items(), key=lambda item: (len(item[1]), item[0] == told.zone))
    if len(carriers - {told.carrier}) < 2:
        raise NothingToJudge("no two other carriers tell the same zone")
    wrong = [
        f"{name} {one}, not {other}"
        for name, one, other in zip(PARTS, told.zone, common, strict=True)
        if one != other
    ]
    actual = f"{told.place}: {', '.join(wrong)}" if wrong else shown(told.zone)
    return Fact(not wrong, f"zone {shown(common)}, as the other carriers have it", actual)


def shown(zone: tuple[int, int, int, int]) -> str:
    direction, hours, minutes, summer = zone
    return f"{'-' if direction else '+'}{hours:02}:{minutes:02}{', summer time' if summer else ''}"
