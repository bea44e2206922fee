"""Defects of playback at the ends of days and years, and at the changes of summer time (§3.2, §7)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from nvr_emulator.defects.playback import chunk_bytes
from nvr_emulator.defects.playback.audio import change_audio
from nvr_emulator.defects.playback.by_command import ENDS_AT
from nvr_emulator.defects.playback.order import Chunk, Find, around_chunks, each_playback
from nvr_emulator.defects.registry import breaks, moment_of
from nvr_emulator.footage.footage import TICKS, unix_seconds
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.commands.urls import Command
from nvr_protocol.playback.audio import PlaybackAudio
from nvr_protocol.timestamps import Ticks, UnixSeconds, zone_at

HOUR = 3600 * TICKS
DAY = 24 * HOUR


@breaks("PLB-12")
def play_ends_with_the_day(recorder: Recorder) -> None:
    """Plays up to the end of the day in UTC, and nothing beyond."""
    _ends_with_the_day(recorder, Operation.PLAYBACK, UTC)


@breaks("PLB-12")
def play_ends_with_the_day_of_the_recorder(recorder: Recorder) -> None:
    """Plays up to the end of the day where the recorder is, and nothing beyond."""
    _ends_with_the_day(recorder, Operation.PLAYBACK, recorder.plan.zone)


@breaks("PLB-13")
def bplay_ends_with_the_day(recorder: Recorder) -> None:
    """Plays backward to the begin of the day in UTC, and nothing before."""
    _ends_with_the_day(recorder, Operation.REVERSE, UTC)


@breaks("PLB-18")
def ff_ends_with_the_day(recorder: Recorder) -> None:
    """Goes forward to the end of the day in UTC, and no further."""
    _ends_with_the_day(recorder, Operation.FAST_FORWARD, UTC)


@breaks("PLB-19")
def rew_ends_with_the_day(recorder: Recorder) -> None:
    """Goes backward to the begin of the day in UTC, and no further."""
    _ends_with_the_day(recorder, Operation.FAST_REVERSE, UTC)


@breaks("PLB-15")
def next_image_ends_with_the_day(recorder: Recorder) -> None:
    """Has no picture next to the last one of a day in UTC."""
    _no_neighbour(recorder, Operation.NEXT_IMAGE)


@breaks("PLB-16")
def previous_image_ends_with_the_day(recorder: Recorder) -> None:
    """Has no picture ahead of the first one of a day in UTC."""
    _no_neighbour(recorder, Operation.PREVIOUS_IMAGE)


@breaks("PLB-12")
def play_repeats_the_hour_when_summer_time_ends(recorder: Recorder) -> None:
    """Goes an hour back on PLAY when the recorder's clock does."""
    _jumps(recorder, lambda away: min(away, 0))


@breaks("PLB-12")
def play_skips_an_hour_when_summer_time_begins(recorder: Recorder) -> None:
    """Goes an hour on in PLAY when the recorder's clock does."""
    _jumps(recorder, lambda away: max(away, 0))


@breaks("PLB-17")
def goto_knows_no_leap_day(recorder: Recorder) -> None:
    """Takes 29 February in TIMEF of GOTODATE for 1 March."""
    _begin(recorder, lambda moment: DAY if (moment.month, moment.day) == (2, 29) else 0)


@breaks("PLB-17")
def goto_knows_no_new_year(recorder: Recorder) -> None:
    """Takes the first hours of a year in TIMEF of GOTODATE for those of the year before."""
    _begin(recorder, lambda moment: -365 * DAY if (moment.month, moment.day) == (1, 1) else 0)


@breaks("PLB-17")
def goto_takes_08_and_09_for_0(recorder: Recorder) -> None:
    """Takes 08 and 09 in TIMEF of GOTODATE for 0, where hour and minute are one of them."""
    _begin(recorder, as_octal)


@breaks("PLB-13")
def bplay_takes_08_and_09_for_0(recorder: Recorder) -> None:
    """Takes 08 and 09 in TIMEF of BPLAY for 0 where hour and minute are one of them."""
    _begin(recorder, as_octal, "reverse")


@breaks("PLB-07")
def gop_over_midnight_ends_a_day_early(recorder: Recorder) -> None:
    """Writes the day of a GOP's start into its end, also of one that lasts over the end of a day (UTC)."""

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        body, gop = original(number, playback, place), place.gop
        if gop.picture_at(gop.pictures - 1) // DAY == gop.start // DAY:
            return body
        return chunk_bytes.change_numbers(body, ">I", ENDS_AT, lambda end: (end - 86_400,))

    around_chunks(recorder, chunk)


@breaks("PLB-23", "PLB-24")
def audio_over_midnight_ends_a_day_early(recorder: Recorder) -> None:
    """Writes the day of its start into the end of audio: that up to the end of a day ends ahead of it."""

    def earlier(made: PlaybackAudio) -> PlaybackAudio:
        days = made.end // 86_400 - made.start // 86_400
        return dataclasses.replace(made, end=UnixSeconds(made.end - days * 86_400))

    change_audio(recorder, earlier)


@breaks("PLB-25")
def audio_ends_with_the_day(recorder: Recorder) -> None:
    """Gives audio up to the end of the day in UTC, and nothing beyond."""

    def alter(playback: Playback) -> None:
        def next_second(
            original: Callable[[int, Recording, Ticks], UnixSeconds | None],
            camera: int,
            recording: Recording,
            now: Ticks,
        ) -> UnixSeconds | None:
            wanted = playback.cursor_of(camera, "playaudio.cgi").second
            second = original(camera, recording, now)
            if second is None or wanted is None or second % 86_400:
                return second
            playback.cursors[camera].second = wanted
            return None

        around(playback.next_second, next_second)

    each_playback(recorder, alter)


@breaks("PLB-07")
def pictures_have_the_zone_of_now(recorder: Recorder) -> None:
    """Writes the summer time of now in 0x0007 and the GOP information of pictures recorded out of it."""
    now = moment_of(recorder)

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        gop = place.gop
        zone = zone_at(recorder.plan.zone, UnixSeconds(int(now())))
        prepared = gop.footage.prepared(gop, recorder.plan.dialect, recorder.plan.chunk_form)
        moments = gop.picture_hundredths()
        return bytes(prepared.stamp(number, moments, zone, playback.operation, playback.speed))

    around_chunks(recorder, chunk)


def _ends_with_the_day(recorder: Recorder, operation: Operation, zone: tzinfo) -> None:
    """Give nothing in an operation that would lead into another day."""

    def alter(playback: Playback) -> None:
        def go_on(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            place, here = original(cursor, recording, now), cursor.place
            if playback.operation is not operation or place is None or here is None:
                return place
            return place if _day(place, zone) == _day(here, zone) else None

        around(playback.go_on, go_on)

    each_playback(recorder, alter)


def _no_neighbour(recorder: Recorder, operation: Operation) -> None:
    """Give nothing where the picture beside the one on show is of another day."""

    def alter(playback: Playback) -> None:
        def find(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            begin, place = cursor.begin, original(cursor, recording, now)
            if playback.operation is not operation or place is None or begin is None:
                return place
            return place if place.gop.start // DAY == begin // DAY else None

        around(playback.find, find)

    each_playback(recorder, alter)


def _jumps(recorder: Recorder, way: Callable[[int], int]) -> None:
    """Go elsewhere in PLAY where the recorder's clock does."""

    def alter(playback: Playback) -> None:
        def go_on(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            place, here = original(cursor, recording, now), cursor.place
            if playback.operation is not Operation.PLAYBACK or place is None or here is None:
                return place
            away = way(_offset(recorder, place) - _offset(recorder, here))
            away = away if 0 < place.gop.start - here.gop.start < HOUR else 0
            return recording.near(Ticks(place.gop.start + away), now) if away else place

        around(playback.go_on, go_on)

    each_playback(recorder, alter)


def as_octal(moment: datetime) -> int:
    """How far away it is with 0 for hour and minute, where both are 08 or 09; in ticks."""
    both = moment.hour in (8, 9) and moment.minute in (8, 9)
    return -(moment.hour * 60 + moment.minute) * 60 * TICKS if both else 0


def _begin(recorder: Recorder, away: Callable[[datetime], int], key: str = "goto") -> None:
    """Take TIMEF of a command for a time so many ticks away."""

    def begin_of(original: Callable[[Command], Ticks | None], command: Command) -> Ticks | None:
        begin = original(command)
        if begin is None or command.key != key:
            return begin
        return Ticks(begin + away(datetime.fromtimestamp(begin // TICKS, UTC)))

    around(recorder.playback_commands.begin_of, begin_of)


def _day(place: Place, zone: tzinfo) -> int:
    return datetime.fromtimestamp(unix_seconds(place.gop.start), zone).toordinal()


def _offset(recorder: Recorder, place: Place) -> int:
    """How far the recorder's clock is ahead of UTC then, in ticks."""
    zone = zone_at(recorder.plan.zone, unix_seconds(place.gop.start))
    return (zone.minutes + (60 if zone.summer else 0)) * 60 * TICKS
