"""How many pictures of a stream come in a second, alone and beside one of the same camera (LIV-24)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nvr_conformance.wire.live_streams import CapturedPacket

VIDEO_CLOCK = 90_000
FEWEST = 8  # pictures, below which their number tells nothing
SHARE = 0.75  # of the pace that a stream has alone; of two that share their pictures each has about half


def pictures_a_second(packets: Sequence[CapturedPacket]) -> float:
    """Of H.264 and H.265, by their time stamps alone: packets may be held up on their way. 0 where there are
    not two pictures, or no time lies between them."""
    stamps = [int.from_bytes(packet.data[4:8], "big") for packet in packets]
    steps = [
        (after - before + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000 for before, after in pairwise(stamps)
    ]
    seconds = abs(sum(steps)) / VIDEO_CLOCK
    return sum(step != 0 for step in steps) / seconds if seconds else 0.0


def parts_a_second(packets: Sequence[CapturedPacket], seconds: float) -> float:
    """Of audio and JPEG, which have no time stamps over HTTP: of what came in so many seconds."""
    return len(packets) / seconds


def falls(alone: Sequence[float], beside: Sequence[float]) -> bool:
    """Whether one of two streams has clearly fewer pictures a second beside the other than one has alone.

    ``alone``: ahead of that and behind it, as a camera may change its rate at any time: the lowest counts.
    """
    return min(beside) < SHARE * min(alone)


def as_many(alone: Sequence[float], beside: Sequence[float], common: float, seconds: float) -> Fact:
    """LIV-24: each of two streams has about as many pictures a second beside the other as one has alone; or
    both have fewer, and the same ones: then the camera sends no more. ``common``: share of the pictures of
    one that the other has (``in_common``), ``seconds``: for which each was watched."""
    usual = min(alone)
    if usual * seconds < FEWEST:
        raise NothingToJudge(f"{usual:.1f} pictures a second are too few to tell")
    is_less = falls(alone, beside) and (min(beside) < SHARE * max(beside) or common < SHARE)
    actual = " and ".join(f"{each:.1f}" for each in beside)
    return Fact(not is_less, f"about {usual:.1f} a second on each UID, as on one alone", actual)


def in_common(one: Collection[bytes], other: Collection[bytes]) -> float:
    """Share of the pictures of one of two streams that the other has too."""
    return len(set(one) & set(other)) / max(1, min(len(set(one)), len(set(other))))
