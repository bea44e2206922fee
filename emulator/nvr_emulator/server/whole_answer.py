"""A whole answer as HTTP: its header fields in the order and letter case of the document's examples (§5,
§3.3.1)."""

from __future__ import annotations

import re
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

from aiohttp import HttpVersion10, HttpVersion11, web

from nvr_emulator.configuration.variants import Variants
from nvr_emulator.recorder.replies import Answer, Headers
from nvr_emulator.server.disturbed import is_disturbed
from nvr_emulator.server.unsent import write
from nvr_protocol.pieces import Pieces

SERVER = "recorder"
NO_BODY = 204
UNAUTHORIZED = 401
CHALLENGE = "\ufffechallenge\ufffe"
"""Stands where a challenge goes; no field has these characters."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class WholeResponse(web.StreamResponse):
    """An answer whose bytes are all there: they go out at once, and what is long is not copied for it."""

    def __init__(self, status: int, head: bytes, content: bytes | Pieces, *, stays: bool) -> None:
        super().__init__(status=status)
        self._head = head
        self._content = content
        self._stays = stays
        self._is_out = False

    @property
    def keep_alive(self) -> bool:
        """Whether the connection is kept."""
        return self._stays

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send all of it. `ConnectionError` where the client has gone."""
        if self._is_out:
            return
        self._is_out = True
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has gone")
        if is_disturbed(transport):
            # Nothing goes past what a fault does to it.
            transport.write(self._head + bytes(self._content))
        else:
            write(transport, self._head, self._content)
        request.writer.output_size += len(self._head) + len(self._content)
        await request.writer.drain()

    async def write_eof(self, data: bytes = b"") -> None:
        """It has ended already."""


def response_of(incoming: web.BaseRequest, answer: Answer, variants: Variants, now: float) -> WholeResponse:
    """The response that carries an answer; nothing of it is sent yet. `now` is the recorder's time, as
    clients read it from `Date`; that and `Server` come behind the rest."""
    closes = not answer.stays and variants.keep_alive != "kept"
    kept = bool(incoming.keep_alive)
    version = (1, 0) if closes and variants.keep_alive == "http-1.0" else tuple(incoming.version)
    headers, challenge = answer.headers, ""
    if answer.status == UNAUTHORIZED:
        headers, challenge = _with_place_for_challenge(headers)
    ahead, between, behind = _head_around_numbers(
        answer.status,
        version,
        headers if kept else tuple(field for field in headers if field[0] != "Connection"),
        answer.content_type,
        answer.drawn,
        stays=kept and not closes,
        reordered=variants.header_order == "other",
    )
    size = "" if answer.status == NO_BODY else str(len(answer.content))
    head = f"{ahead}{size}{between}{date_at(int(now))}{behind}"
    if challenge:
        head = head.replace(CHALLENGE, challenge)
    content = b"" if incoming.method == "HEAD" or answer.status == NO_BODY else answer.content
    return WholeResponse(answer.status, head.encode(), content, stays=kept and not (closes or answer.last))


def _with_place_for_challenge(headers: Headers) -> tuple[Headers, str]:
    """Fields that are alike in all challenges, and what stands in one: each has another nonce. Empty where
    there is no one such field."""
    places = [place for place, (name, _) in enumerate(headers) if name.lower() == "www-authenticate"]
    if len(places) != 1:
        return headers, ""
    (place,) = places
    name, value = headers[place]
    if _CONTROL.search(value):
        raise ValueError(f"{name}: {value!r}: control characters in a header field")
    return (*headers[:place], (name, CHALLENGE), *headers[place + 1 :]), value


@lru_cache(maxsize=256)
def _head_around_numbers(
    status: int,
    version: tuple[int, int],
    headers: Headers,
    content_type: str,
    drawn: tuple[str, ...],
    *,
    stays: bool,
    reordered: bool,
) -> tuple[str, str, str]:
    """What stands ahead of the length of the body, between it and the date, and behind that. ValueError where
    a field cannot be sent. No length where there is no body."""
    fields = list(headers)
    if status != NO_BODY:
        fields += [("Content-type", content_type), ("Content-Length", "")]
    place_of = {name.lower(): (place, name) for place, name in enumerate(drawn)}
    placed = [(*place_of.get(name.lower(), (len(drawn), name)), value) for name, value in fields]
    fields = [(name, value) for _, name, value in sorted(placed, key=lambda field: field[0])]
    if reordered:
        fields = [(name.lower(), _with_charset(name, value)) for name, value in reversed(fields)]
    fields += [("Date", ""), ("Server", SERVER)]
    if not any(name.lower() == "connection" for name, _ in fields):
        if stays and version == HttpVersion10:
            fields.append(("Connection", "keep-alive"))
        elif not stays and version == HttpVersion11:
            fields.append(("Connection", "close"))
    if any(map(_CONTROL.search, (text for field in fields for text in field))):
        raise ValueError(f"{fields!r}: control characters in a header field")
    first = f"HTTP/{version[0]}.{version[1]} {status} {HTTPStatus(status).phrase}"
    text = "\r\n".join([first, *(f"{name}: {value}" for name, value in fields), "", ""])
    length = re.search(r"\r\ncontent-length: ", text, re.IGNORECASE)
    rest, _, behind = text.partition("\r\nDate: ")
    end = length.end() if length else 0
    return text[:end], f"{rest[end:]}\r\nDate: ", behind


@lru_cache(maxsize=16)
def date_at(now: int) -> str:
    """What Date says at that Unix second."""
    return formatdate(now, usegmt=True)


def _with_charset(name: str, value: str) -> str:
    is_text = name.lower() == "content-type" and value.startswith("text/")
    return f"{value}; charset=us-ascii" if is_text else value
