"""The disks of a recorder: what is in which slot, and from when to when it is recorded (§5.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from zoneinfo import ZoneInfo

from nvr_emulator.footage.footage import TICKS, unix_seconds
from nvr_emulator.footage.recordings import Recording
from nvr_emulator.seams import seam
from nvr_protocol.texts.local_time import LocalTime, local_time
from nvr_protocol.texts.recorded_time import Disk, Slot, write_recorded_time
from nvr_protocol.timestamps import Ticks, UnixSeconds, zone_at

CAPACITY = 4001
"""Gigabytes of a disk, as in the document's example."""
BYTES_PER_SECOND = 500_000
"""What a second of one camera takes on a disk (4 Mbit/s)."""


class DiskState(StrEnum):
    """What a test can make of a disk."""

    NORMAL = "normal"
    WARNING = "warning"
    REMOVED = "removed"


ENTRIES = {DiskState.WARNING: "SMART WARNING", DiskState.REMOVED: "LOGICALLY REMOVED"}
"""What the error log says behind the slot's name; nothing where a disk is normal again."""

Range = tuple[UnixSeconds, UnixSeconds]
"""The first and the last second of something recorded."""


class Disks:
    """The slots of a recorder. All is recorded to the first disk that is there: it is the one of "(R)"."""

    def __init__(self, slots: Sequence[str], installed: Sequence[str], zone: ZoneInfo) -> None:
        self.zone = zone
        self.names = tuple(slots)
        self._installed = tuple(installed)
        self.states = dict.fromkeys(self._installed, DiskState.NORMAL)
        self.full = False
        """Whether no capacity remains."""

    def reset(self) -> None:
        """Every disk is back and well."""
        self.full = False
        self.states = dict.fromkeys(self._installed, DiskState.NORMAL)

    def present(self) -> list[str]:
        """The slots whose disks are in use, in order."""
        return [name for name, state in self.states.items() if state is not DiskState.REMOVED]

    def set_state(self, name: str, state: DiskState) -> str | None:
        """Change a disk; the text for the error log, None where there is nothing to tell.

        `KeyError` where the slot has no disk, `ValueError` for the removal of the last one.
        """
        if self.states[name] is state:
            return None
        if state is DiskState.REMOVED and self.present() == [name]:
            raise ValueError(f"{name} is the only disk: it is being recorded to")
        self.states[name] = state
        return f"{name} {ENTRIES[state]}" if state in ENTRIES else None

    @seam
    def text(self, recorded: Range | None, seconds_recorded: int) -> bytes:
        """The slots as `recordedtime.cgi` gives them; `seconds_recorded` of all cameras together."""
        present = self.present()
        used = CAPACITY if self.full else min(CAPACITY, seconds_recorded * BYTES_PER_SECOND // 10**9)
        shown = None if recorded is None else (self.local(recorded[0]), self.local(recorded[1]))
        disks = {name: Disk(CAPACITY, 0 if self.full else CAPACITY) for name in present}
        disks[present[0]] = Disk(CAPACITY, CAPACITY - used, recording=True, recorded=shown)
        return write_recorded_time(tuple(Slot(name, disks.get(name)) for name in self.names))

    @seam
    def local(self, seconds: UnixSeconds) -> LocalTime:
        """What the recorder's clock showed at that moment."""
        return local_time(seconds, zone_at(self.zone, seconds))


def recorded_range(recordings: Iterable[Recording], now: Ticks) -> Range | None:
    """From the first picture to the last of any camera that playback can give at `now` (ticks)."""
    oldest, latest = [], []
    for recording in recordings:
        first, last = recording.oldest(now), recording.latest(now)
        if first is not None and last is not None:
            oldest.append(unix_seconds(first.gop.start))
            latest.append(unix_seconds(last.gop.picture_at(last.gop.pictures - 1)))
    return (min(oldest), max(latest)) if oldest else None


def seconds_recorded(recordings: Iterable[Recording], now: Ticks) -> int:
    """How long everything that is recorded of all cameras lasts together."""
    return sum(recording.time_line.recorded(now) for recording in recordings) // TICKS
