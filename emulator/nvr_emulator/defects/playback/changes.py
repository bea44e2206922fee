"""Defects where the codec of a recording changes (§3.2, §3.3.1)."""

from __future__ import annotations

from nvr_emulator.defects.playback.order import Chunk, Find, around_chunks, each_playback
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.recordings import Place, Recording
from nvr_emulator.recorder.playback.operations import Cursor, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.timestamps import Ticks

CHUNK_IDS = {Codec.H264: b"\xff\x15", Codec.H265: b"\xff\x16"}
LOST = 3  # GOPs


@breaks("PLB-04")
def chunk_id_of_the_codec_before(recorder: Recorder) -> None:
    """Writes the chunk id of H.264 ahead of the first GOP of H.265 behind it, and the other way round."""
    given: dict[tuple[int, int], Codec] = {}

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        body, codec = original(number, playback, place), place.gop.footage.codec
        before = given.get((id(playback), number), codec)
        given[id(playback), number] = codec
        wrong = codec in CHUNK_IDS and before in CHUNK_IDS
        return CHUNK_IDS[before] + body[2:] if wrong else body

    around_chunks(recorder, chunk)


@breaks("PLB-12")
def play_loses_gops_at_a_change_of_codec(recorder: Recorder) -> None:
    """Leaves out the first three GOPs behind a change of codec on PLAY."""

    def alter(playback: Playback) -> None:
        def go_on(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            place = original(cursor, recording, now)
            lost = playback.operation is Operation.PLAYBACK and _changes(cursor.place, place)
            return recording.step(place, LOST, now) if lost and place is not None else place

        around(playback.go_on, go_on)

    each_playback(recorder, alter)


@breaks("PLB-12")
def a_change_of_codec_ends_play(recorder: Recorder) -> None:
    """Gives nothing more on PLAY where the codec changes."""
    _ends(recorder, Operation.PLAYBACK)


@breaks("PLB-13")
def a_change_of_codec_ends_bplay(recorder: Recorder) -> None:
    """Gives nothing more on BPLAY where the codec changes."""
    _ends(recorder, Operation.REVERSE)


@breaks("PLB-18")
def a_change_of_codec_ends_ff(recorder: Recorder) -> None:
    """Gives nothing more on FF where the codec changes."""
    _ends(recorder, Operation.FAST_FORWARD)


def _ends(recorder: Recorder, operation: Operation) -> None:
    """Give nothing in an operation that would lead to another codec."""

    def alter(playback: Playback) -> None:
        def go_on(original: Find, cursor: Cursor, recording: Recording, now: Ticks) -> Place | None:
            place = original(cursor, recording, now)
            return None if playback.operation is operation and _changes(cursor.place, place) else place

        around(playback.go_on, go_on)

    each_playback(recorder, alter)


def _changes(here: Place | None, beyond: Place | None) -> bool:
    return here is not None and beyond is not None and here.gop.footage.codec is not beyond.gop.footage.codec
