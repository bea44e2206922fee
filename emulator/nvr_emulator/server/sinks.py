"""Where the pictures of a live stream go: an HTTP answer, or a UDP port."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from nvr_emulator.recorder.live.stream import LivePicture
from nvr_emulator.server.datagrams import Burst, Data, DatagramSocket, laid_out
from nvr_emulator.server.disturbed import kept_back
from nvr_emulator.server.library_internals import bytes_waiting
from nvr_protocol.rtp.packet import VIDEO_CLOCK
from nvr_protocol.rtp.prepared_picture import PicturePackets, size_of
from nvr_protocol.rtp.sender_report import write_sender_report


class HttpSink:
    """The answer that carries one live stream over HTTP.

    `share` says how many bytes may wait for it; `too_slow` is told how many do where its client does not keep
    up.
    """

    def __init__(
        self,
        parts: Callable[[Sequence[bytes]], bytes],
        share: Callable[[], int],
        too_slow: Callable[[int], None] | None = None,
    ) -> None:
        self._parts = parts
        self._share = share
        self._too_slow = too_slow
        self.transport: asyncio.Transport | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting_for_key = False
        self._ahead = b""
        self._chunked = False
        self._held: list[LivePicture] = []
        self._held_bytes = 0

    def open(self, transport: asyncio.Transport, ahead: bytes = b"", *, chunked: bool = False) -> None:
        """The response's head is out: from now on pictures go to `transport`, the first of them behind what
        stands `ahead` of it; `chunked`: as chunks of RFC 9112."""
        self.transport = transport
        self._ahead = ahead
        self._chunked = chunked
        for picture in self._held:
            self.write(picture)
        self._held.clear()
        self._held_bytes = 0

    @property
    def unsent(self) -> int:
        """Bytes that wait for the client to take them, without those that a fault keeps back."""
        if self.transport is None or self.transport.is_closing():
            return 0
        return bytes_waiting(self.transport) - kept_back(self.transport)

    def keeps_up(self, key: bool) -> bool:
        """Whether the client is to have the next picture; if not, it goes on with a key picture once it has
        taken what waits."""
        if self.transport is None:  # until the head is out, pictures are held
            waiting = self._held_bytes
        elif self.transport.is_closing():  # a TLS transport that was closed can no longer be asked
            return False
        else:
            waiting = bytes_waiting(self.transport)
        if waiting > self._share() and not self._waiting_for_key:
            if self._too_slow is not None:
                self._too_slow(waiting)
            self._waiting_for_key = True
        if self._waiting_for_key and not (key and waiting == 0):
            return False
        self._waiting_for_key = False
        return True

    def write(self, picture: LivePicture) -> None:
        """Write a picture's packets as parts, in one piece."""
        if self.transport is None:
            self._held.append(picture)
            self._held_bytes += size_of(picture.packets)
        elif not self.transport.is_closing():
            packets = picture.packets
            data: Data
            if isinstance(packets, PicturePackets) and packets.prepared.in_parts:
                data = packets.data
            else:
                data = self._parts(packets)
            if self._ahead:
                data, self._ahead = self._ahead + data, b""
            if self._chunked:
                data = b"".join((b"%x\r\n" % len(data), data, b"\r\n"))
            self.transport.write(data)

    def end(self) -> None:
        """The stream ended: let the answer end."""
        if not self.ended.done():
            self.ended.set_result(None)


class RtpSink:
    """The UDP port that one live stream goes to."""

    def __init__(self, sender: DatagramSocket, destination: tuple[str, int]) -> None:
        self._sender = sender
        self._destination = destination
        self._waiting: deque[Burst] = deque()

    def report(self, picture: LivePicture) -> None:
        """Send a sender report to the port above, ahead of a picture."""
        host, port = self._destination
        if port == 0xFFFF:
            return
        stream = picture.stream
        timestamp = (picture.taken + stream.timestamp_offset) & 0xFFFFFFFF
        now = picture.taken / VIDEO_CLOCK
        report = write_sender_report(stream.ssrc, now, timestamp, stream.packets_sent, stream.bytes_sent)
        self._sender.send_one(report, (host, port + 1))

    def write(self, datagrams: Sequence[bytes]) -> int:
        """Send datagrams, behind those that still wait: the first burst of them at once. How many bursts wait
        now; so it is never more than one picture that does."""
        if self._waiting:
            self.send_all()
        data, bursts = laid_out(datagrams)
        if bursts:
            self._sender.send((data, bursts[0]), self._destination)
            if len(bursts) > 1:
                self._waiting.extend((data, burst) for burst in bursts[1:])
        return len(self._waiting)

    def send_next(self) -> None:
        """Send the next burst that waits, if one does."""
        if self._waiting:
            self._sender.send(self._waiting.popleft(), self._destination)

    def send_all(self) -> None:
        """Send all that waits."""
        while self._waiting:
            self.send_next()

    def end(self) -> None:
        """The stream ended: nothing more is sent."""
        self._waiting.clear()
