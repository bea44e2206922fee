"""Facts about the body of ``camera.cgi`` (PLB-01 … PLB-11, PLB-21, PLB-22), from a chunk that was read.

Each gives a ``Fact`` for ``check(id, *fact)``; offsets count from the body's first byte.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import decode_pictures, decodes
from nvr_conformance.reading.nal_units import PICTURE_KINDS, kind_of, nal_type
from nvr_conformance.reading.playback_video import BLOCK, CHUNK_IDS, STREAM_HEADER, STREAM_HEADER_LENGTH

if TYPE_CHECKING:
    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.reading.playback_video import ChunkWalk
    from nvr_conformance.wire.exchange import Exchange
    from nvr_protocol.dialect import Dialect

END_AT, START_AT, PICTURE_AT = 20, 28, 52  # of the times, from the stream header on
COMPRESSION = {"H264": 3, "H265": 4}


def one_gop(gop: Gop) -> Fact:
    """PLB-01: an answer that is no refusal, with one chunk of pictures."""
    if not gop.given:
        return Fact(False, "200 with one GOP", str(gop))
    return one_chunk(gop.chunk)


def one_chunk(chunk: ChunkWalk) -> Fact:
    """PLB-01: a chunk with pictures, and nothing behind it."""
    expected = "one chunk with pictures"
    if problem := _problem(chunk, "PLB-01"):
        return Fact(False, expected, problem)
    return Fact(chunk.present, expected, f"{len(chunk.packets)} pictures")


def answer_headers(exchange: Exchange) -> Fact:
    """PLB-02: the headers of §3.2.1, and as many bytes as Content-Length says. Ask with ``prove_end``."""
    expected = "octet-stream, keep-alive, no-cache, Content-Length as long as the body"
    kept = (exchange.header("Connection") or "").lower()
    cache = (exchange.header("Cache-Control") or "").lower()
    length = exchange.header("Content-Length") or ""
    size = f"Content-Length {length or 'absent'} of {len(exchange.body) + len(exchange.extra)}"
    actual = f"{exchange.content_type}, {kept or 'no Connection'}, {cache or 'no Cache-Control'}, {size}"
    right = (
        exchange.content_type == "application/octet-stream"
        and "keep-alive" in kept
        and "no-cache" in cache
        and length == str(len(exchange.body))
        and not exchange.extra
    )
    return Fact(right, expected, actual)


def padded(chunk: ChunkWalk) -> Fact:
    """PLB-03: the body is a multiple of 4096 bytes, and all behind the last picture
    is zero, less than a block."""
    expected = f"zeros to the next multiple of {BLOCK}"
    # Where the packets could not be followed, the end is not known: only the size can be judged.
    followed = not _problem(chunk, "PLB-08") and chunk.stream_header_offset is not None
    if followed and (problem := _problem(chunk, "PLB-03")):
        return Fact(False, expected, problem)
    tail = chunk.size - chunk.end
    actual = f"{chunk.size} bytes, {tail} of them padding"
    return Fact(
        chunk.size > 0 and chunk.size % BLOCK == 0 and (tail < BLOCK or not followed), expected, actual
    )


def chunk_id(chunk: ChunkWalk, codec: str) -> Fact:
    """PLB-04: the chunk's id is the codec's ("H264", "H265", "JPEG"), and its
    length leads to the stream header."""
    ids = {name: f"0x{id_:04x}" for id_, name in CHUNK_IDS.items()} | {"JPEG": "ffd8 fffe"}
    actual = f"0x{chunk.chunk_id:04x}, length {chunk.chunk_length}"
    if problem := _problem(chunk, "PLB-04"):
        return Fact(False, f"{ids[codec]}, and the length to the stream header", problem)
    return Fact(chunk.codec == codec, f"{ids[codec]}, and the length to the stream header", actual)


def information(chunk: ChunkWalk, camera: int, codec: str) -> Fact:
    """PLB-05: well-formed TLVs that name the camera and (not for JPEG) the codec that was asked for."""
    expected = f"well-formed TLVs, camera {camera}" + (f", {codec}" if codec in COMPRESSION else "")
    if chunk.stream_header_offset is None:
        raise NothingToJudge("no stream header: the end of the TLVs is not known")
    if problem := _problem(chunk, "PLB-05"):
        return Fact(False, expected, problem)
    if chunk.camera != camera:
        return Fact(False, expected, f"{chunk.information.place(0x0004)} says {chunk.camera}")
    compression = chunk.number(0x0005)
    if compression != COMPRESSION.get(codec):
        return Fact(False, expected, f"{chunk.information.place(0x0005)} says {compression}")
    if chunk.information_time is None:
        return Fact(False, expected, f"0x0007 is absent before offset {chunk.information.end}")
    return Fact(True, expected, f"{len(chunk.information.elements)} TLVs")


def stream_header(chunk: ChunkWalk) -> Fact:
    """PLB-06: 0xFF06 with length 0x0044."""
    expected = f"0x{STREAM_HEADER:04x}, length 0x{STREAM_HEADER_LENGTH:04x}"
    if problem := _problem(chunk, "PLB-06"):
        return Fact(False, expected, problem)
    found = chunk.stream_header_offset is not None
    return Fact(
        found, expected, f"at offset {chunk.stream_header_offset}" if found else "nothing of the kind"
    )


def times(chunk: ChunkWalk) -> Fact:
    """PLB-07: GOP start ≤ picture time ≤ GOP end, and the picture's time is that of 0x0007/0x000A."""
    expected = "GOP start ≤ picture ≤ GOP end, picture as in 0x0007/0x000A"
    start, picture, end = chunk.gop_start, chunk.picture_time, chunk.gop_end
    if start is None or picture is None or end is None or not chunk.present:
        raise NothingToJudge("no GOP information")
    if problem := _problem(chunk, "PLB-07"):
        return Fact(False, expected, problem)
    stated = chunk.information_time
    actual = f"start {_time(start)}, picture {_time(picture)}, end {_time(end)}"
    if chunk.stream_header_offset is not None:
        places = {"start": START_AT, "picture": PICTURE_AT, "end": END_AT}
        offsets = (f"{name} at {chunk.stream_header_offset + at}" for name, at in places.items())
        actual += f" (offsets: {', '.join(offsets)})"
    actual += f", {chunk.information.place(0x0007)} {_time(stated)}"
    step = 1 if chunk.information.get(0x000A) is not None else 100
    agrees = stated is None or stated // step == picture // step
    return Fact(start <= picture <= end and agrees, expected, actual)


def packet_headers(chunk: ChunkWalk) -> Fact:
    """PLB-08: each packet header is 0xFF05, its padding aligns to 4, its length leads exactly to the next."""
    expected = "0xff05 headers that lead from one to the next"
    if problem := _problem(chunk, "PLB-08"):
        return Fact(False, expected, problem)
    if not chunk.packets:
        if chunk.present and chunk.stream_header_offset is not None:
            return Fact(False, expected, f"offset {chunk.end}: no packet header")
        raise NothingToJudge("no packets")
    return Fact(True, expected, f"{len(chunk.packets)} packets")


def start_codes(chunk: ChunkWalk, codec: str) -> Fact:
    """PLB-09: NAL units behind 00 00 00 01; first picture an IDR with its parameter sets, no other an IDR."""
    if codec not in COMPRESSION or not chunk.packets:
        raise NothingToJudge("no H.264 or H.265 pictures")
    sets = ["VPS", "SPS", "PPS"] if codec == "H265" else ["SPS", "PPS"]
    expected = f"an IDR behind {', '.join(sets)} first, no other IDR, start codes 00 00 00 01"
    for number, packet in enumerate(chunk.packets):
        where = f"offset {packet.data_offset}, picture {number}"
        if not packet.data.startswith(b"\0\0\0\1"):
            return Fact(False, expected, f"{where}: starts with {packet.data[:5].hex(' ')}")
        kinds = kinds_in(packet.data, codec)
        is_idr = "IDR" in kinds
        first_slice = next((index for index, kind in enumerate(kinds) if kind in PICTURE_KINDS), None)
        if first_slice is None:
            return Fact(False, expected, f"{where}: no slice, but {', '.join(kinds)}")
        if is_idr != (number == 0):
            return Fact(False, expected, f"{where}: {', '.join(kinds)}")
        if number == 0 and not set(sets) <= set(kinds[:first_slice]):
            return Fact(False, expected, f"{where}: {', '.join(kinds)}")
    return Fact(True, expected, f"{len(chunk.packets)} pictures")


def counts(chunk: ChunkWalk, dialect: Dialect | None = None) -> Fact:
    """PLB-10: 0x0008 counts the pictures, 0x0006 the video data (as the dialect counts it, OP-22)."""
    frames, size = chunk.number(0x0008), chunk.number(0x0006, "I")
    data = sum(len(packet.data) for packet in chunk.packets)
    match dialect.data_size if dialect is not None else "data":
        case "with-padding":
            data += sum(packet.padding for packet in chunk.packets)
        case "packets":
            data = chunk.end - chunk.packets[0].offset if chunk.packets else 0
    if _problem(chunk, "PLB-08") or chunk.stream_header_offset is None:
        raise NothingToJudge("the packets cannot be counted")
    expected = f"{len(chunk.packets)} pictures, {data} bytes"
    places = f"{chunk.information.place(0x0008)}, {chunk.information.place(0x0006)}"
    actual = f"{frames} pictures, {size} bytes ({places})"
    return Fact((frames, size) == (len(chunk.packets), data), expected, actual)


def decodable(gop: Gop) -> Fact:
    """PLB-11: an independent decoder makes as many pictures of it as there are packets."""
    if packet_headers(gop.chunk).ok:
        return decodes(decode_pictures(gop.codec, gop.chunk.pictures), exactly=len(gop.chunk.packets))
    raise NothingToJudge("the pictures cannot be told apart")


def operation(chunk: ChunkWalk, wanted: int, speed: int | None = None) -> Fact:
    """PLB-21: 0x000D names the operation (§7), and the speed where it is given."""
    right = chunk.operation == wanted and (speed is None or chunk.speed == speed)
    expected = f"operation {wanted}" + (f", speed {speed}" if speed is not None else "")
    actual = f"{chunk.information.place(0x000D)} says operation {chunk.operation}, speed {chunk.speed}"
    return Fact(right, expected, actual)


def one_jpeg(chunk: ChunkWalk) -> Fact:
    """PLB-22: one packet that holds a whole JPEG, and no 0x0005, which has no value for it."""
    expected = "one packet with one JPEG, SOI to EOI, and no 0x0005"
    if _problem(chunk, "PLB-08"):
        raise NothingToJudge("where the picture ends is not known")
    sizes = ", ".join(str(len(packet.data)) for packet in chunk.packets)
    actual = f"{len(chunk.packets)} packets ({sizes} bytes)"
    if len(chunk.packets) != 1:
        return Fact(False, expected, actual)
    data, begin = chunk.packets[0].data, chunk.packets[0].data_offset
    if data[:2] != b"\xff\xd8" or data[-2:] != b"\xff\xd9":
        where = f"offsets {begin} … {begin + len(data)}"
        return Fact(False, expected, f"{actual}, {where}: {data[:2].hex(' ')} … {data[-2:].hex(' ')}")
    compression = chunk.number(0x0005)
    said = "" if compression is None else f", {chunk.information.place(0x0005)} says {compression}"
    return Fact(compression is None, expected, f"one picture of {sizes} bytes{said}")


def kinds_in(annex_b: bytes, codec: str) -> list[str]:
    """The kinds of the NAL units of one picture, in order."""
    kinds = []
    at = annex_b.find(b"\0\0\1")
    while 0 <= at < len(annex_b) - 3:
        kinds.append(kind_of(codec, nal_type(codec, annex_b[at + 3])))
        at = annex_b.find(b"\0\0\1", at + 3)
    return kinds


def _problem(chunk: ChunkWalk, id_: str) -> str:
    return next((text for problem, text in chunk.problems if problem == id_), "")


def _time(hundredths: int | None) -> str:
    return "absent" if hundredths is None else f"{hundredths // 100}.{hundredths % 100:02}"
