"""Defects of the camera's times in playback, ahead of each picture (§3.3.1, §7)."""

from __future__ import annotations

import struct
from collections.abc import Callable

from nvr_emulator.defects.playback import chunk_bytes
from nvr_emulator.defects.playback.chunk_changes import change_chunks
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.recorder import Recorder

TIME, FRAME_TIME = b"\x00\x11\x00\x0c", b"\x00\x12\x00\x08"

Change = Callable[[int, int, int], tuple[int, int]]
"""Which picture of its GOP, seconds, hundredths: what is written instead."""


@breaks("PLB-07")
def camera_time_stands_still_in_a_gop(recorder: Recorder) -> None:
    """Writes the camera's time of the first picture ahead of all pictures of a GOP."""
    change_chunks(recorder, lambda body: _times(body, _first_of(body)))


@breaks("PLB-07")
def camera_frame_time_runs_back_in_playback(recorder: Recorder) -> None:
    """Counts in 0x0012 of playback how many hundredths of the second are left."""
    change_chunks(recorder, lambda body: _times(body, lambda number, at, part: (at, 99 - part)))


@breaks("PLB-07")
def camera_frame_time_in_milliseconds(recorder: Recorder) -> None:
    """Writes milliseconds in 0x0012 ahead of all pictures but the first."""
    change_chunks(
        recorder, lambda body: _times(body, lambda number, at, part: (at, part * 10 + 5 if number else part))
    )


@breaks("PLB-07")
def camera_time_in_the_head_alone(recorder: Recorder) -> None:
    """Writes 0 for the camera's time ahead of all pictures of a GOP but the first."""
    change_chunks(
        recorder, lambda body: _times(body, lambda number, at, part: (0, 0) if number else (at, part))
    )


@breaks("PLB-07")
def camera_time_outruns_its_gop(recorder: Recorder) -> None:
    """Lets the camera's clock go on by a second from picture to picture."""
    change_chunks(recorder, lambda body: _times(body, lambda number, at, part: (at + number, part)))


@breaks("PLB-07")
def camera_time_of_start(recorder: Recorder) -> None:
    """Writes one GOP's camera times into all that follow, as if the camera's clock did not go."""
    first: list[int] = []

    def stand(number: int, at: int, part: int) -> tuple[int, int]:
        if not number:
            first[:] = [*first, at][:1]
            stand_at[0] = at
        return at - stand_at[0] + first[0], part

    stand_at = [0]
    change_chunks(recorder, lambda body: _times(body, stand))


def _first_of(body: bytes) -> Change:
    place = body.index(TIME) + 4
    (seconds,) = struct.unpack_from(">I", body, place)
    (part,) = struct.unpack_from(">H", body, body.index(FRAME_TIME) + 4)
    return lambda number, at, old: (seconds, part)


def _times(body: bytes, change: Change) -> bytes:
    """Change the camera's time of each picture: that in the head, and those ahead of packets."""
    changed = bytearray(body)
    places = [body.index(TIME), *_ahead_of_packets(body)]
    for number, place in enumerate(places):
        frame = place + 12
        (seconds,), (part,) = (
            struct.unpack_from(">I", body, place + 4),
            struct.unpack_from(">H", body, frame + 4),
        )
        at, hundredths = change(number, seconds, part)
        struct.pack_into(">I", changed, place + 4, at)
        struct.pack_into(">H", changed, frame + 4, hundredths)
    return bytes(changed)


def _ahead_of_packets(body: bytes) -> list[int]:
    return [place - 20 for place in chunk_bytes.packets(body)[1:] if body[place - 20 :].startswith(TIME)]
