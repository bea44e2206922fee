"""The text of ``as_getinfo.cgi`` as a client reads it, leniently, where only its counts matter (§5.3.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvr_conformance.client.client import HARMLESS

if TYPE_CHECKING:
    from nvr_conformance.client.client import Client

_MAXIMUM = re.compile(r"\bMAXUID=(\d{1,9})")
_USED = re.compile(r"\bUSEDUID=(\d{1,9})")


@dataclass(frozen=True, slots=True)
class UidCounts:
    """How many UIDs can be valid, and how many are."""

    maximum: int
    used: int


def read_counts(client: Client) -> UidCounts | None:
    """Fetch and read both counts; None where they are not told."""
    text = client.get_digest(HARMLESS).text
    maximum, used = _MAXIMUM.search(text), _USED.search(text)
    return None if maximum is None or used is None else UidCounts(int(maximum[1]), int(used[1]))
