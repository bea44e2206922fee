"""The control port of an emulator: how its clock is moved, and what it says of itself."""

from __future__ import annotations

import json
import time
from typing import Any

from nvr_conformance.bounds import BODY_LIMIT, read_json
from nvr_conformance.judgement.outcomes import KitError
from nvr_conformance.judgement.plain_text import plain
from nvr_conformance.wire.connection import (
    Connection,
    ResponseReader,
    WireError,
    request_bytes,
    standard_headers,
)
from nvr_conformance.wire.endpoint import endpoint_of
from nvr_conformance.wire.exchange import Exchange

_CONTROL_TIMEOUT = 120.0  # seconds for one answer
_PROBLEM = 200  # characters of what is wrong


class Control:
    """The control port at a URL; ValueError for what is none. KitError where it does not answer as it
    should.

    It is asked directly: no proxy of the environment is told the token, and no redirection is followed.
    """

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._endpoint = endpoint_of(url)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def state(self) -> dict[str, Any]:
        """The recorder's state, as the control port tells it."""
        return self._call("GET", "/state")

    def is_manual(self) -> bool:
        """Whether the clock moves only when told."""
        return bool(self._call("GET", "/clock").get("clock") == "manual")

    def now(self) -> float:
        """The recorder's time, in Unix seconds."""
        told = self._call("GET", "/clock").get("now", 0.0)
        if not isinstance(told, int | float):
            raise self._problem("/clock", f"no time: {told!r}")
        return float(told)

    def advance(self, seconds: float) -> None:
        """Move the manual clock; returns when what was due has been sent."""
        self._call("POST", "/clock/advance", {"seconds": seconds})

    def reset(self) -> None:
        """No UIDs, no streams, an empty journal; the clock stays as it is."""
        self._call("POST", "/reset")

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        length = {"Content-Length": str(len(data))} if method == "POST" else {}
        headers = {**self._headers, "Content-Type": "application/json", "Connection": "close", **length}
        exchange = Exchange(0, method, path, (*standard_headers(self._endpoint), *headers.items()))
        try:
            self._ask(exchange, request_bytes(method, path, exchange.request_headers, data))
            if exchange.status != 200:
                raise self._problem(path, f"{exchange.status} {exchange.reason}")
            return read_json(exchange.body, dict[str, Any])
        except (WireError, ValueError) as problem:
            raise self._problem(path, str(problem)) from None

    def _ask(self, exchange: Exchange, request: bytes) -> None:
        deadline = time.monotonic() + _CONTROL_TIMEOUT
        connection = Connection(self._endpoint, _CONTROL_TIMEOUT)
        try:
            connection.send(request, deadline)
            reader = ResponseReader(exchange.method)
            begun = connection.read_head(exchange, reader, deadline)
            connection.read_body(exchange, reader, begun, deadline, BODY_LIMIT)
        finally:
            connection.close()

    def _problem(self, path: str, text: str) -> KitError:
        return KitError(f"control port {self._url}{path}: {plain(text)[:_PROBLEM]}")
