"""What GOPs were decoded to: the same bytes decode alike, and recordings and runs repeat themselves."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Picture = TypeVar("Picture")

MOST = 40_000  # pictures that are remembered, some 300 bytes each
_LENGTH = 4  # bytes that say how long a NAL unit in a file is, as recorders write them
_H264_IDR = 5
_H265_IDR = (19, 20)


class DecodedBefore(Generic[Picture]):
    """The pictures of so many GOPs as there is room for, those that were asked for last."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._count = most, 0
        self._kept: OrderedDict[bytes, tuple[Picture, ...]] = OrderedDict()

    def pictures(self, key: bytes) -> tuple[Picture, ...] | None:
        """What the GOP of that ``key`` was decoded to; None: it never was, or is forgotten."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def remember(self, key: bytes, pictures: Sequence[Picture]) -> None:
        """Keep what a GOP was decoded to without a complaint."""
        self._count += len(pictures) - len(self._kept.pop(key, ()))
        self._kept[key] = tuple(pictures)
        while self._count > self._most and self._kept:
            self._count -= len(self._kept.popitem(last=False)[1])


def key_of(codec: str, units: Iterable[bytes]) -> bytes:
    """What stands for a decoder and all that it is given."""
    told = hashlib.sha256(codec.encode())
    for unit in units:
        told.update(len(unit).to_bytes(8))
        told.update(unit)
    return told.digest()


def begins_anew(codec: str, sample: bytes) -> bool:
    """Whether nothing ahead of this sample of a file matters to it and what follows: an IDR picture. Of other
    key pictures (CRA, recovery points) that is not so, and of what cannot be read it is not known."""
    at = 0
    while at + _LENGTH < len(sample):
        length = int.from_bytes(sample[at : at + _LENGTH])
        first = sample[at + _LENGTH]
        if (first & 0x1F == _H264_IDR) if codec == "h264" else (first >> 1 & 0x3F in _H265_IDR):
            return True
        at += _LENGTH + length
    return False
