"""When cameras were lost: an outage leaves a gap in what is recorded. Times are ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from nvr_emulator.footage.recordings import Stretch
from nvr_protocol.timestamps import Ticks


class Outages:
    """From when to when each camera was lost; the last outage may go on (its end is None)."""

    def __init__(self) -> None:
        self._outages: dict[int, list[tuple[Ticks, Ticks | None]]] = {}

    def begin(self, camera: int, moment: Ticks) -> None:
        """The camera is lost from now on."""
        self._outages.setdefault(camera, []).append((moment, None))

    def end(self, camera: int, moment: Ticks) -> None:
        """The camera is back."""
        begun, _ = self._outages[camera].pop()
        if moment > begun:
            self._outages[camera].append((begun, moment))

    def clear(self) -> None:
        """No camera was ever lost."""
        self._outages.clear()

    def of(self, camera: int) -> Sequence[tuple[Ticks, Ticks | None]]:
        """From when to when the camera was lost."""
        return self._outages.get(camera, ())

    def cut(self, camera: int, stretches: Sequence[Stretch]) -> list[Stretch]:
        """The stretches without the outages; the GOPs at their edges stay whole or go."""
        outages, passed = self.of(camera), 0
        pieces: list[Stretch] = []
        for stretch in stretches:
            while passed < len(outages) and _is_over(outages[passed], stretch.start):
                passed += 1
            left: Stretch | None = stretch
            for begun, ended in islice(outages, passed, None):
                if left is None or (left.end is not None and left.end <= begun):
                    break
                left_over = _pieces(left, begun, ended)
                pieces += left_over[:-1]
                left = left_over[-1] if left_over else None
            if left is not None:
                pieces.append(left)
        return pieces


def _is_over(outage: tuple[Ticks, Ticks | None], moment: Ticks) -> bool:
    return outage[1] is not None and outage[1] <= moment


def _pieces(stretch: Stretch, begun: Ticks, ended: Ticks | None) -> list[Stretch]:
    """What an outage leaves of a stretch."""
    if (stretch.end is not None and stretch.end <= begun) or (ended is not None and ended <= stretch.start):
        return [stretch]
    pieces = []
    if stretch.start < begun:
        pieces.append(replace(stretch, end=begun))
    if ended is not None and (stretch.end is None or ended < stretch.end):
        pieces.append(replace(stretch, start=ended))
    return pieces
