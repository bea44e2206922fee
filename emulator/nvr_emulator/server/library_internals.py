"""What is leaned on in aiohttp and asyncio beyond what they promise: all of it stands here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import HttpVersion10, HttpVersion11, web


class EndlessResponse(web.StreamResponse):
    """An answer whose length nobody knows beforehand: the connection's close is its end.

    aiohttp would send it in chunks, of which the document knows nothing.
    """

    _length_check = False


def connection_options(server: web.Server) -> dict[str, Any]:
    """What a server hands to each of its connections, for connections of one's own kind."""
    return {"loop": server._loop, **server._kwargs}


def bytes_waiting(transport: asyncio.Transport) -> int:
    """Bytes of a connection that this process has not handed to the kernel, encrypted or not.

    asyncio's TLS transport counts only what it has not passed on to the plain one beneath it.
    """
    beneath = plain_transport(transport)
    below = 0 if beneath is transport else beneath.get_write_buffer_size()
    return transport.get_write_buffer_size() + below


def plain_transport(transport: asyncio.Transport) -> asyncio.Transport:
    """The transport beneath TLS; the transport itself where there is none, or none any more."""
    tls = getattr(transport, "_ssl_protocol", None)
    beneath: asyncio.Transport | None = getattr(tls, "_transport", None)
    return transport if beneath is None else beneath


def hold_open(transport: asyncio.BaseTransport, busy: Callable[[], bool]) -> None:
    """Let a TLS connection whose client said goodbye stay open for what is still to be written.

    asyncio ends both directions at once (TLS 1.3 closes each by a goodbye of its own, RFC 8446 §6.1).
    """
    protocol: Any = getattr(transport, "_ssl_protocol", None)
    if protocol is None:
        return
    tell_of_end, shut_down, end_of_file = (
        protocol._call_eof_received,
        protocol._start_shutdown,
        protocol.eof_received,
    )
    said_goodbye = ends_it = False

    def call_eof_received() -> None:
        nonlocal said_goodbye, ends_it
        said_goodbye = ends_it = True
        tell_of_end()

    def start_shutdown() -> None:
        nonlocal ends_it
        by_goodbye, ends_it = ends_it, False
        if not (by_goodbye and busy()):
            shut_down()

    def eof_received() -> bool | None:
        if said_goodbye and busy():
            return True
        if said_goodbye:
            shut_down()  # behind its end asyncio says no goodbye, and what came would look cut off
        stays: bool | None = end_of_file()
        return stays

    protocol._call_eof_received, protocol._start_shutdown = call_eof_received, start_shutdown
    protocol.eof_received = eof_received


def is_idle(connection: web.RequestHandler) -> bool:
    """Whether every request that came on a connection has been answered."""
    return not connection._messages and connection._waiter is not None and not connection._waiter.done()


def cut_off_body(connection: web.RequestHandler) -> None:
    """Tell whoever reads the body of the last request that the rest of it will not come."""
    request = connection._current_request
    payload = connection._messages[-1][1] if connection._messages else None
    if payload is None and request is not None:
        payload = request.content
    if payload is not None and not payload.is_eof():
        payload.set_exception(web.RequestPayloadError("the client closed its writing side within the body"))


def requests_seen(connection: web.RequestHandler) -> int:
    """How many whole requests came on a connection."""
    return connection._request_count


def request_of(server: web.Server, message: Any, *rest: Any) -> web.BaseRequest:
    """What a server makes of a message. One that could not be read stands as a message of its own kind, of
    HTTP/1.0: its answer says HTTP/1.1, as the recorder does."""
    if message.method == "UNKNOWN" and message.version == HttpVersion10:
        message = message._replace(version=HttpVersion11)
    return server._make_request(message, *rest)
