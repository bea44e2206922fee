"""Defects of what one answer to camera.cgi holds (§3.2.1, §3.3.1)."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable

from nvr_emulator.defects.playback import chunk_bytes
from nvr_emulator.defects.playback.chunk_changes import change_chunks, change_every_other, change_tlv
from nvr_emulator.defects.playback.order import Chunk, around_chunks
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.recordings import Place
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer
from nvr_emulator.seams import around
from nvr_protocol.additional_information import Operation
from nvr_protocol.playback.video import Picture, PlaybackVideo, read_playback_video, write_playback_video

END, START, PICTURE = 20, 28, 52
"""Offsets from the stream header: GOP end, GOP start, picture time."""

Pictures = tuple[Picture, ...]


@breaks("PLB-01")
def camera_gives_two_gops(recorder: Recorder) -> None:
    """Gives two GOPs in one answer."""
    change_chunks(recorder, lambda body: body + body)


@breaks("PLB-02")
def octets_are_text(recorder: Recorder) -> None:
    """Calls a GOP text/plain."""
    _answer(recorder, lambda answer: dataclasses.replace(answer, content_type="text/plain"))


@breaks("PLB-02")
def gop_says_201(recorder: Recorder) -> None:
    """Answers camera.cgi with 201 instead of 200."""
    _answer(recorder, lambda answer: dataclasses.replace(answer, status=201))


@breaks("PLB-02")
def gop_may_be_cached(recorder: Recorder) -> None:
    """Leaves Cache-Control out of the answer to camera.cgi."""
    _answer(recorder, lambda answer: _without_header(answer, "Cache-Control"))


@breaks("PLB-02")
def gop_without_keep_alive(recorder: Recorder) -> None:
    """Leaves Connection: Keep-Alive out of the answer to camera.cgi."""
    _answer(recorder, lambda answer: _without_header(answer, "Connection"))


@breaks("PLB-02")
def gop_connection_is_closed(recorder: Recorder) -> None:
    """Says Connection: Keep-Alive of a GOP of PLAY, and closes the connection behind it."""

    def camera(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        # What is closed is in flight no more: behind what tells places it stays, so that PLB-28 holds.
        playback = recorder.playback_commands.playback_of(asked.session)
        at_play = playback.operation is Operation.PLAYBACK and playback.timef is None
        return dataclasses.replace(original(asked), last=at_play)

    around(recorder.playback_commands.camera, camera)


@breaks("PLB-03")
def body_is_not_padded(recorder: Recorder) -> None:
    """Leaves out the padding to a multiple of 4096 bytes."""
    change_chunks(recorder, lambda body: body[: chunk_bytes.end_of_packets(body)])


@breaks("PLB-03")
def body_is_padded_to_512(recorder: Recorder) -> None:
    """Pads to a multiple of 512 bytes."""

    def pad(body: bytes) -> bytes:
        end = chunk_bytes.end_of_packets(body)
        return body[: end + -end % 512]

    change_chunks(recorder, pad)


@breaks("PLB-04")
def h265_chunk_says_h264(recorder: Recorder) -> None:
    """Writes chunk id 0xFF15 ahead of H.265."""
    change_chunks(recorder, lambda body: b"\xff\x15" + body[2:])


@breaks("PLB-04")
def chunk_length_is_0(recorder: Recorder) -> None:
    """Writes 0 as the chunk's length."""
    change_chunks(recorder, lambda body: body[:2] + bytes(2) + body[4:])


@breaks("PLB-04")
def chunk_length_changes_its_meaning(recorder: Recorder) -> None:
    """Counts from behind the chunk's length in every other answer."""
    change_every_other(
        recorder, lambda body: body[:2] + (int.from_bytes(body[2:4]) - 4).to_bytes(2) + body[4:]
    )


@breaks("PLB-06")
def stream_header_of_64_bytes(recorder: Recorder) -> None:
    """Writes 0x0040 as the length of the stream header."""
    change_chunks(recorder, lambda body: body.replace(chunk_bytes.STREAM_HEADER, b"\xff\x06\x00\x40", 1))


@breaks("PLB-06")
def stream_header_with_another_id(recorder: Recorder) -> None:
    """Writes 0xFF07 where the stream header's id is due."""
    change_chunks(recorder, lambda body: body.replace(chunk_bytes.STREAM_HEADER, b"\xff\x07\x00\x44", 1))


@breaks("PLB-07")
def gop_ends_before_it_starts(recorder: Recorder) -> None:
    """Swaps start and end of the GOP."""
    _times(recorder, ">2I2I", END, lambda end, end_rest, start, rest: (start, rest, end, end_rest))


@breaks("PLB-07")
def gop_ends_a_second_into_the_next(recorder: Recorder) -> None:
    """Writes a time a second behind the next GOP's first picture as GOP end."""

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        seconds, rest = divmod(place.gop.end // 900 + 100, 100)
        body = original(number, playback, place)
        return chunk_bytes.change_numbers(body, ">IB", END, lambda *was: (seconds, rest))

    around_chunks(recorder, chunk)


@breaks("PLB-07")
def gop_ends_with_its_first_picture(recorder: Recorder) -> None:
    """Writes the time of the first picture as GOP end."""
    _times(recorder, ">2I2I", END, lambda end, end_rest, start, rest: (start, rest, start, rest))


@breaks("PLB-07")
def picture_time_in_local_time(recorder: Recorder) -> None:
    """Writes the picture time of the chunk in local time."""
    _times(recorder, ">I", PICTURE, lambda seconds: (seconds + 9 * 3600,))


@breaks("PLB-07")
def information_has_the_time_of_the_last_picture(recorder: Recorder) -> None:
    """Writes the time of the last picture in 0x000A."""
    change_tlv(recorder, 0x000A, ">HH", lambda hundredths, rest: ((hundredths + 80) % 100, rest))


@breaks("PLB-07")
def gop_zone_is_utc(recorder: Recorder) -> None:
    """Writes UTC as the time zone of the GOP information."""
    _times(recorder, ">3B", END + 5, lambda *zone: (0, 0, 0))


@breaks("PLB-07")
def negative_zone_without_its_sign(recorder: Recorder) -> None:
    """Leaves the sign of a negative zone and summer time out of the GOP information."""
    _times(recorder, ">B7xB", END + 7, lambda *info: (0, 0))


@breaks("PLB-07")
def summer_time_is_lost_west_of_greenwich(recorder: Recorder) -> None:
    """Sets all bits but the sign's in the zone info byte of negative zones, in summer as in winter."""
    _times(recorder, ">B7xB", END + 7, lambda *info: tuple(0x7F if byte & 0x80 else byte for byte in info))


@breaks("PLB-08")
def packet_length_is_two_short(recorder: Recorder) -> None:
    """Writes a length of the last packet that is two bytes short."""
    _packet(recorder, -1, lambda padding, length: (padding, length - 2))


@breaks("PLB-08")
def packet_length_leads_past_the_next(recorder: Recorder) -> None:
    """Writes a length of the second packet that leads four bytes too far."""
    _packet(recorder, 1, lambda padding, length: (padding, length + 4))


@breaks("PLB-08")
def packet_lengths_change_their_meaning(recorder: Recorder) -> None:
    """Counts the lengths of packets from behind themselves in every other answer."""

    def shorter(body: bytes) -> bytes:
        changed, places = bytearray(body), chunk_bytes.packets(body)
        for place in places:
            struct.pack_into(">I", changed, place + 4, struct.unpack_from(">I", body, place + 4)[0] - 8)
        return bytes(changed)

    change_every_other(recorder, shorter)


@breaks("PLB-08")
def second_packet_with_another_id(recorder: Recorder) -> None:
    """Writes 0xFF04 where the id of the second packet is due."""

    def another(body: bytes) -> bytes:
        place = chunk_bytes.packets(body)[1]
        return body[:place] + b"\xff\x04" + body[place + 2 :]

    change_chunks(recorder, another)


@breaks("PLB-08")
def packet_padding_is_not_counted(recorder: Recorder) -> None:
    """Says that packets have no padding."""

    def uncount(body: bytes) -> bytes:
        for number in range(len(chunk_bytes.packets(body))):
            body = chunk_bytes.change_packet_header(body, number, lambda padding, length: (0, length))
        return body

    change_chunks(recorder, uncount)


@breaks("PLB-08")
def packet_padding_counts_one_too_many(recorder: Recorder) -> None:
    """Says one byte of padding too many of the first packet."""
    _packet(recorder, 0, lambda padding, length: ((padding + 1) % 4, length))


@breaks("PLB-08")
def packets_are_not_aligned(recorder: Recorder) -> None:
    """Leaves out the padding of packets to a multiple of 4 bytes."""
    change_chunks(recorder, chunk_bytes.without_packet_padding)


@breaks("PLB-09", "PLB-11")
def idr_without_parameter_sets(recorder: Recorder) -> None:
    """Blanks the types of the parameter sets of a GOP's first picture."""
    change_chunks(recorder, chunk_bytes.without_parameter_sets)


@breaks("PLB-09", "PLB-11")
def gop_begins_in_the_middle(recorder: Recorder) -> None:
    """Puts the IDR picture at the end of its GOP."""
    _pictures(recorder, lambda pictures: _data_of(pictures, (*pictures[1:], pictures[0])))


@breaks("PLB-09", "DWN-11")
def idr_picture_twice(recorder: Recorder) -> None:
    """Puts the IDR picture in the place of the last picture too."""
    _pictures(recorder, lambda pictures: _data_of(pictures, (*pictures[:-1], pictures[0])))


@breaks("PLB-09", "PLB-11")
def lengths_instead_of_start_codes(recorder: Recorder) -> None:
    """Writes the length of a NAL unit where its start code is due."""

    def lengths(body: bytes) -> bytes:
        changed = bytearray(body)
        for place in chunk_bytes.packets(body):
            padding, length = struct.unpack_from(">HI", body, place + 2)
            start, end = place + chunk_bytes.PACKET_HEADER, place + length - padding
            units = body[start:end].split(chunk_bytes.START_CODE)[1:]
            changed[start:end] = b"".join(len(unit).to_bytes(4) + unit for unit in units)
        return bytes(changed)

    change_chunks(recorder, lengths)


@breaks("PLB-09")
def start_codes_of_three_bytes(recorder: Recorder) -> None:
    """Puts three bytes of start code ahead of all NAL units of a picture but the first."""

    def shorten(pictures: Pictures) -> Pictures:
        short = (_with_short_start_codes(picture.data) for picture in pictures)
        return tuple(
            dataclasses.replace(picture, data=data) for picture, data in zip(pictures, short, strict=True)
        )

    _pictures(recorder, shorten)


@breaks("PLB-11", "DWN-11")
def damaged_pictures(recorder: Recorder) -> None:
    """Damages the last picture of each GOP."""

    def damage(body: bytes) -> bytes:
        start, end = chunk_bytes.packets(body)[-1] + 24, chunk_bytes.end_of_packets(body)
        first, last = start + (end - start) // 3, start + 2 * (end - start) // 3
        return body[:first] + bytes(byte ^ 0x5A or 1 for byte in body[first:last]) + body[last:]

    change_chunks(recorder, damage)


@breaks("PLB-11", "DWN-11")  # files have pictures that playback has not
def a_picture_is_lost(recorder: Recorder) -> None:
    """Leaves out the third picture of each GOP, on which the next ones build."""
    _pictures(recorder, lambda pictures: pictures[:2] + pictures[3:])


def _times(recorder: Recorder, layout: str, offset: int, change: Callable[..., tuple[int, ...]]) -> None:
    """Change numbers of the GOP and picture information."""
    change_chunks(recorder, lambda body: chunk_bytes.change_numbers(body, layout, offset, change))


def _packet(recorder: Recorder, number: int, change: Callable[[int, int], tuple[int, int]]) -> None:
    """Change padding count and length of one packet."""
    change_chunks(recorder, lambda body: chunk_bytes.change_packet_header(body, number, change))


def _pictures(recorder: Recorder, change: Callable[[Pictures], Pictures]) -> None:
    """Write each GOP anew with other pictures."""

    def rewrite(body: bytes) -> bytes:
        video: PlaybackVideo = read_playback_video(body)
        return write_playback_video(dataclasses.replace(video, pictures=change(video.pictures)))

    change_chunks(recorder, rewrite)


def _with_short_start_codes(data: bytes) -> bytes:
    """The picture, whose first NAL unit alone is behind four bytes of start code."""
    first = len(chunk_bytes.START_CODE)
    return data[:first] + data[first:].replace(chunk_bytes.START_CODE, chunk_bytes.START_CODE[1:])


def _data_of(pictures: Pictures, others: Pictures) -> Pictures:
    """The data of other pictures at the same times."""
    return tuple(
        dataclasses.replace(picture, data=other.data) for picture, other in zip(pictures, others, strict=True)
    )


def _answer(recorder: Recorder, change: Callable[[Answer], Answer]) -> None:
    """Change the answer to camera.cgi."""
    around(recorder.playback_commands.camera, lambda original, asked: change(original(asked)))


def _without_header(answer: Answer, name: str) -> Answer:
    return dataclasses.replace(answer, headers=tuple(pair for pair in answer.headers if pair[0] != name))
