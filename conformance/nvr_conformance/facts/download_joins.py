"""Where one file of a download ends and the next begins (§6.3.1): nothing left out, nothing twice.

Held against the pictures that playback gives one behind the other.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.reading.decoding import Decoded, DecodedFile


def none_left_out(files: Sequence[DecodedFile], gops: Sequence[Decoded]) -> Fact:
    """DWN-13: behind the pictures of a file the next one goes on with those that playback has behind them, or
    with pictures that the file before has already."""
    expected = "no picture left out between two files"
    joins = _joins(files, gops)
    for number, (before, after, due) in enumerate(joins, 1):
        if after not in (due, *before):
            return Fact(
                False, expected, f"file {number + 1} begins with another picture than file {number} ends"
            )
    return Fact(True, expected, f"{len(joins)} times")


def none_again(files: Sequence[DecodedFile], gops: Sequence[Decoded]) -> Fact:
    """DWN-11: no file begins with pictures that the file before ends with, unless playback has them twice."""
    expected = "no picture again in the next file"
    joins = _joins(files, gops)
    for number, (before, after, due) in enumerate(joins, 1):
        if after != due and after in before:
            return Fact(False, expected, f"file {number + 1} begins with pictures of file {number}")
    return Fact(True, expected, f"{len(joins)} times")


def _joins(files: Sequence[DecodedFile], gops: Sequence[Decoded]) -> list[tuple[list[str], str, str]]:
    """Of each file that ends among the pictures of playback: its pictures, the first one of the next file,
    and the one that playback has there. NothingToJudge where none ends there, or playback's do not decode."""
    played = [picture.luma for gop in gops for picture in gop.pictures]
    if any(gop.errors for gop in gops) or not played:
        raise NothingToJudge("what playback gives does not decode")
    if len(gops) > 1 and len({gop.pictures[0].luma for gop in gops if gop.pictures}) == 1:
        raise NothingToJudge("the scene stands still: where in it a file ends is not known")
    found = []
    at: int | None = None
    for file, following in pairwise(files):
        lumas = [picture.luma for picture in file.pictures]
        behind = [picture.luma for picture in following.pictures]
        at = _begin(lumas, played, at)
        if at is None:
            continue
        at += len(lumas)
        if at >= len(played):
            break
        if _is_in(behind, played):
            found.append((lumas, behind[0], played[at]))
    if not found:
        raise NothingToJudge("no file ends among the pictures that playback gave")
    return found


def _is_in(lumas: list[str], played: list[str]) -> bool:
    """Whether playback has all pictures of a file, one behind the other."""
    size = len(lumas)
    return size > 0 and any(played[at : at + size] == lumas for at in range(len(played) - size + 1))


def _begin(lumas: list[str], played: list[str], at: int | None) -> int | None:
    """Where a file's pictures begin in playback: where the one before ended, else wherever they are; negative
    where some stand ahead of what was played."""
    if at is not None and played[at : at + len(lumas)] == lumas[: len(played) - at]:
        return at
    for ahead in range(len(lumas)):
        rest = lumas[ahead:]
        if rest and played[: len(rest)] == rest:
            return -ahead
    return None
