"""HTTP as the judge asks it: synchronous, bounded, and exact about what it saw. Knows no UIDs."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

from nvr_conformance.bounds import BODY_LIMIT
from nvr_conformance.client.history import History
from nvr_conformance.wire.connection import (
    ResponseReader,
    WireError,
    request_bytes,
    standard_headers,
)
from nvr_conformance.wire.digest import DigestAnswers, choose_challenge, read_challenges
from nvr_conformance.wire.exchange import Exchange, WireProblem

if TYPE_CHECKING:
    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.connection import Connection
    from nvr_conformance.wire.exchange import Headers

LOGIN = "/cgi-bin/dlogin.cgi?UID=-1"
HARMLESS = "/cgi-bin/as_getinfo.cgi?FILE=2"
RAW = "(raw bytes)"  # the target of an exchange that is no proper request


class HttpClient:
    """Asks one target, and takes all down in ``history``. ``receiver`` reads the streams that are begun;
    ``timeout``: seconds for one answer."""

    def __init__(self, target: Target, history: History | None = None) -> None:
        self.target = target
        self.history = history if history is not None else History()
        self.receiver = target.make_receiver()
        self.timeout = target.timeout
        self._digests: dict[tuple[str, str], DigestAnswers] = {}
        self._kept: Connection | None = None
        target.attach(self.receiver)
        self.history.follow(target)

    def request(
        self,
        method: str,
        target: str,
        headers: Headers = (),
        body: bytes = b"",
        *,
        raw: bytes | None = None,
        timeout: float | None = None,
        limit: int = BODY_LIMIT,
        prove_end: bool = False,
        pace: float | None = None,
    ) -> Exchange:
        """One request, on a connection that was kept alive if there is one. Never raises for what the
        recorder does: see ``Exchange.error``.

        ``raw`` is sent instead of a well-formed request. ``prove_end`` sends a harmless request behind it on
        the same connection, so that bytes beyond the stated length are found without waiting (``extra``), and
        whether the connection is kept (``goes_on``). An
        endless multipart is not waited for (``streaming``). ``pace`` overrides the seconds kept since the
        last command.
        """
        exchange, connection, reader, begun = self.open_answer(
            method, target, headers, body, raw, timeout, pace
        )
        if connection is None or reader is None:
            return exchange
        try:
            deadline = time.monotonic() + (timeout or self.timeout)
            if exchange.content_type == "multipart/x-mixed-replace":
                exchange.streaming, exchange.body = True, begun
            else:
                connection.read_body(exchange, reader, begun, deadline, limit)
                if prove_end:
                    exchange.extra = self._behind(connection, exchange, deadline)
                elif raw is None:
                    connection = self._keep(connection, exchange, reader)
        except WireError as failure:
            exchange.error, exchange.error_text = failure.kind, failure.text
        finally:
            if connection is not None:
                connection.close()
            self.target.end(exchange)
        return exchange

    def _keep(self, connection: Connection, exchange: Exchange, reader: ResponseReader) -> Connection | None:
        """Keep a connection on which nothing is left for the next request; else it is to be closed."""
        closes = "close" in (exchange.header("Connection") or "").lower()
        if not reader.complete or reader.behind or closes or exchange.http_version != "1.1" or self._kept:
            return connection
        if not connection.may_be_kept:
            return connection
        self._kept = connection
        return None

    def open_answer(
        self,
        method: str,
        target: str,
        headers: Headers = (),
        body: bytes = b"",
        raw: bytes | None = None,
        timeout: float | None = None,
        pace: float | None = None,
    ) -> tuple[Exchange, Connection | None, ResponseReader | None, bytes]:
        """Send, and read the head of the answer; without a connection if that failed."""
        self.target.keep_pace(pace)
        endpoint = self.target.endpoint
        sent = () if raw is not None else (*standard_headers(endpoint), *headers)
        exchange = Exchange(self.history.next_number(), method, target, sent)
        self.target.begin(exchange)
        self.history.add(exchange)
        data = raw if raw is not None else request_bytes(method, target, sent, body)
        timeout = timeout or self.timeout
        opened = None
        if raw is None and self._kept is not None:
            kept, self._kept = self._kept, None
            opened = self._read_head(exchange, kept, data, timeout)
        if opened is None and not exchange.raw_start and exchange.error is not WireProblem.TIMEOUT:
            # None was kept, or the recorder had closed it meanwhile.
            exchange.error, exchange.error_text = None, ""
            opened = self._read_head(exchange, None, data, timeout)
        self.target.end(exchange)
        return (exchange, None, None, b"") if opened is None else (exchange, *opened)

    def _read_head(
        self, exchange: Exchange, connection: Connection | None, data: bytes, timeout: float
    ) -> tuple[Connection, ResponseReader, bytes] | None:
        """Send on this connection or on a new one, and read the head of the answer; None if that failed."""
        deadline = time.monotonic() + timeout
        try:
            if connection is None:
                connection = self.target.connect(exchange, timeout, self.history.capture)
            with contextlib.suppress(WireError):  # it may have answered before it closed
                connection.send(data, deadline)
            self.target.sent(exchange, connection)
            reader = ResponseReader(exchange.method)
            return connection, reader, connection.read_head(exchange, reader, deadline)
        except WireError as failure:
            exchange.error, exchange.error_text = failure.kind, failure.text
            if connection is not None:
                connection.close()
            return None
        except BaseException:  # Ctrl-C: what nobody holds any more must not hold the recorder up
            if connection is not None:
                connection.close()
            raise

    def _behind(self, connection: Connection, exchange: Exchange, deadline: float) -> bytes:
        """What stands between the complete answer and the next one."""
        behind = bytearray(exchange.extra)
        if b"HTTP/1." not in behind:
            endpoint = self.target.endpoint
            try:
                connection.send(request_bytes("GET", HARMLESS, standard_headers(endpoint)), deadline)
                while b"HTTP/1." not in behind and len(behind) < BODY_LIMIT:
                    data = connection.receive(deadline)
                    if not data:
                        break
                    behind += data
            except WireError:
                pass  # it closed the connection, as it may: what came until then counts
        extra, answer, _ = behind.partition(b"HTTP/1.")
        exchange.goes_on = bool(answer)
        return bytes(extra)

    def get(
        self,
        path_and_query: str,
        headers: Headers = (),
        *,
        timeout: float | None = None,
        prove_end: bool = False,
        pace: float | None = None,
    ) -> Exchange:
        """GET without credentials. Options as in ``request``."""
        return self.request("GET", path_and_query, headers, timeout=timeout, prove_end=prove_end, pace=pace)

    def raw(self, data: bytes, timeout: float | None = None) -> Exchange:
        """Send these bytes, whatever they are, and read the answer, if any."""
        return self.request("GET", RAW, raw=data, timeout=timeout)

    def send_and_leave(self, data: bytes, timeout: float) -> Exchange:
        """Send these bytes, and hang up without waiting for an answer."""
        self.target.keep_pace()
        exchange = Exchange(self.history.next_number(), "GET", RAW)
        self.target.begin(exchange)
        self.history.add(exchange)
        try:
            connection = self.target.connect(exchange, timeout, self.history.capture)
            with contextlib.suppress(WireError):
                connection.send(data, time.monotonic() + timeout)
            self.target.sent(exchange, connection)
            connection.close()
        except WireError as failure:
            exchange.error, exchange.error_text = failure.kind, failure.text
        self.target.end(exchange)
        return exchange

    def get_digest(
        self,
        path_and_query: str,
        *,
        user: str | None = None,
        password: str | None = None,
        prove_end: bool = False,
    ) -> Exchange:
        """GET with Digest authentication; the nonce is used again and nc counted,
        until the recorder asks anew."""
        key = (
            self.target.user if user is None else user,
            self.target.password if password is None else password,
        )
        exchange: Exchange | None = None
        for _ in range(2):
            answers = self._digests.get(key)
            headers: Headers = ()
            if answers is not None:
                headers = (("Authorization", answers.authorization("GET", path_and_query)),)
            exchange = self.get(path_and_query, headers, prove_end=prove_end)
            if exchange.status != 401:
                return exchange
            challenge = choose_challenge(read_challenges(exchange.all_headers("WWW-Authenticate")))
            answered = None if answers is None else answers.challenge.nonce
            if challenge is None or (challenge.nonce == answered and not challenge.stale):
                self._digests.pop(key, None)
                return exchange
            self._digests[key] = DigestAnswers(challenge, *key)
        assert exchange is not None
        return exchange

    def hang_up(self) -> None:
        """Drop the sockets without a word to the recorder."""
        if self._kept is not None:
            self._kept.close()
        self.receiver.close()
