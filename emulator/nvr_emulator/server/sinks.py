"""Where the pictures of a live stream go: an HTTP answer, or a UDP port."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable

from nvr_emulator.recorder.live.stream import LivePicture
from nvr_emulator.server.library_internals import bytes_waiting
from nvr_protocol.rtp.packet import VIDEO_CLOCK
from nvr_protocol.rtp.sender_report import write_sender_report

BURST = 32
"""Packets sent at once: a receiver's default socket buffer holds some 90."""
BURST_PAUSE = 0.002
MOST_UNSENT = 8 * 1024 * 1024
"""Bytes that may wait for a slow HTTP client before its pictures are dropped."""
MOST_UNSENT_TOGETHER = 128 * 1024 * 1024
"""Bytes that may wait for all of them, in equal shares."""


def fair_share(sinks: int) -> int:
    """How many bytes may wait for one of so many clients."""
    return min(MOST_UNSENT, MOST_UNSENT_TOGETHER // max(1, sinks))


class HttpSink:
    """The answer that carries one live stream over HTTP.

    `share` says how many bytes may wait for it; `too_slow` is told how many do where its client does not keep
    up.
    """

    def __init__(
        self,
        parts: Callable[[list[bytes]], bytes],
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
        """Bytes that wait for the client to take them."""
        if self.transport is None or self.transport.is_closing():
            return 0
        return bytes_waiting(self.transport)

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
            self._held_bytes += sum(map(len, picture.packets))
        elif not self.transport.is_closing():
            data = self._ahead + self._parts(picture.packets)
            self._ahead = b""
            self.transport.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    def end(self) -> None:
        """The stream ended: let the answer end."""
        if not self.ended.done():
            self.ended.set_result(None)


class RtpSink:
    """The UDP port that one live stream goes to. `spread` sends a picture's packets burst by burst;
    `reports` sends RTCP to the port above ahead of each key picture."""

    def __init__(
        self,
        sender: socket.socket,
        destination: tuple[str, int],
        *,
        spread: bool,
        reports: bool = False,
    ) -> None:
        self._reports = reports
        self._sender = sender
        self._destination = destination
        self._spread = spread
        self._waiting: deque[bytes] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def report(self, picture: LivePicture) -> None:
        """Send a sender report ahead of a key picture, where reports are sent."""
        if self._reports and picture.key and self._destination[1] < 0xFFFF:
            self._report(picture)

    def write(self, datagrams: list[bytes]) -> None:
        """Send datagrams, behind those that still wait."""
        self._waiting.extend(datagrams)
        if self._timer is None:
            self._send_burst()

    def end(self) -> None:
        """The stream ended: nothing more is sent."""
        self._waiting.clear()

    def _send_burst(self) -> None:
        self._timer = None
        for _ in range(min(BURST, len(self._waiting)) if self._spread else len(self._waiting)):
            packet = self._waiting.popleft()
            try:
                self._sender.sendto(packet, self._destination)
            except ConnectionRefusedError:
                # A host refused an earlier packet, of any stream, and it is told here: this one was not sent.
                with contextlib.suppress(OSError):
                    self._sender.sendto(packet, self._destination)
            except OSError:
                # UDP promises nothing: a full buffer or an unreachable client loses the packet.
                continue
        if self._waiting:
            self._timer = asyncio.get_running_loop().call_later(BURST_PAUSE, self._send_burst)

    def _report(self, picture: LivePicture) -> None:
        stream = picture.stream
        timestamp = (picture.taken + stream.timestamp_offset) & 0xFFFFFFFF
        now = picture.taken / VIDEO_CLOCK
        report = write_sender_report(stream.ssrc, now, timestamp, stream.packets_sent, stream.bytes_sent)
        host, port = self._destination
        with contextlib.suppress(OSError):
            self._sender.sendto(report, (host, port + 1))
