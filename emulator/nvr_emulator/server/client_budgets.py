"""How many bytes may wait for clients that do not read: each has a budget, whatever it has asked for.

A client is the host that its connections come from: UIDs cost it nothing.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from nvr_emulator.server.unsent import reset

MOST_OF_STREAM = 8 * 1024 * 1024
"""Bytes that may wait of a live stream before its pictures are left out."""
MOST_OF_CLIENT = 64 * 1024 * 1024
"""Bytes that may wait for a client: of all of its streams and long answers."""
MOST_TOGETHER = 128 * 1024 * 1024
"""Bytes that may wait for all clients, in equal shares."""


class ClientBudgets:
    """The streams over HTTP and the long answers under way, by client."""

    def __init__(self) -> None:
        self._streams: Counter[str] = Counter()
        self._answers: dict[str, dict[asyncio.Transport, int]] = {}

    def of_client(self) -> int:
        """Bytes that may wait for each client that takes part."""
        clients = len(self._streams.keys() | self._answers.keys())
        return min(MOST_OF_CLIENT, MOST_TOGETHER // max(1, clients))

    def of_stream(self, client: str) -> int:
        """Bytes that may wait of each of a client's streams: its answers leave them the rest."""
        answers = sum(self._answers.get(client, {}).values())
        left = max(0, self.of_client() - answers)
        return min(MOST_OF_STREAM, left // max(1, self._streams[client]))

    def begin_stream(self, client: str) -> None:
        """One more of its streams takes part."""
        self._streams[client] += 1

    def end_stream(self, client: str) -> None:
        """One of them no longer does."""
        self._streams[client] -= 1
        if not self._streams[client]:
            del self._streams[client]

    @contextmanager
    def answer(self, client: str, transport: asyncio.Transport, size: int) -> Iterator[None]:
        """While a long answer is written. Where that is too much for its client, those that it has left
        unread for longest are reset."""
        waiting = self._answers.setdefault(client, {})
        waiting[transport] = size
        while len(waiting) > 1 and sum(waiting.values()) > self.of_client():
            oldest = next(iter(waiting))
            del waiting[oldest]
            reset(oldest)
        try:
            yield
        finally:
            waiting.pop(transport, None)
            if not waiting and self._answers.get(client) is waiting:
                del self._answers[client]
