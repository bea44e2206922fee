"""What a test moves on a running recorder: its clock, its cameras, its disks and its logs."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.journal.entries import Changed
from nvr_emulator.recorder.disks import DiskState
from nvr_emulator.recorder.logs import writable
from nvr_emulator.server.machine import Machine
from nvr_protocol.texts.log_list import LogEntry, LogKind

Run = Callable[[Coroutine[Any, Any, Any]], Any]
"""Has the loop of the recorder do something, and gives what came of it."""


def set_camera(machine: Machine, number: int, state: CameraState) -> None:
    """Lose a camera, or get it back. `KeyError` where it is not registered."""
    if number not in machine.recorder.cameras.registered:
        raise KeyError(number)
    machine.recorder.set_camera_state(number, state, machine.clock.now())
    machine.observer.tell(Changed(what=f"camera {number}: {state}"))
    machine.pump.changed()


def set_disk(machine: Machine, slot: str, state: DiskState) -> None:
    """Let a disk warn, remove it, or put it back. `KeyError` where there is none in that slot, `ValueError`
    for the removal of the last one."""
    text = machine.recorder.disks.set_state(slot, state)
    machine.observer.tell(Changed(what=f"disk {slot}: {state}"))
    if text is not None:
        machine.recorder.logs.add(LogKind.ERROR, text, machine.clock.now())


def write_to_log(machine: Machine, kind: LogKind, text: str) -> None:
    """Add an entry of now. `ValueError` where the text cannot stand in a log."""
    if text != writable(text):
        raise ValueError("text: must be printable characters without quotes")
    machine.recorder.logs.add(kind, text, machine.clock.now())
    machine.observer.tell(Changed(what=f"{kind.lower()} log: {text}"))


class ClockLever:
    """The recorder's time."""

    def __init__(self, machine: Machine, run: Run) -> None:
        self._machine = machine
        self._run = run

    def now(self) -> float:
        """The recorder's time in Unix seconds."""
        return self._machine.clock.now()

    def __repr__(self) -> str:
        return f"<clock: {datetime.fromtimestamp(self.now(), UTC):%Y-%m-%d %H:%M:%S} UTC>"

    def advance(self, seconds: float) -> None:
        """Move a manual clock; returns when all that was due has been sent.

        `ClockError` (a ValueError) on a clock that runs by itself, and for what is no number of seconds from
        0 on.
        """
        self._run(self._machine.advance(seconds))


class CameraLever:
    """One camera of a recorder."""

    def __init__(self, machine: Machine, run: Run, number: int) -> None:
        self._machine = machine
        self._run = run
        self.number = number

    @property
    def state(self) -> CameraState:
        """Whether it is there or lost."""
        return self._machine.recorder.cameras.registered[self.number].state

    def lose(self) -> None:
        """Nothing comes from it any more."""
        self._set(CameraState.LOST)

    def recover(self) -> None:
        """It is back."""
        self._set(CameraState.NORMAL)

    def _set(self, state: CameraState) -> None:
        async def in_loop() -> None:
            set_camera(self._machine, self.number, state)

        self._run(in_loop())

    def __repr__(self) -> str:
        return f"<camera {self.number}: {self.state.value}>"


class Cameras(Mapping[int, CameraLever]):
    """The registered cameras by number: `nvr.cameras[3].lose()`."""

    def __init__(self, machine: Machine, run: Run) -> None:
        self._machine = machine
        self._run = run

    def __getitem__(self, number: int) -> CameraLever:
        if number not in self._machine.recorder.cameras.registered:
            raise KeyError(f"camera {number} is not registered")
        return CameraLever(self._machine, self._run, number)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._machine.recorder.cameras.registered))

    def __len__(self) -> int:
        return len(self._machine.recorder.cameras.registered)

    def __repr__(self) -> str:
        return f"<cameras: {', '.join(f'{number} {camera.state.value}' for number, camera in self.items())}>"


class DiskLever:
    """One disk of a recorder."""

    def __init__(self, machine: Machine, run: Run, slot: str) -> None:
        self._machine = machine
        self._run = run
        self.slot = slot

    @property
    def state(self) -> DiskState:
        """Whether it is well, warns or is removed."""
        return self._machine.recorder.disks.states[self.slot]

    def warn(self) -> None:
        """It has a SMART warning."""
        self._set(DiskState.WARNING)

    def remove(self) -> None:
        """It is removed. `ValueError` where it is the last one."""
        self._set(DiskState.REMOVED)

    def restore(self) -> None:
        """It is back and well."""
        self._set(DiskState.NORMAL)

    def _set(self, state: DiskState) -> None:
        async def in_loop() -> None:
            set_disk(self._machine, self.slot, state)

        self._run(in_loop())

    def __repr__(self) -> str:
        return f"<disk {self.slot}: {self.state.value}>"


class DiskLevers(Mapping[str, DiskLever]):
    """The disks by slot: `nvr.disks["MAIN-1"].warn()`."""

    def __init__(self, machine: Machine, run: Run) -> None:
        self._machine = machine
        self._run = run

    def __getitem__(self, slot: str) -> DiskLever:
        if slot not in self._machine.recorder.disks.states:
            raise KeyError(f"there is no disk in {slot!r}")
        return DiskLever(self._machine, self._run, slot)

    def __iter__(self) -> Iterator[str]:
        return iter(self._machine.recorder.disks.states)

    def __len__(self) -> int:
        return len(self._machine.recorder.disks.states)

    def __repr__(self) -> str:
        return f"<disks: {', '.join(f'{slot} {disk.state.value}' for slot, disk in self.items())}>"


class LogLever:
    """One log of a recorder, as it stands: `nvr.logs.error.add("CAM 3 VIDEO LOSS")`."""

    def __init__(self, machine: Machine, run: Run, kind: LogKind) -> None:
        self._machine = machine
        self._run = run
        self._kind = kind

    @property
    def entries(self) -> list[LogEntry]:
        """Its entries, as the recorder gives them."""

        async def in_loop() -> list[LogEntry]:
            return list(self._machine.recorder.logs.entries(self._kind))

        found: list[LogEntry] = self._run(in_loop())
        return found

    def add(self, text: str) -> None:
        """Add an entry of now. `ValueError` where the text cannot stand in a log."""

        async def in_loop() -> None:
            write_to_log(self._machine, self._kind, text)

        self._run(in_loop())

    def __len__(self) -> int:
        return len(self.entries)

    def __repr__(self) -> str:
        entries = list(self._machine.recorder.logs.entries(self._kind))
        return f"<{self._kind.lower()} log of {len(entries)}>"


class LogLevers:
    """The two logs of a recorder."""

    def __init__(self, machine: Machine, run: Run) -> None:
        self.error = LogLever(machine, run, LogKind.ERROR)
        self.event = LogLever(machine, run, LogKind.EVENT)

    def __repr__(self) -> str:
        return f"<logs: {self.error!r}, {self.event!r}>"
