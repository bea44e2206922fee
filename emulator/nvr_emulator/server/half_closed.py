"""Connections whose client has closed its writing side: it may wait for its answer, or be gone.

Both look alike on the wire until something is sent. A program of this machine is looked up in the kernel's
table of connections (Linux); another one is found to be gone by what it answers to the next bytes.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from pathlib import Path
from typing import Any

TABLES = {socket.AF_INET: Path("/proc/net/tcp"), socket.AF_INET6: Path("/proc/net/tcp6")}
INODE = 9
"""The column of those tables that is 0 where no program holds the socket any more."""
TCP_CLOSE = 7


def is_gone(transport: asyncio.BaseTransport) -> bool:
    """Whether the program at the other end has closed its connection, and not just its writing side."""
    connection = transport.get_extra_info("socket")
    try:
        if connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSE:
            return True
        own, other = connection.getsockname(), connection.getpeername()
        if own[0] != other[0]:  # not of this machine, or by an address of which that cannot be said
            return False
        return _is_orphan(connection.family, other, own)
    except (OSError, AttributeError):
        return False


def _is_orphan(family: int, own: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether the socket of this machine that is bound to `own` and connected to `other` is nobody's."""
    wanted = f" {_written(family, own)} {_written(family, other)} "
    table = TABLES[socket.AddressFamily(family)].read_text("ascii")
    place = table.find(wanted)
    if place < 0:
        return False
    line = table[table.rfind("\n", 0, place) + 1 : table.find("\n", place)]
    return line.split()[INODE] == "0"


def _written(family: int, address: tuple[Any, ...]) -> str:
    """An address as the kernel's table has it: words in the machine's own byte order."""
    packed = socket.inet_pton(family, address[0].partition("%")[0])
    words = struct.unpack(f"={len(packed) // 4}I", packed)
    return "".join(f"{word:08X}" for word in words) + f":{address[1]:04X}"
