"""Faults of the machine: cameras, disks, places for downloads, a restart (§1.3, §5.2, §5.3, §6.3)."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec

from nvr_emulator.faults.fault import Camera, Fault, Lasting, of

Slot = Annotated[str, msgspec.Meta(max_length=20, description="the slot of the disk, say MAIN-1")]
SECONDS_OF_A_RESTART = 30.0


class HardwareFault(Fault, frozen=True):
    """A fault of the recorder's hardware."""

    room: ClassVar[str] = "Hardware"


class CameraLost(HardwareFault, frozen=True):
    """A camera is lost: its streams run on and send nothing, as_getinfo.cgi says so, and its recording has a
    gap."""

    section: ClassVar[str] = "5.3.1"
    camera: Camera = 1


class DiskWarning(HardwareFault, frozen=True):
    """A disk warns (SMART); the error log says so."""

    section: ClassVar[str] = "5.1"
    slot: Slot = "MAIN-1"


class DiskRemoved(HardwareFault, frozen=True):
    """A disk is removed; recordedtime.cgi shows its slot as empty. The last one cannot be removed."""

    section: ClassVar[str] = "5.2.1"
    slot: Slot = "MAIN-1"


class DiskFull(HardwareFault, frozen=True):
    """The disks are full, and nothing is overwritten: no capacity remains, and nothing more is recorded."""

    section: ClassVar[str] = "5.2.1"


class DownloadsBusy(HardwareFault, frozen=True):
    """Others download: all places for downloads are taken, and a download is answered by status 3."""

    section: ClassVar[str] = "6.3.1"
    left: Annotated[int, of(0, 100, "how many places are left")] = 0


class Reboot(HardwareFault, frozen=True):
    """The recorder restarts: connections break, UIDs, streams and downloads are gone, and its ports refuse
    for a while. Then it is there again, its clock perhaps off."""

    section: ClassVar[str] = "1.3"
    lasts: Lasting = SECONDS_OF_A_RESTART
    off: Annotated[float, of(-86_400, 86_400, "seconds by which its clock is ahead afterwards")] = 0.0
