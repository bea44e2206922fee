"""Defects of the way back to the oldest GOP of all (§3.2.5, §3.2.7)."""

from __future__ import annotations

from nvr_emulator.defects.playback.order import Find, each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.timestamps import Ticks


@breaks("PLB-13")
def bplay_ends_ahead_of_the_oldest(recorder: Recorder) -> None:
    """Never gives the oldest GOP of all on BPLAY."""
    _never_the_oldest(recorder, Operation.REVERSE)


@breaks("PLB-16")
def previous_image_is_never_the_oldest(recorder: Recorder) -> None:
    """Never gives the oldest GOP of all on PREVFRAME."""
    _never_the_oldest(recorder, Operation.PREVIOUS_IMAGE)


def _never_the_oldest(recorder: Recorder, operation: Operation) -> None:
    def alter(playback: Playback) -> None:
        def find(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            place = original(cursor, recording, now)
            ends = playback.operation is operation and place == recording.oldest(now)
            return None if ends else place

        around(playback.find, find)

    each_playback(recorder, alter)
