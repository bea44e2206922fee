"""H.264 in RTP payloads: single NAL units and FU-A, packetization-mode 1 (§2.3.1 (1), RFC 6184)."""

from __future__ import annotations

from collections.abc import Sequence

from nvr_protocol.codecs import Codec
from nvr_protocol.errors import ProtocolError
from nvr_protocol.rtp.fragments import AccessUnitRejoiner, Fragment
from nvr_protocol.rtp.nal_units import nal_type
from nvr_protocol.rtp.packet import MAX_PAYLOAD

FU_A = 28
_WHOLE = range(1, 24)


def packetise(nals: Sequence[bytes], max_payload: int = MAX_PAYLOAD) -> list[bytes]:
    """The payloads of one picture's NAL units, in order; the marker belongs to the last.

    A NAL unit that fits is a payload; a longer one is cut into fragments of `max_payload` bytes, the last as
    long as need be. ProtocolError for a NAL unit that has no place in a payload of its own.
    """
    if max_payload < 3:
        raise ProtocolError("RTP payload", f"{max_payload} bytes leave no room for a fragment")
    payloads = []
    for nal in nals:
        number = nal_type(Codec.H264, nal)
        if number not in _WHOLE:
            raise ProtocolError("H.264 NAL unit", f"type {number} has no place in a payload")
        if len(nal) <= max_payload:
            payloads.append(nal)
            continue
        indicator = nal[0] & 0xE0 | FU_A
        step = max_payload - 2
        for start in range(1, len(nal), step):
            first, last = start == 1, start + step >= len(nal)
            fu_header = first << 7 | last << 6 | number
            payloads.append(bytes((indicator, fu_header)) + nal[start : start + step])
    return payloads


class Rejoiner(AccessUnitRejoiner):
    """Rejoins the access units of an H.264 stream."""

    def read_payload(self, payload: bytes) -> bytes | Fragment:
        """See AccessUnitRejoiner. Aggregation packets and fragments other than FU-A are none of the
        document's."""
        number = nal_type(Codec.H264, payload)
        if number in _WHOLE:
            return payload
        if number != FU_A:
            raise ProtocolError("H.264 payload", f"type {number} is neither a NAL unit nor FU-A", 0)
        if len(payload) < 3:
            raise ProtocolError("FU-A", f"{len(payload)} bytes leave nothing of the NAL unit", 0)
        start, end, inner = payload[1] > 0x7F, bool(payload[1] & 0x40), payload[1] & 0x1F
        if start and end:
            raise ProtocolError("FU-A", "start and end bit in one fragment", 1)
        if inner not in _WHOLE:
            raise ProtocolError("FU-A", f"a NAL unit of type {inner} inside", 1)
        return Fragment(bytes((payload[0] & 0x60 | inner,)), start, end, payload[2:])
