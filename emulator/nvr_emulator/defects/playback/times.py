"""Defects of how TIMEF is taken (§3.2.5 … §3.2.9)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.registry import breaks, moment_of
from nvr_emulator.footage.footage import TICKS, ticks, unix_seconds
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.commands.urls import Command
from nvr_protocol.timestamps import Ticks, zone_at


@breaks("PLB-13")
def bplay_begins_at_the_end(recorder: Recorder) -> None:
    """Plays backward from the newest GOP, whatever TIMEF says."""
    moment = moment_of(recorder)
    _begin(recorder, "reverse", lambda begin: ticks(moment()))


@breaks("PLB-15")
def next_image_ignores_hundredths(recorder: Recorder) -> None:
    """Takes the hundredths of TIMEF for 00 on NEXTFRAME."""
    _begin(recorder, "step", lambda begin: Ticks(begin - begin % TICKS))


@breaks("PLB-17", "PLB-33")
def goto_takes_local_time(recorder: Recorder) -> None:
    """Takes TIMEF of GOTODATE for local time."""
    _begin(recorder, "goto", lambda begin: Ticks(begin - _zone(recorder, begin)))


@breaks("PLB-17")
def goto_is_half_a_minute_late(recorder: Recorder) -> None:
    """Gives the GOP half a minute after the one of TIMEF."""
    _begin(recorder, "goto", lambda begin: Ticks(begin + 30 * TICKS))


@breaks("PLB-17")
def goto_is_twelve_seconds_early(recorder: Recorder) -> None:
    """Gives the GOP twelve seconds before the one of TIMEF."""
    _begin(recorder, "goto", lambda begin: Ticks(begin - 12 * TICKS))


@breaks("PLB-17")
def goto_ignores_seconds(recorder: Recorder) -> None:
    """Takes the seconds of TIMEF for 00 on GOTODATE."""
    _begin(recorder, "goto", lambda begin: Ticks(begin - begin % (60 * TICKS)))


@breaks("PLB-17")
def goto_is_ignored_in_playback(recorder: Recorder) -> None:
    """Goes on from where it is at a GOTODATE while it plays."""

    def play(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        if asked.command.key != "goto":
            return original(asked)
        playback = recorder.playback_commands.playback_of(asked.session)
        places = {number: cursor.place for number, cursor in playback.cursors.items() if cursor.place}
        playing = playback.operation is Operation.PLAYBACK
        answer = original(asked)
        for number in places if playing else ():
            playback.cursors[number].begin = None
        return answer

    around(recorder.playback_commands.play, play)


@breaks("PLB-33")
def pause_takes_local_time(recorder: Recorder) -> None:
    """Takes TIMEF of PAUSE for local time."""
    _begin(recorder, "pause", lambda begin: Ticks(begin - _zone(recorder, begin)))


@breaks("PLB-33")
def fast_takes_local_time(recorder: Recorder) -> None:
    """Takes TIMEF of FF and REW for local time."""
    _begin(recorder, "fast", lambda begin: Ticks(begin - _zone(recorder, begin)))


@breaks("PLB-13", "PLB-33")
def reverse_takes_local_time(recorder: Recorder) -> None:
    """Takes TIMEF of BPLAY for local time."""
    _begin(recorder, "reverse", lambda begin: Ticks(begin - _zone(recorder, begin)))


@breaks("PLB-15", "PLB-16", "PLB-33")
def step_takes_local_time(recorder: Recorder) -> None:
    """Takes TIMEF of NEXTFRAME and PREVFRAME for local time."""
    _begin(recorder, "step", lambda begin: Ticks(begin - _zone(recorder, begin)))


def _begin(recorder: Recorder, key: str, change: Callable[[Ticks], Ticks | None]) -> None:
    """Change the time that TIMEF of one command names."""

    def begin_of(original: Callable[[Command], Ticks | None], command: Command) -> Ticks | None:
        begin = original(command)
        return change(begin) if begin is not None and command.key == key else begin

    around(recorder.playback_commands.begin_of, begin_of)


def _zone(recorder: Recorder, moment: Ticks) -> int:
    """How far local time is ahead of UTC, in ticks."""
    zone = zone_at(recorder.plan.zone, unix_seconds(moment))
    return (zone.minutes + (60 if zone.summer else 0)) * 60 * TICKS
