"""What becomes of a UID in a number type that is too small for it (§6.1.1: up to 19 digits)."""

from __future__ import annotations

import struct

LONGEST = 10**19
"""More than any UID."""
DOUBLE_EXACT = 2**53
"""Integers up to this are exact in a double."""


def truncation(issued: int, sent: int) -> str | None:
    """How `sent` came of `issued`, in words; None where it is no truncation of it."""
    if sent == issued or sent >= 10 * LONGEST:
        return None
    for bits in (32, 16):
        low = issued & (2**bits - 1)
        if issued != low and sent == low:
            return f"in {bits} bits"
        if issued >= 2 ** (bits - 1) and sent in (low - 2**bits, 2 ** (bits - 1) - 1):
            return f"in {bits} bits with a sign"
        if issued >= 2**bits and sent == 2**bits - 1:
            return f"cut to the greatest number of {bits} bits"
    if issued > DOUBLE_EXACT and sent > 0 and float(sent) == float(issued):
        return "as a double"
    if issued > 2**24 and sent > 0 and _single(sent) == _single(issued):
        return "as a single-precision number"
    if len(str(issued)) > 5 and sent > 0 and len(str(sent)) > 3 and str(issued).startswith(str(sent)):
        return f"with its first {len(str(sent))} digits alone"
    return None


def _single(value: int) -> bytes:
    return struct.pack(">f", float(value))
