"""Defects of GOPs behind some PLAYCMDs alone, while those of PLAY and GOTODATE are right (§3.3.1)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.playback import chunk_bytes
from nvr_emulator.defects.playback.order import Chunk, around_chunks
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.recordings import Place
from nvr_emulator.recorder.playback.operations import FAST, Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_protocol.additional_information import Operation

BACKWARD = (Operation.REVERSE, Operation.FAST_REVERSE)
ENDS_AT = 20
"""Where GOP end stands, and GOP start behind it, from the stream header on."""


@breaks("PLB-05")
def pause_names_no_camera(recorder: Recorder) -> None:
    """Names camera 0 in 0x0004 of the GOPs of PAUSE."""

    def change(body: bytes) -> bytes:
        return chunk_bytes.change_tlv(body, 0x0004, lambda number: bytes(len(number)))

    _behind(recorder, (Operation.PAUSE,), change)


@breaks("PLB-07")
def bplay_ends_gops_before_they_start(recorder: Recorder) -> None:
    """Swaps start and end of the GOPs of BPLAY."""

    def change(body: bytes) -> bytes:
        return chunk_bytes.change_numbers(
            body, ">2I2I", ENDS_AT, lambda end, end_rest, start, rest: (start, rest, end, end_rest)
        )

    _behind(recorder, (Operation.REVERSE,), change)


@breaks("PLB-10")
def fast_play_gives_key_pictures_alone(recorder: Recorder) -> None:
    """Gives the first picture alone of each GOP of FF and REW, and counts all."""

    def change(body: bytes) -> bytes:
        first = body[: [*chunk_bytes.packets(body)[1:], chunk_bytes.end_of_packets(body)][0]]
        return first + bytes(-len(first) % chunk_bytes.BLOCK)

    _behind(recorder, FAST, change)


@breaks("PLB-11", "PLB-22")
def jpeg_is_cut_short_backward(recorder: Recorder) -> None:
    """Gives zeros for the last quarter of each JPEG picture of BPLAY and REW."""

    def change(body: bytes) -> bytes:
        if not body.startswith(chunk_bytes.JPEG):
            return body
        start, end = (
            chunk_bytes.packets(body)[0] + chunk_bytes.PACKET_HEADER,
            chunk_bytes.end_of_packets(body),
        )
        cut = start + 3 * (end - start) // 4
        return body[:cut] + bytes(end - cut) + body[end:]

    _behind(recorder, BACKWARD, change)


def _behind(recorder: Recorder, operations: tuple[Operation, ...], change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of each GOP that is given in one of these operations."""

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        body = original(number, playback, place)
        return change(body) if playback.operation in operations else body

    around_chunks(recorder, chunk)
