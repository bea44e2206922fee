"""Defects of a PLAYCMD that is lost behind another one (§3.1, §3.2)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.playback.order import each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.timestamps import Ticks

Command = Callable[[str, Ticks | None], None]


@breaks("PLB-12")
def play_behind_bplay_is_lost(recorder: Recorder) -> None:
    """Plays on backward where PLAY comes behind BPLAY."""
    _lost(recorder, "reverse", "play")


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


def _lost(recorder: Recorder, earlier: str, lost: str) -> None:
    def alter(playback: Playback) -> None:
        last = ""

        def command(original: Command, name: str, begin: Ticks | None) -> None:
            nonlocal last
            if (last, name) != (earlier, lost):
                original(name, begin)
                last = name

        around(playback.command, command)

    each_playback(recorder, alter)
