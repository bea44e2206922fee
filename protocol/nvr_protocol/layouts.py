"""The binary layouts as declarations, in the default dialect: what the document draws, field by field.

The readers walk the bytes with `struct`; these are slower by far and say the same in other words. Dissection
shows bytes by them, and the tests hold one against the other. `at` is the offset in what is parsed as one.
"""

from __future__ import annotations

from typing import Any

from construct import (
    Array,
    BitsInteger,
    BitStruct,
    Bytes,
    Check,
    Const,
    FixedSized,
    Flag,
    GreedyBytes,
    GreedyRange,
    If,
    Int8ub,
    Int16ub,
    Int32ub,
    Padding,
    Pass,
    Struct,
    Switch,
    Tell,
    Terminated,
    this,
)

ZONE = Struct("sign" / Int8ub, "hours" / Int8ub, "minutes" / Int8ub, "summer" / Int8ub)
SHORT_ZONE = Struct(
    "hours" / Int8ub,
    "minutes" / Int8ub,
    "info" / BitStruct("sign" / Flag, "summer" / Flag, Padding(6)),
)

_HALF = Struct("value" / Int16ub, Const(0, Int16ub))
_MOMENT = Struct("seconds" / Int32ub, "zone" / ZONE)
_TLV_DATA: dict[int, Any] = {
    **dict.fromkeys((0x04, 0x05, 0x08, 0x09, 0x0A, 0x0C, 0x12, 0x27, 0x28, 0x29), _HALF),
    0x06: Struct("size" / Int32ub),
    0x07: _MOMENT,
    0x0B: Struct("reserved" / Bytes(8)),
    0x0D: Struct("operation" / Int8ub, "speed" / Int8ub, Const(0, Int16ub)),
    0x11: _MOMENT,
}

TLV = Struct(
    "at" / Tell,
    "id" / Int16ub,
    "length" / Int16ub,
    "data" / Bytes(this.length - 4),
)
"""§7.1.2"""

TLVS = GreedyRange(TLV)


def tlv_value(tlv: Any) -> Any:
    """The fields in the data of a parsed TLV with a known id."""
    return Struct("fields" / _TLV_DATA[tlv.id], Terminated).parse(tlv.data).fields


RTP = Struct(
    "bits"
    / BitStruct(
        "version" / BitsInteger(2),
        "padding" / Flag,
        "extension" / Flag,
        "csrc_count" / BitsInteger(4),
        "marker" / Flag,
        "payload_type" / BitsInteger(7),
    ),
    "sequence" / Int16ub,
    "timestamp" / Int32ub,
    "ssrc" / Int32ub,
    "csrc" / Array(this.bits.csrc_count, Int32ub),
    "extension"
    / If(
        this.bits.extension,
        Struct(Const(0, Int16ub), "words" / Int16ub, "data" / Bytes(this.words * 4)),
    ),
    "payload" / GreedyBytes,
)
"""§2.3.1 (2), without padding"""

_COM = Struct(
    Const(b"\xff\xd8\xff\xfe"),
    "length" / Int16ub,
    "tlvs" / FixedSized(this.length - 2, TLVS),
)

LIVE_JPEG = Struct("recorder" / _COM, "camera" / _COM, "rest" / GreedyBytes)
"""§2.3.5, with camera information"""

_TIME_10MS = Struct("seconds" / Int32ub, "hundredth" / Int8ub)

STREAM_HEADER = Struct(
    "at" / Tell,
    Const(0xFF06, Int16ub),
    Const(0x0044, Int16ub),
    Padding(16),
    "end" / _TIME_10MS,
    "end_zone" / SHORT_ZONE,
    "start" / _TIME_10MS,
    "start_zone" / SHORT_ZONE,
    Padding(16),
    "picture" / _TIME_10MS,
    Padding(11),
)

_CAMERA_TLV = Struct(
    "at" / Tell,
    "id" / Int16ub,
    Check(lambda context: 0 < context.id < 0xFF00),
    "length" / Int16ub,
    "data" / Bytes(this.length - 4),
)

PACKET = Struct(
    "tlvs" / GreedyRange(_CAMERA_TLV),
    "at" / Tell,
    Const(0xFF05, Int16ub),
    "padding" / Int16ub,
    "length" / Int32ub,
    Padding(16),
    "data" / Bytes(this.length - 24 - this.padding),
    "zeros" / Bytes(this.padding),
)

_PLAYBACK_REST = Struct(
    Padding(12),
    "stream" / STREAM_HEADER,
    "packets" / GreedyRange(PACKET),
    "at" / Tell,
    "padding" / GreedyBytes,
)

PLAYBACK_VIDEO = Struct(
    "id" / Int16ub,
    "length" / Int16ub,
    "tlvs" / FixedSized(this.length - 16, TLVS),
    "rest" / _PLAYBACK_REST,
)
"""§3.3.1.1, §3.3.1.2"""

PLAYBACK_JPEG = Struct(
    Const(b"\xff\xd8\xff\xfe"),
    "length" / Int16ub,
    "tlvs" / FixedSized(this.length - 2, TLVS),
    "rest" / _PLAYBACK_REST,
)
"""§3.3.1.3"""

_AAC_UNIT = Struct(
    "at" / Tell,
    Const(0xFF14, Int16ub),
    "length" / Int16ub,
    "padding" / Int8ub,
    "au_info" / Int8ub,
    Padding(2),
    "data" / Bytes(this.length - 8 - this.padding),
    Padding(this.padding),
)

PLAYBACK_AUDIO = Struct(
    "id" / Int16ub,
    "camera" / Int16ub,
    "size" / Int32ub,
    "block" / Switch(this.id, {0xFF03: Pass, 0xFF13: Struct(Const(0xFF12, Int16ub), Const(0x003C, Int16ub))}),
    "start" / Int32ub,
    Padding(1),
    "start_zone" / SHORT_ZONE,
    "end" / Int32ub,
    Padding(4),
    "end_zone" / ZONE,
    "codec" / Int8ub,
    Padding(3 + 4 + 28),
    "audio"
    / Switch(
        this.id,
        {0xFF03: Bytes(this.size), 0xFF13: FixedSized(this.size, GreedyRange(_AAC_UNIT))},
    ),
    "padding" / GreedyBytes,
)
"""§3.3.2"""
