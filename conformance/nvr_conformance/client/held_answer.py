"""A request whose answer is not read, so that it stays under way at the recorder (PLB-28)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nvr_conformance.wire.connection import ResponseReader, WireError, request_bytes, standard_headers
from nvr_conformance.wire.exchange import Exchange

if TYPE_CHECKING:
    from nvr_conformance.client.http_client import HttpClient
    from nvr_conformance.wire.connection import Connection

TINY_BUFFER = 1024  # bytes: the kernel makes of it what it holds for the least


class HeldAnswer:
    """GET ``path_and_query``, and wait until the answer has begun to arrive, but read none of it.

    Only what the smallest receive buffer holds leaves the recorder until ``finish`` reads the rest. Never
    raises for what the recorder does: see ``exchange.error``. ``asks`` False: the connection is made, and
    ``ask`` sends the request, so that several can be sent at once.
    """

    def __init__(self, client: HttpClient, path_and_query: str, *, asks: bool = True) -> None:
        self._target = client.target
        self._target.keep_pace()
        headers = standard_headers(self._target.endpoint)
        self._request = request_bytes("GET", path_and_query, headers)
        self.exchange = Exchange(client.history.next_number(), "GET", path_and_query, headers)
        self._target.begin(self.exchange)
        client.history.add(self.exchange)
        self._timeout = client.timeout
        self._connection: Connection | None = None
        try:
            self._connection = self._target.connect(
                self.exchange, self._timeout, client.history.capture, TINY_BUFFER
            )
            if asks:
                self.ask()
                self.wait()
        except WireError as failure:
            self._fail(failure)
        except BaseException:  # Ctrl-C: what nobody holds any more must not hold the recorder up
            self.close()
            raise

    def ask(self) -> None:
        """Send the request, and wait for nothing."""
        connection = self._connection
        if connection is None:
            return
        try:
            connection.send(self._request, time.monotonic() + self._timeout)
            self._target.sent(self.exchange, connection)
        except WireError as failure:
            self._fail(failure)

    def wait(self) -> None:
        """Wait until the answer has begun to arrive."""
        if self._connection is not None:
            self._connection.wait_readable(self._timeout)

    def arrived(self) -> int:
        """How many bytes wait unread in this machine's kernel."""
        connection = self._connection
        return 0 if connection is None else self._target.told("unread", connection.unread)

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
        self._target.end(self.exchange)

    def _fail(self, failure: WireError) -> None:
        self.exchange.error, self.exchange.error_text = failure.kind, failure.text
        self.close()
