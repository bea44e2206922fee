"""Faults upon HTTP answers: late, in dribs, cut off, reset; a recorder under load (§1.2).

What the recorder does and says stays right; what becomes of its bytes on the way does not.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

from nvr_emulator.faults.fault import Command, Fault, Rate, Seed, Times, of

At = Annotated[int, of(0, 2**40, "how many bytes of the body still arrive")]
END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True)
class AnswerPlan:
    """What becomes of one answer. `delay`: seconds before its first byte; `size` bytes at a time then, with a
    `pause` between; `cut`: bytes of its body behind which the connection ends, by a `reset` or in order.

    Seconds are those of the host: a client's patience runs by its own clock.
    """

    delay: float = 0.0
    size: int | None = None
    pause: float = 0.0
    cut: int | None = None
    reset: bool = False

    def with_other(self, other: AnswerPlan) -> AnswerPlan:
        """Both at once: delays add up, the slower dribble and the earlier cut count."""
        slower = self if self.size is not None and self.pause >= other.pause else other
        cuts = [plan for plan in (self, other) if plan.cut is not None]
        earlier = min(cuts, key=lambda plan: plan.cut or 0, default=self)
        return AnswerPlan(self.delay + other.delay, slower.size, slower.pause, earlier.cut, earlier.reset)


class AnswerFault(Fault, frozen=True):
    """A fault upon answers."""

    room: ClassVar[str] = "HTTP answers"
    section: ClassVar[str] = "1.2"

    command: Command = ""
    rate: Rate = 1.0
    seed: Seed = 0
    times: Times = None

    @abstractmethod
    def plan(self, dice: random.Random) -> AnswerPlan:
        """What becomes of an answer that is hit."""


class AnswerDelay(AnswerFault, frozen=True):
    """An answer comes late. The command has been obeyed meanwhile: a client that gave up does not send it
    twice without harm."""

    delay: Annotated[float, of(0, 3600, "real seconds before the first byte")] = 5.0

    def plan(self, dice: random.Random) -> AnswerPlan:
        """Late."""
        return AnswerPlan(delay=self.delay)


class AnswerDribble(AnswerFault, frozen=True):
    """An answer comes in dribs, its header too: a client reads until it has all, whatever a read gives."""

    size: Annotated[int, of(1, 65536, "bytes at a time")] = 16
    pause: Annotated[float, of(0.001, 60, "real seconds between two of them")] = 0.01

    def plan(self, dice: random.Random) -> AnswerPlan:
        """Bit by bit."""
        return AnswerPlan(size=self.size, pause=self.pause)


class AnswerCut(AnswerFault, frozen=True):
    """The connection ends in the middle of an answer, as if it were over: a client compares with
    Content-Length, and with the last part of a multipart."""

    at: At = 0

    def plan(self, dice: random.Random) -> AnswerPlan:
        """Cut off."""
        return AnswerPlan(cut=self.at)


class AnswerReset(AnswerFault, frozen=True):
    """The connection is reset in the middle of an answer (TCP RST), as by a router that forgot it."""

    at: At = 0

    def plan(self, dice: random.Random) -> AnswerPlan:
        """Reset."""
        return AnswerPlan(cut=self.at, reset=True)


class UnderLoad(AnswerFault, frozen=True):
    """The recorder is under load: answers take long, each another while. Timeouts that are set too tight and
    retries that add to the load show."""

    mean: Annotated[float, of(0.001, 60, "real seconds that an answer takes on average")] = 0.5

    def plan(self, dice: random.Random) -> AnswerPlan:
        """Late, from half to one and a half times the mean."""
        return AnswerPlan(delay=self.mean * (0.5 + dice.random()))


class AnswerPlans:
    """All faults upon answers that are in force; false where there is none."""

    def __init__(self) -> None:
        self._faults: dict[int, tuple[AnswerFault, random.Random]] = {}
        self._struck: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._faults)

    def begin(self, number: int, fault: AnswerFault) -> None:
        """A fault of that number holds from now on."""
        self._faults[number] = fault, random.Random(str(fault.seed))

    def end(self, number: int) -> None:
        """It holds no more."""
        self._faults.pop(number, None)
        self._struck.pop(number, None)

    def struck(self, number: int) -> int:
        """How many answers a fault has hit."""
        return self._struck.get(number, 0)

    def of(self, command: str) -> tuple[AnswerPlan | None, list[int]]:
        """What becomes of an answer to a command (its file name), and the numbers of the faults that hit
        it."""
        plan, hits = None, []
        for number, (fault, dice) in self._faults.items():
            if fault.command not in ("", command) or self.struck(number) == fault.times:
                continue
            if dice.random() < fault.rate:
                self._struck[number] = self.struck(number) + 1
                hits.append(number)
                own = fault.plan(dice)
                plan = own if plan is None else plan.with_other(own)
        return plan, hits


class Passage:
    """The bytes of one answer on their way: `let` gives those that still pass. `over`: the cut is reached;
    `begun`: its first byte has left."""

    def __init__(self, plan: AnswerPlan) -> None:
        self.plan = plan
        self.over = self.begun = False
        self._body: int | None = None
        self._tail = b""

    @property
    def broken(self) -> bool:
        """Whether the fault has cut it off, or keeps all of it back."""
        return self.over or not self.begun

    def let(self, data: bytes) -> bytes:
        """What passes of the next bytes."""
        self.begun = True
        cut = self.plan.cut
        if cut is None or self.over:
            return b"" if self.over else data
        begin = 0
        if self._body is None:
            joined = self._tail + data
            found = joined.find(END_OF_HEAD)
            if found < 0:
                self._tail = joined[-3:]
                return data
            begin, self._body = found + len(END_OF_HEAD) - len(self._tail), 0
        passing = min(len(data) - begin, cut - self._body)
        self._body += passing
        self.over = self._body >= cut
        return data[: begin + passing]
