"""The readers of nvr_protocol: all raise ProtocolError and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any

from readers import Reader, in_pieces, text_of

from nvr_protocol.additional_information import gather_information, read_information, walk_tlvs
from nvr_protocol.codecs import Codec
from nvr_protocol.commands.lenient import mend_command
from nvr_protocol.commands.urls import parse_command, read_query
from nvr_protocol.dialect import DEFAULT, dialect_from_name
from nvr_protocol.dialect_detection import detect_dialect
from nvr_protocol.dissection import dissect
from nvr_protocol.download import read_file_name, read_part_headers
from nvr_protocol.errors import ProtocolError
from nvr_protocol.live_jpeg import read_live_jpeg
from nvr_protocol.multipart import MultipartReader, read_headers
from nvr_protocol.playback.audio import read_playback_audio
from nvr_protocol.playback.chunk import walk_chunk
from nvr_protocol.playback.regular_gop import read_regular_gop
from nvr_protocol.playback.video_reader import breaches, read_playback_video, read_thoroughly
from nvr_protocol.rtp import h264, h265
from nvr_protocol.rtp.audio import read_access_unit, read_live_audio
from nvr_protocol.rtp.nal_units import is_key_slice, kind, split_annex_b
from nvr_protocol.rtp.packet import RtpPacket, read_packet, write_packet
from nvr_protocol.texts.connection_information import read_connection_information
from nvr_protocol.texts.local_time import read_compact_time, read_date_and_time
from nvr_protocol.texts.log_list import read_log_list
from nvr_protocol.texts.login_page import LoginPage, read_login_page, write_login_page
from nvr_protocol.texts.recorded_time import read_recorded_time
from nvr_protocol.timestamps import parse_range_time, parse_timef, read_zone, read_zone_info

VECTORS = Path(__file__).parents[1] / "tests" / "protocol" / "vectors"
CONNECTIONS = b"<HTML>\r\nCAM_CONNECT_01CH=1\r\nCAM_CONNECT_02CH=0\r\nMAXUID=16\r\nUSEDUID=1\r\n</HTML>\r\n"
LOG = (
    b"FILENAME=as_errorlog.html\r\nERROR_LOG_NO=1\r\n"
    b'ERROR_LOG="001","2024/01/01 00:00:00","0","CAM 3 VIDEO LOSS","GMT+09:00"\r\n\r\n'
)
RECORDED = (
    b"Recording information\r\n\r\nDisk,Capacity,Remain capacity,Recorded time range\r\n"
    b"MAIN-1,1000GB(R),12GB,2024/01/01,0,00:00:00,2024/01/02,0,01:00:00\r\nMAIN-2,,,,,,,,\r\n"
)
QUERIES = (
    b"/cgi-bin/push.cgi?UID=123&CAM=1&CMD=START&COMP=H264&PORT=5004",
    b"/cgi-bin/hdrctl.cgi?UID=123&PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON",
    b"/cgi-bin/httpdl.cgi?UID=1&STARTTIME=240425030000&ENDTIME=240425031000&KIND=N3&CAM=1&PC=AS60",
    b"/cgi-bin/directctrl.cgi?UID=1&CH=1&PAN=15&TILT=1&ZOOM=2&PC=AS60",
    b"/cgi-bin/camctl.cgi?UID=1&CH=1&CMD=CENTERING&CTRL=START&X=16&Y=16&PC=AS60",
    b"/cgi-bin/hdrctl.cgi?UID=1&PC=AS60&PLAYCMD=STOP&2ND=OFF&TIMEF=24042503400000",
)
MULTIPART = (
    b"--myboundary\r\nContent-type: application/octet-stream\r\nContent-Length: 5\r\n\r\nhello\r\n"
    b"--myboundary\r\nContent-type: audio/aac\r\nContent-Length: 2\r\n\r\nab\r\n--myboundary--\r\n"
)
PARTS = (
    b'X-Temp-FileName: filename = "001_231115000000_1000_7f_00_01.tmp"\r\n'
    b'X-Prev-Filename: filename = ""\r\nX-RecData-Satus: 0'
)
IDR, SLICE = b"\x65\x88\x84\x00\x10", b"\x41\x9a\x24\x6c"


@cache
def vectors(*beginnings: str) -> list[bytes]:
    """The vectors of the tests whose names begin so."""
    return [
        b"".join(
            bytes.fromhex(value) * int(count or "1")
            for line in path.read_text().splitlines()
            for field in line.partition("#")[0].split()[1:]
            for value, _, count in [field.partition("*")]
        )
        for path in sorted(VECTORS.glob("*.hex"))
        if path.name.startswith(beginnings or "")
    ]


def small(*beginnings: str) -> list[bytes]:
    """Those of them that are small."""
    return [each for each in vectors(*beginnings) if len(each) <= 4096]


def packets() -> list[bytes]:
    """RTP packets of one access unit, each behind its length."""
    payloads = h264.packetise([b"\x67\x42\x00\x1e", b"\x68\xce", IDR * 20], 40)
    written = [
        write_packet(RtpPacket(98, number, 9000, 7, number == len(payloads) - 1, payload))
        for number, payload in enumerate(payloads)
    ]
    return [b"".join(len(each).to_bytes(2, "big") + each for each in written)]


MOST_PIECES = 60_000
"""Packets of a stream that are kept."""


def cut(data: bytes) -> list[bytes]:
    """Pieces behind lengths of two bytes; no more than the judge keeps of a stream."""
    pieces, at = [], 0
    while at + 2 <= len(data) and len(pieces) < MOST_PIECES:
        size = int.from_bytes(data[at : at + 2], "big")
        pieces.append(data[at + 2 : at + 2 + size])
        at += 2 + size
    return pieces


def each(reads: tuple[Callable[[bytes], object], ...], data: bytes) -> None:
    """Let several readers have the same bytes, whatever the others say of them."""
    refused: ProtocolError | None = None
    for read in reads:
        try:
            read(data)
        except ProtocolError as error:
            refused = error
    if refused is not None:
        raise refused


def in_each_dialect(read: Callable[..., object], *fields: str) -> tuple[Callable[[bytes], object], ...]:
    """A reader in the default dialect and in others."""
    return tuple(partial(_with_dialect, read, name) for name in ("default", *fields))


def _with_dialect(read: Callable[..., object], name: str, data: bytes) -> object:
    return read(data, dialect=dialect_from_name(name))


def rejoin(rejoiner: Callable[[], Any], data: bytes) -> None:
    """Packets behind their lengths, joined to access units; one that is refused does not end it."""
    joins = rejoiner()
    for piece in cut(data):
        try:
            joins.push(read_packet(piece))
        except ProtocolError:
            continue


def nal_units(data: bytes) -> None:
    """Annex B."""
    for nal in split_annex_b(data):
        for codec in (Codec.H264, Codec.H265):
            try:
                kind(codec, nal)
                is_key_slice(codec, nal)
            except ProtocolError:
                continue


def parts(by: Any, data: bytes) -> None:
    """A multipart stream."""
    reader = MultipartReader(by=by)
    in_pieces(data, reader.feed)
    reader.close()


def command(data: bytes) -> None:
    """Path and query of a request."""
    path, _, query = text_of(data).partition("?")
    each((lambda _: read_query(query), lambda _: parse_command(*mend_command(path, query))), data)
    parse_command(path, query, any_seconds=True, any_length=True)


def chunk_breaches(data: bytes) -> None:
    """What is wrong with a chunk."""
    breaches(walk_chunk(data))


def tlvs(data: bytes) -> None:
    """Additional information."""
    gather_information(walk_tlvs(data), DEFAULT, Codec.H264)


def zones(data: bytes) -> None:
    """Zones, in both forms."""
    each((read_zone, lambda some: read_zone_info(*(*some[:3], 0, 0, 0)[:3])), data)


def times(data: bytes) -> None:
    """Times as text."""
    text = text_of(data)
    each(
        (
            lambda _: parse_timef(text),
            lambda _: parse_range_time(text),
            lambda _: parse_range_time(text, any_seconds=True),
            lambda _: read_compact_time(text),
            lambda some: read_date_and_time(some, True),
        ),
        data,
    )


def texts(*given: bytes) -> Callable[[], list[bytes]]:
    """Seeds."""
    return lambda: list(given)


LITTLE = "byte_order=little"
_READERS: tuple[tuple[str, Callable[[bytes], object], Callable[[], list[bytes]]], ...] = (
    (
        "tlvs",
        partial(each, (tlvs, *in_each_dialect(read_information, LITTLE))),
        lambda: [b"\0\4\0\x0a\0\1\0\0\0\0"],
    ),
    (
        "chunk",
        partial(each, in_each_dialect(read_playback_video, LITTLE)),
        lambda: small("playback-h", "playback-j"),
    ),
    ("chunk-thoroughly", read_thoroughly, lambda: small("playback-h", "playback-j")),
    ("chunk-breaches", chunk_breaches, lambda: small("playback-h", "playback-j")),
    ("chunk-regular", read_regular_gop, lambda: small("playback-h")),
    (
        "playback-audio",
        partial(each, in_each_dialect(read_playback_audio, LITTLE)),
        lambda: small("playback-a"),
    ),
    ("live-jpeg", partial(each, in_each_dialect(read_live_jpeg, LITTLE)), lambda: small("live-j")),
    ("dissection", lambda data: list(dissect(data)), small),
    ("dialect", detect_dialect, small),
    (
        "dialect-of-text",
        lambda data: detect_dialect(text_of(data)),
        texts(b"multipart/x-mixed-replace; boundary=--myboundary", b"audio/basic"),
    ),
    ("dialect-name", lambda data: dialect_from_name(text_of(data)), texts(b"default", LITTLE.encode())),
    ("multipart", partial(parts, "auto"), texts(b"\x80" + MULTIPART)),
    ("multipart-by-length", partial(parts, "length"), texts(b"\x80" + MULTIPART)),
    ("multipart-by-boundary", partial(parts, "boundary"), texts(b"\x80" + MULTIPART)),
    ("part-headers", lambda data: read_part_headers(read_headers(data)), texts(PARTS)),
    (
        "file-name",
        lambda data: read_file_name(text_of(data)),
        texts(b"001_231115000000_1000_7f_00_01.mp4"),
    ),
    ("rtp", read_packet, lambda: [*small("live-rtp"), *cut(packets()[0])[:2]]),
    ("rtp-h264", partial(rejoin, h264.Rejoiner), packets),
    ("rtp-h265", partial(rejoin, h265.Rejoiner), packets),
    ("rtp-audio", partial(each, (read_access_unit, read_live_audio)), texts(b"\0\x10\0\x20abcd", b"\0" * 12)),
    ("annex-b", nal_units, texts(b"\0\0\0\1" + IDR + b"\0\0\1" + SLICE)),
    ("command", command, texts(*QUERIES)),
    ("connection-information", read_connection_information, texts(CONNECTIONS)),
    ("log-list", read_log_list, texts(LOG)),
    ("recorded-time", read_recorded_time, texts(RECORDED)),
    ("login-page", read_login_page, lambda: [write_login_page(LoginPage(13313, "NX300"))]),
    ("times", times, texts(b"24042503400000", b"240425030000", b"2024/01/01 00:00:00")),
    ("zones", zones, texts(b"\0\x09\0\0", b"\1\5\x1e\1")),
)
READERS = tuple(Reader(f"protocol/{name}", read, seeds, (ProtocolError,)) for name, read, seeds in _READERS)
