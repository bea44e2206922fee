"""A request whose answer is not read, so that it stays under way at the recorder (PLB-28)."""

from __future__ import annotations

import array
import contextlib
import fcntl
import select
import termios
import time
from typing import TYPE_CHECKING

from nvr_conformance.connection import (
    Connection,
    ResponseReader,
    WireError,
    request_bytes,
    standard_headers,
)
from nvr_conformance.exchange import Exchange

if TYPE_CHECKING:
    from nvr_conformance.client import Client

TINY_BUFFER = 1024  # bytes: the kernel makes of it what it holds for the least


class HeldAnswer:
    """GET ``path_and_query``, and wait until the answer has begun to arrive, but read none of it.

    Only what the smallest receive buffer holds leaves the recorder until ``finish`` reads the rest. Never
    raises for what the recorder does: see ``exchange.error``.
    """

    def __init__(self, client: Client, path_and_query: str) -> None:
        client.target.keep_pace()
        endpoint = client.target.endpoint
        headers = standard_headers(endpoint)
        number = client.history.next_number()
        self.exchange = Exchange(number, "GET", path_and_query, headers, time.monotonic())
        client.history.add(self.exchange)
        self._timeout = client.timeout
        self._connection: Connection | None = None
        deadline = time.monotonic() + self._timeout
        try:
            self._connection = Connection(
                endpoint, self._timeout, TINY_BUFFER, capture=client.history.capture
            )
            self._connection.send(request_bytes("GET", path_and_query, headers), deadline)
            select.select([self._connection.socket], [], [], self._timeout)
        except WireError as failure:
            self._fail(failure)

    def arrived(self) -> int:
        """How many bytes wait unread in this machine's kernel."""
        if self._connection is None:
            return 0
        count = array.array("i", [0])
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._connection.socket.fileno(), termios.FIONREAD, count)
        return count[0]

    def finish(self) -> Exchange:
        """Read the answer to its end and hang up."""
        connection = self._connection
        if connection is None:
            return self.exchange
        deadline = time.monotonic() + self._timeout
        reader = ResponseReader("GET")
        try:
            begun = connection.read_head(self.exchange, reader, deadline)
            connection.read_body(self.exchange, reader, begun, deadline)
        except WireError as failure:
            self._fail(failure)
        self.close()
        return self.exchange

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.exchange.ended = time.monotonic()

    def _fail(self, failure: WireError) -> None:
        self.exchange.error, self.exchange.error_text = failure.kind, failure.text
        self.close()
