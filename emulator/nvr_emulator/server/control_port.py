"""The control port: what a test may know and do that a client may not (JSON, loopback only)."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.recorder.disks import DiskState
from nvr_emulator.recorder.logs import TEXT_LIMIT, writable
from nvr_emulator.server.clock import ManualClock
from nvr_emulator.server.state import state_of
from nvr_protocol.texts.log_list import LogKind

State = TypeVar("State", CameraState, DiskState)

MOST_SECONDS = 10 * 366 * 86_400
"""The farthest that one request may move the manual clock."""


class ControlError(Exception):
    """A control request that cannot be done, with its HTTP status."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def control_application(machine: Any) -> web.Application:
    """The control port of a machine (see `nvr_emulator.server.machine`)."""
    control = _Control(machine)
    application = web.Application(middlewares=[_speak_json], client_max_size=64 * 1024)
    application.add_routes(
        [
            web.get("/healthz", control.health),
            web.get("/state", control.state),
            web.get("/journal", control.journal),
            web.get("/clock", control.clock),
            web.post("/clock/advance", control.advance),
            web.post("/reset", control.reset),
            web.post("/cameras/{number}", control.camera),
            web.post("/disks/{slot}", control.disk),
            web.post("/logs/{kind}", control.add_to_log),
        ]
    )
    return application


class _Control:
    def __init__(self, machine: Any) -> None:
        self.machine = machine

    async def health(self, request: web.Request) -> web.Response:
        return _json({"ok": True})

    async def state(self, request: web.Request) -> web.Response:
        return _json(state_of(self.machine))

    async def journal(self, request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        if not since.isascii() or not since.isdigit():
            raise ControlError(400, f"since: {since[:40]!r} is not an entry's number")
        entries = self.machine.journal.since(int(since))
        return _json({"entries": [dataclasses.asdict(entry) for entry in entries]})

    async def clock(self, request: web.Request) -> web.Response:
        manual = isinstance(self.machine.clock, ManualClock)
        return _json({"now": self.machine.clock.now(), "clock": "manual" if manual else "real"})

    async def advance(self, request: web.Request) -> web.Response:
        seconds = await _seconds(request)
        if not isinstance(self.machine.clock, ManualClock):
            raise ControlError(409, "the clock is real; start with --clock manual to move it")
        await self.machine.advance(seconds)
        return _json({"now": self.machine.clock.now()})

    async def reset(self, request: web.Request) -> web.Response:
        self.machine.reset()
        return _json({"ok": True})

    async def camera(self, request: web.Request) -> web.Response:
        text = request.match_info["number"]
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        if number not in self.machine.recorder.cameras.registered:
            raise ControlError(404, f"camera {text[:40]!r} is not registered")
        state = await _state(request, CameraState)
        self.machine.recorder.set_camera_state(number, state, self.machine.clock.now())
        self.machine.pump.changed()
        return _json({"number": number, "state": state.value})

    async def disk(self, request: web.Request) -> web.Response:
        slot, recorder = request.match_info["slot"], self.machine.recorder
        if slot not in recorder.disks.states:
            raise ControlError(404, f"there is no disk in {slot[:40]!r}")
        state = await _state(request, DiskState)
        try:
            text = recorder.disks.set_state(slot, state)
        except ValueError as error:
            raise ControlError(409, str(error)) from None
        if text is not None:
            recorder.logs.add(LogKind.ERROR, text, self.machine.clock.now())
        return _json({"slot": slot, "state": state.value})

    async def add_to_log(self, request: web.Request) -> web.Response:
        kind = {kind.lower(): kind for kind in LogKind}.get(request.match_info["kind"])
        if kind is None:
            raise ControlError(404, "there is /logs/error and /logs/event")
        text = await _field(request, "text")
        if not isinstance(text, str) or not text or text != writable(text):
            raise ControlError(400, f"text: must be 1 … {TEXT_LIMIT} printable characters without quotes")
        self.machine.recorder.logs.add(kind, text, self.machine.clock.now())
        return _json({"entries": len(self.machine.recorder.logs.entries(kind))})


async def _field(request: web.Request, name: str) -> Any:
    try:
        return msgspec.json.decode(await request.read())[name]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise ControlError(400, f'the body must be {{"{name}": …}}') from None


async def _state(request: web.Request, states: type[State]) -> State:
    value = await _field(request, "state")
    try:
        return states(value)
    except ValueError:
        raise ControlError(400, f"state: must be one of {', '.join(states)}") from None


async def _seconds(request: web.Request) -> float:
    try:
        body = msgspec.json.decode(await request.read())
        seconds = float(body["seconds"])
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        raise ControlError(400, 'the body must be {"seconds": <number>}') from None
    if not math.isfinite(seconds) or not 0 <= seconds <= MOST_SECONDS:
        raise ControlError(400, f"seconds: must be 0 … {MOST_SECONDS}")
    return seconds


@web.middleware
async def _speak_json(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except ControlError as error:
        return _json({"error": str(error)}, error.status)
    except web.HTTPException as error:
        return _json({"error": f"{request.method} {request.path}: {error.reason}"}, error.status)


def _json(value: Any, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(value), content_type="application/json")
