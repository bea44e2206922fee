"""The target of a request line (RFC 9112 §3.2): kept as it stood, compared by what it names."""

from __future__ import annotations

import re

_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def origin_form(target: str) -> str:
    """Path and query of a target, in the letters in which they came.

    A server accepts the absolute form as well (§3.2.2); the recorder answers for every host.
    """
    absolute = _ABSOLUTE.match(target)
    if absolute is None:
        return target
    rest = target[absolute.end() :]
    return rest if rest.startswith("/") else f"/{rest}"


def split_target(target: str) -> tuple[str, str]:
    """The path and the query, undecoded; the query is empty where there is none."""
    path, _, query = origin_form(target).partition("?")
    return path, query


def same_resource(one: str, other: str) -> bool:
    """Whether two targets name the same: absolute or not, `?` with or without nothing behind it, escapes in
    capitals or not, and escaped where that means nothing (RFC 3986 §6.2.2)."""
    return one == other or _normal(one) == _normal(other)


def _normal(target: str) -> str:
    return _ESCAPE.sub(_plain, origin_form(target)).removesuffix("?")


def _plain(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()
