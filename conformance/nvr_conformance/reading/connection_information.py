"""The text of ``as_getinfo.cgi`` as a client reads it, leniently, for what it counts (§5.3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nvr_conformance.bounds import COUNT_DIGITS, PAGE_LIMIT

_MAXIMUM = re.compile(rf"\bMAXUID=([0-9]{{1,{COUNT_DIGITS}}})")
_USED = re.compile(rf"\bUSEDUID=([0-9]{{1,{COUNT_DIGITS}}})")
_CAMERA = re.compile(r"CAM_CONNECT_0*([0-9]{1,5})CH=([0-9])")


@dataclass(frozen=True, slots=True)
class UidCounts:
    """How many UIDs can be valid, and how many are."""

    maximum: int
    used: int


def used_uids_in(text: str) -> int | None:
    """How many UIDs are valid; None where that is not told."""
    found = _USED.search(text)
    return None if found is None else int(found[1])


def counts_in(text: str) -> UidCounts | None:
    """Both counts of UIDs; None where not both are told."""
    maximum, used = _MAXIMUM.search(text), used_uids_in(text)
    return None if maximum is None or used is None else UidCounts(int(maximum[1]), used)


def cameras_in(text: str) -> dict[int, int]:
    """Camera number to connection state: 0 not registered, 1 normal, 2 error. Of lines with one number, the
    first."""
    found: dict[int, int] = {}
    for number, state in _CAMERA.findall(text[:PAGE_LIMIT]):
        found.setdefault(int(number), int(state))
    return found
