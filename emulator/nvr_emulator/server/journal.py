"""What was asked and answered, in order and bounded."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from nvr_emulator.recorder.replies import Reply, Request

ENTRIES_KEPT = 10_000
LONGEST_QUERY = 2_000


@dataclass(frozen=True)
class Entry:
    """One request and its answer. `at` is the recorder's time in Unix seconds."""

    number: int
    at: float
    peer: str
    method: str
    path: str
    query: str
    status: int
    reason: str
    challenged: bool = False
    """Whether the answer asked for Digest authentication: the request is sent again with it."""


class Journal:
    """The last requests; each has a number that only grows."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=ENTRIES_KEPT)
        self._next = 1

    def note(self, request: Request, reply: Reply, now: float) -> Entry:
        """Keep one exchange."""
        entry = Entry(
            self._next,
            now,
            request.peer,
            request.method,
            request.path[:LONGEST_QUERY],
            request.query[:LONGEST_QUERY],
            reply.status,
            reply.reason,
            reply.challenges,
        )
        self._next += 1
        self._entries.append(entry)
        return entry

    def since(self, number: int = 0) -> list[Entry]:
        """The entries after `number`, oldest first."""
        return [entry for entry in self._entries if entry.number > number]

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(list(self._entries))

    def count(self, name: str, status: int | None = None) -> int:
        """How many requests went to a command, say `dlogin.cgi`, and (if given) were answered by `status`.

        Without a status, requests that were only asked for authentication do not count: a login is one.
        """
        to_command = (entry for entry in self._entries if entry.path.rpartition("/")[2] == name)
        if status is None:
            return sum(not entry.challenged for entry in to_command)
        return sum(entry.status == status for entry in to_command)

    def clear(self) -> None:
        """Forget all entries; numbers go on."""
        self._entries.clear()
