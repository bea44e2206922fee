"""What is leaned on in aiohttp and asyncio beyond what they promise: all of it stands here."""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import HttpVersion10, web


class EndlessResponse(web.StreamResponse):
    """An answer whose length nobody knows beforehand: the connection's close is its end.

    aiohttp would send it in chunks, of which the document knows nothing.
    """

    _length_check = False


def connection_options(server: web.Server) -> dict[str, Any]:
    """What a server hands to each of its connections, for connections of one's own kind."""
    return {"loop": server._loop, **server._kwargs}


def speak_http_1_0(incoming: web.BaseRequest) -> None:
    """Have the answer say HTTP/1.0: aiohttp answers in the version of the request, and knows no other way."""
    incoming._version = HttpVersion10


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
