"""What went over the wire in one scenario, bounded, for the pcap of a report.

A ``Flow`` is one TCP connection (of TLS, what it protected) or one UDP port. Each keeps what was sent and
received with its time; what is beyond the limits is kept cut (``Piece.size`` tells what was there), and in
the end not at all. Times are Unix seconds; on a manual clock the time that was jumped is added, so that the
pcap shows it.
"""

from __future__ import annotations

import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from nvr_conformance.wire.exchange import WireProblem

TOTAL_LIMIT = 160 * 1024 * 1024  # bytes of one scenario, with the headers that a pcap adds
WHOLE_LIMIT = 128 * 1024 * 1024  # beyond these only the beginnings are kept
FLOW_LIMIT = 96 * 1024 * 1024  # the same for one flow
TCP_BEGINNING = 512
UDP_BEGINNING = 64
OVERHEAD = 160  # bytes that a pcap needs for a piece, its headers and its acknowledgement
SEGMENT = 32 * 1024  # payload bytes of one TCP segment in the pcap

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that were sent (or received) at once. ``size`` is more than ``data`` holds if they were cut."""

    at: float
    order: int
    sent: bool
    data: bytes
    size: int
    sender: Address | None = None  # of a datagram


@dataclass(slots=True)
class Flow:
    """One TCP connection, or the datagrams that one UDP port received."""

    capture: WireCapture
    local: Address
    remote: Address
    opened: float
    order: int
    tls: bool = False
    udp: bool = False
    pieces: list[Piece] = field(default_factory=list)
    kept: int = 0
    ended: tuple[float, int, bool] | None = None  # when, order, whether by us
    failures: list[tuple[int, WireProblem, str]] = field(default_factory=list)  # order, kind, text of each

    def sent(self, data: bytes) -> None:
        """These bytes were handed to the system."""
        self.capture.keep(self, data, sent=True)

    def received(self, data: bytes, sender: Address | None = None) -> None:
        """These bytes came; none: the other side ended the connection."""
        if data or self.udp:
            self.capture.keep(self, data, sent=False, sender=sender)
        else:
            self.end(by_us=False)

    def end(self, *, by_us: bool) -> None:
        """The connection is over; only the first call counts."""
        self.capture.end(self, by_us=by_us)

    def failed(self, kind: WireProblem, text: str) -> None:
        """Waiting for more brought this instead: a timeout, a reset."""
        self.failures.append((self.capture.order, kind, text))


class WireCapture:
    """All flows of one scenario. Streams are read on a thread of their own, so everything here is locked."""

    def __init__(self) -> None:
        self.flows: list[Flow] = []
        self.left_out = 0  # bytes of payload that are not kept
        self.elapsed: Callable[[], float] = lambda: 0.0  # seconds that a manual clock was moved
        self._lock = threading.Lock()
        self._order = 0
        self._bytes = 0
        self._start = time.time() - time.monotonic()

    def tcp(self, sock: socket.socket) -> Flow:
        """A connection that was just made."""
        return self._add(sock.getsockname()[:2], sock.getpeername()[:2], tls=isinstance(sock, ssl.SSLSocket))

    def udp(self, sock: socket.socket) -> Flow:
        """A UDP port of ours."""
        return self._add(sock.getsockname()[:2], ("", 0), udp=True)

    def _add(self, local: Address, remote: Address, *, tls: bool = False, udp: bool = False) -> Flow:
        with self._lock:
            flow = Flow(self, local, remote, self._now(), self._next(), tls=tls, udp=udp)
            self.flows.append(flow)
        return flow

    def keep(self, flow: Flow, data: bytes, *, sent: bool, sender: Address | None = None) -> None:
        """Note a piece of a flow, cut to what there is room for."""
        with self._lock:
            overhead = OVERHEAD * (1 + len(data) // SEGMENT)
            kept = data
            if self._bytes + len(data) > WHOLE_LIMIT or flow.kept + len(data) > FLOW_LIMIT:
                kept = data[: UDP_BEGINNING if flow.udp else TCP_BEGINNING]
            if self._bytes + len(kept) + overhead > TOTAL_LIMIT:
                self.left_out += len(data)
                return
            self.left_out += len(data) - len(kept)
            self._bytes += len(kept) + overhead
            flow.kept += len(kept)
            flow.pieces.append(Piece(self._now(), self._next(), sent, bytes(kept), len(data), sender))

    def end(self, flow: Flow, *, by_us: bool) -> None:
        """Note that a flow is over."""
        with self._lock:
            if flow.ended is None:
                flow.ended = (self._now(), self._next(), by_us)

    @property
    def order(self) -> int:
        """The number of the last thing that was kept."""
        return self._order

    @property
    def start(self) -> float:
        """What is added to ``time.monotonic`` to make Unix seconds of it."""
        return self._start

    def _now(self) -> float:
        return self._start + time.monotonic() + self.elapsed()

    def _next(self) -> int:
        self._order += 1
        return self._order
