"""Audio in RTP payloads and in live HTTP parts (§2.3.6, §2.3.7, RFC 3640).

G.711 and G.726 samples are the RTP payload as they are.
"""

from __future__ import annotations

import struct

from nvr_protocol.codecs import AudioCodec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError

AU_HEADER_SIZE = 4
MAX_AU_SIZE = 0x1FFF
MAX_AU_INDEX = 7

_AU_HEADER_BITS = 16
_SECTION = struct.Struct(">HH")


def write_au_header(size: int, index: int = 0) -> bytes:
    """The AU header section of one access unit: 16 bits of AU-headers-length, 13 of `size`, 3 of `index`."""
    if not 0 <= size <= MAX_AU_SIZE:
        raise ProtocolError("AU size", f"{size} does not fit 13 bits")
    if not 0 <= index <= MAX_AU_INDEX:
        raise ProtocolError("AU index", f"{index} does not fit 3 bits")
    return _SECTION.pack(_AU_HEADER_BITS, size << 3 | index)


def write_access_unit(unit: bytes) -> bytes:
    """The RTP payload of one AAC access unit: AU header section, access unit."""
    return write_au_header(len(unit)) + unit


def read_access_unit(payload: bytes) -> bytes:
    """The AAC access unit in an RTP payload, whatever the four bytes ahead of it hold (OP-36)."""
    if len(payload) <= AU_HEADER_SIZE:
        raise ProtocolError("AAC access unit", f"{len(payload)} bytes leave nothing behind an AU header", 0)
    return bytes(payload[AU_HEADER_SIZE:])


def audio_content_type(codec: AudioCodec, dialect: Dialect = DEFAULT) -> str:
    """The Content-Type of a live audio part (§2.3.7, OP-18)."""
    if codec is AudioCodec.AAC:
        return "audio/48kaac-lc"
    return "audio/g.726-32K" if codec is AudioCodec.G726 else dialect.g711_content_type


def write_live_audio(data: bytes) -> bytes:
    """The body of a live audio part: one 0x00 byte, then samples or an access unit without AU header
    (§2.3.7)."""
    return b"\0" + data


def read_live_audio(body: bytes) -> bytes:
    """Samples or access unit of a live audio part."""
    if body[:1] != b"\0":
        raise ProtocolError("live audio", "the leading 0x00 is missing", 0)
    return bytes(body[1:])
