"""Sockets and their reader, as a scenario's streams need them, fed from a pcap (``replay``)."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Protocol

from nvr_conformance.judgement.outcomes import ScenarioStopped
from nvr_conformance.wire.connection import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.evidence.pcap_reading import Arrival
    from nvr_conformance.evidence.scenario_file import Failure

Item = tuple[int, "Arrival | WireError"]
"""After how many packets something could be read, and what it was."""


class Progress(Protocol):
    """How far a scenario has come."""

    packets: int

    def go_to(self, packets: int) -> None: ...
    def note_reading(self, packet: int, at: float) -> None: ...


class ReplayedSocket:
    """One connection or UDP port. Reads no further than the packets that have gone by."""

    def __init__(
        self,
        wire: Progress,
        local: tuple[str, int],
        arrivals: Sequence[Arrival],
        failures: Sequence[Failure],
        *,
        udp: bool = False,
    ) -> None:
        self._wire = wire
        self._local = local
        self._udp = udp
        self.opened = False
        items: list[Item] = [(arrival.packet + 1, arrival) for arrival in arrivals]
        items += [(failure.packets, WireError(failure.kind, failure.text)) for failure in failures]
        self._items = sorted(items, key=lambda item: item[0])
        self._next = 0

    @property
    def is_fresh_udp(self) -> bool:
        """Whether it is a UDP port that was not opened yet."""
        return self._udp and not self.opened

    def due(self) -> int | None:
        """After how many packets the next thing could be read; None if there is nothing more."""
        return self._items[self._next][0] if self._next < len(self._items) else None

    def skip_to(self, packets: int) -> None:
        """What came before is read already."""
        while self._next < len(self._items):
            due, item = self._items[self._next]
            if due > packets or (due == packets and isinstance(item, WireError)):
                return
            self._next += 1

    def take(self) -> Arrival | WireError | None:
        """What comes next, though it may be later: then so much has gone by."""
        due = self.due()
        if due is None:
            return None
        item = self._items[self._next][1]
        self._next += 1
        self._wire.go_to(due)
        return item

    # --- as a socket ------------------------------------------------------------------------------

    def recv(self, size: int) -> bytes:
        """As of a socket that does not block."""
        return self._read().data

    def recvmsg(self, size: int, ancillary: int = 0) -> tuple[bytes, list[object], int, tuple[str, int]]:
        """As of a socket that does not block."""
        arrival = self._read()
        return arrival.data, [], 0, arrival.sender

    def _read(self) -> Arrival:
        due = self.due()
        if due is None or due > self._wire.packets:
            raise BlockingIOError
        item = self._items[self._next][1]
        self._next += 1
        if isinstance(item, WireError):
            raise OSError(item.text)
        if item.cut:
            raise ScenarioStopped("the evidence was cut here: there was too much of it")
        self._wire.note_reading(item.packet, item.at)
        return item

    def getsockname(self) -> tuple[str, int]:
        """The address of ours."""
        return self._local

    def setblocking(self, flag: bool) -> None:
        """It never blocks."""

    def setsockopt(self, level: int, option: int, value: int) -> None:
        """Nothing to set."""

    def close(self) -> None:
        """Nothing to close."""


class ReplayedReceiver:
    """Reads a client's streams as time goes on; as ``receiver.Receiver``, without a thread."""

    def __init__(self, wire: Progress) -> None:
        self._wire = wire
        self._watched: dict[ReplayedSocket, Callable[[], bool | None]] = {}

    @property
    def watching(self) -> bool:
        """Whether any stream is read."""
        return bool(self._watched)

    def add(self, sock: ReplayedSocket, on_readable: Callable[[], bool | None]) -> None:
        """Watch it, and read what is there."""
        self._watched[sock] = on_readable
        self._wire.go_to(self._wire.packets)

    def remove(self, sock: ReplayedSocket) -> None:
        """Stop watching."""
        self._watched.pop(sock, None)

    def drain(self, quiet: float = 0.0, timeout: float = 0.0) -> bool:
        """All that has gone by is read."""
        return True

    def close(self) -> None:
        """Nothing runs."""

    def first_due(self) -> tuple[int, ReplayedSocket, ReplayedReceiver] | None:
        """The socket that has something to read first, and after how many packets."""
        due = [
            (packets, number, sock)
            for number, sock in zip(itertools.count(), self._watched, strict=False)
            if (packets := sock.due()) is not None and packets <= self._wire.packets
        ]
        if not due:
            return None
        packets, _, sock = min(due)
        return packets, sock, self

    def read(self, sock: ReplayedSocket) -> None:
        """Let a stream read from its socket."""
        if self._watched[sock]() is False:
            self.remove(sock)
