"""The text of `recordedtime.cgi`: the disks and what is recorded on each (§5.2.1).

Its times are local, and it names no zone.
"""

import re
from dataclasses import dataclass

from nvr_protocol.errors import ProtocolError
from nvr_protocol.texts.lines import Line, excerpt, split_lines
from nvr_protocol.texts.local_time import LocalTime, read_date_and_time, write_date_and_time

CONTENT_TYPE = "text/plain"

SLOT_LIMIT = 54
"""Most slots: nine of the recorder and nine of each of five extension units."""

_HEAD = (b"Recording information", b"", b"Disk,Capacity,Remain capacity,Recorded time range")
_FIELDS = 9
_NAME = re.compile(rb"(?:MAIN|EXT[1-5])-[1-9]")
_CAPACITY = re.compile(rb"([0-9]{1,9})GB(\(R\))?")


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk. Sizes in GB; `recording`: whether it is the one being recorded to ("(R)", OP-32).

    `recorded`: the oldest and the latest time recorded on it, None where there is nothing.
    """

    capacity: int
    remaining: int
    recording: bool = False
    recorded: tuple[LocalTime, LocalTime] | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot (MAIN-1 to MAIN-9, EXT1-1 to EXT5-9), and the disk in it if there is one."""

    name: str
    disk: Disk | None = None


def write_recorded_time(slots: tuple[Slot, ...]) -> bytes:
    """Write the text, one line a slot. ProtocolError if a name or a size cannot be written."""
    names: set[str] = set()
    for slot in slots:
        if slot.name in names or not _NAME.fullmatch(slot.name.encode("ascii", "replace")):
            raise ProtocolError("slot", f"{slot.name!a} is no slot, or is given twice")
        names.add(slot.name)
    lines = [*(line.decode() for line in _HEAD), *(",".join(_write_fields(slot)) for slot in slots)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def read_recorded_time(data: bytes) -> tuple[Slot, ...]:
    """Read the text strictly: nine fields a slot, all of them right or rightly empty. ProtocolError."""
    lines = split_lines(data, "recorded time", len(_HEAD) + SLOT_LIMIT)
    if tuple(line.text for line in lines[:3]) != _HEAD:
        raise ProtocolError("recorded time", f"{excerpt(data)} is not the heading", 0)
    slots: dict[str, Slot] = {}
    for line in lines[3:]:
        slot = _read_slot(line)
        if slot.name in slots:
            raise ProtocolError("slot", f"{slot.name} is there twice", line.offset)
        slots[slot.name] = slot
    return tuple(slots.values())


def _write_fields(slot: Slot) -> list[str]:
    if slot.disk is None:
        return [slot.name, *[""] * 8]
    for size in (slot.disk.capacity, slot.disk.remaining):
        if not 0 <= size < 10**9:
            raise ProtocolError(slot.name, "a size is not a number of up to 9 digits")
    mark = "(R)" if slot.disk.recording else ""
    fields = [slot.name, f"{slot.disk.capacity}GB{mark}", f"{slot.disk.remaining}GB"]
    if slot.disk.recorded is None:
        return [*fields, *[""] * 6]
    for time in slot.disk.recorded:
        date, clock = write_date_and_time(time).split()
        fields += [date, str(int(time.summer)), clock]
    return fields


def _read_slot(line: Line) -> Slot:
    fields = line.text.split(b",")
    if len(fields) != _FIELDS:
        raise ProtocolError("slot", f"{len(fields)} fields instead of {_FIELDS}", line.offset)
    if not _NAME.fullmatch(fields[0]):
        raise ProtocolError("slot", f"{excerpt(fields[0])} is no name of a slot", line.offset)
    name = fields[0].decode()
    if not any(fields[1:]):
        return Slot(name)
    capacity, remaining = (_CAPACITY.fullmatch(field) for field in fields[1:3])
    if capacity is None or remaining is None or remaining[2]:
        why = f"{excerpt(b','.join(fields[1:3]))} is not <number>GB[(R)],<number>GB"
        raise ProtocolError(name, why, line.offset)
    recorded = None
    if any(fields[3:]):
        recorded = (_read_time(name, fields[3:6], line.offset), _read_time(name, fields[6:9], line.offset))
    return Slot(name, Disk(int(capacity[1]), int(remaining[1]), capacity[2] is not None, recorded))


def _read_time(name: str, fields: list[bytes], offset: int) -> LocalTime:
    if fields[1] not in (b"0", b"1"):
        raise ProtocolError(name, f"{excerpt(fields[1])} is not 0 or 1 for summer time", offset)
    return read_date_and_time(fields[0] + b" " + fields[2], fields[1] == b"1", offset)
