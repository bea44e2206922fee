"""Listening sockets that go on where the process runs out of descriptors."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
from typing import Any
from weakref import WeakSet

log = logging.getLogger("nvr_emulator")

BACKLOG = 1024
"""Connections that may wait to be taken."""
CLOSING_PATIENCE = 1.0
"""Seconds for connections to be closed at the end."""
RESERVED = 16
"""Descriptors that connections leave to footage, downloads and pipes; a quarter of few."""


class Listener(socket.socket):
    """A listening socket. A newcomer for whom no descriptor is left is closed, and that is said once."""

    def __init__(self, family: int) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self._told = False
        self._accepted: WeakSet[socket.socket] = WeakSet()
        self.stalls = False
        """Whether connections are taken and kept waiting."""
        self.kept_waiting: list[socket.socket] = []

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection; `BlockingIOError` where there is none that can be had."""
        try:
            connection, address = super().accept()
        except OSError as error:
            if error.errno not in (errno.EMFILE, errno.ENFILE):
                raise
            self._turn_away()
            raise BlockingIOError from None
        # The system gives the lowest number that is free: a high one says that few are left.
        if connection.fileno() >= _descriptors():
            connection.close()
            self._tell()
            raise BlockingIOError
        if self.stalls:
            self.kept_waiting.append(connection)
            raise BlockingIOError
        self._accepted.add(connection)
        return connection, address

    def stall(self, *, stalls: bool) -> None:
        """Keep further connections waiting, or no more: then those that waited are closed."""
        self.stalls = stalls
        while self.kept_waiting and not stalls:
            self.kept_waiting.pop().close()

    def take_over(self, other: Listener) -> None:
        """Answer for the connections that another took for this port."""
        self._accepted |= other._accepted
        self.stalls, self.kept_waiting, other.kept_waiting = other.stalls, other.kept_waiting, []

    def close(self) -> None:
        """Listen no more."""
        super().close()
        self.stall(stalls=False)
        if self._spare >= 0:
            os.close(self._spare)
            self._spare = -1

    async def stop_accepting(self) -> None:
        """Take no more connections; those that were taken get their transport, which asyncio denies them once
        its server is closed."""
        asyncio.get_running_loop().remove_reader(self)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def hang_up(self) -> None:
        """End the connections that are still open, in a TLS handshake or with clients that read nothing."""
        for connection in list(self._accepted):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_PATIENCE):
                # A transport has no event for "the socket is closed"; it takes the loop a few turns.
                while any(connection.fileno() >= 0 for connection in self._accepted):  # noqa: ASYNC110
                    await asyncio.sleep(0)

    def _turn_away(self) -> None:
        """Give up the spare descriptor for as long as it takes to close a newcomer."""
        self._tell()
        os.close(self._spare)
        with contextlib.suppress(OSError):
            super().accept()[0].close()
        self._spare = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            log.warning("no descriptor is left: further connections are closed (raise it with ulimit -n)")


class CannotListenError(OSError):
    """A port cannot be had: one line says which and why."""

    def __init__(self, host: str, port: int, error: OSError, purpose: str) -> None:
        super().__init__(error.errno, error.strerror)
        where = f"[{host}]" if ":" in host else host
        self.text = f"{purpose}: cannot listen on {where}:{port}: {error.strerror or error}"

    def __str__(self) -> str:
        return self.text


def bind(host: str, port: int, purpose: str = "port", *, listening: bool = True) -> Listener:
    """A listening socket; where it is not `listening` yet, connections are refused.

    `CannotListenError` says what is wrong with host or port, and what it was for.
    """
    listener = Listener(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        if listening:
            listener.listen(BACKLOG)
    except OverflowError:
        listener.close()
        reason = OSError(errno.EINVAL, "a port is a number from 0 to 65535")
        raise CannotListenError(host, port, reason, purpose) from None
    except OSError as error:
        listener.close()
        raise CannotListenError(host, port, error, purpose) from None
    listener.setblocking(False)
    return listener


def _descriptors() -> int:
    """Up to which number connections may be."""
    import resource

    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return most - min(RESERVED, most // 4)
