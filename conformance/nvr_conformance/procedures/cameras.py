"""How many cameras a recorder supports, by the lines of as_getinfo.cgi (§5.3.1) and by MASK (§3.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nvr_conformance.client.session import Session

_TRIED = (1, 4, 8, 9, 16, 20, 24, 32, 48, 64, 96, 128)  # lengths of MASK


def mask_lengths(session: Session, around: int) -> list[int]:
    """The numbers of digits that MASK is taken with, of those that recorders have and those next to
    ``around``."""
    tried = sorted({around - 1, around, around + 1, *_TRIED} - {0})
    return [digits for digits in tried if _is_taken(session, digits)]


def camera_count(session: Session, lines: int) -> int:
    """The number of lines, unless MASK is not taken with so many digits, and with one other number."""
    if _is_taken(session, lines):
        return lines
    taken = mask_lengths(session, lines)
    return taken[0] if len(taken) == 1 else lines


def _is_taken(session: Session, digits: int) -> bool:
    return session.get("mask", MASK="1" + "0" * (digits - 1)).ok
