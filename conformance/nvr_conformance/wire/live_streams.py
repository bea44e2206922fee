"""Running live streams: RTP over UDP and over HTTP, captured by the receiver's thread into bounded lists."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from nvr_conformance.bounds import PACKET_LIMIT, SENDERS_KEPT, STRANGERS_KEPT, STREAM_LIMIT
from nvr_conformance.wire.connection import Connection, ResponseReader, WireError
from nvr_conformance.wire.datagrams import Kind, Sieve
from nvr_conformance.wire.exchange import Exchange, Headers, WireProblem, says_no
from nvr_conformance.wire.live_multipart import LivePart, PartCutter

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.wire.capture import Flow
    from nvr_conformance.wire.receiver import Receiver

T = TypeVar("T")

_SO_RXQ_OVFL = 40  # Linux: the kernel tells how many datagrams it dropped for want of room
_SO_RCVBUFFORCE = 33
_BUFFER = 8 * 1024 * 1024
_CONNECT = 3.0  # seconds at most for finding out which address of a name answers
_PORTS_TRIED = 32


class TimeKeeper(Protocol):
    """What a stream needs of the target: its clock, in seconds, and a way to let time pass on it.

    ``arrival`` is the time of what is being read, ``told`` what this machine knows and the recorder does not.
    """

    def now(self) -> float: ...
    def arrival(self) -> float: ...
    def told(self, kind: str, ask: Callable[[], T]) -> T: ...
    def pass_time(self, seconds: float) -> None: ...
    def settle(self) -> None: ...


@dataclass(frozen=True, slots=True)
class CapturedPacket:
    """One RTP packet (or JPEG or audio part) as it arrived.

    ``arrived`` is on the target's clock, in seconds (``target.now()``); on a manual clock it is as coarse as
    the steps of ``target.pass_time``. ``part`` is what surrounded it over HTTP, None over UDP.
    """

    number: int
    data: bytes
    arrived: float
    part: LivePart | None = None


class LiveStream(ABC):
    """What both kinds of stream share: the captured packets and the waiting for them.

    ``packets`` holds everything captured since the start (or ``forget``), up to ``PACKET_LIMIT`` packets
    and ``STREAM_LIMIT`` bytes; ``total`` counts those beyond as well.
    """

    def __init__(self, camera: int, comp: str, exchange: Exchange, time_keeper: TimeKeeper) -> None:
        self.camera = camera
        self.comp = comp
        self.exchange = exchange
        self._time = time_keeper
        self._lock = threading.Lock()
        self._packets: list[CapturedPacket] = []
        self._bytes = 0
        self.total = 0
        self.ended = False
        self.end_reason = ""

    @property
    def refused(self) -> bool:
        """Whether the answer to START says so. If it does not, media may not come all the same."""
        return says_no(self.exchange)

    @property
    def packets(self) -> list[CapturedPacket]:
        """A copy of what was captured so far."""
        with self._lock:
            return list(self._packets)

    def since(self, total: int) -> list[CapturedPacket]:
        """The packets behind the first ``total`` ones: ``mark = stream.total; …; stream.since(mark)``."""
        with self._lock:
            return [packet for packet in self._packets if packet.number >= total]

    def forget(self) -> None:
        """Drop what was captured, to make room; the count goes on."""
        with self._lock:
            self._packets.clear()
            self._bytes = 0

    def collect(self, seconds: float) -> list[CapturedPacket]:
        """Let ``seconds`` of the target's time pass; the packets that came meanwhile."""
        mark = self.total
        self._time.pass_time(seconds)
        self._time.settle()
        return self.since(mark)

    def wait_packets(self, count: int, seconds: float = 12.0) -> list[CapturedPacket]:
        """Let time pass until ``count`` packets were captured in all, or ``seconds`` are over; all
        packets."""
        self.wait_until(lambda: self.total >= count, seconds)
        return self.packets

    def wait_until(self, condition: Callable[[], bool], seconds: float, step: float = 0.25) -> bool:
        """Let time pass in steps until the condition holds; False if it does not within ``seconds``, or the
        stream ended."""
        self._time.settle()
        end = self._time.now() + seconds
        while not condition():
            left = end - self._time.now()
            if left <= 1e-6 or self.ended:
                return condition()
            self._time.pass_time(min(step, left))
            self._time.settle()
        return True

    def is_quiet(self, seconds: float = 2.0) -> bool:
        """Whether nothing at all comes for ``seconds`` of the target's time, what is under way not
        counted."""
        self._time.settle()
        return not self.collect(seconds)

    def _keep(self, data: bytes, part: LivePart | None, ahead: int = 0) -> None:
        """Keep a packet, ``ahead`` of so many that came before it."""
        with self._lock:
            if len(self._packets) < PACKET_LIMIT and self._bytes + len(data) <= STREAM_LIMIT:
                packet = CapturedPacket(self.total, data, self._time.arrival(), part)
                self._packets.insert(max(0, len(self._packets) - ahead), packet)
                self._bytes += len(data)
            self.total += 1

    @abstractmethod
    def close(self) -> None:
        """Stop listening, without a word to the recorder."""

    @abstractmethod
    def release(self) -> None:
        """Give up what ``close`` keeps; when nothing is sent any more."""


class LiveRtp(LiveStream):
    """RTP over UDP. What ``dropped`` counts is the kit's fault.

    ``packets`` are in the order of sending, without copies and without what is not the stream's.
    """

    def __init__(
        self,
        camera: int,
        comp: str,
        exchange: Exchange,
        time_keeper: TimeKeeper,
        sock: socket.socket,
        receiver: Receiver,
        flow: Flow | None = None,
    ) -> None:
        super().__init__(camera, comp, exchange, time_keeper)
        self._socket = sock
        self._receiver = receiver
        self._flow = flow
        self.port: int = sock.getsockname()[1]
        self._dropped = 0
        self.sieve = Sieve(camera, comp)
        self.senders: set[tuple[str, int]] = set()
        sock.setblocking(False)
        receiver.add(sock, self._on_readable)

    @property
    def refused(self) -> bool:
        """Whether the answer to START says so: an error, or 204 behind which nothing comes. An empty page
        does not (OP-12)."""
        return not self.exchange.ok or (self.exchange.status == 204 and not self.total)

    @property
    def dropped(self) -> int:
        """How many datagrams the kernel threw away."""
        return self._time.told("dropped", lambda: self._dropped)

    def _on_readable(self) -> bool | None:
        brought = False
        for _ in range(256):
            try:
                data, ancillary, _, sender = self._socket.recvmsg(65536, 64)
            except BlockingIOError:
                return True if brought else None
            except ConnectionError:
                continue
            except OSError:
                return False
            for level, kind, value in ancillary:
                if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
                    self._dropped = struct.unpack("=I", value[:4])[0]
            brought = self._take(data, (sender[0], sender[1])) or brought
        return True

    def _take(self, data: bytes, sender: tuple[str, int]) -> bool:
        """Whether the datagram is the stream's."""
        kind, ahead = self.sieve.take(data, sender)
        is_own = kind in (Kind.OWN, Kind.OUSTS)
        if self._flow is not None and (is_own or self.sieve.strangers + self.sieve.copies <= STRANGERS_KEPT):
            self._flow.received(data, sender)
        if kind is Kind.OUSTS:
            self.forget()
            self.senders.clear()
        if is_own:
            if len(self.senders) < SENDERS_KEPT:
                self.senders.add(sender)
            self._keep(data, None, ahead)
        return is_own

    def close(self) -> None:
        """The port stays taken: if the recorder still sends, whoever got it next would be sent that."""
        self._receiver.remove(self._socket)
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)

    def release(self) -> None:
        self._socket.close()


def _facing(towards: tuple[str, int]) -> tuple[int, str]:
    """Family and local address of the way to a recorder. A name may stand for several addresses, of which one
    answers: it is found as TCP finds it."""
    addresses = socket.getaddrinfo(*towards, type=socket.SOCK_DGRAM)
    if len(addresses) > 1:
        with contextlib.suppress(OSError), socket.create_connection(towards, _CONNECT) as connected:
            return connected.family, str(connected.getsockname()[0])
    family, _, _, _, address = addresses[0]
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect(address)  # sends nothing: only asks for the route
        return family, str(probe.getsockname()[0])


def open_udp_socket(towards: tuple[str, int]) -> socket.socket:
    """A UDP socket on the local address that faces the recorder, on a free even port, room for bursts.

    A sender may take an odd port for that of RTCP and send to the even one below (RFC 3550 §11).
    """
    family, local = _facing(towards)
    sock = _on_even_port(family, local)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
    with contextlib.suppress(OSError):  # needs a privilege; the plain option is capped by the system
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)
    return sock


def _on_even_port(family: int, local: str) -> socket.socket:
    """Bound to a port that the system chose, until it is an even one; an odd one where it gives no other."""
    with contextlib.ExitStack() as odd:  # held meanwhile: none is given twice
        for _ in range(_PORTS_TRIED - 1):
            sock = socket.socket(family, socket.SOCK_DGRAM)
            sock.bind((local, 0))
            if sock.getsockname()[1] % 2 == 0:
                return sock
            odd.enter_context(sock)
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.bind((local, 0))
        return sock


class LiveHttp(LiveStream):
    """Live over HTTP. Each captured packet is the body of one part. ``ended`` tells that the recorder ended
    it.

    ``started`` tells whether the opening boundary line came; ``problem`` what in the multipart was
    unreadable; ``received`` counts the bytes of the body, in parts or not.
    """

    def __init__(
        self, camera: int, comp: str, exchange: Exchange, time_keeper: TimeKeeper, receiver: Receiver
    ) -> None:
        super().__init__(camera, comp, exchange, time_keeper)
        self._receiver = receiver
        self._connection: Connection | None = None
        self._reader: ResponseReader | None = None
        self._cutter = PartCutter()
        self.received = 0
        self.ended = True

    @property
    def started(self) -> bool:
        return self._cutter.started

    @property
    def refused(self) -> bool:
        """Whether the answer to START is no multipart. If it is one, media may not come all the same."""
        return not self.exchange.streaming

    @property
    def problem(self) -> str:
        return self._cutter.problem

    @property
    def headers(self) -> Headers:
        """The headers of the answer."""
        return self.exchange.headers

    def follow(self, connection: Connection, reader: ResponseReader, begun: bytes) -> None:
        """Hand the connection, whose head was read, to the receiver's thread."""
        self._connection = connection
        self._reader = reader
        self.ended = False
        self._take(begun)
        if reader.complete:
            self._end("")
            return
        connection.socket.setblocking(False)
        self._receiver.add(connection.socket, self._on_readable)

    def _on_readable(self) -> bool:
        assert self._connection is not None
        assert self._reader is not None
        rounds = 0
        while rounds < 64 or self._more_decrypted():
            rounds += 1
            try:
                data = self._connection.socket.recv(256 * 1024)
            except (BlockingIOError, ssl.SSLWantReadError):
                return True
            except OSError as problem:
                if self._connection.flow is not None:
                    self._connection.flow.failed(WireProblem.RESET, str(problem))
                return self._end(str(WireProblem.RESET) + f": {problem}")
            if self._connection.flow is not None:
                self._connection.flow.received(data)
            try:
                self._take(self._reader.feed(data))
            except WireError as failure:
                self._take(failure.ahead)
                return self._end(str(failure))
            if self._reader.complete:
                return self._end("")
        return True

    def _more_decrypted(self) -> bool:
        """Bytes that TLS holds already are not seen by select."""
        sock = self._connection.socket if self._connection is not None else None
        return isinstance(sock, ssl.SSLSocket) and sock.pending() > 0

    def _take(self, body: bytes) -> None:
        self.received += len(body)
        for part in self._cutter.feed(body):
            self._keep(part.body, part)

    def _end(self, reason: str) -> bool:
        self.end_reason = reason
        self.ended = True
        return False

    @property
    def ended_cleanly(self) -> bool:
        """Whether the recorder ended the answer as HTTP wants it (last chunk, or
        close where close ends it)."""
        return self.ended and not self.end_reason

    def close(self) -> None:
        if self._connection is not None:
            self._receiver.remove(self._connection.socket)
            self._connection.close()
            self._connection = None

    def release(self) -> None:
        """Nothing is kept behind ``close``."""
        self.ended = True
