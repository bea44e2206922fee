"""The control port: what a test may know and do that a client may not (JSON)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args, get_origin

import msgspec
from aiohttp import web

from nvr_emulator.configuration.schema import problem_in
from nvr_emulator.server.control_access import Access, ControlError
from nvr_emulator.server.control_bodies import Problem
from nvr_emulator.server.control_calls import Call, Operation, as_json
from nvr_emulator.server.control_operations import OPERATIONS
from nvr_emulator.server.http_connection import HttpServer
from nvr_emulator.server.machine import Machine

LONGEST_BODY = 64 * 1024
BODY_PATIENCE = 30.0
"""Seconds for a body to arrive."""


class ControlPort:
    """Answers for one machine, by a table of operations."""

    def __init__(
        self,
        machine: Machine,
        access: Access | None = None,
        *,
        certificate: str | None = None,
        operations: tuple[Operation, ...] = OPERATIONS,
    ) -> None:
        self.machine = machine
        self.access = access or Access()
        self.certificate = certificate
        self._operations = [(_pattern(operation.path), operation) for operation in operations]

    def web_server(self) -> HttpServer:
        """What `loop.create_server` takes as its factory."""
        return HttpServer(self.handle, lambda status, reason: problem(ControlError(status, reason)))

    async def handle(self, incoming: web.BaseRequest) -> web.StreamResponse:
        """Answer one request."""
        try:
            self.access.check(incoming)
            operation, path = self._find(incoming)
            body = None if operation.body is None else await _read_body(incoming, operation)
            query = _read_query(incoming, operation)
            call = Call(self.machine, path, query, body, incoming, self.certificate)
            answer = await operation.run(call)
        except ControlError as error:
            return problem(error)
        return answer if isinstance(answer, web.StreamResponse) else as_json(answer)

    def _find(self, incoming: web.BaseRequest) -> tuple[Operation, dict[str, str]]:
        allowed: list[str] = []
        for pattern, operation in self._operations:
            if match := pattern.fullmatch(incoming.path):
                if operation.method == incoming.method:
                    return operation, match.groupdict()
                allowed.append(operation.method)
        if allowed:
            reason = f"{incoming.path[:80]}: is asked by {', '.join(allowed)}"
            raise ControlError(405, reason, Allow=", ".join(allowed))
        raise ControlError(
            404, f"{incoming.method} {incoming.path[:80]}: there is no such thing; GET / lists all"
        )


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path.replace(".", r"\.")))


async def _read_body(incoming: web.BaseRequest, operation: Operation) -> Any:
    if encoding := incoming.headers.get("Content-Encoding"):
        raise ControlError(415, f"Content-Encoding: {encoding[:40]!r}: a body is taken as it is")
    raw = b""
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            async for piece in incoming.content.iter_any():
                raw += piece
                if len(raw) > LONGEST_BODY:
                    raise ControlError(413, f"the body is longer than {LONGEST_BODY} bytes")
    except TimeoutError:
        raise ControlError(408, f"the body did not come within {BODY_PATIENCE:.0f} s") from None
    except web.RequestPayloadError:
        raise ControlError(400, "the body is cut off or malformed") from None
    return read_raw_body(raw, operation)


def read_raw_body(raw: bytes, operation: Operation) -> Any:
    """What an operation takes from a body. `ControlError` in one line for anything else."""
    if operation.read is None:
        return _body_of(raw, operation.body)
    try:
        return operation.read(_decoded(raw, dict[str, Any]))
    except msgspec.ValidationError as error:
        key, why = _problem_in(error, dict[str, Any], raw)
        raise ControlError(400, f"{key}: {why}" if key else 'the body must be {"name": …}') from None
    except ValueError as error:
        raise ControlError(400, str(error)) from None


def _decoded(raw: bytes, schema: Any) -> Any:
    with _as_json():
        return msgspec.json.decode(raw, type=schema)


def _problem_in(error: msgspec.ValidationError, schema: Any, raw: bytes) -> tuple[str, str]:
    """The key and what is wrong with it. What is behind that was not read yet, and may be no JSON."""
    with _as_json():
        return problem_in(error, schema, raw)


@contextmanager
def _as_json() -> Iterator[None]:
    """Whatever is no JSON is told so; what is not as it should be is for the caller."""
    try:
        yield
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ControlError(400, f"the body is no JSON: {str(error)[:200]}") from None
    except RecursionError:
        raise ControlError(400, "the body is nested too deep") from None


def _body_of(raw: bytes, schema: type[msgspec.Struct]) -> Any:
    fields = msgspec.structs.fields(schema)
    try:
        if not raw.strip() and all(not field.required for field in fields):
            return schema()
        return _decoded(raw, schema)
    except msgspec.ValidationError as error:
        key, why = _problem_in(error, schema, raw)
        if not key:
            keys = ", ".join(f'"{field.name}": …' for field in fields)
            raise ControlError(400, f"the body must be {{{keys}}}") from None
        raise ControlError(400, f"{key}: {why}") from None


def _read_query(incoming: web.BaseRequest, operation: Operation) -> dict[str, Any]:
    """The parameters of a query; of those that are left out a number is 0, a choice its first."""
    values: dict[str, Any] = {
        name: get_args(hint)[0] if get_origin(hint) is Literal else 0
        for name, hint in operation.query.items()
    }
    for name, text in incoming.query.items():
        if name not in operation.query:
            raise ControlError(400, f"{name[:40]}: {operation.path} has no such parameter")
        if get_origin(operation.query[name]) is Literal:
            if text not in (choices := get_args(operation.query[name])):
                raise ControlError(400, f"{name}: {text[:40]!r} is none of {', '.join(choices)}")
            values[name] = text
            continue
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise ControlError(400, f"{name}: {text[:40]!r} is not an entry's number")
        values[name] = int(text)
    return values


def problem(error: ControlError) -> web.Response:
    """Why something cannot be done, as a response."""
    response = as_json(Problem(str(error)), error.status)
    response.headers.update({name.replace("_", "-"): value for name, value in error.headers.items()})
    return response
