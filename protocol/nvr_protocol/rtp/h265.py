"""H.265 in RTP payloads: single NAL units and fragmentation units, no DONL (§2.3.2, RFC 7798)."""

from __future__ import annotations

from collections.abc import Sequence

from nvr_protocol.codecs import Codec
from nvr_protocol.errors import ProtocolError
from nvr_protocol.rtp.fragments import AccessUnitRejoiner, Fragment
from nvr_protocol.rtp.nal_units import nal_type
from nvr_protocol.rtp.packet import MAX_PAYLOAD

FU = 49
_WHOLE = range(48)


def packetise(nals: Sequence[bytes], max_payload: int = MAX_PAYLOAD) -> list[bytes]:
    """The payloads of one picture's NAL units, in order; the marker belongs to the last.

    A NAL unit that fits is a payload; a longer one is cut into fragments of `max_payload` bytes, the last as
    long as need be. Layer and temporal id go into every fragment. ProtocolError for a NAL unit that has no
    place in a payload of its own.
    """
    if max_payload < 4:
        raise ProtocolError("RTP payload", f"{max_payload} bytes leave no room for a fragment")
    payloads = []
    for nal in nals:
        number = nal_type(Codec.H265, nal)
        if number not in _WHOLE:
            raise ProtocolError("H.265 NAL unit", f"type {number} has no place in a payload")
        if len(nal) <= max_payload:
            payloads.append(nal)
            continue
        first_byte = nal[0] & 0x81 | FU << 1
        step = max_payload - 3
        for start in range(2, len(nal), step):
            first, last = start == 2, start + step >= len(nal)
            fu_header = first << 7 | last << 6 | number
            payloads.append(bytes((first_byte, nal[1], fu_header)) + nal[start : start + step])
    return payloads


class Rejoiner(AccessUnitRejoiner):
    """Rejoins the access units of an H.265 stream."""

    def read_payload(self, payload: bytes) -> bytes | Fragment:
        """See AccessUnitRejoiner. Aggregation and PACI packets are none of the document's."""
        number = nal_type(Codec.H265, payload)
        if number in _WHOLE:
            return payload
        if number != FU:
            raise ProtocolError("H.265 payload", f"type {number} is neither a NAL unit nor FU", 0)
        if len(payload) < 4:
            raise ProtocolError("FU", f"{len(payload)} bytes leave nothing of the NAL unit", 0)
        start, end, inner = payload[2] > 0x7F, bool(payload[2] & 0x40), payload[2] & 0x3F
        if start and end:
            raise ProtocolError("FU", "start and end bit in one fragment", 2)
        if inner not in _WHOLE:
            raise ProtocolError("FU", f"a NAL unit of type {inner} inside", 2)
        return Fragment(bytes((payload[0] & 0x81 | inner << 1, payload[1])), start, end, payload[3:])
