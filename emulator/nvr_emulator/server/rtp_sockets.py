"""The UDP sockets from which live streams are sent: all from one port, or each from its own.

A stream has a socket that knows its receiver, so that the kernel looks up the way there but once. Where the
system has no such sockets with one port, or no more of them, streams share one.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import sys
from collections.abc import Callable

from nvr_emulator.server.datagrams import ConnectedSocket, DatagramSocket
from nvr_emulator.server.refused_datagrams import ask_for_refusals, refusals

Destination = tuple[str, int]
SEND_BUFFER = 4 * 1024 * 1024
MOST = 256
"""Sockets of streams at most: files that a process may have open are few, and clients need some."""


class RtpSockets:
    """Opened as streams need them. `refused` is told where hosts sent back that nobody listens."""

    def __init__(self, refused: Callable[[list[Destination]], None]) -> None:
        self._refused = refused
        self._shared: dict[int, DatagramSocket] = {}
        self._of_streams: dict[int, DatagramSocket] = {}

    def of(
        self, stream: int, destination: Destination, *, in_runs: bool, port_a_stream: bool
    ) -> DatagramSocket:
        """The socket for the stream of that number."""
        if stream in self._of_streams:
            return self._of_streams[stream]
        family = socket.AF_INET6 if ipaddress.ip_address(destination[0]).version == 6 else socket.AF_INET
        if port_a_stream:
            return self._keep(stream, DatagramSocket(self._open(family), in_runs=in_runs))
        if family not in self._shared:
            self._shared[family] = DatagramSocket(self._open(family), in_runs=in_runs)
        shared = self._shared[family]
        if sys.platform == "linux" and len(self._of_streams) < MOST:
            with contextlib.suppress(OSError):
                return self._keep(stream, self._beside(shared.socket, destination, in_runs=in_runs))
        return shared

    def _keep(self, stream: int, sender: DatagramSocket) -> DatagramSocket:
        self._of_streams[stream] = sender
        return sender

    def close_of(self, stream: int) -> None:
        """A stream has ended."""
        if (sender := self._of_streams.pop(stream, None)) is not None:
            self._close(sender.socket)

    def close(self) -> None:
        """Close all."""
        for sender in (*self._of_streams.values(), *self._shared.values()):
            self._close(sender.socket)

    def _beside(self, shared: socket.socket, destination: Destination, *, in_runs: bool) -> DatagramSocket:
        """A socket with the port of another. `OSError`."""
        if shared.getsockname()[1] == 0:
            shared.bind(("", 0))
            # Only now: a port that the system chooses is to be nobody else's.
            shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sender = self._open(shared.family)
        try:
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sender.bind(("", shared.getsockname()[1]))
            return ConnectedSocket(sender, destination, in_runs=in_runs)
        except OSError:
            self._close(sender)
            raise

    def _open(self, family: int) -> socket.socket:
        sender = socket.socket(family, socket.SOCK_DGRAM)
        sender.setblocking(False)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        ask_for_refusals(sender)
        asyncio.get_running_loop().add_reader(sender, self._take_refusals, sender)
        return sender

    def _take_refusals(self, sender: socket.socket) -> None:
        self._refused(refusals(sender))

    def _close(self, sender: socket.socket) -> None:
        asyncio.get_running_loop().remove_reader(sender)
        sender.close()
