"""The faults of a running recorder: which hold, since when and until when, and what undoes each."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from nvr_emulator.faults.answers import AnswerFault, AnswerPlans
from nvr_emulator.faults.courses import StreamCourses
from nvr_emulator.faults.fault import Fault, FaultError
from nvr_emulator.faults.packets import StreamFault
from nvr_emulator.journal.entries import FaultBegan, FaultEnded, FaultLeftOut, FaultStruck
from nvr_emulator.server.fault_effects import Undo, bring_about
from nvr_emulator.server.faulty_machine import FaultyMachine

log = logging.getLogger("nvr_emulator")

REMOVED, OVER, RESET = "removed", "over", "reset"
"""Why a fault holds no more."""
MOST = 100
"""How many hold at a time."""


@dataclass
class InForce:
    """A fault that holds. `until` None: until it is removed; both are moments of the recorder's clock."""

    number: int
    fault: Fault
    since: float
    until: float | None
    undo: Undo | None = None


class FaultsInForce:
    """The faults of one machine. `configured`: those that hold from its start, and behind each reset.

    Whoever calls what is asynchronous holds `machine.pump.moving`, so that the clock stands meanwhile.
    """

    def __init__(self, machine: FaultyMachine, configured: Sequence[Fault] = ()) -> None:
        self._machine = machine
        self._configured = tuple(configured)
        self._holding: dict[int, InForce] = {}
        self._added = 0
        self.streams = StreamCourses()
        self.answers = AnswerPlans()

    @property
    def holding(self) -> list[InForce]:
        """Those that hold, oldest first."""
        return list(self._holding.values())

    def struck(self, number: int) -> int:
        """How many packets or answers a fault has hit so far."""
        return self.streams.struck(number) + self.answers.struck(number)

    async def begin(self) -> None:
        """Bring about what is configured. `FaultError` in one line."""
        for fault in self._configured:
            await self.add(fault)

    async def begin_again(self) -> None:
        """Bring about what is configured, behind a reset: what can hold no more, as the clock has moved, is
        left out, and the journal and the log tell."""
        for fault in self._configured:
            try:
                await self.add(fault)
            except FaultError as error:
                log.warning("left out at the reset: %s", error)
                left_out = FaultLeftOut(name=fault.name, parameters=fault.parameters, why=str(error))
                self._machine.observer.tell(left_out)

    async def add(self, fault: Fault) -> InForce:
        """Bring a fault about. `FaultError` in one line where this recorder cannot have it."""
        if len(self._holding) >= MOST:
            raise FaultError(f"fault {fault.name}: {MOST} faults hold already")
        machine = self._machine
        held = InForce(self._added + 1, fault, machine.clock.now(), None)
        if isinstance(fault, StreamFault):
            self.streams.begin(held.number, fault)
        elif isinstance(fault, AnswerFault):
            self.answers.begin(held.number, fault)
        else:
            try:
                held.undo = await bring_about(fault, machine)
            except ValueError as error:
                raise FaultError(f"fault {fault.name}: {error}") from None
            except OSError as error:  # no room for a certificate, no descriptor left
                where = f"{error.filename}: " if error.filename else ""
                raise FaultError(f"fault {fault.name}: {where}{error.strerror or error}") from None
        self._added += 1
        # A step of the clock is over by the clock that has stepped.
        held.since = machine.clock.now()
        held.until = None if fault.lasts is None else held.since + fault.lasts
        self._holding[held.number] = held
        machine.observer.tell(FaultBegan(fault=held.number, name=fault.name, parameters=fault.parameters))
        machine.wake()
        return held

    async def remove(self, number: int, why: str = REMOVED) -> None:
        """Undo a fault. `KeyError` where none of that number holds."""
        held = self._holding.pop(number)
        struck = self.struck(number)
        self.streams.end(number)
        self.answers.end(number)
        if held.undo is not None:
            await held.undo(why == OVER)
        self._machine.observer.tell(FaultEnded(fault=number, name=held.fault.name, why=why, struck=struck))
        self._machine.wake()

    async def clear(self, why: str = REMOVED) -> None:
        """Undo all, the youngest first."""
        for number in reversed(list(self._holding)):
            # While one is undone, another may end by itself.
            if number in self._holding:
                await self.remove(number, why)

    def next_end(self) -> float | None:
        """When a fault ends by itself, or a packet that one keeps back is due."""
        if not self._holding:
            return None
        moments = [held.until for held in self._holding.values()]
        moments.append(self.streams.next_due())
        return min((moment for moment in moments if moment is not None), default=None)

    async def pass_time(self, now: float) -> None:
        """End what is over."""
        for held in self.holding:
            over = held.until is not None and held.until <= now
            if over and held.number in self._holding:
                await self.remove(held.number, OVER)

    def clock_stepped(self, seconds: float) -> None:
        """The clock was set: what lasts, lasts as long as it would have."""
        for held in self._holding.values():
            held.since += seconds
            if held.until is not None:
                held.until += seconds

    def tell_struck(self, numbers: Sequence[int], exchange: int) -> None:
        """Faults hit the answer to an exchange."""
        for number in numbers:
            name = self._holding[number].fault.name
            self._machine.observer.tell(FaultStruck(fault=number, name=name, exchange=exchange))
