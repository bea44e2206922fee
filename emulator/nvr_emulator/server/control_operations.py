"""What can be asked of the control port: one table, of which the index and openapi.json are made too."""

from __future__ import annotations

from html import escape
from typing import Any

from aiohttp import web

from nvr_emulator.server.clock import ClockError, ManualClock, RealClockError
from nvr_emulator.server.control_access import ControlError
from nvr_emulator.server.control_bodies import (
    Advance,
    CameraAnswer,
    CameraChange,
    ClockState,
    DiskAnswer,
    DiskChange,
    Done,
    Index,
    Link,
    LogAnswer,
    LogText,
    Reset,
)
from nvr_emulator.server.control_calls import Call, Operation, as_json
from nvr_emulator.server.control_faults import FAULTS
from nvr_emulator.server.control_observation import OBSERVATION
from nvr_emulator.server.control_watch import WATCH
from nvr_emulator.server.levers import set_camera, set_disk, write_to_log
from nvr_emulator.server.state import state_of
from nvr_emulator.version import __version__
from nvr_protocol.texts.log_list import LogKind


async def health(call: Call) -> Done:
    """It serves."""
    return Done()


async def state(call: Call) -> dict[str, Any]:
    """Everything, as it stands now."""
    return state_of(call.machine)


async def clock(call: Call) -> ClockState:
    """What time it is."""
    moved = call.machine.clock
    return ClockState(moved.now(), "manual" if isinstance(moved, ManualClock) else "real", moved.speed)


async def advance(call: Call) -> ClockState:
    """Move the manual clock."""
    try:
        await call.machine.advance(call.body.seconds)
    except RealClockError as error:
        raise ControlError(409, str(error)) from None
    except ClockError as error:
        raise ControlError(400, str(error)) from None
    return await clock(call)


async def reset(call: Call) -> Done:
    """The recorder as it was started."""
    await call.machine.reset(restart_clock=call.body.clock == "start")
    return Done()


async def camera(call: Call) -> CameraAnswer:
    """Lose a camera, or get it back."""
    text = call.path["number"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    try:
        set_camera(call.machine, number, call.body.state)
    except KeyError:
        raise ControlError(404, f"camera {text[:40]!r} is not registered") from None
    return CameraAnswer(number, call.body.state)


async def disk(call: Call) -> DiskAnswer:
    """Let a disk warn, remove it, or put it back."""
    slot = call.path["slot"]
    try:
        set_disk(call.machine, slot, call.body.state)
    except KeyError:
        raise ControlError(404, f"there is no disk in {slot[:40]!r}") from None
    except ValueError as error:
        raise ControlError(409, str(error)) from None
    return DiskAnswer(slot, call.body.state)


async def add_to_log(call: Call) -> LogAnswer:
    """Add an entry to a log."""
    kind = {kind.lower(): kind for kind in LogKind}.get(call.path["kind"])
    if kind is None:
        raise ControlError(404, "there is /logs/error and /logs/event")
    try:
        write_to_log(call.machine, kind, call.body.text)
    except ValueError as error:
        raise ControlError(400, str(error)) from None
    return LogAnswer(len(call.machine.recorder.logs.entries(kind)))


async def certificate(call: Call) -> web.Response:
    """What a client of HTTPS is to trust."""
    if call.certificate is None:
        raise ControlError(404, "the recorder serves no HTTPS: there is no certificate")
    return web.Response(text=call.certificate, content_type=PEM)


async def index(call: Call) -> web.Response:
    """What can be asked for, for programs and for people."""
    links = [Link(operation.method, operation.path, operation.does) for operation in OPERATIONS]
    if "text/html" not in call.incoming.headers.get("Accept", ""):
        return as_json(Index(__version__, links))
    rows = "".join(
        f"<tr><td><code>{link.method} {escape(link.path)}</code><td>{escape(link.does)}\n" for link in links
    )
    page = (
        "<!doctype html><meta charset=utf-8><title>nvr-emulator: control</title>\n"
        f"<p><a href=/watch>Watch the recorder</a>\n<table>\n{rows}</table>\n"
    )
    return web.Response(text=page, content_type="text/html")


async def document(call: Call) -> dict[str, Any]:
    """The table below, as OpenAPI."""
    from nvr_emulator.server.openapi import openapi

    return openapi(OPERATIONS)


PEM = "application/x-pem-file"
REFUSED = (400, 413, 415)
OPERATIONS = (
    Operation("GET", "/", "what can be asked for (JSON, or a page for who accepts HTML)", Index, run=index),
    Operation("GET", "/openapi.json", "this list as OpenAPI", dict[str, Any], run=document),
    Operation("GET", "/healthz", "answers once the recorder serves", Done, run=health),
    Operation(
        "GET", "/state", "sessions, streams, downloads, cameras, disks, logs", dict[str, Any], run=state
    ),
    *OBSERVATION,
    Operation("GET", "/clock", "the recorder's time, and which clock it is", ClockState, run=clock),
    Operation(
        "GET",
        "/certificate.pem",
        "the certificate of HTTPS, for clients to trust",
        media_type=PEM,
        problems=(404,),
        run=certificate,
    ),
    Operation(
        "POST",
        "/clock/advance",
        "moves the manual clock; answers when all that was due has happened",
        ClockState,
        Advance,
        problems=(*REFUSED, 409),
        run=advance,
    ),
    Operation(
        "POST",
        "/reset",
        "the recorder as it was started; its clock too with clock=start",
        Done,
        Reset,
        problems=REFUSED,
        run=reset,
    ),
    Operation(
        "POST",
        "/cameras/{number}",
        "a camera is lost, or back",
        CameraAnswer,
        CameraChange,
        problems=(*REFUSED, 404),
        run=camera,
    ),
    Operation(
        "POST",
        "/disks/{slot}",
        "a disk has a warning, is removed, or back",
        DiskAnswer,
        DiskChange,
        problems=(*REFUSED, 404, 409),
        run=disk,
    ),
    Operation(
        "POST",
        "/logs/{kind}",
        "adds an entry to the error or the event log",
        LogAnswer,
        LogText,
        problems=(*REFUSED, 404),
        run=add_to_log,
    ),
    *FAULTS,
    *WATCH,
)
"""What can be asked for."""
