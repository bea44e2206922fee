"""The course of one fault upon one live stream: what it has hit, and the packets that it keeps back."""

from __future__ import annotations

import random
from collections import deque

MOST_HELD = 10_000
"""Packets of a stream that one fault keeps back at most; those beyond are lost."""


class StreamCourse:
    """What one fault has done to one stream so far. `pictures`: how many came; `struck`: how many packets it
    hit; `dice`: what its rate is thrown with."""

    def __init__(self, seed: object, camera: int, nth: int) -> None:
        # By camera and turn, not by the stream's number: what else runs does not matter.
        self.dice = random.Random(f"{seed}/{camera}/{nth}")
        self.pictures = 0
        self.struck = 0
        self._held: list[tuple[int, bytes]] = []
        self._postponed: deque[tuple[float, bytes]] = deque()

    def hold(self, packet: bytes, behind: int) -> None:
        """Keep a packet back until so many others have passed."""
        if len(self._held) < MOST_HELD:
            self._held.append((behind, packet))

    def let_go(self) -> list[bytes]:
        """A packet has passed: those that waited for it."""
        if not self._held:
            return []
        counted = [(behind - 1, packet) for behind, packet in self._held]
        self._held = [(behind, packet) for behind, packet in counted if behind > 0]
        return [packet for behind, packet in counted if behind <= 0]

    def postpone(self, packet: bytes, due: float) -> None:
        """Let a packet leave at a moment of the recorder's clock."""
        if len(self._postponed) < MOST_HELD:
            self._postponed.append((due, packet))

    def next_due(self) -> float | None:
        """When the next postponed packet leaves. All wait equally long."""
        return self._postponed[0][0] if self._postponed else None

    def due(self, now: float) -> list[bytes]:
        """The postponed packets whose time has come."""
        out = []
        while self._postponed and self._postponed[0][0] <= now:
            out.append(self._postponed.popleft()[1])
        return out
