"""The journal and the findings on the control port, in several formats and as they come."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar

import msgspec
from aiohttp import web

from nvr_emulator.findings.rule import Finding
from nvr_emulator.journal.entries import Exchange, iso, plain
from nvr_emulator.recorder.happenings import Happening
from nvr_emulator.server.control_access import ControlError
from nvr_emulator.server.control_bodies import FindingsAnswer, JournalAnswer
from nvr_emulator.server.control_calls import Call, Number, Operation
from nvr_emulator.server.openapi import JSON

Entry = TypeVar("Entry", bound=Happening)

ENTRIES_AT_ONCE = 50
"""Entries that are written in one piece: whoever else is served has a turn between two."""
HEARTBEAT = 15.0
"""Seconds after which a silent stream of events says something: who has gone is noticed then."""
JSON_LINES = "application/jsonl"
EVENTS = "text/event-stream"
SARIF = "application/sarif+json"
XML = "application/xml"


async def journal(call: Call) -> web.StreamResponse:
    """What happened so far, piece by piece."""
    entries = call.machine.journal.since(call.query["since"])
    if call.query["format"] == "jsonl":
        return await _piecewise(call, entries, JSON_LINES, json_lines)
    return await _piecewise(call, entries, JSON, _listed, b'{"entries":[', b",", b"]}")


async def har(call: Call) -> web.StreamResponse:
    """The requests and answers as an HTTP archive."""
    from nvr_emulator.journal.har import entry_of
    from nvr_emulator.journal.har import har as archive

    def written(exchanges: Iterable[Exchange]) -> bytes:
        return b",".join(msgspec.json.encode(entry_of(exchange)) for exchange in exchanges)

    frame = msgspec.json.encode(archive([]))
    head, entries, tail = frame.rpartition(b"[]")
    assert entries
    exchanges = list(call.machine.journal.exchanges())
    return await _piecewise(call, exchanges, JSON, written, head + b"[", b",", b"]" + tail)


async def events(call: Call) -> web.StreamResponse:
    """Entries as they come: those behind `since` or `Last-Event-ID` first, without either the coming ones."""
    kept = call.machine.journal
    last = _last_seen(call)
    response = web.StreamResponse(headers={"Content-Type": EVENTS, "Cache-Control": "no-store"})
    came = asyncio.Event()
    leave = kept.listen(lambda entry: came.set())
    try:
        await response.prepare(call.incoming)
        await response.write(b": nvr-emulator\n\n")
        while True:
            came.clear()
            if entries := kept.since(last)[:ENTRIES_AT_ONCE]:
                last = entries[-1].number
                await response.write(b"".join(map(_event, entries)))
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await came.wait()
                continue
            await response.write(b": still here\n\n")
    finally:
        leave()


async def findings(call: Call) -> web.Response:
    """What the clients did wrong."""
    found, dropped = list(call.machine.observer.findings), call.machine.observer.dropped
    return await _apart(
        JSON, lambda: msgspec.json.encode(FindingsAnswer([plain_finding(one) for one in found], dropped))
    )


async def findings_sarif(call: Call) -> web.Response:
    """The findings as SARIF."""
    from nvr_emulator.findings.files.sarif import sarif

    found = list(call.machine.observer.findings)
    return await _apart(SARIF, lambda: msgspec.json.encode(sarif(found)))


async def findings_junit(call: Call) -> web.Response:
    """The findings as a JUnit file."""
    from nvr_emulator.findings.files.junit import junit

    found = list(call.machine.observer.findings)
    return await _apart(XML, lambda: junit(found))


OBSERVATION = (
    Operation(
        "GET",
        "/journal",
        "what happened behind entry `since`: requests and answers, UIDs, streams, downloads, findings",
        JournalAnswer,
        query={"since": Number, "format": Literal["json", "jsonl"]},
        problems=(400,),
        run=journal,
    ),
    Operation("GET", "/journal.har", "the requests and answers as HAR 1.2", dict[str, Any], run=har),
    Operation(
        "GET",
        "/events",
        "the journal as it comes (server-sent events), from entry `since` on or from now on",
        query={"since": Number},
        media_type=EVENTS,
        problems=(400,),
        run=events,
    ),
    Operation("GET", "/findings", "what the clients did wrong", FindingsAnswer, run=findings),
    Operation(
        "GET",
        "/findings.sarif",
        "the same as SARIF 2.1.0",
        dict[str, Any],
        media_type=SARIF,
        run=findings_sarif,
    ),
    Operation("GET", "/findings.xml", "the same as a JUnit file", media_type=XML, run=findings_junit),
)
"""What can be asked of the journal and the findings."""


def json_lines(entries: Iterable[Happening]) -> bytes:
    """One entry a line."""
    return b"".join(msgspec.json.encode(plain(entry)) + b"\n" for entry in entries)


def plain_finding(finding: Finding) -> dict[str, Any]:
    """A finding as plain values, with the ISO time beside the seconds; the UID as text."""
    uid = None if finding.uid is None else str(finding.uid)
    return {**msgspec.structs.asdict(finding), "time": iso(finding.at), "uid": uid}


async def _piecewise(
    call: Call,
    entries: list[Entry],
    content_type: str,
    written: Callable[[Iterable[Entry]], bytes],
    head: bytes = b"",
    between: bytes = b"",
    tail: bytes = b"",
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": content_type})
    await response.prepare(call.incoming)
    await response.write(head)
    for begin in range(0, len(entries), ENTRIES_AT_ONCE):
        piece = written(entries[begin : begin + ENTRIES_AT_ONCE])
        await response.write(between + piece if begin else piece)
        await asyncio.sleep(0)
    await response.write(tail)
    return response


async def _apart(content_type: str, make: Callable[[], bytes]) -> web.Response:
    """An answer that takes a while to make, from values of its own: others are served meanwhile."""
    return web.Response(body=await asyncio.to_thread(make), content_type=content_type)


def _listed(entries: Iterable[Happening]) -> bytes:
    return b",".join(msgspec.json.encode(plain(entry)) for entry in entries)


def _last_seen(call: Call) -> int:
    """The number behind which events are wanted."""
    seen = call.incoming.headers.get("Last-Event-ID")
    if seen is None:
        return int(call.query["since"]) if "since" in call.incoming.query else call.machine.journal.latest
    if not seen.isascii() or not seen.isdigit() or len(seen) > 18:
        raise ControlError(400, f"Last-Event-ID: {seen[:40]!r} is not an entry's number")
    return int(seen)


def _event(entry: Happening) -> bytes:
    body = plain(entry)
    head = f"id: {entry.number}\nevent: {body['kind']}\ndata: "
    return head.encode() + msgspec.json.encode(body) + b"\n\n"
