"""NAL units of H.264 and H.265, and the Annex B byte stream that playback stores them in (§3.3.1)."""

from __future__ import annotations

from collections.abc import Iterable

from nvr_protocol.codecs import Codec
from nvr_protocol.errors import ProtocolError

START_CODE = b"\0\0\0\1"

_SHORT_START_CODE = b"\0\0\1"
_H264_KINDS = {
    **dict.fromkeys((1, 2, 3, 4), "SLICE"),
    5: "IDR",
    6: "SEI",
    7: "SPS",
    8: "PPS",
    9: "AUD",
    10: "END-OF-SEQUENCE",
    11: "END-OF-STREAM",
    12: "FILLER",
}
_H265_KINDS = {
    **dict.fromkeys(range(10), "SLICE"),
    **dict.fromkeys((16, 17, 18), "BLA"),
    19: "IDR",
    20: "IDR",
    21: "CRA",
    32: "VPS",
    33: "SPS",
    34: "PPS",
    35: "AUD",
    36: "END-OF-SEQUENCE",
    37: "END-OF-STREAM",
    38: "FILLER",
    39: "SEI",
    40: "SEI",
}
_KEY_KINDS = frozenset(("IDR", "CRA", "BLA"))


def split_annex_b(data: bytes) -> list[bytes]:
    """The NAL units behind the start codes (of 3 or 4 bytes) of `data`, without them.

    Zero bytes around NAL units belong to none: no NAL unit ends with one. ProtocolError where there is no
    start code at the beginning, or nothing behind one. No data, no NAL units.
    """
    found = []
    mark = data.find(_SHORT_START_CODE)
    if data[: mark if mark >= 0 else len(data)].strip(b"\0"):
        raise ProtocolError("NAL units", "no start code at the beginning", 0)
    while mark >= 0:
        start = mark + 3
        mark = data.find(_SHORT_START_CODE, start)
        nal = data[start : mark if mark >= 0 else len(data)].rstrip(b"\0")
        if not nal:
            raise ProtocolError("NAL unit", "nothing behind the start code", start - 3)
        found.append(bytes(nal))
    return found


def join_annex_b(nals: Iterable[bytes]) -> bytes:
    """The NAL units, each behind 00 00 00 01. ProtocolError for one that could not be split off again."""
    pieces: list[bytes] = []
    for nal in nals:
        if not nal or nal[-1] == 0:
            raise ProtocolError("NAL unit", "is empty" if not nal else "ends with a zero byte")
        if _SHORT_START_CODE in nal:
            raise ProtocolError("NAL unit", "has a start code inside")
        pieces += (START_CODE, nal)
    return b"".join(pieces)


def header_size(codec: Codec) -> int:
    """Bytes of a NAL unit's header: 1 in H.264, 2 in H.265."""
    if codec is Codec.H264:
        return 1
    if codec is Codec.H265:
        return 2
    raise ProtocolError("NAL unit", f"{codec} has none")


def nal_type(codec: Codec, nal: bytes) -> int:
    """The nal_unit_type of `nal`. ProtocolError where its header is cut short or has its forbidden bit
    set."""
    size = header_size(codec)
    if len(nal) < size:
        raise ProtocolError("NAL unit header", f"{len(nal)} of {size} bytes", 0)
    if nal[0] & 0x80:
        raise ProtocolError("NAL unit header", "the forbidden bit is set", 0)
    return nal[0] & 0x1F if size == 1 else nal[0] >> 1


def kind(codec: Codec, nal: bytes) -> str:
    """What `nal` is: `AUD`, `VPS`, `SPS`, `PPS`, `SEI`, `IDR`, `CRA`, `BLA`, `SLICE` …, or `TYPE-<n>`."""
    number = nal_type(codec, nal)
    kinds = _H264_KINDS if codec is Codec.H264 else _H265_KINDS
    return kinds.get(number, f"TYPE-{number}")


def is_key_slice(codec: Codec, nal: bytes) -> bool:
    """Whether `nal` is a slice of a key picture: IDR, or in H.265 CRA or BLA, too."""
    return kind(codec, nal) in _KEY_KINDS
