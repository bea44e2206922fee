"""The words that a recorder and this kit say themselves.

A password that is one of them cannot be taken out of what they say: that would tell it, and change what is
judged."""

from __future__ import annotations

import calendar
import mimetypes
import re
from functools import cache
from http import HTTPStatus
from pathlib import Path

from nvr_protocol import errors

_SOURCES = (".py", ".toml", ".jinja")
_HEADERS = """
Accept-Encoding Accept-Language Accept-Ranges Access-Control-Allow-Origin Age Allow Authentication-Info
Cache-Control Connection Content-Disposition Content-Encoding Content-Language Content-Length
Content-Location Content-Range Content-Security-Policy Content-Transfer-Encoding Content-Type Cookie Date
ETag Expect Expires From Host If-Modified-Since If-None-Match If-Range Keep-Alive Last-Modified Location
MIME-Version Origin Permissions-Policy Pragma Proxy-Authenticate Public Range Referer Referrer-Policy
Retry-After Server Set-Cookie Strict-Transport-Security Trailer Transfer-Encoding Upgrade User-Agent Vary Via
Warning WWW-Authenticate X-Content-Type-Options X-Frame-Options X-Powered-By X-XSS-Protection
chunked close deflate gzip identity max-age must-revalidate no-cache no-store no-transform private
nosniff SAMEORIGIN HttpOnly Secure SameSite charset utf-8 iso-8859-1 us-ascii boundary
Basic Digest realm nonce opaque algorithm username response auth-int stale domain userhash
"""
_PAGES = """
<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
xhtml xmlns <frameset framespacing frameborder border rows cols> <frame noresize scrolling marginwidth
marginheight> <noframes> <head meta http-equiv content link stylesheet href base title> <noscript>
<script language text/javascript src> <body bgcolor background onload onunload onclick> <form method action
enctype> <input hidden submit value checked> <select option selected> <table width height align valign center
left right> <span> <font color> <iframe> <button> window.location.replace document.write function return
false true null undefined parent.top self setTimeout
"""


_NUMBER = re.compile(r"(?<![0-9A-Za-z.])[0-9]+(?![0-9A-Za-z.])")


def is_vocabulary(word: str) -> bool:
    """Whether a recorder or this kit says this word, in whatever case, within others too; a number: alone."""
    if word.isascii() and word.isdigit():
        return word in _numbers()
    return word.lower() in vocabulary()


@cache
def _numbers() -> frozenset[str]:
    return frozenset(_NUMBER.findall(vocabulary()))


@cache
def vocabulary() -> str:
    """All of it, in small letters: what stands in the sources of the judge and of the protocol, and what HTTP
    and pages say everywhere."""
    folders = (Path(__file__).parent.parent, Path(errors.__file__).parent)  # of the two packages
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.suffix in _SOURCES)
    texts = [file.read_text("utf-8", "replace") for file in files]
    texts += [_HEADERS, _PAGES, *(status.phrase for status in HTTPStatus), *mimetypes.types_map.values()]
    texts += [*calendar.day_name, *calendar.month_name]
    return "\n".join(texts).lower()
