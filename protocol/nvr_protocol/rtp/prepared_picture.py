"""A picture prepared once for many streams: only what differs is put in (§2.3.1, §2.3.3).

Packets of a picture differ between streams in sequence number, timestamp, SSRC and extension alone. So all of
them are laid out once, and written in one piece.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

from nvr_protocol.errors import ProtocolError
from nvr_protocol.multipart import PartForm, write_live_part

Run = tuple[int, int, int, int]
"""Packets that stand side by side and are of one size, but for the last, which may be shorter: where they
begin and end in the data, the size, and how many there are."""

_NUMBERS = struct.Struct(">II")
_EXTENSION = struct.Struct(">HH")
_WITHOUT, _WITH = 0x8000_0000, 0x9000_0000
_MARKER = 0x0080_0000
_UPPER = b"".join(bytes([upper]) * 0x100 for upper in range(0x100))
_LOWER = bytes(range(0x100)) * 0x100
"""The two bytes of each sequence number."""

_Stride = tuple[slice, slice, int, int]
"""Packets that begin at equal distances: where both bytes of their numbers stand; the first, and the end."""


class PreparedPicture:
    """The packets of one picture, but for sequence numbers, timestamp, SSRC and extension.

    `extension`: how many bytes it will have, 0 for none. `form`: each packet stands in a part of its own, so
    written; None: packets alone, side by side. `sizes`: bytes of each packet, `size`: of all.
    """

    def __init__(
        self,
        payloads: Sequence[bytes],
        payload_type: int,
        extension: int,
        form: PartForm | None = None,
    ) -> None:
        if not 0 <= payload_type < 0x80:
            raise ProtocolError("RTP payload type", f"{payload_type} does not fit 7 bits")
        words, rest = divmod(extension, 4)
        if rest or words > 0xFFFF:
            raise ProtocolError("RTP extension", f"{extension} bytes are no words of 4 that it can have")
        head = 12 + (4 + extension if extension else 0)
        self.sizes = tuple(head + len(payload) for payload in payloads)
        self.size = sum(self.sizes)
        self._extension = extension
        self._extension_head = _EXTENSION.pack(0, words) if extension else b""
        self.in_parts = form is not None
        first = (_WITH if extension else _WITHOUT) | payload_type << 16
        # What stands between the heads of two packets, of which all have the same.
        self._between: list[bytes] = []
        self.places: list[int] = []
        at, end = 0, b""
        for index, (payload, size) in enumerate(zip(payloads, self.sizes, strict=True)):
            ahead, behind = _around(size, form)
            self.places.append(at + len(end + ahead) - (len(payloads[index - 1]) if index else 0))
            marked = first | (_MARKER if index == len(payloads) - 1 else 0)
            self._between.append(end + ahead + marked.to_bytes(4, "big"))
            at = self.places[-1] + size
            end = payload + behind
        self._between.append(end)
        self._numbers = _strides(self.places)

    places: list[int]
    """Where each packet begins in what is written."""

    def write(self, sequence: int, timestamp: int, ssrc: int, extension: bytes) -> PicturePackets:
        """The packets of one stream. `sequence` is the first one's, modulo 2**16 as they count on; timestamp
        and SSRC have 32 bits."""
        if len(extension) != self._extension:
            raise ProtocolError(
                "RTP extension", f"{len(extension)} bytes where {self._extension} were prepared"
            )
        head = _NUMBERS.pack(timestamp, ssrc) + self._extension_head + extension
        data = bytearray(head).join(self._between)
        for upper, lower, begin, end in self._numbers:
            first, last = (sequence + begin) & 0xFFFF, (sequence + end) & 0xFFFF
            if first < last:
                data[upper], data[lower] = _UPPER[first:last], _LOWER[first:last]
            else:  # they wrap
                numbers = [each & 0xFFFF for each in range(first, first + end - begin)]
                data[upper] = bytes(each >> 8 for each in numbers)
                data[lower] = bytes(each & 0xFF for each in numbers)
        return PicturePackets(self, data)

    @cached_property
    def bursts(self) -> tuple[tuple[Run, ...], ...]:
        """How packets that are not in parts leave."""
        return bursts_of(self.sizes)


class PicturePackets(Sequence[bytes]):
    """The packets of a picture in one piece, `data`, which nobody changes; one by one where asked for so."""

    __slots__ = ("data", "prepared")

    def __init__(self, prepared: PreparedPicture, data: bytearray) -> None:
        self.prepared = prepared
        self.data = data

    def __len__(self) -> int:
        return len(self.prepared.sizes)

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> list[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | list[bytes]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        start = self.prepared.places[index]
        return bytes(self.data[start : start + self.prepared.sizes[index]])

    def __iter__(self) -> Iterator[bytes]:
        for start, size in zip(self.prepared.places, self.prepared.sizes, strict=True):
            yield bytes(self.data[start : start + size])


def size_of(packets: Sequence[bytes]) -> int:
    """Bytes of all packets together."""
    return packets.prepared.size if isinstance(packets, PicturePackets) else sum(map(len, packets))


MOST_PACKETS = 46
"""Packets of a run at most: so many of 1400 bytes of payload are just below what a datagram can have."""
MOST_BYTES = 65_535 - 48
"""Bytes of a run at most: a datagram without the headers of IPv6 and UDP."""


def runs_of(sizes: Sequence[int]) -> Iterator[Run]:
    """Packets that stand side by side, put together as far as they go: all of a run have one size, but the
    last may be shorter, and ends it."""
    begin, at, size, count = 0, 0, 0, 0
    for each in sizes:
        full = count == MOST_PACKETS or at + each - begin > MOST_BYTES
        shorter_before = at - begin < count * size
        if count and (each > size or full or shorter_before):
            yield begin, at, size, count
            begin, count = at, 0
        if not count:
            size = each
        at, count = at + each, count + 1
    if count:
        yield begin, at, size, count


def bursts_of(sizes: Sequence[int]) -> tuple[tuple[Run, ...], ...]:
    """Runs as they are sent at once: of 46 packets together at most, for a receiver's default buffer holds
    some 90."""
    bursts: list[list[Run]] = []
    packets = MOST_PACKETS
    for run in runs_of(sizes):
        if packets + run[3] > MOST_PACKETS:
            bursts.append([])
            packets = 0
        bursts[-1].append(run)
        packets += run[3]
    return tuple(map(tuple, bursts))


def _around(size: int, form: PartForm | None) -> tuple[bytes, bytes]:
    """What stands ahead of a packet of that size, and behind it."""
    if form is None:
        return b"", b""
    part = write_live_part(bytes(size), form=form)
    head = part.index(b"\r\n\r\n") + 4
    return part[:head], part[head + size :]


def _strides(places: Sequence[int]) -> list[_Stride]:
    """Where the sequence numbers of packets that begin there stand, put together as far as it goes."""
    strides: list[_Stride] = []
    begin = 0
    while begin < len(places):
        end, step = begin + 1, 1
        if end < len(places):
            step = places[end] - places[begin]
        while end < len(places) and places[end] - places[end - 1] == step:
            end += 1
        first, last = places[begin], places[end - 1]
        strides.append((slice(first + 2, last + 3, step), slice(first + 3, last + 4, step), begin, end))
        begin = end
    return strides
