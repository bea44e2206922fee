"""What is recorded: stretches of footage on a time line, with gaps between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import overload

from nvr_emulator.footage.footage import TICKS, Footage, Gop, ticks
from nvr_emulator.seams import seam
from nvr_protocol.timestamps import Ticks, UnixSeconds

MINUTE = 60 * TICKS


@dataclass(frozen=True)
class Stretch:
    """Uninterrupted recording of one footage; `end` None: it goes on. Times are ticks."""

    footage: Footage
    start: Ticks
    end: Ticks | None

    def first(self) -> Gop:
        """The first GOP that begins inside."""
        gop = self.footage.containing(self.start)
        return gop if gop.start >= self.start else self.footage.gop(gop.number + 1)

    def holds(self, gop: Gop) -> bool:
        """Whether it does not end ahead of the end of a GOP."""
        return self.end is None or gop.end <= self.end

    def last(self, now: Ticks) -> Gop | None:
        """The last GOP that is complete by `now`; None while there is none."""
        limit = now if self.end is None else min(self.end, now)
        gop = self.footage.gop(self.footage.containing(limit).number - 1)
        return gop if gop.number >= self.first().number else None


@dataclass(frozen=True)
class Place:
    """A recorded GOP and the stretch that it belongs to."""

    stretch: int
    gop: Gop


@dataclass(frozen=True)
class Piece:
    """Uninterrupted recording of one footage: its first and its last GOP."""

    first: Gop
    last: Gop

    def gops(self) -> Iterator[Gop]:
        """All its GOPs."""
        return map(self.first.footage.gop, range(self.first.number, self.last.number + 1))


class TimeLine:
    """When something is recorded: from tick to tick (None: it goes on), oldest first and without overlaps.

    Cameras that are recorded alike share one; nothing here takes longer where more is recorded.
    """

    def __init__(self, spans: Sequence[tuple[Ticks, Ticks | None]]) -> None:
        self.spans = tuple(spans)
        self._starts = [start for start, _ in self.spans]
        lengths = (0 if end is None else end - start for start, end in self.spans)
        self._before = [0, *accumulate(lengths)]

    def at(self, moment: Ticks) -> int:
        """The last span that begins at or before a moment; -1 where all begin later."""
        return bisect_right(self._starts, moment) - 1

    def recorded(self, now: Ticks) -> int:
        """How long all of it lasts by `now`, in ticks."""
        index = self.at(now)
        if index < 0:
            return 0
        start, end = self.spans[index]
        return self._before[index] + (now if end is None else min(end, now)) - start


class Stretches(Sequence[Stretch]):
    """The stretches of a time line, each made when it is asked for."""

    def __init__(self, time_line: TimeLine, footage: Callable[[int], Footage]) -> None:
        self.time_line = time_line
        self._footage = footage
        self._latest: tuple[int, Stretch] | None = None

    def __len__(self) -> int:
        return len(self.time_line.spans)

    @overload
    def __getitem__(self, index: int) -> Stretch: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Stretch]: ...
    def __getitem__(self, index: int | slice) -> Stretch | Sequence[Stretch]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        # Whoever plays stays in one stretch for long.
        if self._latest is not None and self._latest[0] == index:
            return self._latest[1]
        start, end = self.time_line.spans[index]
        made = Stretch(self._footage(index), start, end)
        self._latest = index, made
        return made


class Recording:
    """All that is recorded of one camera, oldest first."""

    def __init__(self, stretches: Sequence[Stretch]) -> None:
        self.stretches = stretches
        self.time_line = (
            stretches.time_line
            if isinstance(stretches, Stretches)
            else TimeLine([(stretch.start, stretch.end) for stretch in stretches])
        )

    def oldest(self, now: Ticks) -> Place | None:
        """The first GOP of all."""
        for index in range(self.time_line.at(now) + 1):
            stretch = self.stretches[index]
            if stretch.last(now) is not None:
                return Place(index, stretch.first())
        return None

    def latest(self, now: Ticks) -> Place | None:
        """The last GOP that is complete."""
        for index in range(self.time_line.at(now), -1, -1):
            gop = self.stretches[index].last(now)
            if gop is not None:
                return Place(index, gop)
        return None

    def containing(self, moment: Ticks, now: Ticks) -> Place | None:
        """The GOP during which `moment` lies; None in a gap and outside."""
        index = self.time_line.at(moment)
        if index < 0:
            return None
        stretch = self.stretches[index]
        last = stretch.last(now)
        if last is None or not stretch.first().start <= moment < last.end:
            return None
        return Place(index, stretch.footage.containing(moment))

    def following(self, moment: Ticks, now: Ticks) -> Place | None:
        """The first GOP that begins at or after `moment`."""
        for index in range(max(0, self.time_line.at(moment)), self.time_line.at(now) + 1):
            stretch = self.stretches[index]
            last = stretch.last(now)
            if last is None or last.start < moment:
                continue
            gop = stretch.first()
            if gop.start < moment:
                gop = stretch.footage.containing(moment)
                gop = gop if gop.start >= moment else stretch.footage.gop(gop.number + 1)
            return Place(index, gop)
        return None

    def preceding(self, moment: Ticks, now: Ticks) -> Place | None:
        """The last GOP that ends at or before `moment`."""
        for index in range(self.time_line.at(moment), -1, -1):
            stretch = self.stretches[index]
            last = stretch.last(now)
            if last is None or stretch.first().end > moment:
                continue
            if last.end > moment:
                last = stretch.footage.gop(stretch.footage.containing(moment).number - 1)
            return Place(index, last)
        return None

    def near(self, moment: Ticks, now: Ticks) -> Place | None:
        """The GOP that contains `moment`, else the next one, else the last (OP-26)."""
        return self.containing(moment, now) or self.following(moment, now) or self.latest(now)

    def next_start(self, place: Place) -> Ticks:
        """When the next recorded GOP begins; where none is recorded yet, when it would."""
        stretch = self.stretches[place.stretch]
        if stretch.holds(place.gop.following()):
            return place.gop.end
        for index in range(place.stretch + 1, len(self.stretches)):
            later = self.stretches[index]
            if later.holds(later.first()):
                return later.first().start
        return place.gop.end

    def second_from(self, second: UnixSeconds, now: Ticks) -> UnixSeconds | None:
        """The first Unix second from `second` on that is recorded and over; None where there is none."""
        if self.containing(ticks(second), now) is None:
            following = self.following(ticks(second), now)
            if following is None:
                return None
            second = UnixSeconds(-(-following.gop.start // TICKS))
        return second if ticks(second + 1) <= now else None

    @seam
    def step(self, place: Place, count: int, now: Ticks) -> Place | None:
        """`count` GOPs onward (backward where negative), over gaps; None past either end."""
        stretch = self.stretches[place.stretch]
        gop = stretch.footage.gop(place.gop.number + count)
        if stretch.start <= gop.start and gop.end <= now and stretch.holds(gop):
            return Place(place.stretch, gop)
        while True:
            stretch = self.stretches[place.stretch]
            last = stretch.last(now)
            if last is None:
                return None
            low, high = stretch.first().number, last.number
            target = place.gop.number + count
            if low <= target <= high:
                return Place(place.stretch, stretch.footage.gop(target))
            if target > high:
                count = target - high - 1
                beyond = self._next_stretch(place.stretch, 1, now)
                if beyond is None:
                    return None
                place = Place(beyond, self.stretches[beyond].first())
            else:
                count = target - low + 1
                beyond = self._next_stretch(place.stretch, -1, now)
                last = None if beyond is None else self.stretches[beyond].last(now)
                if beyond is None or last is None:
                    return None
                place = Place(beyond, last)

    def _next_stretch(self, index: int, direction: int, now: Ticks) -> int | None:
        index += direction
        while 0 <= index <= self.time_line.at(now):
            if self.stretches[index].last(now) is not None:
                return index
            index += direction
        return None


def on_the_minute(moment: Ticks) -> Ticks:
    """The whole minute at or before `moment`: recordings begin and end there."""
    return Ticks(moment - moment % MINUTE)
