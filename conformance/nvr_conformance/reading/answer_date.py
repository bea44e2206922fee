"""The Date of an answer, by which a recorder tells its clock (RFC 9110)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nvr_conformance.wire.exchange import Exchange


def date_of(exchange: Exchange) -> float | None:
    """In Unix seconds; None where there is none, or one that is not in GMT, as it must be."""
    told = exchange.header("Date") or ""
    if not told.endswith("GMT"):
        return None
    try:
        return parsedate_to_datetime(told).timestamp()
    except (ValueError, OverflowError):
        return None
