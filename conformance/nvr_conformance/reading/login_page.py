"""The page of a login as a client reads it, for the UID that it carries (§6.1.1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nvr_conformance.wire.exchange import Exchange

_UID = re.compile(r"UID=(\d+)")


def read_uid(page: Exchange) -> str | None:
    """The first ``UID=`` with digits, as clients read it."""
    found = _UID.search(page.text)
    return found[1] if found else None
