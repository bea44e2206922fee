"""The answer to a login as a client reads it, for the UID that it carries (§6.1.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvr_conformance.bounds import PAGE_LIMIT, UID_LIMIT

if TYPE_CHECKING:
    from nvr_conformance.wire.exchange import Exchange

_TITLE = re.compile(r"<title>([^<]{0,200})", re.IGNORECASE)
_UID = re.compile(rf"(?<![A-Za-z0-9_])UID=(?!0+(?![0-9]))([0-9]{{1,{UID_LIMIT}}})")


def read_uid(page: Exchange) -> str | None:
    """The first ``UID=`` with digits, as clients read it; ``MAXUID=`` is none. Zeros alone are none: pages
    that a program fills in have it so where no UID is given."""
    found = _UID.search(page.text[:PAGE_LIMIT])
    return found[1] if found else None


def uid_in_header(answer: Exchange) -> str | None:
    """The first ``UID=`` with digits in a header field, a cookie or the place of a redirect, which may be
    something else than a UID."""
    values = (value[:PAGE_LIMIT] for _, value in answer.headers)
    return next((found[1] for value in values if (found := _UID.search(value))), None)


def read_title(page: Exchange) -> str:
    """What the page calls the recorder; empty where it has no title."""
    found = _TITLE.search(page.text[:PAGE_LIMIT])
    return found[1].strip() if found else ""
