"""What time it is on the recorder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.facts.clock import Now
from nvr_conformance.reading.answer_date import date_of

if TYPE_CHECKING:
    from nvr_conformance.client.client import Client
    from nvr_conformance.client.target import Target


def now_on(target: Target, client: Client) -> Now:
    """What time it should be, and is by the last answer that has a Date; a control port knows it better."""
    unix = target.unix_time()
    if target.clock_known:
        return Now(unix, unix)
    dates = (date_of(exchange) for exchange in reversed(client.history.exchanges))
    return Now(unix, next((date for date in dates if date is not None), None))
