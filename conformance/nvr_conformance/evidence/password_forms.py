"""How a password may stand in what a device says: as it is, and escaped for where it stands."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ESCAPE = re.compile(r"%[0-9a-f]{2}|\\[ux][0-9a-f]{2,4}|&#x[0-9a-f]{1,6};", re.IGNORECASE)
"""Escapes whose digits may be of either case."""
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


def forms_in_bytes(password: str, names: Iterable[str]) -> set[bytes]:
    """Each form of a password in bytes. ``names`` of users: beside them it stands in Base64 (RFC 7617)."""
    made: set[bytes] = set()
    for plain in _encoded(password):
        made |= {quote(plain, safe="").encode(), quote(plain).encode(), quote_plus(plain).encode()}
        made |= {repr(plain)[2:-1].encode(), plain.hex(" ").encode(), b64encode(plain)}
        made |= {b64encode(user + b":" + plain) for name in names for user in _encoded(name)}
    for text in _escaped(password):
        made.update(_encoded(text))
    return made


def forms_in_text(password: str, names: Iterable[str]) -> set[str]:
    """The same in texts, which were bytes once and read by either encoding."""
    forms = forms_in_bytes(password, names)
    read = {form.decode(encoding, "replace") for form in forms for encoding in ("utf-8", "latin-1")}
    known = {form for form in read if form.strip(_UNREADABLE)}
    return known | set(_escaped(password))


def pattern_of(form: str) -> str:
    """Where a form stands: anywhere; digits alone only where they are no part of another number."""
    if form.isascii() and form.isdigit():
        return rf"(?<![0-9A-Za-z.]){form}(?![0-9A-Za-z.])"
    parts = []
    at = 0
    for escape in _ESCAPE.finditer(form):
        parts += [re.escape(form[at : escape.start()]), f"(?i:{re.escape(escape[0])})"]
        at = escape.end()
    return "".join([*parts, re.escape(form[at:])])


def _escaped(password: str) -> Iterator[str]:
    """As it is, and in HTML and JSON."""
    yield password
    for quoted in (True, False):
        page = html.escape(password, quote=quoted)
        for each in (page, page.replace("&#x27;", "&#39;").replace("&quot;", "&#34;")):
            yield each
            yield each.encode("ascii", "xmlcharrefreplace").decode()
    for to_ascii in (True, False):
        string = json.dumps(password, ensure_ascii=to_ascii)[1:-1]
        yield from (string, string.replace("/", "\\/"))
    yield repr(password)[1:-1]


def _encoded(text: str) -> Iterator[bytes]:
    """In the encodings of HTTP: UTF-8, and the older one where it has these characters."""
    yield text.encode("utf-8", "surrogateescape")
    try:
        yield text.encode("latin-1")
    except UnicodeEncodeError:
        return
