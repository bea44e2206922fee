"""Connections whose client has closed its writing side: it may wait for its answer, or be gone.

Both look alike on the wire until something is sent. A program of this machine is looked up in the kernel's
table of sockets (Linux, sock_diag(7)); another one is found to be gone by what it answers to the next bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import struct
from typing import Any

TCP_CLOSE = 7

NETLINK_SOCK_DIAG = 4
SOCK_DIAG_BY_FAMILY = 20
NLM_F_REQUEST = 1
NLMSG_ERROR = 2
_HEADER = struct.Struct("=IHHII")
_REQUEST = struct.Struct("=BBBBI")
_ANY_INTERFACE_NO_COOKIE = struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
_INODE = 16 + 4 + 48 + 4 * 4
"""Where an answer has the inode: behind its header, four bytes, the addresses and four numbers. It is 0 where
no program holds the socket any more."""


def is_gone(transport: asyncio.BaseTransport) -> bool:
    """Whether the program at the other end has closed its connection, and not just its writing side.

    Where the kernel cannot be asked of a program of this machine, it counts as gone.
    """
    try:
        # A TLS transport that was aborted has no connection beneath it, and says so by an AttributeError.
        connection = transport.get_extra_info("socket")
        own, other = connection.getsockname(), connection.getpeername()
    except (OSError, AttributeError):
        return True
    with contextlib.suppress(OSError, AttributeError):
        if connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == TCP_CLOSE:
            return True
    if own[0] != other[0]:  # not of this machine, or by an address of which that cannot be said
        return False
    try:
        return _is_orphan(connection.family, other, own)
    except (OSError, AttributeError, struct.error):
        return True


def _is_orphan(family: int, own: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether the socket of this machine that is bound to `own` and connected to `other` is nobody's."""
    addresses = b"".join(
        socket.inet_pton(family, a[0].partition("%")[0]).ljust(16, b"\0") for a in (own, other)
    )
    body = (
        _REQUEST.pack(family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
        + struct.pack("!HH", own[1], other[1])
        + addresses
        + _ANY_INTERFACE_NO_COOKIE
    )
    head = _HEADER.pack(_HEADER.size + len(body), SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST, 0, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, NETLINK_SOCK_DIAG) as kernel:
        kernel.setblocking(False)  # it answers at once
        kernel.send(head + body)
        answer = kernel.recv(4096)
    _, kind, *_ = _HEADER.unpack_from(answer)
    if kind == NLMSG_ERROR:
        (code,) = struct.unpack_from("=i", answer, _HEADER.size)
        if -code == errno.ENOENT:
            return False  # a socket of another machine, behind a translated address
        raise OSError(-code, "sock_diag")
    return bool(struct.unpack_from("=I", answer, _INODE)[0] == 0)
