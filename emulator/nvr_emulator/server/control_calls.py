"""A request to the control port, and an operation that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import msgspec
from aiohttp import web

from nvr_emulator.server.machine import Machine
from nvr_emulator.server.openapi import JSON, Description

Number = Annotated[int, msgspec.Meta(ge=0)]
"""A parameter of a query that is a number; 0 where it is left out."""


@dataclass(frozen=True)
class Call:
    """One request: the parameters of its path and query, and its body; `certificate`: that of HTTPS (PEM)."""

    machine: Machine
    path: dict[str, str]
    query: dict[str, Any]
    body: Any
    incoming: web.BaseRequest
    certificate: str | None


@dataclass(frozen=True)
class Operation(Description):
    """One thing that can be asked for, and what does it: it gives a value, or a whole response."""

    run: Callable[[Call], Awaitable[Any]] = field(kw_only=True)
    read: Callable[[dict[str, Any]], Any] | None = field(kw_only=True, default=None)
    """What makes a body of a JSON object, where that is one of several kinds; ValueError in one line."""


def as_json(value: Any, status: int = 200, content_type: str = JSON) -> web.Response:
    """A value as a response."""
    return web.Response(status=status, body=msgspec.json.encode(value), content_type=content_type)
