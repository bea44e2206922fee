"""RTCP sender reports (RFC 3550 §6.4.1): the document knows none, and a recorder may send them all the
same."""

from __future__ import annotations

import struct

_REPORT = struct.Struct(">BBHIIIIII")
SENDER_REPORT = 200
NTP_EPOCH = 2_208_988_800
"""Seconds from 1900 to 1970."""


def write_sender_report(ssrc: int, now: float, timestamp: int, packets: int, octets: int) -> bytes:
    """A report without report blocks. `now`: Unix seconds; the counts are taken modulo 2**32."""
    seconds = int(now)
    fraction = int((now - seconds) * 2**32)
    return _REPORT.pack(
        0x80,
        SENDER_REPORT,
        _REPORT.size // 4 - 1,
        ssrc,
        (seconds + NTP_EPOCH) & 0xFFFF_FFFF,
        fraction,
        timestamp,
        packets & 0xFFFF_FFFF,
        octets & 0xFFFF_FFFF,
    )
