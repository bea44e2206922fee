"""Defects of playback (§3)."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable
from typing import Any

from nvr_emulator.defects import chunk_bytes
from nvr_emulator.defects.registry import around, breaks
from nvr_emulator.footage import TICKS
from nvr_emulator.playback import Cursor, Playback
from nvr_emulator.recorder import Recorder
from nvr_emulator.recordings import Place, Recording
from nvr_emulator.replies import Answer, Refused
from nvr_emulator.sessions import Session
from nvr_protocol.additional_information import Operation

LARGE = (1, 3)
"""The models whose recorders have more than sixteen cameras."""


@breaks("PLB-01")
def camera_gives_two_gops(recorder: Recorder) -> None:
    """Gives two GOPs in one answer."""
    _chunk(recorder, lambda body: body + body)


@breaks("PLB-02")
def octets_are_text(recorder: Recorder) -> None:
    """Calls a GOP text/plain."""
    _answer(recorder, lambda answer: dataclasses.replace(answer, content_type="text/plain"))


@breaks("PLB-02")
def gop_may_be_cached(recorder: Recorder) -> None:
    """Leaves Cache-Control out of the answer to camera.cgi."""
    _answer(recorder, lambda answer: dataclasses.replace(answer, headers=answer.headers[:1]))


@breaks("PLB-03")
def body_is_not_padded(recorder: Recorder) -> None:
    """Leaves out the padding to a multiple of 4096 bytes."""
    _chunk(recorder, lambda body: body[: chunk_bytes.end_of_packets(body)])


@breaks("PLB-03")
def padding_is_not_zero(recorder: Recorder) -> None:
    """Pads with 0xFF."""

    def pad(body: bytes) -> bytes:
        end = chunk_bytes.end_of_packets(body)
        return body[:end] + b"\xff" * (len(body) - end)

    _chunk(recorder, pad)


@breaks("PLB-04")
def h265_chunk_says_h264(recorder: Recorder) -> None:
    """Writes chunk id 0xFF15 ahead of H.265."""
    _chunk(recorder, lambda body: b"\xff\x15" + body[2:])


@breaks("PLB-05")
def wrong_camera_in_the_chunk(recorder: Recorder) -> None:
    """Names the camera after the one that was asked for."""
    _chunk(
        recorder,
        lambda body: chunk_bytes.change_tlv(
            body, 0x0004, lambda data: bytes([data[0], data[1] + 1]) + data[2:]
        ),
    )


@breaks("PLB-05")
def compression_says_h264(recorder: Recorder) -> None:
    """Says H.264 of H.265 in 0x0005."""
    _chunk(recorder, lambda body: chunk_bytes.change_tlv(body, 0x0005, lambda data: b"\0\3\0\0"))


@breaks("PLB-06")
def stream_header_of_64_bytes(recorder: Recorder) -> None:
    """Writes 0x0040 as the length of the stream header."""
    _chunk(recorder, lambda body: body.replace(b"\xff\x06\x00\x44", b"\xff\x06\x00\x40", 1))


@breaks("PLB-07")
def gop_ends_before_it_starts(recorder: Recorder) -> None:
    """Swaps start and end of the GOP."""

    def swap(body: bytes) -> bytes:
        place = body.index(b"\xff\x06\x00\x44") + 20
        return body[:place] + body[place + 8 : place + 16] + body[place : place + 8] + body[place + 16 :]

    _chunk(recorder, swap)


@breaks("PLB-07")
def picture_time_in_local_time(recorder: Recorder) -> None:
    """Writes the picture time of the chunk in local time."""

    def shift(body: bytes) -> bytes:
        place = body.index(b"\xff\x06\x00\x44") + 52
        (seconds,) = struct.unpack_from(">I", body, place)
        return body[:place] + struct.pack(">I", seconds + 9 * 3600) + body[place + 4 :]

    _chunk(recorder, shift)


@breaks("PLB-08")
def packet_length_counts_the_data_alone(recorder: Recorder) -> None:
    """Leaves the header out of the length of the last packet."""

    def shorten(body: bytes) -> bytes:
        place = chunk_bytes.packets(body)[-1] + 4
        (length,) = struct.unpack_from(">I", body, place)
        return body[:place] + struct.pack(">I", length - 2) + body[place + 4 :]

    _chunk(recorder, shorten)


@breaks("PLB-09")
def idr_without_parameter_sets(recorder: Recorder) -> None:
    """Blanks the types of the parameter sets of a GOP's first picture."""
    _chunk(recorder, chunk_bytes.without_parameter_sets)


@breaks("PLB-10")
def one_picture_too_many(recorder: Recorder) -> None:
    """Counts one picture too many in 0x0008."""
    _chunk(
        recorder,
        lambda body: chunk_bytes.change_tlv(
            body, 0x0008, lambda data: bytes([data[0], data[1] + 1]) + data[2:]
        ),
    )


@breaks("PLB-10")
def data_size_is_short(recorder: Recorder) -> None:
    """Says one byte too few in 0x0006."""
    _chunk(
        recorder,
        lambda body: chunk_bytes.change_tlv(
            body, 0x0006, lambda data: struct.pack(">I", struct.unpack(">I", data)[0] - 1)
        ),
    )


@breaks("PLB-11")
def damaged_pictures(recorder: Recorder) -> None:
    """Damages the last picture of each GOP."""

    def damage(body: bytes) -> bytes:
        start, end = chunk_bytes.packets(body)[-1] + 24, chunk_bytes.end_of_packets(body)
        first, last = start + (end - start) // 3, start + 2 * (end - start) // 3
        return body[:first] + bytes(byte ^ 0x5A or 1 for byte in body[first:last]) + body[last:]

    _chunk(recorder, damage)


@breaks("PLB-12")
def play_gives_a_gop_twice(recorder: Recorder) -> None:
    """Gives each GOP twice on PLAY."""

    def alter(playback: Playback) -> None:
        again: set[int] = set()

        def go_on(original: Callable[..., Place | None], cursor: Cursor, *rest: Any) -> Place | None:
            if playback.operation is Operation.PLAYBACK and cursor.place and id(cursor) not in again:
                again.add(id(cursor))
                return cursor.place
            again.discard(id(cursor))
            return original(cursor, *rest)

        around(playback, "go_on", go_on)

    _each_playback(recorder, alter)


@breaks("PLB-12")
def play_leaves_gops_out(recorder: Recorder) -> None:
    """Leaves out every other GOP on PLAY."""

    def alter(playback: Playback) -> None:
        def stride(original: Callable[[], int]) -> int:
            return original() * (2 if playback.operation is Operation.PLAYBACK else 1)

        around(playback, "stride", stride)

    _each_playback(recorder, alter)


@breaks("PLB-17", "PLB-33")
def goto_takes_local_time(recorder: Recorder) -> None:
    """Takes TIMEF for local time."""

    def begin_of(original: Callable[..., int | None], command: Any) -> int | None:
        begin = original(command)
        return None if begin is None else begin - 9 * 3600 * TICKS

    around(recorder, "begin_of", begin_of)


@breaks("PLB-17")
def goto_is_five_gops_late(recorder: Recorder) -> None:
    """Gives the GOP five after the one of TIMEF."""

    def begin_of(original: Callable[..., int | None], command: Any) -> int | None:
        begin = original(command)
        return begin + 5 * TICKS if begin is not None and command.key == "goto" else begin

    around(recorder, "begin_of", begin_of)


@breaks("PLB-20")
def stop_is_ignored(recorder: Recorder) -> None:
    """Goes on with playback after STOP, though live is allowed again."""

    original = recorder.commands["stop"]

    def stop(command: Any, session: Any, *rest: Any) -> Any:
        playback = recorder.playback_of(session)
        operation = playback.operation
        answer = original(command, session, *rest)
        playback.operation = operation
        return answer

    recorder.commands["stop"] = stop
    recorder.check_not_playing = lambda session: None  # type: ignore[method-assign]


@breaks("PLB-21")
def status_says_live(recorder: Recorder) -> None:
    """Says "live" in 0x000D."""
    _chunk(recorder, lambda body: chunk_bytes.change_tlv(body, 0x000D, lambda data: b"\1" + data[1:]))


@breaks("PLB-26")
def last_camera_does_not_play(recorder: Recorder) -> None:
    """Refuses the last camera of a full MASK."""
    original = recorder.camera

    def camera(command: Any, session: Any, *rest: Any) -> Any:
        mask = recorder.playback_of(session).mask or frozenset()
        if len(mask) == min(16, len(recorder.cameras)) and command.values["CAM"] == max(mask):
            raise Refused(503, "CAM: too many cameras play")
        return original(command, session, *rest)

    recorder.commands["camera"] = camera


@breaks("PLB-27", models=LARGE)
def seventeen_cameras_play(recorder: Recorder) -> None:
    """Plays seventeen cameras on one UID."""

    def alter(playback: Playback) -> None:
        playback.cameras_at_once = 17

    _each_playback(recorder, alter)


@breaks("PLB-28")
def two_answers_in_flight(recorder: Recorder) -> None:
    """Answers camera.cgi while an answer for the same camera is still being sent."""
    original = recorder.commands["camera"]

    def camera(command: Any, session: Any, *rest: Any) -> Any:
        recorder.playback_of(session).in_flight.clear()
        return original(command, session, *rest)

    recorder.commands["camera"] = camera


@breaks("PLB-29")
def one_place_for_all_uids(recorder: Recorder) -> None:
    """Lets all UIDs share one place in a recording."""
    cursors: dict[int, Cursor] = {}

    def alter(playback: Playback) -> None:
        playback.cursors = cursors

    _each_playback(recorder, alter)


@breaks("PLB-30")
def a_gap_ends_playback(recorder: Recorder) -> None:
    """Gives nothing more once a gap is reached."""

    def recording(original: Callable[[int], Recording], number: int) -> Recording:
        result = original(number)
        if not isinstance(result, _WithoutBridges):
            result = _WithoutBridges(result.stretches)
        return result

    around(recorder, "recording", recording)


@breaks("PLB-35")
def mask_of_any_length(recorder: Recorder) -> None:
    """Takes a MASK of any length."""
    recorder.check_mask_length = lambda digits: None  # type: ignore[method-assign]


class _WithoutBridges(Recording):
    """A recording in which no step crosses a gap."""

    def step(self, place: Place, count: int, now: int) -> Place | None:
        found = super().step(place, count, now)
        return found if found is None or found.stretch == place.stretch else None


def _each_playback(recorder: Recorder, alter: Callable[[Playback], None]) -> None:
    def playback_of(original: Callable[..., Playback], session: Session) -> Playback:
        fresh = session.uid not in recorder.playbacks
        playback = original(session)
        if fresh:
            alter(playback)
        return playback

    around(recorder, "playback_of", playback_of)


def _chunk(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of each GOP that is given."""
    around(recorder, "chunk", lambda original, *args: change(original(*args)))


def _answer(recorder: Recorder, change: Callable[[Answer], Answer]) -> None:
    """Change the answer to camera.cgi."""
    original = recorder.commands["camera"]
    recorder.commands["camera"] = lambda *args: change(original(*args))  # type: ignore[arg-type]
