"""The error log and the event log that `loglist.cgi` gives (§5.1)."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from typing import Literal
from zoneinfo import ZoneInfo

from nvr_emulator.seams import seam
from nvr_protocol.texts.log_list import LOG_LIMIT, LogEntry, LogKind, LogList, write_log_list
from nvr_protocol.timestamps import UnixSeconds, zone_at

Order = Literal["as-drawn", "rising", "falling"]

TEXT_LIMIT = 100
"""Longest text of an entry, in characters."""
SPACING = 60
"""Seconds between the entries that a recorder is configured to start with."""


class Logs:
    """Both logs of a recorder: each keeps its newest 1000 entries. Times are Unix seconds. `order`: in which
    the entries are given (OP-39)."""

    def __init__(self, zone: ZoneInfo, order: Order = "as-drawn") -> None:
        self.zone = zone
        self.order = order
        self.limit = LOG_LIMIT
        self._entries: dict[LogKind, list[LogEntry]] = {kind: [] for kind in LogKind}

    def add(self, kind: LogKind, text: str, now: float) -> None:
        """Write an entry in its place in time; the oldest goes where there are too many.

        What an entry cannot hold (quotes, control characters) is replaced, for a user's name may have it.
        """
        seconds = UnixSeconds(int(now))
        entries = self._entries[kind]
        insort(entries, LogEntry(seconds, zone_at(self.zone, seconds), writable(text)), key=_time)
        del entries[: max(0, len(entries) - self.limit)]

    def fill(self, kind: LogKind, texts: Iterable[str], now: float) -> None:
        """Begin with these entries, oldest first, a minute apart, the last a minute before `now`."""
        for minutes, text in reversed(list(enumerate(reversed(list(texts)), 1))):
            self.add(kind, text, now - minutes * SPACING)

    def entries(self, kind: LogKind) -> tuple[LogEntry, ...]:
        """In the order in which they are given and numbered from 001 on. As drawn, errors begin with the
        oldest and events with the newest (§5.1)."""
        rising = self.order == "rising" or (self.order == "as-drawn" and kind is LogKind.ERROR)
        entries = self._entries[kind]
        return tuple(entries if rising else reversed(entries))

    @seam
    def text(self, kind: LogKind) -> bytes:
        """The log as `loglist.cgi` gives it."""
        return write_log_list(LogList(kind, self.entries(kind)))

    def clear(self) -> None:
        """Forget all entries."""
        for entries in self._entries.values():
            entries.clear()


def writable(text: str) -> str:
    """A text that an entry can hold: what it cannot becomes a question mark, what is too long is cut."""
    if text.isprintable() and '"' not in text:
        return text[:TEXT_LIMIT]
    kept = (character if character.isprintable() and character != '"' else "?" for character in text)
    return "".join(kept)[:TEXT_LIMIT]


def _time(entry: LogEntry) -> int:
    return entry.seconds
