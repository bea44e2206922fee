"""When cameras were lost: an outage leaves a gap in what is recorded. Times are ticks."""

from __future__ import annotations

from dataclasses import replace

from nvr_emulator.footage.recordings import Stretch


class Outages:
    """From when to when each camera was lost; the last outage may go on (its end is None)."""

    def __init__(self) -> None:
        self._outages: dict[int, list[tuple[int, int | None]]] = {}

    def begin(self, camera: int, moment: int) -> None:
        """The camera is lost from now on."""
        self._outages.setdefault(camera, []).append((moment, None))

    def end(self, camera: int, moment: int) -> None:
        """The camera is back."""
        begun, _ = self._outages[camera].pop()
        if moment > begun:
            self._outages[camera].append((begun, moment))

    def clear(self) -> None:
        """No camera was ever lost."""
        self._outages.clear()

    def cut(self, camera: int, stretches: list[Stretch]) -> list[Stretch]:
        """The stretches without the outages; the GOPs at their edges stay whole or go."""
        for begun, ended in self._outages.get(camera, []):
            stretches = [piece for stretch in stretches for piece in _pieces(stretch, begun, ended)]
        return stretches


def _pieces(stretch: Stretch, begun: int, ended: int | None) -> list[Stretch]:
    """What an outage leaves of a stretch."""
    if (stretch.end is not None and stretch.end <= begun) or (ended is not None and ended <= stretch.start):
        return [stretch]
    pieces = []
    if stretch.start < begun:
        pieces.append(replace(stretch, end=begun))
    if ended is not None and (stretch.end is None or ended < stretch.end):
        pieces.append(replace(stretch, start=ended))
    return pieces
