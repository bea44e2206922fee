"""What a connection still has to send, and what becomes of a client that does not read it."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
import struct

from nvr_emulator.server.library_internals import bytes_waiting, plain_transport
from nvr_protocol.pieces import Pieces

UNSENT_IN_KERNEL = 0x894B
"""SIOCOUTQNSD (Linux): how many bytes of a socket the kernel has not sent yet."""
BYTES_ACKNOWLEDGED = 120
"""Where `tcp_info` has them (Linux 4.1 and later)."""
PATIENCE = 1.0
"""Seconds in which a client must take something of an answer that has ended."""
LOOK = 0.02
LONG = 16 * 1024
"""Bytes of a body from which on a copy costs more than to write in pieces."""
MOST_PIECES = 1000
"""Pieces that the kernel takes at once (IOV_MAX is 1024)."""


def unsent(transport: asyncio.Transport) -> int:
    """Bytes of a connection that have not left, from this process or from the kernel; 0 once it is closed."""
    if transport.is_closing():
        return 0
    connection = transport.get_extra_info("socket")
    try:
        (in_kernel,) = struct.unpack("i", fcntl.ioctl(connection.fileno(), UNSENT_IN_KERNEL, b"\0\0\0\0"))
    except (OSError, ValueError):
        # Not Linux, or closed: what this process has handed over counts as sent.
        in_kernel = 0
    return bytes_waiting(transport) + int(in_kernel)


def acknowledged(transport: asyncio.Transport) -> int:
    """How many bytes the other end has said to have (Linux; elsewhere 0)."""
    connection = transport.get_extra_info("socket")
    try:
        known = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, BYTES_ACKNOWLEDGED + 8)
        return int(struct.unpack_from("=Q", known, BYTES_ACKNOWLEDGED)[0])
    except (OSError, AttributeError, struct.error):
        return 0


def write(transport: asyncio.Transport, head: bytes, content: bytes | Pieces) -> None:
    """Write a head and what follows, without joining them where that saves the copy of something long."""
    if len(content) < LONG or transport.get_extra_info("sslcontext") is not None:
        # TLS makes a record of each piece.
        transport.write(head + bytes(content))
        return
    pieces = (head, *content.parts) if isinstance(content, Pieces) else (head, content)
    taken = 0
    if not transport.get_write_buffer_size():
        # asyncio joins what it is given before 3.12, and in the first of 3.12 does not bound it.
        with contextlib.suppress(OSError, ValueError):
            taken = os.writev(transport.get_extra_info("socket").fileno(), pieces[:MOST_PIECES])
    if taken == len(head) + len(content):
        return
    for piece in pieces:
        if taken < len(piece):
            transport.write(memoryview(piece)[taken:])
        taken = max(0, taken - len(piece))


def all_sent(transport: asyncio.Transport) -> bool:
    """Whether a connection has nothing left to send."""
    return unsent(transport) == 0


async def leave(transport: asyncio.Transport | None, patience: float = PATIENCE) -> None:
    """Wait until the client has taken an answer that ended; one that takes nothing is reset."""
    if transport is None:
        return
    loop = asyncio.get_running_loop()
    left, until = unsent(transport), loop.time() + patience
    while left:
        await asyncio.sleep(LOOK)
        now_left = unsent(transport)
        if now_left < left:
            until = loop.time() + patience
        elif loop.time() >= until:
            reset(transport)
            return
        left = now_left


def reset(transport: asyncio.Transport) -> None:
    """End a connection at once, and let the kernel forget what it has not sent."""
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    plain_transport(transport).abort()
