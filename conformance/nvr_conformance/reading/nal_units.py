"""H.264 and H.265 in RTP, read from the RFCs alone: NAL units, fragments, aggregates, where a picture begins
(RFC 6184, RFC 7798)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nvr_conformance.reading.rtp import RtpRecord

_KINDS_H264 = {
    1: "SLICE",
    5: "IDR",
    6: "SEI",
    7: "SPS",
    8: "PPS",
    9: "AUD",
    10: "END",
    11: "END",
    12: "FILLER",
}
_KINDS_H265 = {19: "IDR", 20: "IDR", 32: "VPS", 33: "SPS", 34: "PPS", 35: "AUD", 36: "END", 37: "END"}
_KINDS_H265 |= {38: "FILLER", 39: "SEI", 40: "SEI-SUFFIX"}
_KINDS_H265 |= dict.fromkeys(range(8), "SLICE") | dict.fromkeys((8, 9), "RASL")
_KINDS_H265 |= dict.fromkeys((16, 17, 18, 21), "CRA")
_AGGREGATES = {"H264": {24: (1, 0), 25: (3, 0), 26: (3, 3), 27: (3, 4)}, "H265": {48: (2, 0)}}
"""Of each kind of aggregate the bytes ahead of all NAL units, and those between the size and each of them."""

_FRAGMENTS = {"H264": (28, 29), "H265": (49,)}
_OF_H264 = frozenset((*_KINDS_H264, 24, 28))
_OF_H265 = frozenset((*_KINDS_H265, 48, 49))
PICTURE_KINDS = frozenset({"SLICE", "RASL", "IDR", "CRA"})
KEY_KINDS = frozenset({"IDR", "CRA"})


def nal_type(codec: str, first: int) -> int:
    """The type of a NAL unit by its first byte."""
    return first & 0x1F if codec == "H264" else first >> 1 & 0x3F


def kind_of(codec: str, type_: int) -> str:
    """AUD, VPS, SPS, PPS, SEI, IDR, CRA, SLICE, … or ``NAL 31``. RASL: a slice of a picture that comes behind
    a CRA picture and refers to pictures ahead of it."""
    table = _KINDS_H264 if codec == "H264" else _KINDS_H265
    return table.get(type_, f"NAL {type_}")


def codec_in(payloads: Iterable[bytes]) -> str:
    """Whether the headers of these NAL units are those of "H264" or "H265"; "" where of neither, or both."""
    counts = {"H264": 0, "H265": 0}
    for payload in payloads:
        if len(payload) < 3 or payload[0] & 0x80:
            continue
        counts["H264"] += payload[0] & 0x1F in _OF_H264
        first_layer = not (payload[0] & 1 or payload[1] & 0xF8)
        counts["H265"] += first_layer and nal_type("H265", payload[0]) in _OF_H265
    (more, most), (_, fewest) = sorted(counts.items(), key=lambda each: -each[1])
    return more if most > fewest else ""


@dataclass(frozen=True, slots=True)
class Payload:
    """What one packet's payload is: ``form`` "single", "fragment", "aggregate" or "broken".

    ``kind`` is the NAL unit's. ``begins_picture`` is the slice header's first bit: whether the slice is its
    picture's first. ``units``: of an aggregate what is in it.
    """

    form: str
    kind: str
    start: bool = True
    end: bool = True
    header: bytes = b""  # of the NAL unit, put together again from a fragment
    reserved: bool = False
    begins_picture: bool = False
    data: bytes = b""  # behind the NAL unit's header
    units: tuple[Payload, ...] = ()

    @property
    def each(self) -> tuple[Payload, ...]:
        """The NAL units of an aggregate, else itself."""
        return self.units or (self,)


def read_payload(codec: str, payload: bytes) -> Payload:
    """Read one packet's payload."""
    size = 1 if codec == "H264" else 2  # of a NAL unit's header
    if not _is_whole(codec, payload):
        return Payload("broken", "")
    type_ = nal_type(codec, payload[0])
    if type_ in _AGGREGATES[codec]:
        return _aggregate(codec, type_, payload)
    if type_ not in _FRAGMENTS[codec]:
        return _single(codec, type_, payload, size)
    fragment_header = payload[size]
    inner = fragment_header & (0x1F if codec == "H264" else 0x3F)
    if codec == "H264":
        header = bytes([payload[0] & 0xE0 | inner])
    else:
        header = bytes([payload[0] & 0x81 | inner << 1, payload[1]])
    start, end = bool(fragment_header & 0x80), bool(fragment_header & 0x40)
    data = payload[size + 1 :]
    if not data or (codec == "H264" and type_ == 29):
        return Payload("broken", f"fragment {type_}")
    kind = kind_of(codec, inner)
    return Payload(
        "fragment",
        kind,
        start=start,
        end=end,
        header=header,
        reserved=codec == "H264" and bool(fragment_header & 0x20),
        begins_picture=start and kind in PICTURE_KINDS and bool(data[0] & 0x80),
        data=data,
    )


def _is_whole(codec: str, unit: bytes) -> bool:
    """Whether a NAL unit has anything behind its header; the end of a sequence is a header alone."""
    size = 1 if codec == "H264" else 2
    return len(unit) > size or (len(unit) == size and kind_of(codec, nal_type(codec, unit[0])) == "END")


def _single(codec: str, type_: int, payload: bytes, size: int) -> Payload:
    kind = kind_of(codec, type_)
    first = kind in PICTURE_KINDS and bool(payload[size] & 0x80)
    return Payload("single", kind, header=payload[:size], begins_picture=first, data=payload[size:])


def _aggregate(codec: str, type_: int, payload: bytes) -> Payload:
    """What is in an aggregate, up to what cannot be read; "broken" where nothing can."""
    at, between = _AGGREGATES[codec][type_]
    size = 1 if codec == "H264" else 2
    units: list[Payload] = []
    while at + 2 < len(payload):
        begin = at + 2 + between
        end = begin + int.from_bytes(payload[at : at + 2], "big")
        inner = payload[begin:end]
        if end > len(payload) or not _is_whole(codec, inner):
            break
        inner_type = nal_type(codec, inner[0])
        if inner_type in _AGGREGATES[codec] or inner_type in _FRAGMENTS[codec]:
            break
        units.append(_single(codec, inner_type, inner, size))
        at = end
    form = "aggregate" if units and at == len(payload) else "broken"
    return Payload(form, f"aggregate {type_}", units=tuple(units))


@dataclass(slots=True)
class PictureRun:
    """The packets of one picture: ``first`` and ``last`` index the record list, ``payloads`` is what each of
    them holds; ``kinds`` are its NAL units in order."""

    first: int
    last: int
    payloads: list[Payload] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    nals: list[bytes] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_key(self) -> bool:
        """Whether it is an IDR (or H.265 CRA) picture."""
        return any(kind in KEY_KINDS for kind in self.kinds)

    @property
    def annex_b(self) -> bytes:
        """The picture as a decoder takes it."""
        return b"".join(b"\0\0\0\1" + nal for nal in self.nals)


def pictures_of(records: Sequence[RtpRecord], codec: str) -> list[PictureRun]:
    """Cut the packets into pictures by what is in them (never by marker, time stamp or sequence number).

    A picture begins at the first AUD, parameter set or SEI behind a slice, or at a slice that says it is a
    picture's first. The last picture may be cut off, and the first, where the capture began in the middle:
    both are left out unless they are known to be whole (the first: it begins with something other than a
    slice; the last never).
    """
    runs: list[PictureRun] = []
    payloads = [read_payload(codec, record.payload) for record in records]
    open_fragment = _OpenFragment(has_ends=any(read.form == "fragment" and read.end for read in payloads))
    has_slice = True  # so that the very first packet opens a run
    for index, record in enumerate(records):
        for read in payloads[index].each:
            starts = read.start and not (read.form == "fragment" and open_fragment.run is not None)
            opens = starts and (
                not runs
                or (has_slice and read.kind in ("AUD", "VPS", "SPS", "PPS", "SEI"))
                or (has_slice and read.begins_picture)
            )
            if opens:
                runs.append(PictureRun(index, index))
                has_slice = False
            elif not runs:
                runs.append(PictureRun(index, index, problems=["begins in the middle"]))
            run = runs[-1]
            run.last = index
            has_slice = has_slice or read.kind in PICTURE_KINDS
            _rejoin(run, read, open_fragment, record.place)
    if runs and (runs[0].problems[:1] == ["begins in the middle"] or runs[0].kinds[0] in PICTURE_KINDS):
        del runs[0]
    for run in runs:
        run.payloads = payloads[run.first : run.last + 1]
    return runs[:-1]


@dataclass(slots=True)
class _OpenFragment:
    """The NAL unit that is being put together, and the picture that it belongs to.

    ``has_ends``: whether end bits are set at all. Where they are, a fragment that says it is a first one, and
    comes ahead of the end of another of the same NAL unit, is the next of that.
    """

    has_ends: bool = True
    data: bytearray = field(default_factory=bytearray)
    run: PictureRun | None = None

    def finish(self) -> None:
        """The NAL unit is complete, or taken for it."""
        if self.run is not None:
            self.run.nals.append(bytes(self.data))
        self.data.clear()
        self.run = None


def _rejoin(run: PictureRun, read: Payload, pending: _OpenFragment, place: str) -> None:
    """Add what one packet brings to its picture. Start and end bits that are missing are noted and made up
    for, so that they alone do not spoil the picture."""
    again = read.start and pending.has_ends and bytes(pending.data[: len(read.header)]) == read.header
    continues = read.form == "fragment" and (not read.start or (pending.run is not None and again))
    if continues and read.start:
        run.problems.append(f"{place}: a start ahead of the end of the fragments before it")
    if pending.run is not None and not continues:
        run.problems.append(f"{place}: the fragments before it have no end")
        pending.finish()
    if read.form == "single":
        run.kinds.append(read.kind)
        run.nals.append(read.header + read.data)
        return
    if read.form != "fragment":
        run.kinds.append(read.kind)
        run.problems.append(f"{place}: {read.form} {read.kind}".rstrip())
        return
    if pending.run is None:
        if continues:
            run.problems.append(f"{place}: a fragment without a start before it")
        run.kinds.append(read.kind)
        pending.run = run
        pending.data += read.header
    elif bytes(pending.data[: len(read.header)]) != read.header:
        run.problems.append(f"{place}: a fragment of another NAL unit than the one before")
    pending.data += read.data
    if read.end:
        pending.finish()
