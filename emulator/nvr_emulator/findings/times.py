"""Times that a client sends: UTC, and not in the future (§3.2, §6.3.2)."""

from __future__ import annotations

from collections.abc import Iterator

from nvr_emulator.findings.chapter import by
from nvr_emulator.findings.clients import Asking, Known
from nvr_emulator.findings.rule import Breach, Rule, Severity

LOCAL_TIME = Rule(
    "local-time-as-utc",
    "3.2",
    Severity.ERROR,
    "Local time given as UTC",
    "A time lies in the future by no more than the recorder's time zone is ahead of UTC: it is local "
    "time, as recordedtime.cgi and file names show it.",
    "Convert to UTC before sending TIMEF, STARTTIME and ENDTIME.",
)
FUTURE = Rule(
    "time-in-future",
    "3.2",
    Severity.NOTE,
    "A time in the future",
    "A time was sent at which nothing can be recorded yet.",
    "Ask for what has passed. Measure the recorder's clock by the Date of its answers: it may be "
    "minutes off.",
)

CLOCKS_DIFFER = 300.0
"""Seconds by which a client's clock may be ahead of the recorder's."""


def ahead(asking: Asking, known: Known, name: str, moment: float, shown: float = 0.0) -> Iterator[Breach]:
    """The breach where a time that a command names lies in the future. `shown`: the latest time that the
    recorder has shown, where its clock was set back since."""
    now = max(asking.exchange.at, shown)
    by_seconds = moment - now
    if by_seconds <= CLOCKS_DIFFER:
        return
    offset = known.offset(now)
    if offset > 0 and by_seconds <= offset + CLOCKS_DIFFER:
        text = f"{name} is {_hours(by_seconds)} ahead; local time is {_hours(offset)} ahead of UTC"
        yield by(asking, LOCAL_TIME, text)
    else:
        yield by(asking, FUTURE, f"{name} is {_hours(by_seconds)} ahead")


def _hours(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes // 60}:{minutes % 60:02d} h"
