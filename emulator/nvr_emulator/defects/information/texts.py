"""Defects of the logs and of the recorded time (§5.1, §5.2)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import UTC, datetime

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.disks import Range
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer
from nvr_emulator.seams import around
from nvr_protocol.texts.local_time import LocalTime
from nvr_protocol.texts.log_list import LogKind, LogList, write_log_list
from nvr_protocol.timestamps import UnixSeconds


@breaks("INF-01")
def error_log_names_the_event_log(recorder: Recorder) -> None:
    """Says FILENAME=as_eventlog.html ahead of the error log."""
    _log(recorder, LogKind.ERROR, lambda body: body.replace(b"as_errorlog", b"as_eventlog", 1))


@breaks("INF-08")
def error_log_is_plain_text(recorder: Recorder) -> None:
    """Calls the error log text/plain."""

    def log_list(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        answer = original(asked)
        if asked.command.key != "log_errors":
            return answer
        return dataclasses.replace(answer, content_type="text/plain")

    around(recorder.information.log_list, log_list)


@breaks("INF-01")
def error_log_in_one_line(recorder: Recorder) -> None:
    """Writes the error log without an end of line between its three items."""
    _log(recorder, LogKind.ERROR, lambda body: body[:-4].replace(b"\r\n", b"&") + body[-4:])


@breaks("INF-08")
def event_log_may_be_cached(recorder: Recorder) -> None:
    """Leaves Cache-Control out of the answer with the event log."""

    def log_list(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        answer = original(asked)
        if asked.command.key != "log_events":
            return answer
        kept = tuple(field for field in answer.headers if field[0] != "Cache-Control")
        return dataclasses.replace(answer, headers=kept)

    around(recorder.information.log_list, log_list)


@breaks("INF-08")
def log_connection_is_closed(recorder: Recorder) -> None:
    """Says Connection: Keep-Alive of a log, and closes the connection behind it."""

    def log_list(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        return dataclasses.replace(original(asked), last=True)

    around(recorder.information.log_list, log_list)


@breaks("INF-03")
def each_entry_once_a_uid(recorder: Recorder) -> None:
    """Gives a UID the entries of a log once, and none when it asks again."""
    given: set[tuple[int, str]] = set()

    def log_list(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        answer = original(asked)
        log = asked.session.uid, asked.command.key
        if log not in given:
            given.add(log)
            return answer
        kind = LogKind.ERROR if asked.command.key == "log_errors" else LogKind.EVENT
        return dataclasses.replace(answer, content=write_log_list(LogList(kind, ())))

    around(recorder.information.log_list, log_list)


@breaks("INF-02")
def event_log_says_error_log(recorder: Recorder) -> None:
    """Writes ERROR_LOG= ahead of the events."""
    _log(recorder, LogKind.EVENT, lambda body: body.replace(b"\nEVENT_LOG=", b"\nERROR_LOG=", 1))


@breaks("INF-02")
def event_log_with_bare_line_feeds(recorder: Recorder) -> None:
    """Ends the lines of the event log with LF alone."""
    _log(recorder, LogKind.EVENT, lambda body: body.replace(b"\r\n", b"\n"))


@breaks("INF-01")
def error_log_gives_the_events(recorder: Recorder) -> None:
    """Fills the error log with the entries of the event log."""
    _log_of_the_other(recorder, LogKind.ERROR)


@breaks("INF-02")
def event_log_gives_the_errors(recorder: Recorder) -> None:
    """Fills the event log with the entries of the error log."""
    _log_of_the_other(recorder, LogKind.EVENT)


@breaks("INF-02")
def events_without_their_zone(recorder: Recorder) -> None:
    """Leaves the time zone out of the entries of the event log."""
    _log(recorder, LogKind.EVENT, lambda body: re.sub(rb',"GMT[^"]*"', b"", body))


@breaks("INF-03")
def log_counts_one_short(recorder: Recorder) -> None:
    """Counts one entry too few in ERROR_LOG_NO."""

    def count(body: bytes) -> bytes:
        return re.sub(rb"(_LOG_NO=)(\d+)", lambda found: b"%s%d" % (found[1], int(found[2]) - 1), body)

    _log(recorder, LogKind.ERROR, count)


@breaks("INF-03")
def log_keeps_500_entries(recorder: Recorder) -> None:
    """Keeps the newest 500 entries of a log."""
    recorder.logs.limit = 500


@breaks("INF-03")
def log_numbers_from_000(recorder: Recorder) -> None:
    """Numbers the entries of a log from 000 on."""

    def number(body: bytes) -> bytes:
        return re.sub(rb'"(\d{3,4})","(?=\d{4}/)', lambda found: b'"%03d","' % (int(found[1]) - 1), body)

    _log(recorder, LogKind.EVENT, number)


@breaks("INF-03")
def log_of_1001_entries(recorder: Recorder) -> None:
    """Lists 1001 events."""

    def one_more(body: bytes) -> bytes:
        if b"EVENT_LOG_NO=1000" not in body:
            return body
        last = body[body.rindex(b'"1000"') : -4]
        more = body[:-4] + b"," + last.replace(b'"1000"', b'"1001"')
        return more.replace(b"EVENT_LOG_NO=1000", b"EVENT_LOG_NO=1001") + b"\r\n\r\n"

    _log(recorder, LogKind.EVENT, one_more)


@breaks("INF-03")
def log_zone_without_minutes(recorder: Recorder) -> None:
    """Writes the zone of a log entry as GMT-5."""
    _log(recorder, LogKind.ERROR, lambda body: re.sub(rb'"GMT([+-])0?(\d+):\d\d"', rb'"GMT\1\2"', body))


@breaks("INF-03")
def log_zone_has_no_sign_east_of_greenwich(recorder: Recorder) -> None:
    """Leaves the plus out of the zone of log entries."""
    _log(recorder, LogKind.EVENT, lambda body: body.replace(b'"GMT+', b'"GMT'))


@breaks("INF-03")
def log_hours_beyond_24(recorder: Recorder) -> None:
    """Writes hours of 24 and more."""

    def late(body: bytes) -> bytes:
        return re.sub(
            rb'(/\d\d )(\d\d)(:\d\d:\d\d")',
            lambda found: b"%s%02d%s" % (found[1], int(found[2]) + 24, found[3]),
            body,
        )

    _log(recorder, LogKind.ERROR, late)


@breaks("INF-03")
def log_summer_time_is_a_word(recorder: Recorder) -> None:
    """Writes summer time as IN and OUT."""

    def words(body: bytes) -> bytes:
        return re.sub(
            rb'(:\d\d",")([01])"', lambda found: found[1] + (b'IN"' if found[2] == b"1" else b'OUT"'), body
        )

    _log(recorder, LogKind.EVENT, words)


@breaks("INF-08")
def recorded_time_is_html(recorder: Recorder) -> None:
    """Calls the recorded time text/html."""
    _recorded_time(recorder, lambda answer: dataclasses.replace(answer, content_type="text/html"))


@breaks("INF-04")
def recorded_time_without_its_heading(recorder: Recorder) -> None:
    """Leaves out the line that names the columns."""
    _recorded_text(recorder, lambda body: re.sub(rb"Disk,[^\n]*\n", b"", body))


@breaks("INF-04")
def recorded_time_of_eight_fields(recorder: Recorder) -> None:
    """Leaves the remaining capacity out of each slot."""
    _recorded_text(recorder, lambda body: re.sub(rb"(?m)^((?:MAIN|EXT)[^,]*,[^,]*),[^,]*,", rb"\1,", body))


@breaks("INF-04")
def capacity_without_its_unit(recorder: Recorder) -> None:
    """Writes capacities without GB."""
    _recorded_text(recorder, lambda body: re.sub(rb"(\d)GB", rb"\1", body))


@breaks("INF-04")
def more_remains_than_there_is(recorder: Recorder) -> None:
    """Writes the remaining capacity ahead of the capacity."""
    sizes = re.compile(rb"(?m)^((?:MAIN|EXT)[^,]*),(\d+)GB\(R\),(\d+)GB,")
    _recorded_text(recorder, lambda body: sizes.sub(rb"\1,\3GB(R),\2GB,", body))


@breaks("INF-05")
def recorded_range_in_utc(recorder: Recorder) -> None:
    """Shows the recorded range in UTC."""
    around(recorder.disks.local, lambda original, seconds: LocalTime(seconds))


@breaks("INF-05")
def recorded_range_forgets_summer_time(recorder: Recorder) -> None:
    """Says "no summer time" of a recorded time that was in it."""
    around(
        recorder.disks.local,
        lambda original, seconds: dataclasses.replace(original(seconds), summer=False),
    )


@breaks("INF-05")
def recorded_range_is_of_one_year(recorder: Recorder) -> None:
    """Shows both ends of the recorded range in the year of the later one."""
    disks = recorder.disks
    year = [0]

    def text(
        original: Callable[[Range | None, int], bytes], recorded: Range | None, seconds_recorded: int
    ) -> bytes:
        year[0] = 0
        if recorded is not None:
            year[0] = datetime.fromtimestamp(disks.local(recorded[1]).wall, UTC).year
        return original(recorded, seconds_recorded)

    def local(original: Callable[[UnixSeconds], LocalTime], seconds: UnixSeconds) -> LocalTime:
        right = original(seconds)
        wall = datetime.fromtimestamp(right.wall, UTC)
        if not year[0] or wall.year == year[0] or (wall.month, wall.day) == (2, 29):
            return right
        return dataclasses.replace(right, wall=round(wall.replace(year=year[0]).timestamp()))

    around(disks.text, text)
    around(disks.local, local)


@breaks("INF-05")
def recorded_range_begins_early(recorder: Recorder) -> None:
    """Begins the recorded range two minutes before the first picture."""
    _recorded_range(recorder, lambda first, last: (UnixSeconds(first - 120), last))


@breaks("INF-05")
def recorded_range_begins_late(recorder: Recorder) -> None:
    """Begins the recorded range an hour behind the first picture."""
    _recorded_range(recorder, lambda first, last: (UnixSeconds(first + 3600), last))


@breaks("INF-05")
def recorded_range_ends_early(recorder: Recorder) -> None:
    """Ends the recorded range two minutes before the last picture."""
    _recorded_range(recorder, lambda first, last: (first, UnixSeconds(last - 120)))


@breaks("INF-05")
def recorded_range_of_the_first_camera(recorder: Recorder) -> None:
    """Shows the recorded range of the first camera alone."""

    def recorded_time(original: Callable[[float], Answer], now: float) -> Answer:
        cameras = recorder.cameras.registered
        recorder.cameras.registered = dict(list(cameras.items())[:1])
        try:
            return original(now)
        finally:
            recorder.cameras.registered = cameras

    around(recorder.information.recorded_time, recorded_time)


@breaks("INF-05")
def recorded_range_is_kept(recorder: Recorder) -> None:
    """Answers recordedtime.cgi with what it answered at first."""
    answers: list[Answer] = []

    def change(answer: Answer) -> Answer:
        answers.append(answer)
        return answers[0]

    _recorded_time(recorder, change)


def _log(recorder: Recorder, kind: LogKind, change: Callable[[bytes], bytes]) -> None:
    """Change the text of one log."""

    def text(original: Callable[[LogKind], bytes], asked: LogKind) -> bytes:
        return change(original(asked)) if asked is kind else original(asked)

    around(recorder.logs.text, text)


def _log_of_the_other(recorder: Recorder, kind: LogKind) -> None:
    """Give the entries of the other log under the headings of this one."""
    other = LogKind.EVENT if kind is LogKind.ERROR else LogKind.ERROR
    _log(recorder, kind, lambda body: write_log_list(LogList(kind, recorder.logs.entries(other))))


def _recorded_time(recorder: Recorder, change: Callable[[Answer], Answer]) -> None:
    """Change the answer to recordedtime.cgi."""
    around(recorder.information.recorded_time, lambda original, now: change(original(now)))


def _recorded_text(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change the text of recordedtime.cgi."""
    _recorded_time(recorder, lambda answer: dataclasses.replace(answer, content=change(answer.body)))


def _recorded_range(recorder: Recorder, change: Callable[[UnixSeconds, UnixSeconds], Range]) -> None:
    """Change from when to when it says that there are recordings."""

    def text(
        original: Callable[[Range | None, int], bytes], recorded: Range | None, seconds_recorded: int
    ) -> bytes:
        return original(None if recorded is None else change(*recorded), seconds_recorded)

    around(recorder.disks.text, text)
