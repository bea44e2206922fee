"""One background thread that reads the sockets of all running streams."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
import time
from typing import TYPE_CHECKING

from nvr_conformance.judgement.outcomes import KitError

if TYPE_CHECKING:
    from collections.abc import Callable

QUIET = 0.003  # seconds without a readable socket that count as "everything was read"


class Receiver:
    """Calls a stream's ``on_readable`` whenever its socket has something; the callback returns False to
    leave, and None if what it read was none of the stream's.

    Callbacks run on the receiver's thread and must not block. The thread starts with the first socket.
    """

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)
        self._selector.register(self._wake_reader, selectors.EVENT_READ, None)
        self._changed = threading.Condition()
        self._added: list[tuple[socket.socket, Callable[[], bool | None]]] = []
        self._removed: list[socket.socket] = []
        self._passes = 0
        self._last_read = time.monotonic()
        self._closing = False
        self._failure: Exception | None = None
        self._drainers = 0
        self._quiet = QUIET
        self._thread: threading.Thread | None = None

    @property
    def watching(self) -> bool:
        """Whether any stream's socket is watched."""
        return len(self._selector.get_map() or ()) > 1 or bool(self._added)

    def add(self, sock: socket.socket, on_readable: Callable[[], bool | None]) -> None:
        """Watch a non-blocking socket."""
        with self._changed:
            self._added.append((sock, on_readable))
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="nvr-conformance receiver", daemon=True
                )
                self._thread.start()
        self._wake()

    def remove(self, sock: socket.socket) -> None:
        """Stop watching; on return the callback is not running and the socket may be closed."""
        with self._changed:
            self._added = [added for added in self._added if added[0] is not sock]
            if self._thread is None:
                return
            self._removed.append(sock)
            self._wake()
            self._changed.wait_for(lambda: sock not in self._removed or not self._alive(), timeout=5)

    def drain(self, quiet: float = QUIET, timeout: float = 2.0) -> bool:
        """Wait until nothing was readable for ``quiet`` seconds; False if there is no end of it within
        ``timeout``. KitError if a stream could not be read."""
        with self._changed:
            if self._thread is None:
                return True
            begun, first = self._passes, time.monotonic()
            self._drainers += 1
            self._quiet = quiet
            self._wake()
            try:
                quiet_now = self._changed.wait_for(
                    lambda: (
                        not self._alive()
                        or (
                            self._passes >= begun + 2
                            and time.monotonic() - max(self._last_read, first) >= quiet
                        )
                    ),
                    timeout,
                )
            finally:
                self._drainers -= 1
            if self._failure is not None:
                raise KitError(f"reading a stream: {self._failure!r}")
            return quiet_now

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closing = True
            thread = self._thread
        self._wake()
        if thread is not None and thread.is_alive():  # Ctrl-C may come before it is started
            thread.join(5)
        self._selector.close()
        self._wake_reader.close()
        self._wake_writer.close()

    def _alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _wake(self) -> None:
        try:
            self._wake_writer.send(b"x")
        except BlockingIOError:
            pass  # it is awake enough
        except OSError:
            pass  # closed

    def _run(self) -> None:
        while not self._closing:
            ready = self._selector.select(self._quiet / 3 if self._drainers else 0.5)
            busy = False
            for key, _ in ready:
                if key.data is None:
                    try:
                        while self._wake_reader.recv(4096):
                            pass
                    except BlockingIOError:
                        pass
                    continue
                try:
                    stays = key.data()
                except Exception as problem:
                    self._failure, stays = problem, False
                busy = busy or stays is not None
                if stays is False:
                    self._selector.unregister(key.fileobj)
            with self._changed:
                self._take_changes()
                self._passes += 1
                if busy:
                    self._last_read = time.monotonic()
                self._changed.notify_all()

    def _take_changes(self) -> None:
        for sock, on_readable in self._added:
            with contextlib.suppress(ValueError):  # closed before its turn came: Ctrl-C
                self._selector.register(sock, selectors.EVENT_READ, on_readable)
        self._added.clear()
        for sock in self._removed:
            with contextlib.suppress(KeyError, ValueError):  # it may have left by itself
                self._selector.unregister(sock)
        self._removed.clear()
