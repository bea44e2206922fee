"""Bytes in pieces: what is long and mostly the same for everybody goes out without being joined."""

from __future__ import annotations

from collections.abc import Sequence


class Pieces:
    """The bytes of `parts`, one behind the other. `bytes()` joins them, `len()` does not."""

    __slots__ = ("_size", "parts")

    def __init__(self, parts: Sequence[bytes]) -> None:
        self.parts = parts
        self._size = sum(map(len, parts))

    def __len__(self) -> int:
        return self._size

    def __bytes__(self) -> bytes:
        return b"".join(self.parts)
