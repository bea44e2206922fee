"""Which GOP ``camera.cgi`` must give next, by the document alone (§3.1, §3.2).

Nothing here knows how a recorder keeps its recordings: what is expected follows from the GOPs that it gave
before. Moments and lengths are hundredths of a second (moments: Unix time, UTC). Where the document leaves
room, every reading of it is accepted; that of open points (OP-25, 26, 27, 44) is by default, where the
recorder is known to read them so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

TOP_SPEED = 8
LONG_GOP = 1000  # hundredths
ROUNDING = 2  # hundredths by which two stated times may differ
FAST = ("FF", "REW")
STILL = ("PAUSE", "NEXTFRAME", "PREVFRAME")


class Fault(StrEnum):
    """How a GOP can be the wrong one."""

    NOT_NEXT = "not the next GOP"
    NOT_BEFORE = "not the GOP before"
    NOT_THE_SAME = "not the same GOP again"
    NOT_NEAR = "not the GOP near TIMEF"
    NOT_SKIPPED = "not as far on as its speed says"
    NOT_STARTED = "not where playback begins"
    MISSING = "no picture, although there is one"


@dataclass(frozen=True, slots=True)
class Shown:
    """A GOP that was given: its first and last picture, and how long it lasts (to the next GOP's first)."""

    start: int
    last: int
    length: float

    @property
    def end(self) -> float:
        """When the next GOP begins."""
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Stretches:
    """What is recorded, oldest first: begin and end of each uninterrupted piece; the last one goes on."""

    pieces: tuple[tuple[int, int | None], ...]

    def holds(self, moment: float, margin: float) -> bool:
        """Whether a moment lies inside a piece, ``margin`` away from its ends."""
        return any(
            begin + margin <= moment and (end is None or moment <= end - margin) for begin, end in self.pieces
        )

    def whole(self, low: float, high: float, margin: float) -> bool:
        """Whether there is no end of a piece between two moments."""
        return any(
            begin + margin <= low and (end is None or high <= end - margin) for begin, end in self.pieces
        )

    def after(self, moment: float) -> int | None:
        """Where the first piece that begins at or after a moment begins."""
        return next((begin for begin, _ in self.pieces if begin >= moment), None)


@dataclass(slots=True)
class Place:
    """Where one camera stands: the GOP given last, and the TIMEF from which to begin, if any.

    ``named``: a TIMEF came after that GOP. ``certain`` False: the document does not say where it stands.
    """

    shown: Shown | None = None
    begin: int | None = None
    named: bool = False
    certain: bool = True


@dataclass(slots=True)
class PlaybackModel:
    """The playback of one UID. ``operation`` is the PLAYCMD in effect, "" while there is none.

    ``stretches`` None: what is recorded is not known, and only the way from one GOP to the next is judged.
    ``by_default``: whether the recorder is known to read each open point by its default.
    """

    stretches: Stretches | None = None
    mask: frozenset[int] | None = None
    operation: str = ""
    speed: int = 0
    places: dict[int, Place] = field(default_factory=dict)
    begun: bool = False
    by_default: bool = True

    def choose(self, cameras: frozenset[int]) -> None:
        """MASK was accepted. A camera that stays keeps its place; where a new one begins is not said."""
        self.mask = cameras
        self.places = {number: place for number, place in self.places.items() if number in cameras}

    def command(self, name: str, moment: int | None) -> None:
        """A PLAYCMD was accepted."""
        if name == "STOP":
            self.operation, self.speed = "", 0
            return
        again = name in FAST and name == self.operation
        self.speed = (min(self.speed + 1, TOP_SPEED) if again else 1) if name in FAST else 0
        self.operation = name
        for number in self.mask or ():
            place = self.places.setdefault(number, Place(certain=not self.begun))
            if again and place.shown is not None:
                # TIMEF names the picture on show: whether one goes on from it or from the last GOP is open.
                place.begin = None
                place.certain = place.certain and moment is not None and _during(place.shown, moment)
            elif moment is not None:
                place.begin, place.certain = moment, True
            elif place.named or not self.by_default:
                # OP-25 leaves open where PLAY begins; by default, only behind a TIMEF from which nothing was
                # given yet.
                place.begin, place.certain = None, False
            place.named = place.named or moment is not None

    def judge(self, camera: int, given: Shown | None, now: int) -> Fault | None:
        """What is wrong with the answer to ``camera.cgi`` (None: no picture), and go on from it."""
        place = self.places.setdefault(camera, Place(certain=not self.begun))
        before = replace(place)
        if given is not None:
            self.begun = True
            # Behind a PAUSE that names a date PLAY may go on from either.
            place.named = place.named and self._is_open_pause()
            place.shown, place.begin, place.certain = given, None, True
        if not before.certain or self._is_open_pause():
            return None
        if before.begin is not None:
            return self._first(before.begin, given, now)
        if before.shown is None:
            return self._oldest(given)
        return self._following(before.shown, given, now)

    def _is_open_pause(self) -> bool:
        """OP-44: what ``camera.cgi`` gives in PAUSE is not drawn."""
        return self.operation == "PAUSE" and not self.by_default

    def _oldest(self, given: Shown | None) -> Fault | None:
        """PLAY on a fresh UID (OP-25)."""
        if self.stretches is None or not self.by_default:
            return None
        if given is None:
            return Fault.MISSING
        begin = self.stretches.pieces[0][0]
        return None if begin - ROUNDING <= given.start <= begin + 2 * given.length else Fault.NOT_STARTED

    def _first(self, begin: int, given: Shown | None, now: int) -> Fault | None:
        """The first GOP behind a TIMEF."""
        if self.stretches is None:
            return None
        margin = 300 if given is None else 3 * given.length
        if not self.by_default:
            margin = max(margin, 3 * LONG_GOP)
        if not self.stretches.holds(begin, margin) or begin > now - margin:
            return self._first_outside(begin, given, now)
        if self.operation in FAST:
            return self._skipped(begin, given, now) if given is None else self._fast(begin, given)
        if given is None:
            return Fault.MISSING
        offset = begin - given.start
        low, high = {"BPLAY": (0.0, 2.0), "NEXTFRAME": (-1.0, 1.0), "PREVFRAME": (0.0, 2.0)}.get(
            self.operation, (0.0, 1.0)
        )
        length = given.length
        if not self.by_default:
            # OP-26: the one that contains it, the next or the one before, and these may be longer.
            low, high, length = low - 1, high + 1, max(length, LONG_GOP)
        # TIMEF has no hundredths but at NEXTFRAME and PREVFRAME: cut, it may name the end of the GOP before.
        inside = low * length - ROUNDING <= offset <= high * length + ROUNDING
        return None if inside else Fault.NOT_NEAR

    def _fast(self, begin: int, given: Shown) -> Fault | None:
        stride = self._stride()
        assert self.stretches is not None
        if not self.by_default:
            ahead = (given.start - begin) * (1 if stride > 0 else -1)
            return None if ahead >= -2 * max(given.length, LONG_GOP) else Fault.NOT_SKIPPED
        low, high = sorted((begin, given.start))
        reach = begin + stride * given.length
        if not self.stretches.whole(min(low, reach), max(high, reach), 3 * given.length):
            return None
        offset = begin - (given.start - stride * given.length)
        return None if -ROUNDING <= offset <= given.length + ROUNDING else Fault.NOT_SKIPPED

    def _first_outside(self, begin: int, given: Shown | None, now: int) -> Fault | None:
        """In a gap, or past an end: the next GOP, else the last (OP-26)."""
        if self.operation not in ("GOTODATE", "PAUSE") or self.stretches is None or not self.by_default:
            return None
        if given is None:
            return Fault.MISSING
        margin = 3 * given.length
        if begin > now + margin:
            return None if now - margin - 200 <= given.start <= now else Fault.NOT_NEAR
        following = self.stretches.after(begin)
        in_piece = any(
            first - margin <= begin and (end is None or begin <= end + margin)
            for first, end in self.stretches.pieces
        )
        if following is None or in_piece:
            return None
        return None if following - ROUNDING <= given.start <= following + margin else Fault.NOT_NEAR

    def _following(self, shown: Shown, given: Shown | None, now: int) -> Fault | None:
        """The GOP behind one that was given."""
        match self.operation:
            case "PAUSE":
                return None if given is not None and given.start == shown.start else Fault.NOT_THE_SAME
            case "NEXTFRAME" | "PREVFRAME":
                return None
            case "FF" | "REW":
                return self._skipped(shown.start, given, now)
            case "BPLAY":
                return self._before(shown, given)
            case _:
                return self._next(shown, given, now)

    def _next(self, shown: Shown, given: Shown | None, now: int) -> Fault | None:
        if given is None:
            nearly_now = shown.end + 2 * shown.length + 100 >= now
            return None if nearly_now or self.stretches is None else Fault.MISSING
        earliest, latest = self._end_of(shown)
        if given.start < earliest or given.start <= shown.start:
            return Fault.NOT_NEXT
        if given.start <= latest:
            return None
        gap = self.stretches is None or not self.stretches.whole(shown.start, given.start, 3 * shown.length)
        return None if gap else Fault.NOT_NEXT

    def _end_of(self, shown: Shown) -> tuple[float, float]:
        """From when to when the next GOP may begin. OP-37: the time of the last picture may be the end of its
        interval as well, so that how long one lasts is overrated."""
        earliest = shown.end if self.by_default else min(shown.last, shown.end)
        return earliest - ROUNDING, shown.end + ROUNDING

    def _before(self, shown: Shown, given: Shown | None) -> Fault | None:
        if given is None:
            oldest = None if self.stretches is None else self.stretches.pieces[0][0]
            return Fault.MISSING if oldest is not None and shown.start > oldest + 3 * shown.length else None
        earliest, latest = self._end_of(given)
        if shown.start < earliest or shown.start <= given.start:
            return Fault.NOT_BEFORE
        if shown.start <= latest:
            return None
        gap = self.stretches is None or not self.stretches.whole(given.start, shown.start, 3 * shown.length)
        return None if gap else Fault.NOT_BEFORE

    def _skipped(self, start: int, given: Shown | None, now: int) -> Fault | None:
        """FF and REW: so many GOPs on as the speed says (OP-27); near an end and a gap only the direction."""
        stride = self._stride()
        if given is None and not self.by_default:
            return None
        if given is None:
            # Without a GOP its length is not known; a minute more is allowed for.
            ends = sorted((start, start + stride * 100 + (6000 if stride > 0 else -6000)))
            there = self.stretches is not None and self.stretches.whole(ends[0], ends[1], 0)
            return Fault.MISSING if there and ends[1] < now else None
        if (given.start - start) * stride <= 0:
            return Fault.NOT_SKIPPED
        reach = start + round(stride * given.length)
        ends = sorted((start, given.start, reach))
        if not self.by_default or self.stretches is None:
            return None
        if not self.stretches.whole(ends[0], ends[-1], 3 * given.length):
            return None
        return None if abs(given.start - reach) <= ROUNDING else Fault.NOT_SKIPPED

    def _stride(self) -> int:
        return int(2**self.speed) * (1 if self.operation == "FF" else -1)


def _during(shown: Shown, moment: int) -> bool:
    return shown.start - ROUNDING <= moment <= shown.end + ROUNDING
