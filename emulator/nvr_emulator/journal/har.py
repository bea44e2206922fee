"""The exchanges of a journal as an HTTP archive (HAR 1.2), for browsers' developer tools and mitmproxy."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from nvr_emulator.journal.entries import Exchange, iso
from nvr_emulator.version import __version__


def har(exchanges: Iterable[Exchange]) -> dict[str, Any]:
    """The archive.

    Times are the recorder's. Bodies are not kept in a journal: sizes are told, -1 where there is no end.
    """
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "nvr-emulator", "version": __version__},
            "comment": "Times are the recorder's own clock; _number is the entry of the journal.",
            "entries": [entry_of(exchange) for exchange in exchanges],
        }
    }


def entry_of(exchange: Exchange) -> dict[str, Any]:
    """One exchange as an entry of the archive."""
    milliseconds = round(exchange.took * 1000, 3)
    return {
        "startedDateTime": iso(exchange.at),
        "time": milliseconds,
        "request": {
            "method": exchange.method,
            "url": _url(exchange),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(exchange.headers),
            "queryString": _pairs(exchange.parameters),
            "headersSize": -1,
            "bodySize": 0,
        },
        "response": {
            "status": exchange.status,
            "statusText": _phrase(exchange.status),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(exchange.answer_headers),
            "content": {"size": _size(exchange), "mimeType": _content_type(exchange)},
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": _size(exchange),
            "comment": exchange.reason,
        },
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_number": exchange.number,
    }


def _url(exchange: Exchange) -> str:
    """The whole URL: of the Host header, or of the request line where that names a host itself."""
    if "://" in exchange.target:
        return exchange.target
    scheme = "https" if exchange.secure else "http"
    return f"{scheme}://{exchange.header('Host') or 'recorder'}{exchange.target}"


def _pairs(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _size(exchange: Exchange) -> int:
    return -1 if exchange.size is None else exchange.size


def _content_type(exchange: Exchange) -> str:
    for name, value in exchange.answer_headers:
        if name.lower() == "content-type":
            return value
    return ""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
