"""Facts about the body of ``camera.cgi`` (PLB-01 … PLB-11, PLB-21, PLB-22, PLB-36), from chunks that were
read.

Each gives a ``Fact`` for ``check(id, *fact)``; offsets count from the body's first byte.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvr_conformance.facts.answer_headers import OK
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.additional_information import wrong_value
from nvr_conformance.reading.decoding import decode_pictures, decodes
from nvr_conformance.reading.nal_units import KEY_KINDS, PICTURE_KINDS, kind_of, nal_type
from nvr_conformance.reading.playback_lengths import in_common
from nvr_conformance.reading.playback_video import BLOCK, CHUNK_IDS, STREAM_HEADER, STREAM_HEADER_LENGTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.reading.playback_video import ChunkWalk
    from nvr_conformance.wire.exchange import Exchange

COMPRESSION = {"H264": 3, "H265": 4}
LONG_TERM = (0x0028, 0x0029)
START_CODE = b"\0\0\0\1"
MOST_SPEED = 8
OPERATIONS = {
    "PLAY": 2,
    "GOTODATE": 2,
    "BPLAY": 3,
    "FF": 4,
    "REW": 5,
    "PAUSE": 6,
    "NEXTFRAME": 7,
    "PREVFRAME": 8,
}
"""What 0x000D calls what a PLAYCMD begins (§7)."""
_START_CODES = re.compile(rb"(?<!\0)\0\0+\x01")
_LENGTHS = {"length": "the chunk's length", "packet": "the packets' Length", "size": "0x0006"}


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
    """PLB-02, PLB-25: status and headers of §3.3.1 and §3.3.2, and as many bytes as Content-Length says. Ask
    with ``prove_end``. Keep-Alive need not be said where nothing of the kind comes through (``hop``)."""
    expected = "200, octet-stream, keep-alive, no-cache, Content-Length as long as the body"
    kept = (exchange.header("Connection") or "").lower()
    cache = (exchange.header("Cache-Control") or "").lower()
    length = exchange.header("Content-Length") or ""
    size = f"Content-Length {length or 'absent'} of {len(exchange.body) + len(exchange.extra)}"
    said = f"{kept or 'no Connection'}, {cache or 'no Cache-Control'}, {size}"
    actual = f"{exchange.status}, {exchange.content_type}, {said}"
    right = (
        exchange.status == OK
        and exchange.content_type == "application/octet-stream"
        and exchange.promises_more
        and "no-cache" in cache
        and length == str(len(exchange.body))
        and not exchange.extra
    )
    return Fact(right, expected, actual)


def padded(chunk: ChunkWalk) -> Fact:
    """PLB-03: the body is a multiple of 4096 bytes, whatever the padding holds, and however much it is."""
    actual = f"{chunk.size} bytes, {chunk.size - chunk.end} of them padding"
    return Fact(chunk.size > 0 and chunk.size % BLOCK == 0, f"a multiple of {BLOCK} bytes", actual)


def chunk_id(chunk: ChunkWalk, codec: str) -> Fact:
    """PLB-04: the chunk's id is the codec's ("H264", "H265", "JPEG")."""
    ids = {name: f"0x{id_:04x}" for id_, name in CHUNK_IDS.items()} | {"JPEG": "ffd8 fffe"}
    problem = _problem(chunk, "PLB-04")
    return Fact(chunk.codec == codec, ids[codec], problem or f"0x{chunk.chunk_id:04x}")


def information(chunk: ChunkWalk, camera: int, codec: str) -> Fact:
    """PLB-05: well-formed TLVs with the lengths and values of §7. Those that come agree: 0x0004 with the
    camera that was asked for, 0x0005 with the codec (not of JPEG), 0x000C with the pictures that are
    there."""
    expected = f"well-formed TLVs with the values of §7, camera {camera}"
    expected += f", {codec}" if codec in COMPRESSION else ""
    if chunk.stream_header_offset is None:
        raise NothingToJudge("no stream header: the end of the TLVs is not known")
    if problem := _problem(chunk, "PLB-05"):
        return Fact(False, expected, problem)
    for element in chunk.information.firsts():
        wrong = wrong_value(element, chunk.byte_order)
        if wrong and element.id not in LONG_TERM:
            return Fact(False, expected, wrong)
    wanted = {0x0004: camera, 0x000C: int(chunk.present)}
    if codec in COMPRESSION:
        wanted[0x0005] = COMPRESSION[codec]
    for id_, value in wanted.items():
        said = chunk.number(id_)
        if said is not None and said != value:
            return Fact(False, expected, f"{chunk.information.place(id_)} says {said}")
    return Fact(True, expected, f"{len(chunk.information.elements)} TLVs")


def long_term_reference(chunk: ChunkWalk) -> Fact:
    """PLB-36: 0x0028 and 0x0029 hold one of their values; NothingToJudge where neither comes."""
    expected = "0x0028: 0, 0x10 or 0x11; 0x0029: 0, 1 or 2"
    elements = [element for element in chunk.information.firsts() if element.id in LONG_TERM]
    if not elements:
        raise NotThere("neither 0x0028 nor 0x0029 comes")
    wrong = next(filter(None, (wrong_value(element, chunk.byte_order) for element in elements)), "")
    said = ", ".join(f"0x{element.id:04x} says 0x{chunk.number(element.id) or 0:04x}" for element in elements)
    return Fact(not wrong, expected, wrong or said)


def stream_header(chunk: ChunkWalk) -> Fact:
    """PLB-06: 0xFF06 with length 0x0044."""
    expected = f"0x{STREAM_HEADER:04x}, length 0x{STREAM_HEADER_LENGTH:04x}"
    if problem := _problem(chunk, "PLB-06"):
        return Fact(False, expected, problem)
    found = chunk.stream_header_offset is not None
    return Fact(
        found, expected, f"at offset {chunk.stream_header_offset}" if found else "nothing of the kind"
    )


def packet_headers(chunk: ChunkWalk) -> Fact:
    """PLB-08: each packet header is 0xFF05, its zero padding aligns to 4, its Length leads to the next."""
    expected = "0xff05 headers that lead from one to the next"
    if problem := _problem(chunk, "PLB-08"):
        return Fact(False, expected, problem)
    if not chunk.packets:
        if chunk.number(0x000C) == 1 and chunk.stream_header_offset is not None:
            return Fact(False, expected, f"offset {chunk.end}: no packet header")
        raise NothingToJudge("no packets")
    return Fact(True, expected, f"{len(chunk.packets)} packets")


def one_reading(chunks: Sequence[ChunkWalk], name: str) -> Fact:
    """PLB-04, PLB-08, PLB-10: one reading of a length does for all chunks. ``name``: of what a ``ChunkWalk``
    has of readings, "length", "packet" or "size"; a JPEG chunk's length is another than those of video."""
    expected = f"one reading of {_LENGTHS[name]} for all chunks"
    found = [chunk for chunk in chunks if _can_be_read(chunk, name)]
    if not found and name == "size" and any(chunk.packet_readings for chunk in chunks):
        raise NotThere("0x0006 does not come")
    if not found:
        raise NothingToJudge(f"no chunk tells {_LENGTHS[name]}")
    for number, chunk in enumerate(found):
        if not _readings(chunk, name):
            return Fact(False, expected, f"chunk {number}: {_unexplained(chunk, name)}")
    common = in_common([_readings(chunk, name) for chunk in found])
    if common:
        return Fact(True, expected, str(common[0]))
    different = dict.fromkeys(str(_readings(chunk, name)[0]) for chunk in found)
    return Fact(False, expected, "; elsewhere ".join(different))


def _can_be_read(chunk: ChunkWalk, name: str) -> bool:
    """Whether a chunk tells that length, and nothing else is wrong that would make it look wrong."""
    if chunk.stream_header_offset is None:
        return False
    if name == "length":
        return True
    followed = bool(chunk.packets) and not _problem(chunk, "PLB-08")
    return followed and (name == "packet" or chunk.number(0x0006, "I") is not None)


def _readings(chunk: ChunkWalk, name: str) -> Sequence[object]:
    return {"length": chunk.length_readings, "packet": chunk.packet_readings, "size": chunk.size_readings}[
        name
    ]


def _unexplained(chunk: ChunkWalk, name: str) -> str:
    if name == "length":
        at = 4 if chunk.codec == "JPEG" else 2
        header = chunk.stream_header_offset
        return f"offset {at}: chunk length {chunk.chunk_length}, the stream header stands at {header}"
    if name == "packet":
        return "no reading explains the lengths of its packets"
    data = sum(map(len, chunk.pictures))
    return f"{chunk.information.place(0x0006)} says {chunk.number(0x0006, 'I')}, {data} bytes of video data"


def start_codes(chunk: ChunkWalk, codec: str) -> Fact:
    """PLB-09: NAL units behind 00 00 00 01; the first picture is a key picture (IDR, of H.265 also CRA) with
    its parameter sets, no other is an IDR."""
    if codec not in COMPRESSION or not chunk.packets:
        raise NothingToJudge("no H.264 or H.265 pictures")
    sets = ["VPS", "SPS", "PPS"] if codec == "H265" else ["SPS", "PPS"]
    expected = f"a key picture behind {', '.join(sets)} first, no other IDR, start codes 00 00 00 01"
    for number, packet in enumerate(chunk.packets):
        where = f"offset {packet.data_offset}, picture {number}"
        if not packet.data.startswith(START_CODE):
            return Fact(False, expected, f"{where}: starts with {packet.data[:5].hex(' ')}")
        if other := _other_start_code(packet.data):
            return Fact(False, expected, f"{where}: {other}")
        kinds = kinds_in(packet.data, codec)
        first_slice = next((index for index, kind in enumerate(kinds) if kind in PICTURE_KINDS), None)
        if first_slice is None:
            return Fact(False, expected, f"{where}: no slice, but {', '.join(kinds)}")
        right = "IDR" not in kinds if number else bool(KEY_KINDS & set(kinds))
        if not right or (number == 0 and not set(sets) <= set(kinds[:first_slice])):
            return Fact(False, expected, f"{where}: {', '.join(kinds)}")
    return Fact(True, expected, f"{len(chunk.packets)} pictures")


def _other_start_code(data: bytes) -> str:
    """The first start code in a picture that has not exactly four bytes, and where; "" if there is none."""
    for found in _START_CODES.finditer(data):
        if len(found[0]) != len(START_CODE):
            return f"a start code of {len(found[0])} bytes at {found.start()}"
    return ""


def counts(chunk: ChunkWalk) -> Fact:
    """PLB-10: 0x0008 counts the pictures, where it comes."""
    if _problem(chunk, "PLB-08") or chunk.stream_header_offset is None:
        raise NothingToJudge("the packets cannot be counted")
    frames = chunk.number(0x0008)
    if frames is None:
        raise NotThere("0x0008 does not come")
    actual = f"{chunk.information.place(0x0008)} says {frames}"
    return Fact(frames == len(chunk.packets), f"{len(chunk.packets)} pictures", actual)


def operation(chunk: ChunkWalk, wanted: int) -> Fact:
    """PLB-21: 0x000D names the operation (§7), where it comes; the speed is ``speeds``' matter."""
    if chunk.operation is None:
        raise NotThere("0x000D does not come")
    actual = f"{chunk.information.place(0x000D)} says operation {chunk.operation}, speed {chunk.speed}"
    return Fact(chunk.operation == wanted, f"operation {wanted}", actual)


def speeds(chunks: Sequence[ChunkWalk]) -> Fact:
    """PLB-21: in fast play 0x000D has a speed of STEP1 … STEP8 that grows with the repeats, of each of which
    there is a chunk; it may stop growing."""
    expected = "a speed of 1 … 8 that grows with the repeats"
    found = [chunk.speed for chunk in chunks if chunk.speed is not None]
    if len(chunks) < 2:
        raise NothingToJudge("there is no repeat")
    if len(found) < 2:
        raise NotThere("0x000D does not come")
    actual = f"{chunks[0].information.place(0x000D)} says {', '.join(map(str, found))}"
    in_range = all(1 <= speed <= MOST_SPEED for speed in found)
    return Fact(in_range and found == sorted(found) and found[-1] > found[0], expected, actual)


def one_jpeg(chunk: ChunkWalk) -> Fact:
    """PLB-22: one packet that holds a whole JPEG. What 0x0005 says is open: it has no value for it."""
    expected = "one packet with one JPEG, SOI to EOI"
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
    return Fact(True, expected, f"one picture of {sizes} bytes")


def decodable(gop: Gop) -> Fact:
    """PLB-11: an independent decoder makes as many pictures of it as there are packets."""
    if packet_headers(gop.chunk).ok:
        return decodes(decode_pictures(gop.codec, gop.chunk.pictures), exactly=len(gop.chunk.packets))
    raise NothingToJudge("the pictures cannot be told apart")


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
