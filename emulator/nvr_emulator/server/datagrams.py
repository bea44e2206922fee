"""Datagrams leave: in runs that the kernel cuts (UDP_SEGMENT of Linux, "GSO"), or one by one.

A run is handed to the kernel as one, and receivers get each packet of it as ever. Whoever captures on `lo`
sees it whole, as a datagram of up to 64 KB, for nothing has cut it up yet: so it can be turned off.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import struct
import sys
from collections.abc import Sequence

from nvr_protocol.rtp.prepared_picture import PicturePackets, Run, bursts_of

log = logging.getLogger("nvr_emulator")

UDP_SEGMENT = 103
"""The option of Linux (linux/udp.h); Python has no name for it."""
CANNOT = (errno.EINVAL, errno.EIO, errno.ENOPROTOOPT, errno.EOPNOTSUPP, errno.EMSGSIZE)
"""What the kernel says where the way to a receiver knows no runs, or the packets are longer than it takes."""

Data = bytes | bytearray
Burst = tuple[Data, Sequence[Run]]
"""What is sent at once: packets side by side, and where they stand."""


def laid_out(datagrams: Sequence[bytes]) -> tuple[Data, Sequence[Sequence[Run]]]:
    """Datagrams side by side, and the bursts in which they leave."""
    if isinstance(datagrams, PicturePackets) and not datagrams.prepared.in_parts:
        return datagrams.data, datagrams.prepared.bursts
    return b"".join(datagrams), bursts_of([len(each) for each in datagrams])


class DatagramSocket:
    """A UDP socket that sends bursts. `in_runs`: whether the kernel is to cut them, where it can."""

    def __init__(self, sender: socket.socket, *, in_runs: bool) -> None:
        self.socket = sender
        self.in_runs = in_runs and sys.platform == "linux"
        self._options: dict[int, _Options] = {}

    def send(self, burst: Burst, destination: tuple[str, int]) -> None:
        """Send a burst; what cannot be sent is lost, for UDP promises nothing."""
        data, runs = burst
        view, options = memoryview(data), self._options
        for begin, end, size, count in runs:
            if count > 1 and self.in_runs:
                told = options.get(size) or options.setdefault(size, _cut_into(size))
                try:
                    self.socket.sendmsg((view[begin:end],), told, 0, destination)
                    continue
                except OSError as error:
                    if self._sent_after(error, view[begin:end], told, destination):
                        continue
            for index in range(count):
                start = begin + index * size
                self.send_one(view[start : min(start + size, end)], destination)

    def send_one(self, datagram: bytes | memoryview, destination: tuple[str, int]) -> None:
        """Send one datagram."""
        try:
            self.socket.sendto(datagram, destination)
        except ConnectionRefusedError:
            # A host refused an earlier packet, of any stream, and it is told here: this one was not sent.
            with contextlib.suppress(OSError):
                self.socket.sendto(datagram, destination)
        except OSError:
            return

    def _sent_after(
        self, error: OSError, run: memoryview, told: _Options, destination: tuple[str, int]
    ) -> bool:
        """Whether a run is done with all the same; else its packets go one by one."""
        if isinstance(error, ConnectionRefusedError):  # as in `send_one`
            with contextlib.suppress(OSError):
                self.socket.sendmsg((run,), told, 0, destination)
        elif error.errno in CANNOT:
            self.send_no_runs(error)
            return False
        return True

    def send_no_runs(self, error: OSError) -> None:
        """The kernel takes no runs, as it said."""
        log.info("UDP packets go one by one from now on: the kernel takes no runs (%s)", error)
        self.in_runs = False


class ConnectedSocket(DatagramSocket):
    """A UDP socket that sends to one receiver alone: the kernel knows the way, and into what to cut."""

    def __init__(self, sender: socket.socket, destination: tuple[str, int], *, in_runs: bool) -> None:
        super().__init__(sender, in_runs=in_runs)
        self._cut = 0
        """Bytes of the packets into which the kernel cuts what is longer; 0: it cuts nothing."""
        sender.connect(destination)

    def send(self, burst: Burst, destination: tuple[str, int]) -> None:
        """Send a burst; what cannot be sent is lost, for UDP promises nothing."""
        if not self.in_runs:
            super().send(burst, destination)
            return
        data, runs = burst
        view, send = memoryview(data), self.socket.send
        for run in runs:
            begin, end, size, count = run
            try:
                if size != self._cut and (count > 1 or size > self._cut):
                    self._cut_into(size)
                send(view[begin:end])
            except ConnectionRefusedError:  # as in `send_one`
                with contextlib.suppress(OSError):
                    send(view[begin:end])
            except OSError as error:
                if error.errno in CANNOT:
                    self.send_no_runs(error)
                if not self.in_runs:
                    super().send((data, [run]), destination)

    def send_no_runs(self, error: OSError) -> None:
        """The kernel takes no runs, as it said."""
        super().send_no_runs(error)
        with contextlib.suppress(OSError):
            self._cut_into(0)

    def _cut_into(self, size: int) -> None:
        self.socket.setsockopt(socket.IPPROTO_UDP, UDP_SEGMENT, size)
        self._cut = size


_Options = list[tuple[int, int, bytes]]


def _cut_into(size: int) -> _Options:
    return [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("=H", size))]
