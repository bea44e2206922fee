"""A recorder that runs: its clock, its journal, its media pump, and the defects planted in it."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec

from nvr_emulator.configuration.plan import check_recorded, plan
from nvr_emulator.configuration.settings import ConfigurationError, RecorderSettings
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.faults.fault import Fault
from nvr_emulator.findings.clients import known_of
from nvr_emulator.findings.observer import Observer
from nvr_emulator.journal.entries import ClockStepped
from nvr_emulator.journal.journal import Journal
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.server.clock import Clock, ManualClock, RealClock
from nvr_emulator.server.doors import Doors
from nvr_emulator.server.faults_in_force import RESET, FaultsInForce, InForce
from nvr_emulator.server.media_pump import MediaPump


class Machine:
    """One recorder and what makes it run, without its ports (see `nvr_emulator.server.ports`)."""

    def __init__(
        self,
        settings: RecorderSettings,
        *,
        manual: bool = False,
        speed: float = 1.0,
        defects: Sequence[str] = (),
    ) -> None:
        if isinstance(defects, str):
            raise ConfigurationError(f"defects: {defects!r} is one name: give a list of them")
        self.defects = tuple(defects)
        self.settings = settings
        self.plan = plan(settings)
        self.clock: Clock = self._clock(manual=manual, speed=speed)
        check_recorded(self.plan, self.clock.now())
        self.recorder = Recorder(self.plan, self.clock.now())
        self._plant_defects()
        self.doors = Doors()
        self.observer = Observer(known_of(self.plan), self.clock.now)
        self.recorder.tell_to(self.observer.tell)
        self.faults = FaultsInForce(self, self.plan.faults)
        self.pump = MediaPump(self.recorder, self.clock, self.faults)
        self.pump.tell = self.observer.tell
        self._task: asyncio.Task[None] | None = None

    @property
    def journal(self) -> Journal:
        """What happened, in order."""
        return self.observer.journal

    def start(self) -> None:
        """Send what falls due on the real clock from now on, inside an event loop; the manual one is moved by
        `advance` alone."""
        if not isinstance(self.clock, ManualClock):
            self._task = asyncio.create_task(self.pump.run())

    async def stop(self) -> None:
        """Send nothing more, and let the answers that carry live streams end."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self.pump.close()

    async def advance(self, seconds: float) -> None:
        """Move the manual clock; what is due happens in order before this returns. `ClockError`."""
        await self.pump.advance(seconds)

    async def begin_faults(self) -> None:
        """Bring about the faults that are configured. `FaultError` in one line."""
        async with self.pump.moving:
            await self.faults.begin()

    async def add_fault(self, fault: Fault) -> InForce:
        """Bring a fault about. `FaultError` in one line where this recorder cannot have it."""
        async with self.pump.moving:
            return await self.faults.add(fault)

    async def remove_fault(self, number: int) -> None:
        """Undo a fault. `KeyError` where none of that number holds."""
        async with self.pump.moving:
            await self.faults.remove(number)

    async def clear_faults(self) -> None:
        """Undo all faults."""
        async with self.pump.moving:
            await self.faults.clear()

    def step_clock(self, seconds: float) -> None:
        """Set the clock by so many seconds, backwards too; what lasts by uptime lasts on. `ClockError`."""
        self.recorder.sessions.expire(self.clock.now())
        self.clock.step(seconds)
        self.recorder.clock_stepped(seconds, self.clock.now())
        self.faults.clock_stepped(seconds)
        self.observer.tell(ClockStepped(seconds=seconds))
        self.pump.clock_stepped(seconds)

    def wake(self) -> None:
        """What falls due next has changed."""
        self.pump.changed()

    async def reset(self, *, restart_clock: bool = False) -> None:
        """Bring the recorder back to where it started; the clock too where that is asked for."""
        async with self._beginning_anew():
            if restart_clock:
                self.clock.restart()
            self.recorder.reset(self.clock.now())
            self.observer.reset()
            if self.pump.sent is not None:
                self.pump.sent.clear()

    async def take_variants(self, chosen: Mapping[str, object]) -> None:
        """Become another recorder that the document allows: it begins anew with these variants.
        `VariantError` or `ConfigurationError` where there is none such."""
        settings = msgspec.structs.replace(self.settings, variants=read_variants(chosen))
        made = plan(settings)
        check_recorded(made, self.clock.now())
        async with self._beginning_anew():
            self.recorder.reset(self.clock.now())
            self.settings, self.plan = settings, made
            self.recorder.build(made, self.clock.now())
            self._plant_defects()
            self.recorder.tell_to(self.observer.tell)
            self.observer.reset()

    @contextlib.asynccontextmanager
    async def _beginning_anew(self) -> AsyncIterator[None]:
        """The clock stands and no fault holds; afterwards those do that are configured, and whatever comes of
        it, what falls due is looked for."""
        async with self.pump.moving:
            try:
                self.observer.finish()
                await self.faults.clear(RESET)
                yield
                await self.faults.begin_again()
            finally:
                self.pump.changed()

    def _plant_defects(self) -> None:
        if self.defects:
            from nvr_emulator.defects import apply_defects

            apply_defects(self.recorder, self.defects)

    def _clock(self, *, manual: bool, speed: float) -> Clock:
        if not manual:
            return RealClock(self.plan.clock_start, speed=speed)
        start = self.plan.clock_start
        return ManualClock(math.floor(RealClock().now()) if start is None else start)
