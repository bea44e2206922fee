"""Receivers of RTP in a process of their own: a socket for each stream, and what came there."""

from __future__ import annotations

import multiprocessing
import resource
import select
import socket
import statistics
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

LOOK = 0.002
"""Seconds between two looks at the sockets: a receiver that is woken by each packet costs the sender, too."""
BUFFER = 4 * 1024 * 1024
PICTURE_TYPES = range(96, 128)
"""Payload types of video; RTCP's types look like 72 to 76."""


class Stream:
    """What came of one stream. `pictures`: RTP timestamp, when the first packet came, when the last."""

    def __init__(self) -> None:
        self.sequence = -1
        self.lost = self.packets = self.bytes = 0
        self.first = 0.0
        self.pictures: list[tuple[int, float, float]] = []

    def lateness(self, which: int) -> list[float]:
        """Seconds by which each picture's first (1) or last (2) packet came after its turn: counted from the
        most punctual first packets."""
        since = self.pictures[0][0]
        due = [((picture[0] - since) & 0xFFFFFFFF) / 90_000 for picture in self.pictures]
        begun = [picture[1] - each for picture, each in zip(self.pictures, due, strict=True)]
        punctual = sorted(begun)[len(begun) // 20]
        return [picture[which] - each - punctual for picture, each in zip(self.pictures, due, strict=True)]


@contextmanager
def receivers(count: int) -> Iterator[Receivers]:
    """As many receivers, until the block ends."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_receive, args=(theirs, count), daemon=True)
    process.start()
    try:
        yield Receivers(ours)
    finally:
        ours.close()
        process.join(5)


class Receivers:
    """Tells the process what to do. `ports`: where it receives."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self.ports: list[int] = pipe.recv()

    def begin(self) -> None:
        """Forget what came, and count from now on."""
        self._pipe.send("begin")
        self._pipe.recv()

    def end(self) -> dict[str, Any]:
        """What came since then."""
        self._pipe.send("end")
        result: dict[str, Any] = self._pipe.recv()
        return result


def _receive(pipe: Connection, count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 64)), hard))
    poll = select.epoll()
    sockets: dict[int, socket.socket] = {}
    for _ in range(count):
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        sockets[receiver.fileno()] = receiver
        poll.register(receiver, select.EPOLLIN)
    poll.register(pipe.fileno(), select.EPOLLIN)
    pipe.send([receiver.getsockname()[1] for receiver in sockets.values()])
    streams = {number: Stream() for number in sockets}
    begun = time.monotonic()
    while True:
        time.sleep(LOOK)
        for number, _ in poll.poll(0):
            if number != pipe.fileno():
                _take(sockets[number], streams[number])
                continue
            try:
                told = pipe.recv()
            except EOFError:
                return
            if told == "begin":
                streams, begun = {each: Stream() for each in sockets}, time.monotonic()
                pipe.send(None)
            else:
                pipe.send(_summary(list(streams.values()), time.monotonic() - begun))


_HEADER = struct.Struct(">BBHI")
_buffer = bytearray(65536)


def _take(receiver: socket.socket, stream: Stream) -> None:
    at = time.monotonic()
    try:
        while True:
            size = receiver.recv_into(_buffer)
            _, second, sequence, timestamp = _HEADER.unpack_from(_buffer)
            if second & 0x7F not in PICTURE_TYPES:
                continue
            if stream.sequence >= 0:
                stream.lost += (sequence - stream.sequence - 1) & 0xFFFF
            stream.sequence = sequence
            stream.packets += 1
            stream.bytes += size
            stream.first = stream.first or at
            if second > 0x7F:
                stream.pictures.append((timestamp, stream.first, at))
                stream.first = 0.0
    except BlockingIOError:
        return


def _summary(streams: list[Stream], seconds: float) -> dict[str, Any]:
    # The first picture may have begun ahead of the count.
    for stream in streams:
        del stream.pictures[:1]
    alive = [stream for stream in streams if len(stream.pictures) > 1]
    first = sorted(late for stream in alive for late in stream.lateness(1))
    last = sorted(late for stream in alive for late in stream.lateness(2))
    return {
        "streams": len(alive),
        "pictures": sum(len(stream.pictures) for stream in alive),
        "pictures_a_second": round(
            statistics.fmean(len(stream.pictures) + 1 for stream in streams) / seconds, 2
        ),
        "megabits": round(sum(stream.bytes for stream in streams) * 8 / seconds / 1e6, 1),
        "lost": sum(stream.lost for stream in streams),
        "late_p99_ms": _p99(first),
        "whole_p99_ms": _p99(last),
    }


def _p99(values: list[float]) -> float | None:
    return round(1000 * values[int(len(values) * 0.99)], 1) if values else None
