"""Defects of a PLAYCMD that comes once more, behind a wider MASK or behind repeats (§3.2)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from nvr_emulator.defects.playback.order import Chunk, around_chunks, each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.recordings import Place
from nvr_emulator.recorder.playback.operations import FAST, Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.sessions import Ending, OnEnd, Session
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.timestamps import Ticks

Commanded = Callable[[str, Ticks | None], None]


@breaks("PLB-17")
def same_goto_is_a_repeat(recorder: Recorder) -> None:
    """Takes GOTODATE to the TIMEF of the last one for a repeat, and plays on."""

    def alter(playback: Playback) -> None:
        last: list[Ticks | None] = []

        def command(original: Commanded, name: str, begin: Ticks | None) -> None:
            if name == "goto" and last == [begin]:
                return
            last[:] = [begin] if name == "goto" else []
            original(name, begin)

        around(playback.command, command)

    each_playback(recorder, alter)


@breaks("PLB-13")
def bplay_keeps_the_step_of_fast_play(recorder: Recorder) -> None:
    """Leaves as many GOPs out in BPLAY as in the FF or REW ahead of it, from its first repeat on."""

    def alter(playback: Playback) -> None:
        step = [1]

        def command(original: Commanded, name: str, begin: Ticks | None) -> None:
            was, speed = playback.operation, playback.speed
            original(name, begin)
            step[0] = 2 ** (speed - 1) if was in FAST and speed > 1 else 1

        def stride(original: Callable[[], int]) -> int:
            return -step[0] if playback.operation is Operation.REVERSE else original()

        around(playback.command, command)
        around(playback.stride, stride)

    each_playback(recorder, alter)


@breaks("PLB-17")
def goto_leaves_out_who_came_later(recorder: Recorder) -> None:
    """Lets a camera that came by a wider MASK begin with the oldest at GOTODATE."""

    def alter(playback: Playback) -> None:
        late: set[int] = set()

        def choose(original: Callable[[frozenset[int]], None], cameras: frozenset[int]) -> None:
            if playback.mask is not None and playback.running:
                late.update(cameras - playback.mask if playback.mask <= cameras else ())
            original(cameras)

        def command(original: Commanded, name: str, begin: Ticks | None) -> None:
            original(name, begin)
            if name == "goto":
                for number in late & set(playback.cursors):
                    playback.cursors[number] = Cursor()

        around(playback.choose, choose)
        around(playback.command, command)

    each_playback(recorder, alter)


@breaks("PLB-29")
def logout_ends_fast_play_of_others(recorder: Recorder) -> None:
    """Lets FF and REW of other UIDs go on as PLAY when a UID logs out."""

    def session_ended(original: OnEnd, session: Session, ending: Ending, now: float) -> None:
        original(session, ending, now)
        for uid, playback in recorder.playbacks.items():
            if ending is Ending.LOGGED_OUT and uid != session.uid and playback.operation in FAST:
                playback.operation, playback.speed = Operation.PLAYBACK, 0

    around(recorder.session_ended, session_ended)


@breaks("PLB-13")
def bplay_shows_the_gop_behind(recorder: Recorder) -> None:
    """Sends, in BPLAY, the pictures of the GOP behind the one that it tells."""

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        if playback.operation is Operation.REVERSE:
            gop = place.gop
            behind = dataclasses.replace(gop, index=(gop.index + 1) % len(gop.footage.lengths))
            place = dataclasses.replace(place, gop=behind)
        return original(number, playback, place)

    around_chunks(recorder, chunk)
