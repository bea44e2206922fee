"""Samples of G.711 and G.726 in their other form, as tables for `bytes.translate` (OP-34)."""

from __future__ import annotations


def mu_law_level(byte: int) -> int:
    """The level, of 16 bits, that a sample of µ-law stands for (ITU-T G.711)."""
    told = ~byte & 0xFF
    size = ((told & 0x0F) << 3) + 0x84 << (told >> 4 & 7)
    return 0x84 - size if told & 0x80 else size - 0x84


def a_law_level(byte: int) -> int:
    """The level, of 16 bits, that a sample of A-law stands for (ITU-T G.711)."""
    told = byte ^ 0x55
    segment, size = told >> 4 & 7, ((told & 0x0F) << 4) + 8
    size = size if segment == 0 else size + 0x100 << segment - 1
    return size if told & 0x80 else -size


def _nearest_a_law(level: int) -> int:
    return min(range(256), key=lambda byte: abs(a_law_level(byte) - level))


A_LAW_OF_MU_LAW = bytes(_nearest_a_law(mu_law_level(byte)) for byte in range(256))
"""Of each sample of µ-law the nearest of A-law."""

HALVES_SWAPPED = bytes(byte >> 4 | (byte & 0x0F) << 4 for byte in range(256))
"""Of each byte of two samples that with the other one first."""
