"""Requests that are sent at once: each on a connection of its own, and all of them ahead of any answer.

A recorder that works them off one after the other cannot tell. One that works them off side by side may look
whether there is room for a stream, or which UID is free, before any of them has taken it.
"""

from __future__ import annotations

from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING

from nvr_conformance import interrupts
from nvr_conformance.client.held_answer import HeldAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nvr_conformance.client.http_client import HttpClient
    from nvr_conformance.client.session import Session
    from nvr_conformance.wire.exchange import Exchange, Headers
    from nvr_conformance.wire.live_streams import LiveHttp, LiveStream

TAKEN_UP = 0.02
"""Seconds in which a recorder takes up the connections: the requests then find it waiting for all of them."""


def at_once(client: HttpClient, requests: Sequence[tuple[str, Headers]]) -> list[Exchange]:
    """The answers to these paths and queries with these header fields, each read to its end."""
    with _asked_at_once(client, requests) as held:
        return [each.finish() for each in held]


def start_at_once(session: Session, transport: str, asked: Sequence[tuple[int, str]]) -> list[LiveStream]:
    """START of these cameras and kinds over "RTP" or "HTTP"."""
    if transport == "RTP":
        streams = [session.listen(camera, comp) for camera, comp in asked]
        answers = at_once(session.client, [(stream.exchange.target, ()) for stream in streams])
        for stream, answer in zip(streams, answers, strict=True):
            stream.exchange = answer
        return list(streams)
    starts = [(session.start_of_http(camera, comp), ()) for camera, comp in asked]
    with _asked_at_once(session.client, starts) as held:
        return [session.follow(each.open(), *of) for each, of in zip(held, asked, strict=True)]


def start_beside(session: Session, command: str, camera: int, comp: str) -> LiveHttp:
    """START over HTTP, and a command (path and query) that is sent just ahead of it."""
    with _asked_at_once(session.client, [(command, ()), (session.start_of_http(camera, comp), ())]) as held:
        beside, start = held
        stream = session.follow(start.open(), camera, comp)
        beside.finish()
        return stream


@contextmanager
def _asked_at_once(client: HttpClient, requests: Sequence[tuple[str, Headers]]) -> Iterator[list[HeldAnswer]]:
    with ExitStack() as endings:
        held = [
            endings.enter_context(closing(HeldAnswer(client, path, headers, asks=False, buffer=None)))
            for path, headers in requests
        ]
        interrupts.wait(TAKEN_UP)
        for each in held:
            each.ask()
        yield held
