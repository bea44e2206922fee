"""Defects of what the TLVs of an answer to camera.cgi say (§3.3.1, §7)."""

from __future__ import annotations

import struct

from nvr_emulator.defects.playback import chunk_bytes
from nvr_emulator.defects.playback.chunk_changes import change_chunks, change_every_other, change_tlv
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.recorder import Recorder


@breaks("PLB-05")
def wrong_camera_in_the_chunk(recorder: Recorder) -> None:
    """Names the camera after the one that was asked for."""
    change_tlv(recorder, 0x0004, ">HH", lambda camera, rest: (camera + 1, rest))


@breaks("PLB-05")
def compression_says_h264(recorder: Recorder) -> None:
    """Says H.264 of H.265 in 0x0005."""
    change_tlv(recorder, 0x0005, ">HH", lambda compression, rest: (3, rest))


@breaks("PLB-05")
def tlv_length_leaves_its_header_out(recorder: Recorder) -> None:
    """Writes length 4 in 0x0028, the size of its data."""
    change_chunks(recorder, lambda body: body.replace(b"\x00\x28\x00\x08", b"\x00\x28\x00\x04", 1))


@breaks("PLB-05")
def camera_tlv_has_a_word_too_many(recorder: Recorder) -> None:
    """Writes 0x0004 with four bytes more than §7 gives it; its length says so."""

    def longer(body: bytes) -> bytes:
        length = int.from_bytes(body[2:4]) + 4
        end = chunk_bytes.end_of_packets(body)
        grown = body[:2] + length.to_bytes(2) + b"\x00\x04\x00\x0c" + body[8:12] + bytes(4) + body[12:end]
        return grown + bytes(-len(grown) % chunk_bytes.BLOCK) if body[4:8] == b"\x00\x04\x00\x08" else body

    change_chunks(recorder, longer)


@breaks("PLB-05")
def reserved_field_is_not_0(recorder: Recorder) -> None:
    """Writes 0xFFFF behind the camera in 0x0004, where 0 is fixed."""
    change_tlv(recorder, 0x0004, ">HH", lambda camera, rest: (camera, 0xFFFF))


@breaks("PLB-05")
def pictures_without_start_codes_it_says(recorder: Recorder) -> None:
    """Says in 0x0027 that NAL units have no start codes."""
    change_tlv(recorder, 0x0027, ">HH", lambda codes, rest: (0, rest))


@breaks("PLB-05")
def frame_rate_is_not_tenfold(recorder: Recorder) -> None:
    """Writes pictures a second in 0x0009, not ten times as many."""
    change_tlv(recorder, 0x0009, ">HH", lambda rate, rest: (rate // 10, rest))


@breaks("PLB-05")
def no_image_it_says(recorder: Recorder) -> None:
    """Says in 0x000C that there is no image, ahead of a GOP."""
    change_tlv(recorder, 0x000C, ">HH", lambda present, rest: (0, rest))


@breaks("PLB-05")
def hundredths_are_milliseconds(recorder: Recorder) -> None:
    """Writes milliseconds in 0x000A, of which there may be more than 99."""
    change_tlv(recorder, 0x000A, ">HH", lambda hundredths, rest: (hundredths * 10 + 500, rest))


@breaks("PLB-05")
def zone_in_minutes(recorder: Recorder) -> None:
    """Writes the hours of the zone in 0x0007 in minutes, of which there may be more than 23."""
    change_tlv(
        recorder, 0x0007, ">IBBBB", lambda at, sign, hours, *rest: (at, sign, min(hours * 60, 255), *rest)
    )


@breaks("PLB-36")
def long_term_reference_is_1(recorder: Recorder) -> None:
    """Writes 1 in 0x0028, which has no such value."""
    change_tlv(recorder, 0x0028, ">HH", lambda reference, rest: (1, rest))


@breaks("PLB-36")
def show_and_hide(recorder: Recorder) -> None:
    """Writes 3 in 0x0029, which has no such value."""
    change_tlv(recorder, 0x0029, ">HH", lambda shown, rest: (3, rest))


@breaks("PLB-38")
def shows_what_is_earlier(recorder: Recorder) -> None:
    """Says of every IDR picture that it is to be displayed, of those ahead of TIMEF too."""
    change_tlv(recorder, 0x0029, ">HH", lambda shown, rest: (min(shown, 1), rest))


@breaks("PLB-38")
def hides_all_behind_goto(recorder: Recorder) -> None:
    """Says of every IDR picture of a stream with long-term reference P that it is not to be displayed."""
    change_tlv(recorder, 0x0029, ">HH", lambda shown, rest: (2 if shown else 0, rest))


@breaks("PLB-10")
def one_picture_too_many(recorder: Recorder) -> None:
    """Counts one picture too many in 0x0008."""
    change_tlv(recorder, 0x0008, ">HH", lambda frames, rest: (frames + 1, rest))


@breaks("PLB-10")
def data_size_is_short(recorder: Recorder) -> None:
    """Says one byte too few in 0x0006."""
    change_tlv(recorder, 0x0006, ">I", lambda size: (size - 1,))


@breaks("PLB-10")
def data_size_changes_its_meaning(recorder: Recorder) -> None:
    """Says the size of the whole body in 0x0006 in every other answer."""
    change_every_other(
        recorder,
        lambda body: chunk_bytes.change_tlv(body, 0x0006, lambda data: struct.pack(">I", len(body))),
    )


@breaks("PLB-21")
def status_says_live(recorder: Recorder) -> None:
    """Says "live" in 0x000D."""
    change_tlv(recorder, 0x000D, ">BBH", lambda operation, speed, rest: (1, speed, rest))


@breaks("PLB-21")
def status_says_playback_of_all(recorder: Recorder) -> None:
    """Says "playback" in 0x000D, whatever the operation."""
    change_tlv(recorder, 0x000D, ">BBH", lambda operation, speed, rest: (2, speed, rest))


@breaks("PLB-21")
def speed_stays_at_step_1(recorder: Recorder) -> None:
    """Says STEP1 of FF and REW in 0x000D, however often they were repeated."""
    change_tlv(recorder, 0x000D, ">BBH", lambda operation, speed, rest: (operation, min(1, speed), rest))


@breaks("PLB-21")
def speed_counts_from_zero(recorder: Recorder) -> None:
    """Says one step too few in 0x000D."""
    change_tlv(recorder, 0x000D, ">BBH", lambda operation, speed, rest: (operation, max(0, speed - 1), rest))
