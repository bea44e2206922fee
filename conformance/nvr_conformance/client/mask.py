"""MASK: which cameras play, one digit a camera (§3.2.3), and how many digits a recorder takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from nvr_conformance.client.session import Session
    from nvr_conformance.wire.exchange import Exchange

_LENGTHS = (1, 4, 8, 9, 16, 20, 24, 32, 48, 64, 96, 128)


def mask_of(cameras: Collection[int], digits: int) -> str:
    """MASK with these cameras, camera 1 leftmost."""
    return "".join("1" if number in cameras else "0" for number in range(1, digits + 1))


def send_mask(session: Session, cameras: Collection[int]) -> Exchange:
    """MASK with these cameras.

    It has as many digits as as_getinfo.cgi has lines. Where the first one of a recorder is refused, and MASK
    is taken with one other number of digits, then all have that: a wrong list of cameras (INF-06) is no
    reason why nothing should play.
    """
    target = session.client.target
    tried = target.digits
    answer = session.get("mask", MASK=mask_of(cameras, tried))
    if not target.digits_known:
        target.digits = tried if answer.ok else digits_taken(session, tried)
        if target.digits != tried:
            answer = session.get("mask", MASK=mask_of(cameras, target.digits))
    return answer


def mask_lengths(session: Session, around: int) -> list[int]:
    """The numbers of digits that MASK is taken with, of those that recorders have and those next to
    ``around``."""
    tried = sorted({around - 1, around, around + 1, *_LENGTHS} - {0})
    return [digits for digits in tried if _is_taken(session, digits)]


def digits_taken(session: Session, lines: int) -> int:
    """The number of lines, unless MASK is not taken with so many digits, and with one other number."""
    if _is_taken(session, lines):
        return lines
    taken = mask_lengths(session, lines)
    return taken[0] if len(taken) == 1 else lines


def _is_taken(session: Session, digits: int) -> bool:
    return session.get("mask", MASK=mask_of((1,), digits)).ok
