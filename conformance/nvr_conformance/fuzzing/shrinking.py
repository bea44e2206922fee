"""Making a disagreement small: whole clients first, then pieces, then single steps, then plainer steps."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.fuzzing.driver import LAST_LOOK, STREAM_END, DisagreementError, Driver
from nvr_conformance.fuzzing.steps import CountUids, LetPass, LogIn, Moment, Send, Step, Stranger

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.client.target import Target

HASTE = 0.5  # real seconds for the end of a stream's answer while shrinking
_PATIENT = 3  # times that the smallest run is done without haste before it is given up
_LAST = 0.2  # the part of the time that is left for that
PLAIN_MOMENT = Moment("now", 2 * 3600 * 100)


class _OutOfTimeError(Exception):
    """Steps were to be done again, and there was no time left for all of them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A disagreement: the steps that show it, and what was wrong at the last one.

    ``example`` is the number of the example that found it; until then ``commands`` were sent and ``seconds``
    went by. ``again``: whether it was seen again when the steps were done again (None: there was no time).
    """

    steps: tuple[Step, ...]
    text: str
    example: int = 0
    commands: int = 0
    seconds: float = 0.0
    again: bool | None = None


def replay(
    target: Target, steps: Sequence[Step], *, until: float = float("inf"), stream_end: float = STREAM_END
) -> Finding | None:
    """Do the steps again, from a recorder without UIDs on; what was wrong, if anything.

    ``until`` (of ``time.monotonic``): leave off then, with nothing found.
    """
    try:
        return _again(target, steps, until, stream_end)
    except _OutOfTimeError:
        return None


def _again(target: Target, steps: Sequence[Step], until: float, stream_end: float) -> Finding | None:
    def each_command() -> None:
        if time.monotonic() > until:
            raise _OutOfTimeError

    with Driver(target, each_command, stream_end=stream_end) as driver:
        try:
            for step in steps:
                driver.run(step)
            driver.finish(LAST_LOOK if stream_end == STREAM_END else LAST_LOOK / 10)
        except DisagreementError as found:
            return Finding(tuple(driver.steps), str(found), again=True)
    return None


def confirm(target: Target, found: Finding, until: float) -> Finding:
    """Do the steps of a finding again, to see whether it was chance."""
    try:
        again = _again(target, found.steps, until, STREAM_END)
    except _OutOfTimeError:
        return found
    return replace(found, again=again is not None)


def shrink(target: Target, found: Finding, until: float) -> Finding:
    """The smallest run of steps that was found by then to disagree, whatever about."""
    begun = time.monotonic()
    trying = begun + (1 - _LAST) * (until - begun)
    shrinker = _Shrinker(target, found, trying)
    before: tuple[Step, ...] = ()
    while shrinker.best.steps != before and time.monotonic() < trying:
        before = shrinker.best.steps
        shrinker.leave_out_clients()
        shrinker.leave_out_pieces()
        shrinker.join_waits()
        shrinker.make_plainer()
    best = shrinker.best
    if best is found:
        return found
    # With haste a stream may have been called endless that is only slow.
    for _ in range(_PATIENT):
        patient = replay(target, _renamed(best.steps), until=until)
        if patient is not None:
            return replace(found, steps=patient.steps, text=patient.text, again=True)
    return found


class _Shrinker:
    """Tries runs that are smaller than ``best``, and keeps those that still disagree."""

    def __init__(self, target: Target, found: Finding, until: float) -> None:
        self.best = found
        self._target = target
        self._until = until

    def leave_out_clients(self) -> None:
        """All steps of one client, and at first those of all but the one of the last step."""
        last = _label(self.best.steps[-1])
        if last and self._smaller([step for step in self.best.steps if _label(step) in ("", last)]):
            return
        for label in sorted({_label(step) for step in self.best.steps} - {"", last}):
            self._smaller([step for step in self.best.steps if _label(step) != label])

    def leave_out_pieces(self) -> None:
        """Large pieces first, at last single steps."""
        size = max(1, len(self.best.steps) // 2)
        while size:
            position = 0
            while position < len(self.best.steps) and time.monotonic() < self._until:
                steps = self.best.steps
                if not self._smaller([*steps[:position], *steps[position + size :]]):
                    position += size
            size //= 2

    def join_waits(self) -> None:
        """One wait for several in a row."""
        joined: list[Step] = []
        for step in self.best.steps:
            if isinstance(step, LetPass) and joined and isinstance(joined[-1], LetPass):
                joined[-1] = LetPass(joined[-1].seconds + step.seconds)
            else:
                joined.append(step)
        if len(joined) < len(self.best.steps):
            self._smaller(joined)

    def make_plainer(self) -> None:
        """Users of highest priority, and moments that do not hang on what was answered before."""
        position = 0
        while position < len(self.best.steps) and time.monotonic() < self._until:
            steps = list(self.best.steps)
            step = steps[position]
            if isinstance(step, LogIn):
                steps[position] = LogIn(step.label)
            elif isinstance(step, Send) and step.moment is not None:
                steps[position] = msgspec.structs.replace(step, moment=PLAIN_MOMENT)
            if steps[position] != step:
                self._smaller(steps)
            position += 1

    def _smaller(self, steps: Sequence[Step]) -> bool:
        """Whether these steps disagree as well and are fewer or plainer; they are the best then."""
        if time.monotonic() >= self._until:
            return False
        again = replay(self._target, steps, until=self._until, stream_end=HASTE)
        if again is None or _weight(again.steps) >= _weight(self.best.steps):
            return False
        self.best = again
        return True


def _renamed(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same with clients ``s1``, ``s2`` … in the order of their logins."""
    logins = [step.label for step in steps if isinstance(step, LogIn)]
    names = {label: f"s{number}" for number, label in enumerate(logins, 1)}
    return tuple(
        step
        if isinstance(step, (Stranger, CountUids, LetPass))
        else msgspec.structs.replace(step, label=names[step.label])
        for step in steps
    )


def _label(step: Step) -> str:
    return str(getattr(step, "label", ""))


def _weight(steps: Sequence[Step]) -> tuple[int, int]:
    """What is less is smaller: the number of steps, then how many are not plain."""
    users = sum(step.user != 0 for step in steps if isinstance(step, LogIn))
    moments = [step.moment for step in steps if isinstance(step, Send) and step.moment is not None]
    return len(steps), users + sum(moment != PLAIN_MOMENT for moment in moments)
