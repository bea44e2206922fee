"""Defects of a PLAYCMD that is lost behind another one (§3.1, §3.2)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.playback.order import Find, each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command
from nvr_protocol.commands.values import Value
from nvr_protocol.timestamps import Ticks

Commanded = Callable[[str, Ticks | None], None]


@breaks("PLB-12")
def play_behind_bplay_is_lost(recorder: Recorder) -> None:
    """Plays on backward where PLAY comes behind BPLAY."""
    _lost(recorder, "reverse", "play")


@breaks("PLB-14")
def play_behind_pause_of_ff_is_lost(recorder: Recorder) -> None:
    """Gives nothing where PLAY comes behind PAUSE, and that behind FF."""

    def alter(playback: Playback) -> None:
        way: list[str] = []

        def command(original: Commanded, name: str, begin: Ticks | None) -> None:
            original(name, begin)
            way[:] = [*way, name][-3:]

        def find(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            return None if way == ["FF", "pause", "play"] else original(cursor, recording, now)

        around(playback.command, command)
        around(playback.find, find)

    each_playback(recorder, alter)


@breaks("PLB-13")
def bplay_behind_ff_is_lost(recorder: Recorder) -> None:
    """Skips on forward where BPLAY comes behind FF."""
    _lost(recorder, "FF", "reverse")


@breaks("PLB-15")
def next_image_behind_previous_image_is_lost(recorder: Recorder) -> None:
    """Stays in PREVFRAME where NEXTFRAME comes behind it."""
    _lost(recorder, "PREVFRAME", "NEXTFRAME")


@breaks("PLB-16")
def previous_image_behind_ff_is_lost(recorder: Recorder) -> None:
    """Skips on forward where PREVFRAME comes behind FF."""
    _lost(recorder, "FF", "PREVFRAME")


@breaks("PLB-17")
def goto_behind_rew_is_lost(recorder: Recorder) -> None:
    """Skips on backward where GOTODATE comes behind REW."""
    _lost(recorder, "REW", "goto")


@breaks("PLB-18")
def ff_behind_bplay_is_lost(recorder: Recorder) -> None:
    """Plays on backward where FF comes behind BPLAY."""
    _lost(recorder, "reverse", "FF")


@breaks("PLB-19")
def rew_behind_ff_is_lost(recorder: Recorder) -> None:
    """Skips on forward where REW comes behind FF."""
    _lost(recorder, "FF", "REW")


@breaks("PLB-20")
def stop_behind_pause_is_lost(recorder: Recorder) -> None:
    """Stays in PAUSE where STOP comes behind it."""
    _lost(recorder, "pause", "stop")


@breaks("PLB-13")
def bplay_begins_where_the_first_did(recorder: Recorder) -> None:
    """Takes TIMEF of the first BPLAY of a UID for all that follow on it."""
    _as_at_first(recorder, "reverse")


@breaks("PLB-18", "PLB-19")
def fast_begins_where_the_first_did(recorder: Recorder) -> None:
    """Takes TIMEF of the first FF or REW of a UID for all that follow on it."""
    _as_at_first(recorder, "fast")


def _as_at_first(recorder: Recorder, key: str) -> None:
    kept: dict[Value, Ticks | None] = {}

    def begin_of(original: Callable[[Command], Ticks | None], command: Command) -> Ticks | None:
        begin = original(command)
        return kept.setdefault(command.values["UID"], begin) if command.key == key else begin

    around(recorder.playback_commands.begin_of, begin_of)


def _lost(recorder: Recorder, earlier: str, lost: str) -> None:
    def alter(playback: Playback) -> None:
        last = ""

        def command(original: Commanded, name: str, begin: Ticks | None) -> None:
            nonlocal last
            if (last, name) != (earlier, lost):
                original(name, begin)
                last = name

        around(playback.command, command)

    each_playback(recorder, alter)
