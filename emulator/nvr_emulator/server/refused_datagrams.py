"""UDP ports at which nobody listens, as their hosts say by ICMP; Linux alone tells it to the sender."""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import sys

IP_RECVERR = 11
IPV6_RECVERR = 25
MSG_ERRQUEUE = 0x2000
EXTENDED_ERROR = struct.Struct("=I")
"""The first field of the kernel's `sock_extended_err`: the error number."""
AT_ONCE = 64
"""Messages that are taken in one turn."""


def ask_for_refusals(sender: socket.socket) -> None:
    """Let the kernel keep for a UDP socket what hosts sent back."""
    if sys.platform == "linux":
        six = sender.family == socket.AF_INET6
        sender.setsockopt(
            *((socket.IPPROTO_IPV6, IPV6_RECVERR) if six else (socket.IPPROTO_IP, IP_RECVERR)), 1
        )


def refusals(sender: socket.socket) -> list[tuple[str, int]]:
    """The addresses and ports that refused datagrams since the last call; whatever else came is dropped."""
    found: dict[tuple[str, int], None] = {}
    with contextlib.suppress(OSError):
        for _ in range(AT_ONCE):
            sender.recv(1, socket.MSG_DONTWAIT)
    with contextlib.suppress(OSError):
        for _ in range(AT_ONCE):
            _, told, _, address = sender.recvmsg(1, 512, MSG_ERRQUEUE | socket.MSG_DONTWAIT)
            for _, kind, data in told:
                if kind in (IP_RECVERR, IPV6_RECVERR) and len(data) >= EXTENDED_ERROR.size:
                    (number,) = EXTENDED_ERROR.unpack_from(data)
                    if number == errno.ECONNREFUSED:
                        found[address[0], address[1]] = None
    return list(found)
