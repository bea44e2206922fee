"""Defects of what the logs say of times, and of which entries they give (§5.1)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.texts.log_list import LogEntry, LogKind, LogList, write_log_list
from nvr_protocol.timestamps import UnixSeconds, Zone, zone_at

Entry = Callable[[LogEntry], LogEntry]


@breaks("INF-03")
def log_in_utc(recorder: Recorder) -> None:
    """Writes UTC beside the recorder's zone in the logs."""

    def utc(entry: LogEntry) -> LogEntry:
        offset = (entry.zone.minutes + 60 * entry.zone.summer) * 60
        return dataclasses.replace(entry, seconds=entry.seconds - offset)

    _entries(recorder, utc)


@breaks("INF-03")
def log_forgets_summer_time(recorder: Recorder) -> None:
    """Says "no summer time" of log entries that were made in it."""

    def winter(entry: LogEntry) -> LogEntry:
        hour = 3600 * entry.zone.summer
        zone = Zone(entry.zone.minutes, summer=False)
        return dataclasses.replace(entry, seconds=UnixSeconds(entry.seconds + hour), zone=zone)

    _entries(recorder, winter)


@breaks("INF-03")
def log_zone_is_that_of_the_start(recorder: Recorder) -> None:
    """Writes summer time as it was when the recorder was started, with the clock of now."""
    begun = zone_at(recorder.plan.zone, UnixSeconds(int(recorder.cameras.started)))

    def unchanged(entry: LogEntry) -> LogEntry:
        hour = 3600 * (entry.zone.summer - begun.summer)
        return dataclasses.replace(entry, seconds=UnixSeconds(entry.seconds + hour), zone=begun)

    _entries(recorder, unchanged)


@breaks("INF-03")
def log_is_ten_minutes_late(recorder: Recorder) -> None:
    """Writes log entries with a time ten minutes before they were made."""
    _entries(recorder, lambda entry: dataclasses.replace(entry, seconds=UnixSeconds(entry.seconds - 600)))


@breaks("INF-03")
def error_log_is_ten_minutes_late(recorder: Recorder) -> None:
    """Writes entries of the error log alone with a time ten minutes before they were made."""
    _entries(
        recorder,
        lambda entry: dataclasses.replace(entry, seconds=UnixSeconds(entry.seconds - 600)),
        (LogKind.ERROR,),
    )


@breaks("INF-03")
def logs_are_empty(recorder: Recorder) -> None:
    """Gives logs without an entry."""
    _kept(recorder, 0)


@breaks("INF-03")
def logs_give_a_hundred(recorder: Recorder) -> None:
    """Gives a hundred entries of a log that has more, and counts as many."""
    _kept(recorder, 100)


def _kept(recorder: Recorder, most: int) -> None:
    """Give so many entries of a log at the most."""

    def text(original: Callable[[LogKind], bytes], kind: LogKind) -> bytes:
        return write_log_list(LogList(kind, recorder.logs.entries(kind)[:most]))

    around(recorder.logs.text, text)


def _entries(recorder: Recorder, change: Entry, kinds: Collection[LogKind] = tuple(LogKind)) -> None:
    """Change each entry of these logs as it is given."""

    def text(original: Callable[[LogKind], bytes], kind: LogKind) -> bytes:
        if kind not in kinds:
            return original(kind)
        return write_log_list(LogList(kind, tuple(map(change, recorder.logs.entries(kind)))))

    around(recorder.logs.text, text)
