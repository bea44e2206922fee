"""What the readers of `nvr_protocol` cost beside a walk by `struct` that copies all and checks nothing.

    python benchmarks/reading.py [--rounds 9] [--brief]

A row for each: GOPs of 30 pictures (H.264, 1 and 4 Mbit/s, camera information ahead of each picture), live
parts of 9 KB in one stream, RTP packets of 1400 bytes and the header extension of a picture's first.
Microseconds of CPU for each, and the ratio to the walk, round by round.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Sequence
from functools import partial
from random import Random

from rounds import Round, arguments, in_turn, ratio, spread, tell

from nvr_protocol.additional_information import Operation, read_information
from nvr_protocol.codecs import Codec
from nvr_protocol.multipart import MultipartReader, write_live_part
from nvr_protocol.playback.video import (
    Picture,
    PlaybackVideo,
    read_playback_video,
    write_playback_video,
)
from nvr_protocol.rtp.packet import RtpPacket, read_packet, write_packet
from nvr_protocol.timestamps import UTC_ZONE, Hundredths

PICTURES = 30
BEGIN = 176_000_000_000
HALVES = struct.Struct(">HH").unpack_from
HEADER = struct.Struct(">HHI").unpack_from
TIMES = struct.Struct(">IB3sIB3s16xIB").unpack_from
RTP = struct.Struct(">BBHII").unpack_from


def main() -> None:
    """Run the benchmark."""
    options = arguments(__doc__).parse_args()
    work, rounds = (1, 1) if options.brief else (200, options.rounds)
    chance = Random(1)
    for name, size in (("GOP of 1 Mbit/s", 4_000), ("GOP of 4 Mbit/s", 17_000)):
        body = gop([size * 4, *[size] * (PICTURES - 1)], chance)
        compare(
            name, work, rounds, partial(read_playback_video, body), partial(walk_gop, body), bytes=len(body)
        )
    parts = b"".join(write_live_part(chance.randbytes(9_000)) for _ in range(PICTURES))
    stream = b"--myboundary\r\n" + parts
    compare(
        "30 live parts", work, rounds, lambda: MultipartReader().feed(stream), partial(walk_parts, stream)
    )
    packet = write_packet(RtpPacket(98, 7, 9, 11, False, chance.randbytes(1_400)))
    compare("RTP packet", work * 100, rounds, partial(read_packet, packet), partial(walk_packet, packet))
    tlvs = write_tlvs()
    compare(
        "RTP extension",
        work * 100,
        rounds,
        lambda: read_information(tlvs),
        lambda: walk_tlvs(tlvs, 0, len(tlvs)),
    )


def compare(
    what: str, times: int, rounds: int, ours: Callable[[], object], peer: Callable[[], object], **row: int
) -> None:
    """A row: what one reading costs each, in microseconds."""
    costs = in_turn({"nvrkit": cost(ours, times), "walk": cost(peer, times)}, rounds)
    told = {name: spread(values) for name, values in costs.items()}
    tell(work=what, **row, microseconds=told, ratio=ratio(costs, "nvrkit", "walk"))


def cost(work: Callable[[], object], times: int) -> Round:
    """Do it so often; microseconds of CPU for one."""

    def once() -> float:
        begun = time.thread_time()
        for _ in range(times):
            work()
        return (time.thread_time() - begun) / times * 1e6

    return once


def gop(sizes: Sequence[int], chance: Random) -> bytes:
    """The body of an answer to `camera.cgi` with pictures of these sizes."""
    moments = [Hundredths(BEGIN + number * 100 // PICTURES) for number in range(len(sizes))]
    pictures = tuple(
        Picture(b"\0\0\0\1\x65" + chance.randbytes(size - 5), moment, moment)
        for size, moment in zip(sizes, moments, strict=True)
    )
    return write_playback_video(
        PlaybackVideo(Codec.H264, 1, pictures, moments[0], moments[-1], UTC_ZONE, 300, Operation.PLAYBACK)
    )


def walk_tlvs(data: bytes, at: int = 0, end: int | None = None) -> dict[int, bytes]:
    """Additional information, by ids."""
    found, end = {}, len(data) if end is None else end
    while at < end:
        number, length = HALVES(data, at)
        found[number] = data[at + 4 : at + length]
        at += length
    return found


def walk_gop(data: bytes) -> tuple[object, ...]:
    """All that stands in a chunk, from length to length."""
    _, length = HALVES(data)
    head, times = walk_tlvs(data, 4, length - 12), TIMES(data, length + 20)
    at, pictures = length + 0x44, []
    while at + 8 <= len(data):
        number, size = HALVES(data, at)
        if not number:
            break
        camera = {}
        while number != 0xFF05:
            camera[number] = data[at + 4 : at + size]
            at += size
            number, size = HALVES(data, at)
        _, padding, size = HEADER(data, at)
        pictures.append((camera, data[at + 24 : at + size - padding]))
        at += size
    return head, times, pictures


def walk_parts(data: bytes) -> list[tuple[dict[bytes, bytes], bytes]]:
    """Headers and bodies of live parts, from Content-Length to Content-Length."""
    at, parts = len(b"--myboundary\r\n"), []
    while at < len(data):
        end = data.index(b"\r\n\r\n", at)
        headers = dict(line.split(b": ") for line in data[at:end].split(b"\r\n"))
        at = end + 4 + int(headers[b"Content-Length"])
        parts.append((headers, data[end + 4 : at]))
        at += len(b"\r\n--myboundary\r\n")
    return parts


def walk_packet(data: bytes) -> tuple[int, int, int, int, int, bytes]:
    """Header and payload of an RTP packet without extension."""
    first, second, sequence, timestamp, ssrc = RTP(data)
    return first, second, sequence, timestamp, ssrc, data[12:]


def write_tlvs() -> bytes:
    """What a picture's first RTP packet says in its header extension."""
    half = struct.Struct(">HHHH").pack
    moment = struct.Struct(">HHI4B").pack
    return b"".join(
        (
            half(0x0004, 8, 1, 0), half(0x0005, 8, 3, 0), moment(0x0007, 12, 1_760_000_000, 0, 9, 0, 0),
            half(0x0009, 8, 300, 0), half(0x000A, 8, 33, 0), moment(0x0011, 12, 1_760_000_000, 0, 9, 0, 0),
            half(0x0012, 8, 33, 0), half(0x0027, 8, 1, 0), half(0x0028, 8, 0, 0),
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
