"""Facts about the answer to ``loglist.cgi`` (INF-01 … INF-03): pure functions over an exchange.

The form (lines, five quoted fields an entry) and what stands in the fields are judged apart.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections import Counter
from datetime import datetime
from time import strptime
from typing import TYPE_CHECKING

from nvr_conformance.bounds import COUNT_DIGITS
from nvr_conformance.facts.clock import Now, may_be
from nvr_conformance.facts.zones import SUMMER_HOUR
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nvr_conformance.wire.exchange import Exchange

ENTRY_LIMIT = 1000
# Number, time and zone are known by their looks, so that fields cannot be mistaken for one another.
_ENTRY = re.compile(r'"([0-9]+)","([0-9/ :.-]+)","([^"]*)","([^"]*)","(GMT[^"]*)"')
_STATED = re.compile(rf"(?:ERROR|EVENT)_LOG_NO=([0-9]{{1,{COUNT_DIGITS}}})[ \t]*(?:\r?\n|$)")
_END = r"[ \t]*\r\n"
_FORMS = {
    kind: re.compile(
        rf"FILENAME=as_{kind.lower()}log\.html{_END}{kind}_LOG_NO=[0-9]+{_END}"
        rf"{kind}_LOG=(?:{_ENTRY.pattern}(?:,{_ENTRY.pattern})*)?{_END}(?:{_END})?"
    )
    for kind in ("ERROR", "EVENT")
}
_ZONE = re.compile(r"GMT[+-]([0-9]{2}):([0-5][0-9])")
_TIME = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_LONGEST_ZONE = 15  # hours from UTC


def form(exchange: Exchange, kind: str) -> Fact:
    """INF-01, INF-02: the lines of the log of this kind ("ERROR", "EVENT").

    Blanks ahead of a line's end are open (the example of the events has one), and so is the empty line.
    """
    expected = f"FILENAME, {kind}_LOG_NO and {kind}_LOG, CRLF behind each"
    if not exchange.ok:
        return Fact(False, expected, str(exchange))
    found = _FORMS[kind].match(exchange.text)
    if found is None or found.end() != len(exchange.text):
        return Fact(False, expected, _excerpt(exchange.text))
    return Fact(True, expected, str(exchange))


def entries(exchange: Exchange) -> list[tuple[str, ...]]:
    """The five fields of each entry: number, time, summer time, text, zone."""
    return [found.groups() for found in _ENTRY.finditer(exchange.text)]


def count(exchange: Exchange) -> Fact:
    """INF-03: as many entries as the count says, at most 1000, numbered from 001 on."""
    listed = entries(exchange)
    stated = _STATED.search(exchange.text)
    if stated is None or not listed:
        raise NothingToJudge("the log has no count or no entries")
    expected = f"{int(stated[1])} entries, at most {ENTRY_LIMIT}, numbered 001, 002 …"
    numbers = [fields[0] for fields in listed]
    wrong = next((text for index, text in enumerate(numbers, 1) if text != f"{index:03d}"), None)
    actual = f"{len(listed)} entries" + ("" if wrong is None else f", one numbered {wrong!r}")
    return Fact(len(listed) == int(stated[1]) <= ENTRY_LIMIT and wrong is None, expected, actual)


def order(exchange: Exchange) -> str:
    """In which order the entries of a log stand, by their times as they are written (OP-39)."""
    times = [time for _, time, *_ in entries(exchange) if is_time(time)]
    if len(set(times)) < 2:
        return "not told: no two times differ"
    if times == sorted(times):
        return "rising: the oldest first"
    return (
        "falling: the latest first" if times == sorted(times, reverse=True) else "neither rising nor falling"
    )


def fields(exchange: Exchange) -> Fact:
    """INF-03: times that exist, 0 or 1 for summer time, and a zone in each entry."""
    expected = '"YYYY/MM/DD HH:MM:SS", "0" or "1", text, "GMT±hh:mm"'
    listed = entries(exchange)
    if not listed:
        raise NothingToJudge("the log has no entries")
    for number, time, summer, text, zone in listed:
        if not (is_time(time) and summer in ("0", "1") and zone_minutes(zone) is not None):
            return Fact(False, expected, f"{number}: {time!r}, {summer!r}, {text!r}, {zone!r}")
    return Fact(True, expected, f"{len(listed)} entries")


def all_there(exchange: Exchange, known: int) -> Fact:
    """INF-03: as many entries as the log is known to have, or the most that it may give."""
    listed = len(entries(exchange))
    wanted = min(known, ENTRY_LIMIT)
    return Fact(listed == wanted, f"{wanted} entries", f"{listed} entries")


def at_least(exchange: Exchange, given: int) -> Fact:
    """INF-03: no fewer entries than the log was given, up to the most that it may give."""
    listed = len(entries(exchange))
    wanted = min(given, ENTRY_LIMIT)
    return Fact(listed >= wanted, f"at least {wanted} entries", f"{listed} entries")


def no_fewer(before: Exchange, again: Exchange) -> Fact:
    """INF-03: a log that is asked again has the entries that it had, as many as it may give."""
    if not again.ok:
        raise NothingToJudge(f"asked again: {again}")
    had, has = len(entries(before)), len(entries(again))
    return Fact(has >= min(had, ENTRY_LIMIT), f"{had} entries, as before", f"{has} entries")


def none_to_come(exchange: Exchange, now: float) -> Fact:
    """INF-03: no entry is of later than ``now`` (Unix seconds), whichever way its zone is read."""
    for number, time, summer, text, zone in entries(exchange):
        minutes = zone_minutes(zone)
        if minutes is None or not is_time(time) or summer not in ("0", "1"):
            raise NothingToJudge(f"no time and zone: {time!r}, {summer!r}, {zone!r}")
        wall = timegm(strptime(time, "%Y/%m/%d %H:%M:%S"))
        if wall - 60 * (minutes + SUMMER_HOUR * int(summer)) > now:
            return Fact(False, "entries of what has happened", f"{number}: {text!r} at {time}, {zone}")
    return Fact(True, "entries of what has happened", f"{len(entries(exchange))} entries")


def added(before: Exchange, after: Exchange) -> list[tuple[str, ...]]:
    """The entries, without their numbers, that a log has since it was asked before; none where it was written
    anew in another form."""
    known = Counter(fields[1:] for fields in entries(before))
    new = list((Counter(fields[1:] for fields in entries(after)) - known).elements())
    return new if len(new) <= len(entries(after)) - len(entries(before)) else []


def given(exchange: Exchange, made: Mapping[str, float]) -> list[tuple[tuple[str, ...], Now]]:
    """The entries (as ``added``) whose texts a recorder was given, and when each was made: Unix seconds by
    text."""
    return [(fields[1:], Now(made[fields[3]])) for fields in entries(exchange) if fields[3] in made]


def at_their_times(found: Sequence[tuple[tuple[str, ...], Now]], tolerance: float | None = None) -> Fact:
    """INF-03: entries (as ``added``) that were made at these times say so, in local time, with zone
    and summer time. Whether the hour of summer time is in the zone too is open: one of both ways must do for
    all. ``tolerance``: seconds, where the recorder's clock is known; None: it may be off as clocks are."""
    if not found:
        raise NothingToJudge("no entry was added")
    ways, wrong = {0, SUMMER_HOUR}, ""
    unknown: dict[int, str] = {}
    for (time, summer, text, zone), now in found:
        minutes = zone_minutes(zone)
        if minutes is None or not is_time(time) or summer not in ("0", "1"):
            raise NothingToJudge(f"no time and zone: {time!r}, {summer!r}, {zone!r}")
        wall = timegm(strptime(time, "%Y/%m/%d %H:%M:%S"))
        for hour in sorted(ways):
            seconds = wall - 60 * (minutes + hour * int(summer))
            near = abs(seconds - now.unix) <= tolerance if tolerance else may_be(seconds, now)
            if near is None:
                unknown[hour] = now.unknown
            elif not near:
                ways.discard(hour)
                wrong = f"{text!r} at {time}, {zone}, summer time {summer}, made at {now.unix:.0f}"
    if ways and ways <= unknown.keys():
        raise NothingToJudge(unknown[min(ways)])
    return Fact(bool(ways), "each entry at its time", wrong if not ways else f"{len(found)} entries")


def is_time(text: str) -> bool:
    """Whether a text is `YYYY/MM/DD HH:MM:SS` of a moment that exists."""
    if not _TIME.fullmatch(text):
        return False
    try:
        datetime.strptime(text, "%Y/%m/%d %H:%M:%S")  # noqa: DTZ007 - local time of the recorder
    except ValueError:
        return False
    return True


def zone_minutes(text: str) -> int | None:
    """The minutes of `GMT±hh:mm`; None where it is no zone."""
    found = _ZONE.fullmatch(text)
    if found is None or int(found[1]) >= _LONGEST_ZONE:
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return -minutes if text[3] == "-" else minutes


def _excerpt(text: str) -> str:
    return repr(text if len(text) <= 160 else f"{text[:100]} … {text[-50:]}")
