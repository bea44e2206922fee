"""The texts of `loglist.cgi`: the error log and the event log (§5.1.1, §5.1.2)."""

import re
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import lru_cache

from nvr_protocol.errors import ProtocolError
from nvr_protocol.texts.lines import CRLF, excerpt, split_lines
from nvr_protocol.texts.local_time import local_time, read_date_and_time, write_date_and_time
from nvr_protocol.timestamps import Zone

CONTENT_TYPE = "text/html"

LOG_LIMIT = 1000
"""Most entries of a list."""

_ENTRY = re.compile(
    rb'"([0-9]{3,4})","([^",]{1,40})","([01])","([^"\r\n]*)","GMT([+-])([0-9]{2}):([0-9]{2})"'
)
_COUNT = re.compile(rb"[0-9]{1,4}")


@unique
class LogKind(StrEnum):
    """Which of the two logs."""

    ERROR = "ERROR"
    EVENT = "EVENT"

    @property
    def file_name(self) -> str:
        """The file name on the first line."""
        return f"as_{self.value.lower()}log.html"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """`seconds`: Unix time. `zone`: of the recorder at that moment; the text shows its standard offset
    (GMT+hh:mm) and whether it was summer time. `text`: what happened, without quotes or line ends."""

    seconds: int
    zone: Zone
    text: str


@dataclass(frozen=True, slots=True)
class LogList:
    """A log, at most 1000 entries, numbered from 001 on in this order."""

    kind: LogKind
    entries: tuple[LogEntry, ...]


def write_log_list(log: LogList) -> bytes:
    """Write the text. ProtocolError at more than 1000 entries, or a text or time that cannot be written."""
    if len(log.entries) > LOG_LIMIT:
        raise ProtocolError(f"{log.kind} log", f"{len(log.entries)} entries, more than {LOG_LIMIT}")
    entries = b",".join(_write_entry(number, entry) for number, entry in enumerate(log.entries, 1))
    head = f"FILENAME={log.kind.file_name}\r\n{log.kind}_LOG_NO={len(log.entries)}\r\n{log.kind}_LOG="
    return head.encode() + entries + CRLF + CRLF


def read_log_list(data: bytes) -> LogList:
    """Read the text; the count and the numbers must agree with the entries, whose order is open (OP-39). The
    empty line at the end may be missing. ProtocolError."""
    lines = split_lines(data, "log list", 4)
    if len(lines) < 3 or any(line.text for line in lines[3:]):
        raise ProtocolError("log list", "not three lines and maybe an empty one")
    kind = next((kind for kind in LogKind if lines[0].text == f"FILENAME={kind.file_name}".encode()), None)
    if kind is None:
        raise ProtocolError("FILENAME", f"{excerpt(lines[0].text)} names no log", lines[0].offset)
    name, _, count = lines[1].text.partition(b"=")
    if name != f"{kind}_LOG_NO".encode() or not _COUNT.fullmatch(count) or int(count) > LOG_LIMIT:
        why = f"{excerpt(lines[1].text)} is not {kind}_LOG_NO=<0 to {LOG_LIMIT}>"
        raise ProtocolError("log count", why, lines[1].offset)
    name = f"{kind}_LOG=".encode()
    if not lines[2].text.startswith(name):
        raise ProtocolError("log list", f"{excerpt(lines[2].text)} is not {kind}_LOG=...", lines[2].offset)
    return LogList(
        kind,
        _read_entries(data, lines[2].offset + len(name), lines[2].offset + len(lines[2].text), int(count)),
    )


def _write_entry(number: int, entry: LogEntry) -> bytes:
    try:
        return b'"%03d",%b' % (number, _behind_number(entry))
    except ProtocolError as error:
        raise ProtocolError(f"log entry {number:03d}", error.why) from error


@lru_cache(maxsize=4096)
def _behind_number(entry: LogEntry) -> bytes:
    """What is written of an entry whichever its number is: a full list takes milliseconds otherwise."""
    what = "log entry"
    if any(character == '"' or character < " " or character == "\x7f" for character in entry.text):
        raise ProtocolError(what, "the text has a quote or a control character")
    time = write_date_and_time(local_time(entry.seconds, entry.zone))
    sign = "-" if entry.zone.minutes < 0 else "+"
    hours, minutes = divmod(abs(entry.zone.minutes), 60)
    zone = f"GMT{sign}{hours:02d}:{minutes:02d}"
    try:
        return f'"{time}","{int(entry.zone.summer)}","{entry.text}","{zone}"'.encode()
    except UnicodeEncodeError as error:
        raise ProtocolError(what, "the text is no Unicode") from error


def _read_entries(data: bytes, place: int, end: int, count: int) -> tuple[LogEntry, ...]:
    entries = []
    for number in range(1, count + 1):
        what = f"log entry {number:03d}"
        if number > 1:
            if data[place : place + 1] != b",":
                raise ProtocolError(what, "no comma after the entry before", place)
            place += 1
        match = _ENTRY.match(data, place, end)
        if match is None:
            why = f'{excerpt(data[place:end])} is not "nnn","YYYY/MM/DD HH:MM:SS","0|1","text","GMT+hh:mm"'
            raise ProtocolError(what, why, place)
        if match[1] != b"%03d" % number:
            raise ProtocolError(what, f"it is numbered {match[1].decode()}", place)
        entries.append(_read_entry(match, what))
        place = match.end()
    if place != end:
        raise ProtocolError("log list", f"more than the {count} entries that are counted", place)
    return tuple(entries)


def _read_entry(match: re.Match[bytes], what: str) -> LogEntry:
    summer = match[3] == b"1"
    hours, minutes = int(match[6]), int(match[7])
    if hours > 23 or minutes > 59:
        raise ProtocolError(what, "the zone is not within GMT-23:59 and GMT+23:59", match.start(5))
    offset = hours * 60 + minutes
    zone = Zone(-offset if match[5] == b"-" else offset, summer)
    try:
        text = match[4].decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(what, "the text is no UTF-8", match.start(4)) from error
    time = read_date_and_time(match[2], summer, match.start(2))
    return LogEntry(time.seconds(zone.minutes), zone, text)
