"""Defects of 0x000D in some GOPs alone: behind another PLAYCMD, of another camera, of JPEG (§7)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.playback.order import Chunk, around_chunks, each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.recordings import Place
from nvr_emulator.recorder.playback.operations import FAST, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.timestamps import Ticks

Said = tuple[Operation, int]


@breaks("PLB-21")
def play_says_what_was_before(recorder: Recorder) -> None:
    """Names in 0x000D of PLAY the operation before it: PAUSE, BPLAY, FF, REW."""
    _of_the_command_before(recorder, "play", (Operation.PAUSE, Operation.REVERSE, *FAST))


@breaks("PLB-21")
def previous_image_behind_next_image_says_next_image(recorder: Recorder) -> None:
    """Names "next image" in 0x000D of PREVFRAME behind NEXTFRAME."""
    _of_the_command_before(recorder, "PREVFRAME", (Operation.NEXT_IMAGE,))


@breaks("PLB-21")
def jpeg_says_playback(recorder: Recorder) -> None:
    """Says "playback" in 0x000D of what is recorded in JPEG, whatever the operation."""
    _said(recorder, lambda number, playback, place: _as_jpeg(place, (Operation.PLAYBACK, 0)))


@breaks("PLB-21")
def speed_of_jpeg_stays_at_step_1(recorder: Recorder) -> None:
    """Says STEP1 of FF and REW in 0x000D of what is recorded in JPEG, however often they were repeated."""
    _said(
        recorder,
        lambda number, playback, place: _as_jpeg(place, (playback.operation, min(1, playback.speed))),
    )


@breaks("PLB-21")
def other_cameras_say_playback(recorder: Recorder) -> None:
    """Says "playback" in 0x000D of all cameras of MASK but the first."""

    def said(number: int, playback: Playback, place: Place) -> Said | None:
        return (Operation.PLAYBACK, 0) if number != min(playback.mask or {number}) else None

    _said(recorder, said)


def _as_jpeg(place: Place, said: Said) -> Said | None:
    return said if place.gop.footage.codec is Codec.JPEG else None


def _of_the_command_before(recorder: Recorder, name: str, before: tuple[Operation, ...]) -> None:
    """Say in 0x000D of one command which of these operations it came behind."""
    kept: dict[int, Said] = {}

    def alter(playback: Playback) -> None:
        def command(original: Callable[[str, Ticks | None], None], sent: str, begin: Ticks | None) -> None:
            operation, speed = playback.operation, playback.speed
            original(sent, begin)
            if sent == name and operation in before:
                kept[id(playback)] = operation, speed
            else:
                kept.pop(id(playback), None)

        around(playback.command, command)

    each_playback(recorder, alter)
    _said(recorder, lambda number, playback, place: kept.get(id(playback)))


def _said(recorder: Recorder, other: Callable[[int, Playback, Place], Said | None]) -> None:
    """Say another operation and speed in 0x000D, where there is another."""

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        right = playback.operation, playback.speed
        playback.operation, playback.speed = other(number, playback, place) or right
        try:
            return original(number, playback, place)
        finally:
            playback.operation, playback.speed = right

    around_chunks(recorder, chunk)
