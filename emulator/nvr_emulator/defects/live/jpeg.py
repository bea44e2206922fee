"""Defects of JPEG, live and recorded (§2.3.5, §3.3.1.3)."""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Callable

from nvr_emulator.defects.playback import chunk_bytes
from nvr_emulator.defects.playback.order import Chunk, around_chunks
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import Gop, footage_of
from nvr_emulator.footage.recordings import Place
from nvr_emulator.recorder.playback.operations import Playback
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.additional_information import AdditionalInformation, Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.multipart import write_part
from nvr_protocol.timestamps import UnixSeconds

BLOCK = 4096
FIRST_TLV = 6
"""Where the recorder information begins in a part and in a chunk."""

Body = Callable[[int, Gop], bytes]
Join = Callable[[list[bytes]], bytes]


@breaks("LIV-19")
def jpeg_parts_are_jpg(recorder: Recorder) -> None:
    """Calls the parts of JPEG image/jpg."""

    def parts(original: Join, bodies: list[bytes]) -> bytes:
        return b"".join(write_part(body, "image/jpg") for body in bodies)

    around(recorder.live.jpeg.parts, parts)


@breaks("LIV-19")
def jpeg_length_leaves_itself_out(recorder: Recorder) -> None:
    """Counts the TLVs alone in the length of the recorder information."""
    _bodies(recorder, lambda body: _length(body, 4, lambda length: length - 2))


@breaks("LIV-19")
def jpeg_length_counts_the_marker(recorder: Recorder) -> None:
    """Counts FFFE in the length of the recorder information."""
    _bodies(recorder, lambda body: _length(body, 4, lambda length: length + 2))


@breaks("LIV-19")
def camera_length_leaves_itself_out(recorder: Recorder) -> None:
    """Counts the TLVs alone in the length of the camera information."""
    _bodies(recorder, lambda body: _length(body, _second(body) + 4, lambda length: length - 2))


@breaks("LIV-19")
def jpeg_without_information(recorder: Recorder) -> None:
    """Sends JPEG pictures as they are."""
    around(recorder.live.jpeg.body, lambda original, camera, gop: gop.footage.jpeg(gop))


@breaks("LIV-19")
def jpeg_tlv_is_longer_than_it_says(recorder: Recorder) -> None:
    """Leaves its header out of the length of the first TLV of a JPEG part."""
    _bodies(recorder, lambda body: _length(body, FIRST_TLV + 2, lambda length: length - 4))


@breaks("LIV-19")
def wrong_camera_in_jpeg(recorder: Recorder) -> None:
    """Names the camera after the one whose JPEG it sends."""

    def body(original: Body, camera: int, gop: Gop) -> bytes:
        return original(camera + 1, gop)

    around(recorder.live.jpeg.body, body)


@breaks("LIV-19")
def jpeg_of_the_next_camera(recorder: Recorder) -> None:
    """Sends the JPEG pictures of the camera after the one that it names."""
    around(
        recorder.live.jpeg.body,
        lambda original, camera, gop: original(camera, _of_the_next_camera(recorder, camera, gop)),
    )


@breaks("LIV-19")
def every_third_jpeg_of_the_next_camera(recorder: Recorder) -> None:
    """Sends the JPEG picture of the next camera in the place of every third."""

    def body(original: Body, camera: int, gop: Gop) -> bytes:
        return original(camera, gop if gop.number % 3 else _of_the_next_camera(recorder, camera, gop))

    around(recorder.live.jpeg.body, body)


@breaks("LIV-19")
def jpeg_in_local_time(recorder: Recorder) -> None:
    """Writes local time in 0x0007 of live JPEG."""

    def information(
        original: Callable[[int, Gop, int], AdditionalInformation], camera: int, gop: Gop, size: int
    ) -> AdditionalInformation:
        found = original(camera, gop, size)
        assert found.seconds is not None
        assert found.zone is not None
        return dataclasses.replace(found, seconds=UnixSeconds(found.seconds + found.zone.minutes * 60))

    around(recorder.live.jpeg.recorder_information, information)


@breaks("LIV-19")
def live_jpeg_says_playback(recorder: Recorder) -> None:
    """Names playback in 0x000D of live JPEG."""

    def information(
        original: Callable[[int, Gop, int], AdditionalInformation], camera: int, gop: Gop, size: int
    ) -> AdditionalInformation:
        return dataclasses.replace(original(camera, gop, size), operation=Operation.PLAYBACK)

    around(recorder.live.jpeg.recorder_information, information)


@breaks("LIV-19")
def live_jpeg_is_cut(recorder: Recorder) -> None:
    """Leaves out the second half of live JPEG pictures."""
    _bodies(recorder, lambda body: body[: len(body) // 2])


@breaks("LIV-19")
def jpeg_content_length_counts_the_picture(recorder: Recorder) -> None:
    """Leaves the information out of the Content-Length of a JPEG part."""

    def parts(original: Join, bodies: list[bytes]) -> bytes:
        return b"".join(_shorter(write_part(body, "image/jpeg"), body) for body in bodies)

    def _shorter(part: bytes, body: bytes) -> bytes:
        information = 4 + struct.unpack_from(">H", body, 4)[0]
        return part.replace(b"%d\r\n" % len(body), b"%d\r\n" % (len(body) - information), 1)

    around(recorder.live.jpeg.parts, parts)


@breaks("PLB-04")
def jpeg_chunk_says_h264(recorder: Recorder) -> None:
    """Writes chunk id 0xFF15 ahead of a JPEG picture."""
    _chunk(recorder, lambda body: b"\xff\x15" + struct.pack(">H", _stream_header(body)) + body[4:])


@breaks("PLB-04")
def jpeg_chunk_length_is_0(recorder: Recorder) -> None:
    """Writes 0 as the length of a JPEG chunk."""
    _chunk(recorder, lambda body: _length(body, 4, lambda length: 0))


@breaks("PLB-04")
def jpeg_chunk_length_changes_its_meaning(recorder: Recorder) -> None:
    """Counts the reserved bytes in the length of every other JPEG chunk."""
    given = [0]

    def longer(body: bytes) -> bytes:
        given[0] += 1
        return _length(body, 4, lambda length: length + 12) if given[0] % 2 else body

    _chunk(recorder, longer)


@breaks("PLB-05")
def recorded_jpeg_names_another_camera(recorder: Recorder) -> None:
    """Names the camera after the one whose recorded JPEG it gives."""
    _chunk(recorder, lambda body: chunk_bytes.change_tlv(body, 0x0004, lambda data: b"\0\x63" + data[2:]))


@breaks("PLB-07")
def recorded_jpeg_has_the_time_of_its_minute(recorder: Recorder) -> None:
    """Writes the minute alone in 0x0007 of recorded JPEG."""

    def minute(data: bytes) -> bytes:
        (seconds,) = struct.unpack_from(">I", data)
        return struct.pack(">I", seconds - seconds % 60 - 1) + data[4:]

    _chunk(recorder, lambda body: chunk_bytes.change_tlv(body, 0x0007, minute))


@breaks("PLB-22")
def two_pictures_in_a_jpeg_chunk(recorder: Recorder) -> None:
    """Gives each JPEG picture twice in one chunk."""

    def twice(body: bytes) -> bytes:
        first, end = chunk_bytes.packets(body)[0], chunk_bytes.end_of_packets(body)
        both = chunk_bytes.change_tlv(body, 0x0008, lambda data: b"\0\2" + data[2:])
        both = chunk_bytes.change_tlv(both, 0x0006, lambda data: _sum(data, data))
        return _padded(both[:end] + body[first:end])

    _chunk(recorder, twice)


@breaks("PLB-22", "PLB-11")
def recorded_jpeg_without_its_end(recorder: Recorder) -> None:
    """Leaves the last quarter out of recorded JPEG pictures."""

    def cut(body: bytes) -> bytes:
        place = chunk_bytes.packets(body)[0]
        (length,) = struct.unpack_from(">I", body, place + 4)
        length -= length // 16 * 4
        header = struct.pack(">HHI", chunk_bytes.PACKET_ID, 0, length)
        size = struct.pack(">I", length - chunk_bytes.PACKET_HEADER)
        cut = chunk_bytes.change_tlv(body, 0x0006, lambda data: size)
        return _padded(cut[:place] + header + body[place + 8 : place + length])

    _chunk(recorder, cut)


@breaks("PLB-11")
def recorded_jpeg_is_damaged(recorder: Recorder) -> None:
    """Damages the middle of recorded JPEG pictures."""

    def damage(body: bytes) -> bytes:
        start = chunk_bytes.packets(body)[0] + chunk_bytes.PACKET_HEADER
        return body[: start + 200] + bytes(200) + body[start + 400 :]

    _chunk(recorder, damage)


@breaks("PLB-12")
def jpeg_pictures_twice(recorder: Recorder) -> None:
    """Gives each JPEG picture twice, with times that go on."""
    held: dict[int, bytes] = {}

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        body = original(number, playback, place)
        before = held.pop(number, None)
        if not body.startswith(b"\xff\xd8"):
            return body
        if before is None:
            held[number] = body
            return body
        head = body[: chunk_bytes.packets(body)[0]]
        size = chunk_bytes.tlv(before, 0x0006)
        return chunk_bytes.change_tlv(head + before[len(head) :], 0x0006, lambda data: size)

    around_chunks(recorder, chunk)


def _of_the_next_camera(recorder: Recorder, camera: int, gop: Gop) -> Gop:
    """What the next camera that sends JPEG sees at that time."""
    numbers = [number for number, settings in sorted(recorder.cameras.registered.items()) if settings.jpeg]
    if camera not in numbers:
        return gop
    following = recorder.cameras.registered[numbers[(numbers.index(camera) + 1) % len(numbers)]]
    seen = footage_of(following.fixture, Codec.JPEG, following.number).containing(gop.start)
    return dataclasses.replace(seen, start=gop.start)


def _bodies(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change the bodies of live parts."""
    around(recorder.live.jpeg.body, lambda original, camera, gop: change(original(camera, gop)))


def _chunk(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of each recorded JPEG picture that is given."""

    def chunk(original: Chunk, number: int, playback: Playback, place: Place) -> bytes:
        body = original(number, playback, place)
        return change(body) if body.startswith(b"\xff\xd8") else body

    around_chunks(recorder, chunk)


def _sum(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one) + int.from_bytes(other)).to_bytes(4)


def _length(body: bytes, place: int, change: Callable[[int], int]) -> bytes:
    (length,) = struct.unpack_from(">H", body, place)
    return body[:place] + struct.pack(">H", change(length)) + body[place + 2 :]


def _second(body: bytes) -> int:
    """Where the second SOI of a live part stands."""
    return int(4 + struct.unpack_from(">H", body, 4)[0])


def _stream_header(body: bytes) -> int:
    return body.index(chunk_bytes.STREAM_HEADER)


def _padded(body: bytes) -> bytes:
    return body + bytes(-len(body) % BLOCK)
