"""Faults of the clock: it steps, or summer time is about to come or go (§7)."""

from __future__ import annotations

from typing import Annotated, ClassVar

from nvr_emulator.faults.fault import Fault, of


class ClockFault(Fault, frozen=True):
    """A fault of the recorder's clock. UIDs live by uptime: no step ends one."""

    room: ClassVar[str] = "Clock"
    section: ClassVar[str] = "7"


class ClockStep(ClockFault, frozen=True):
    """The clock steps, as NTP or a person sets it: times of pictures jump, forwards or back, while their RTP
    time stamps go on. It steps back when the fault ends."""

    seconds: Annotated[float, of(-86_400, 86_400, "how far; below 0: backwards")] = -10.0


class SummerTime(ClockFault, frozen=True):
    """Summer time comes or goes in a while: the clock is set ahead of the next change in the recorder's time
    zone. Local times in logs and names of files jump by an hour then. It steps back when the fault ends."""

    ahead: Annotated[float, of(0, 86_400, "seconds until the change")] = 60.0
