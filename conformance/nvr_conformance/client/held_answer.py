"""A request whose answer is not read yet: it stays under way at the recorder (PLB-28), and others are sent
beside it, at once."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from nvr_conformance.wire.connection import ResponseReader, WireError, request_bytes, standard_headers
from nvr_conformance.wire.exchange import Exchange

if TYPE_CHECKING:
    from nvr_conformance.client.http_client import HttpClient
    from nvr_conformance.wire.connection import Connection
    from nvr_conformance.wire.exchange import Headers

TINY_BUFFER = 1024  # bytes: the kernel makes of it what it holds for the least


class HeldAnswer:
    """GET ``path_and_query``, and wait until the answer has begun to arrive, but read none of it.

    Only what the receive buffer holds (``buffer``, by default the smallest; None: as large as others) leaves
    the recorder until ``finish`` reads the rest. Never raises for what the recorder does: see
    ``exchange.error``. ``asks`` False: the connection is made, and ``ask`` sends the request, so that several
    can be sent at once.
    """

    def __init__(
        self,
        client: HttpClient,
        path_and_query: str,
        headers: Headers = (),
        *,
        asks: bool = True,
        buffer: int | None = TINY_BUFFER,
    ) -> None:
        self._target = client.target
        self._target.keep_pace()
        headers = (*standard_headers(self._target.endpoint), *headers)
        self._request = request_bytes("GET", path_and_query, headers)
        self.exchange = Exchange(client.history.next_number(), "GET", path_and_query, headers)
        self._target.begin(self.exchange)
        client.history.add(self.exchange)
        self._timeout = client.timeout
        self._connection: Connection | None = None
        try:
            self._connection = self._target.connect(
                self.exchange, self._timeout, client.history.capture, buffer
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
        exchange, connection, reader, begun = self.open()
        if connection is not None and reader is not None:
            try:
                connection.read_body(exchange, reader, begun, time.monotonic() + self._timeout)
            except WireError as failure:
                exchange.error, exchange.error_text = failure.kind, failure.text
            finally:
                connection.close()
                self._target.end(exchange)
        return exchange

    def open(self) -> tuple[Exchange, Connection | None, ResponseReader | None, bytes]:
        """Read the head of the answer, as ``HttpClient.open_answer`` does; the connection is the caller's."""
        connection = self._connection
        if connection is not None:
            reader = ResponseReader("GET")
            try:
                begun = connection.read_head(self.exchange, reader, time.monotonic() + self._timeout)
                self._connection = None
                return self.exchange, connection, reader, begun
            except WireError as failure:
                self._fail(failure)
        return self.exchange, None, None, b""

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._target.end(self.exchange)

    def _fail(self, failure: WireError) -> None:
        self.exchange.error, self.exchange.error_text = failure.kind, failure.text
        self.close()
