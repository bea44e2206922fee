"""What faults of ports, hardware and clock do to a running recorder, and what undoes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import singledispatch
from typing import Literal
from zoneinfo import ZoneInfo

from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.faults.clocks import ClockStep, SummerTime
from nvr_emulator.faults.connections import CertificateFault, RefuseConnections, TlsStall
from nvr_emulator.faults.fault import Fault
from nvr_emulator.faults.hardware import CameraLost, DiskFull, DiskRemoved, DiskWarning, DownloadsBusy, Reboot
from nvr_emulator.recorder.disks import DiskState
from nvr_emulator.server.clock import ClockError
from nvr_emulator.server.faulty_machine import FaultyMachine
from nvr_protocol.texts.log_list import LogKind

Undo = Callable[[bool], Awaitable[None]]
"""Undoes a fault; told whether it is over by itself."""
LOOK_AHEAD = timedelta(days=400)
"""Within which a change of summer time is looked for."""


@singledispatch
async def bring_about(fault: Fault, machine: FaultyMachine) -> Undo:
    """Bring a fault about; gives what undoes it. `ValueError` in one line where it cannot be."""
    raise TypeError(f"{type(fault).__name__} is no fault that can be brought about")


@bring_about.register(CameraLost)
async def lose_camera(fault: CameraLost, machine: FaultyMachine) -> Undo:
    recorder, number = machine.recorder, fault.camera
    camera = recorder.cameras.registered.get(number)
    if camera is None:
        raise ValueError(f"camera {number} is not registered")
    if camera.state is CameraState.LOST:
        raise ValueError(f"camera {number} is lost already")
    recorder.set_camera_state(number, CameraState.LOST, machine.clock.now())

    async def undo(over: bool) -> None:
        recorder.set_camera_state(number, CameraState.NORMAL, machine.clock.now())

    return undo


@bring_about.register(DiskWarning)
@bring_about.register(DiskRemoved)
async def harm_disk(fault: DiskWarning | DiskRemoved, machine: FaultyMachine) -> Undo:
    recorder, slot = machine.recorder, fault.slot
    if slot not in recorder.disks.states:
        raise ValueError(f"there is no disk in {slot!r}")
    if recorder.disks.states[slot] is not DiskState.NORMAL:
        raise ValueError(f"the disk in {slot} is {recorder.disks.states[slot]} already")
    state = DiskState.WARNING if isinstance(fault, DiskWarning) else DiskState.REMOVED
    text = recorder.disks.set_state(slot, state)
    if text is not None:
        recorder.logs.add(LogKind.ERROR, text, machine.clock.now())

    async def undo(over: bool) -> None:
        recorder.disks.set_state(slot, DiskState.NORMAL)

    return undo


@bring_about.register(DiskFull)
async def fill_disks(fault: DiskFull, machine: FaultyMachine) -> Undo:
    if machine.recorder.disks.full:
        raise ValueError("the disks are full already")
    machine.recorder.set_full(machine.clock.now(), full=True)

    async def undo(over: bool) -> None:
        machine.recorder.set_full(machine.clock.now(), full=False)

    return undo


@bring_about.register(DownloadsBusy)
async def hold_places(fault: DownloadsBusy, machine: FaultyMachine) -> Undo:
    downloads = machine.recorder.downloads
    if downloads.left is not None:
        raise ValueError("others hold places already")
    downloads.left = fault.left

    async def undo(over: bool) -> None:
        downloads.left = None

    return undo


@bring_about.register(Reboot)
async def reboot(fault: Reboot, machine: FaultyMachine) -> Undo:
    await machine.doors.shut("both")
    machine.recorder.restart(machine.clock.now())
    await machine.doors.hang_up()

    async def undo(over: bool) -> None:
        await machine.doors.open("both")
        if over and fault.off:
            with suppress(ClockError):  # the clock shows no such time: it is right by itself
                machine.step_clock(fault.off)

    return undo


@bring_about.register(ClockStep)
async def step_clock(fault: ClockStep, machine: FaultyMachine) -> Undo:
    return _step(machine, fault.seconds)


@bring_about.register(SummerTime)
async def go_to_summer_time(fault: SummerTime, machine: FaultyMachine) -> Undo:
    now = machine.clock.now()
    zone = machine.recorder.plan.zone
    change = next_change(zone, now)
    if change is None:
        raise ValueError(f"{zone.key} knows no summer time: give the recorder a time_zone that does")
    return _step(machine, change - fault.ahead - now)


@bring_about.register(RefuseConnections)
async def refuse_connections(fault: RefuseConnections, machine: FaultyMachine) -> Undo:
    return await _shut(machine, fault.port)


@bring_about.register(TlsStall)
async def stall_handshakes(fault: TlsStall, machine: FaultyMachine) -> Undo:
    machine.doors.stall(stalls=True)

    async def undo(over: bool) -> None:
        machine.doors.stall(stalls=False)

    return undo


@bring_about.register(CertificateFault)
async def show_other_certificate(fault: CertificateFault, machine: FaultyMachine) -> Undo:
    machine.doors.show_other_certificate(fault)

    async def undo(over: bool) -> None:
        machine.doors.show_own_certificate()

    return undo


async def _shut(machine: FaultyMachine, which: Literal["both", "http", "https"]) -> Undo:
    await machine.doors.shut(which)

    async def undo(over: bool) -> None:
        await machine.doors.open(which)

    return undo


def _step(machine: FaultyMachine, seconds: float) -> Undo:
    machine.step_clock(seconds)

    async def undo(over: bool) -> None:
        with suppress(ClockError):  # time has passed, and there is none so far on
            machine.step_clock(-seconds)

    return undo


def next_change(zone: ZoneInfo, now: float) -> float | None:
    """When the zone's offset changes next (Unix seconds); None where it does not within `LOOK_AHEAD`."""
    begin = datetime.fromtimestamp(int(now), UTC)
    before = _offset(zone, begin)
    end = next(
        (
            begin + timedelta(days=day)
            for day in range(LOOK_AHEAD.days)
            if _offset(zone, begin + timedelta(days=day)) != before
        ),
        None,
    )
    if end is None:
        return None
    low, high = int((end - timedelta(days=1)).timestamp()), int(end.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(middle, UTC)) == before:
            low = middle
        else:
            high = middle
    return float(high)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()
