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

from nvr_protocol.rtp.prepared_picture import MOST_PACKETS, PicturePackets, Run, runs_of

log = logging.getLogger("nvr_emulator")

UDP_SEGMENT = 103
"""The option of Linux (linux/udp.h); Python has no name for it."""
CANNOT = (errno.EINVAL, errno.EIO, errno.ENOPROTOOPT, errno.EOPNOTSUPP, errno.EMSGSIZE)
"""What the kernel says where the way to a receiver knows no runs, or the packets are longer than it takes."""

Burst = tuple[bytes | memoryview, Sequence[Run]]
"""What is sent at once: packets side by side, and where they stand."""


def bursts_of(datagrams: Sequence[bytes]) -> list[Burst]:
    """Datagrams as pieces that are sent one after the other: of 46 packets at most, for a receiver's default
    buffer holds some 90."""
    if isinstance(datagrams, PicturePackets) and not datagrams.prepared.in_parts:
        data, runs = datagrams.data, datagrams.prepared.runs
        if len(datagrams) <= MOST_PACKETS:
            return [(data, runs)]
    else:
        data, runs = b"".join(datagrams), tuple(runs_of([len(each) for each in datagrams]))
    bursts: list[tuple[bytes, list[Run]]] = []
    packets = MOST_PACKETS
    for run in runs:
        if packets + run[3] > MOST_PACKETS:
            bursts.append((data, []))
            packets = 0
        bursts[-1][1].append(run)
        packets += run[3]
    return list(bursts)


class DatagramSocket:
    """A UDP socket that sends bursts. `in_runs`: whether the kernel is to cut them, where it can."""

    def __init__(self, sender: socket.socket, *, in_runs: bool) -> None:
        self.socket = sender
        self.in_runs = in_runs and sys.platform == "linux"
        self._sizes: dict[int, list[tuple[int, int, bytes]]] = {}

    def send(self, burst: Burst, destination: tuple[str, int]) -> None:
        """Send a burst; what cannot be sent is lost, for UDP promises nothing."""
        data, runs = burst
        view = memoryview(data)
        for begin, end, size, count in runs:
            if count == 1:
                self.send_one(view[begin:end], destination)
            elif not self.in_runs or not self._send_run(view[begin:end], size, destination):
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

    def _send_run(self, run: memoryview, size: int, destination: tuple[str, int]) -> bool:
        """Hand a run to the kernel; False where it knows no runs."""
        told = self._sizes.get(size)
        if told is None:
            told = self._sizes[size] = [(socket.IPPROTO_UDP, UDP_SEGMENT, struct.pack("=H", size))]
        try:
            self.socket.sendmsg((run,), told, 0, destination)
        except ConnectionRefusedError:  # as above: of this run nothing was sent
            with contextlib.suppress(OSError):
                self.socket.sendmsg((run,), told, 0, destination)
        except OSError as error:
            if error.errno in CANNOT:
                log.info("UDP packets go one by one from now on: the kernel takes no runs (%s)", error)
                self.in_runs = False
                return False
        return True
