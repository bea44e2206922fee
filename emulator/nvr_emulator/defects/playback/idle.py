"""Defects of playback of which nothing is asked for a while (§3.1, §6.2)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.playback.order import each_playback
from nvr_emulator.defects.registry import breaks, moment_of
from nvr_emulator.footage.footage import TICKS
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.timestamps import Ticks

IDLE = 60.0
"""Seconds behind which something is forgotten."""


@breaks("PLB-12", "PLB-13")
def idle_playback_ends(recorder: Recorder) -> None:
    """Ends a playback of which nothing is asked for a minute, though its UID is kept alive."""

    def end(playback: Playback) -> None:
        playback.operation = Operation.UNDEFINED

    _when_idle(recorder, end)


@breaks("PLB-12", "PLB-13")
def idle_playback_begins_again(recorder: Recorder) -> None:
    """Begins with the oldest recording again where nothing is asked for a minute."""

    def begin_again(playback: Playback) -> None:
        playback.cursors = {number: Cursor() for number in playback.cursors}

    _when_idle(recorder, begin_again)


@breaks("PLB-32")
def idle_mask_is_lost(recorder: Recorder) -> None:
    """Forgets a MASK behind which no PLAYCMD comes for a minute."""
    moment = moment_of(recorder)

    def alter(playback: Playback) -> None:
        chosen = [0.0]

        def choose(original: Callable[[frozenset[int]], None], cameras: frozenset[int]) -> None:
            original(cameras)
            chosen[0] = moment()

        def command(original: Callable[[str, Ticks | None], None], name: str, begin: Ticks | None) -> None:
            if not playback.running and moment() - chosen[0] > IDLE:
                playback.mask = None
            original(name, begin)

        around(playback.choose, choose)
        around(playback.command, command)

    each_playback(recorder, alter)


def _when_idle(recorder: Recorder, forget: Callable[[Playback], None]) -> None:
    """Forget something at the first camera.cgi for a minute."""

    def alter(playback: Playback) -> None:
        last: list[Ticks] = []

        def next_gop(
            original: Callable[[int, Recording, Ticks], Place | None],
            camera: int,
            recording: Recording,
            now: Ticks,
        ) -> Place | None:
            if last and now - last[0] > IDLE * TICKS:
                forget(playback)
            last[:] = [now]
            return original(camera, recording, now)

        def command(original: Callable[[str, Ticks | None], None], name: str, begin: Ticks | None) -> None:
            last.clear()
            original(name, begin)

        around(playback.next_gop, next_gop)
        around(playback.command, command)

    each_playback(recorder, alter)
