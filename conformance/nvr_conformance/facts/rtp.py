"""Facts about RTP packets (LIV-04 … LIV-15): pure functions over dissected records.

Each gives a ``Fact`` for ``check(id, *fact)``, and raises NothingToJudge where there is nothing to say
anything about. Packet numbers in the texts are those of the capture, from 0.
"""

from __future__ import annotations

import struct
from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.facts.clock import how_far, is_plausible
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.additional_information import order_of, walk
from nvr_conformance.reading.decoding import decode_pictures, decodes
from nvr_conformance.reading.nal_units import KEY_KINDS, PICTURE_KINDS, pictures_of, read_payload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nvr_conformance.reading.nal_units import PictureRun
    from nvr_conformance.reading.rtp import RtpRecord

PAYLOAD_TYPES = {"H264": 98, "H265": 101, "AUDIO": 97}
DATAGRAM_LIMIT = 1500 - 28  # bytes of RTP in an Ethernet frame: IPv4 and UDP headers off


def all_rtp(records: Sequence[RtpRecord]) -> Fact:
    """Every packet is an RTP packet at all."""
    return _every(records, lambda record: not record.problem, "RTP packets", lambda record: record.problem)


def payload_type(records: Sequence[RtpRecord], comp: str) -> Fact:
    """LIV-04 (LIV-26 for audio): the payload type of the codec, "H264", "H265" or "AUDIO"."""
    wanted = PAYLOAD_TYPES[comp]
    return _every(
        records,
        lambda record: record.payload_type == wanted,
        f"payload type {wanted}",
        lambda r: f"{r.payload_type}",
    )


def fixed_header(records: Sequence[RtpRecord]) -> Fact:
    """LIV-05: V=2, P=0, CC=0."""
    return _every(
        records,
        lambda record: (record.version, record.padding, record.sources) == (2, False, 0),
        "V=2 P=0 CC=0",
        lambda record: f"V={record.version} P={record.padding:d} CC={record.sources}",
    )


def markers(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-06: the marker stands on the last packet of each picture and on no other."""
    expected = "the marker on the last packet of each picture alone"
    runs = _pictures(records, codec)
    for run in runs:
        for index in range(run.first, run.last + 1):
            record = records[index]
            if not record.problem and record.marker != (index == run.last):
                where = "last" if index == run.last else f"{index - run.first + 1}."
                found = "marker" if record.marker else "no marker"
                size = run.last - run.first + 1
                return Fact(False, expected, f"{record.place}: {found} on the {where} of {size} packets")
    return Fact(True, expected, f"{len(runs)} pictures")


def sequence(records: Sequence[RtpRecord]) -> Fact:
    """LIV-07: each sequence number is one more than the last, 65535 being followed by 0."""
    return sequence_numbers([record.sequence for record in records])


def sequence_numbers(numbers: Sequence[int]) -> Fact:
    """LIV-07 for numbers alone, in the order of arrival (``quick_sequence`` reads them fast)."""
    expected = "+1 per packet"
    if len(numbers) < 2:
        raise NothingToJudge("fewer than two packets")
    for index in range(1, len(numbers)):
        if numbers[index] != (numbers[index - 1] + 1) % 65536:
            return Fact(False, expected, f"packet {index}: {numbers[index]} behind {numbers[index - 1]}")
    wrap = ", over the wrap" if numbers[-1] < numbers[0] else ""
    return Fact(True, expected, f"{numbers[0]} … {numbers[-1]}{wrap}")


def quick_sequence(data: bytes) -> int:
    """The sequence number of a raw packet; for captures too long to be dissected."""
    return int.from_bytes(data[2:4], "big")


def quick_payload(data: bytes) -> bytes:
    """The payload of a raw packet, empty if there is none; for a look while the stream still runs."""
    if len(data) < 12:
        return b""
    start = 12 + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    return data[start:]


def random_starts(starts: Sequence[int]) -> Fact:
    """LIV-08: the first sequence numbers of several streams all differ, and are no
    simple row (0, 1000, 2000 …)."""
    expected = "random starts"
    if len(starts) < 3:
        raise NothingToJudge("fewer than three streams")
    actual = ", ".join(map(str, starts))
    steps = {(after - before) % 65536 for before, after in pairwise(starts)}
    return Fact(len(set(starts)) == len(starts) and len(steps) > 1, expected, actual)


def one_ssrc(records: Sequence[RtpRecord]) -> Fact:
    """LIV-09: one SSRC in the whole stream."""
    first = _some(records)[0].ssrc
    return _every(
        records, lambda r: r.ssrc == first, f"SSRC 0x{first:08x} throughout", lambda r: f"0x{r.ssrc:08x}"
    )


def one_timestamp_per_picture(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-10: all packets of a picture bear one time stamp, and no two pictures the same."""
    expected = "one time stamp per picture"
    before: int | None = None
    runs = _pictures(records, codec)
    for run in runs:
        readable = [record for record in records[run.first : run.last + 1] if not record.problem]
        if not readable:
            continue
        first = readable[0]
        if first.timestamp == before:
            return Fact(False, expected, f"{first.place}: {before} again, on the next picture")
        before = first.timestamp
        for record in readable:
            if record.timestamp != before:
                return Fact(False, expected, f"{record.place}: {record.timestamp} in the picture of {before}")
    return Fact(True, expected, f"{len(runs)} pictures")


def timestamp_rate(records: Sequence[RtpRecord], clock: int = 90_000, tolerance: float = 0.6) -> Fact:
    """LIV-10: time stamps grow by ``clock`` per second of arrival (within 10 % and ``tolerance`` seconds).

    Needs a capture of two seconds and more. Growth is added up step by step, so wraps are counted and no
    step may go backwards by more than it may go forwards.
    """
    records = _some([record for record in records if not record.problem])
    elapsed = records[-1].arrived - records[0].arrived
    if elapsed < 2:
        raise NothingToJudge(f"{elapsed:.1f} s of packets say nothing about the clock")
    ticks = 0
    for before, after in pairwise(records):
        step = (after.timestamp - before.timestamp + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
        if step < 0:
            actual = f"{after.place}: {after.timestamp} behind {before.timestamp}"
            return Fact(False, "time stamps that never go back", actual)
        ticks += step
    low, high = (elapsed * 0.9 - tolerance) * clock, (elapsed * 1.1 + tolerance) * clock
    return Fact(
        low <= ticks <= high, f"about {elapsed * clock:.0f} ticks in {elapsed:.1f} s", f"{ticks} ticks"
    )


def extension(records: Sequence[RtpRecord]) -> Fact:
    """LIV-11: where X=1, profile 0, the right number of words, and TLVs that fill them exactly."""
    expected = "profile 0, the length in words, TLVs that fill it"
    extended = [record for record in records if record.extension is not None or record.problem]
    if not extended:
        raise NothingToJudge("no packet has a header extension")
    order = _order(extended)
    for record in extended:
        problem = record.problem
        if not problem and record.extension_profile != 0:
            problem = f"profile 0x{record.extension_profile:04x}"
        if not problem and record.extension is not None:
            problem = walk(record.extension, byte_order=order).problem
        if problem:
            return Fact(False, expected, f"{record.place}, header extension: {problem}")
    return Fact(True, expected, f"{len(extended)} packets")


def names_camera(records: Sequence[RtpRecord], camera: int) -> Fact:
    """LIV-12: 0x0004 names the camera in every header extension that can be read."""
    expected = f"camera {camera} in 0x0004"
    extended = _extended(records)
    order = _order(extended)
    for record in extended:
        data = walk(record.extension or b"", byte_order=order).get(0x0004)
        if data is None or len(data) != 4 or struct.unpack(order + "H", data[:2])[0] != camera:
            return Fact(False, expected, f"{record.place}: {_hex(data)}")
    return Fact(True, expected, "so in every packet")


def plausible_time(records: Sequence[RtpRecord], around: float | None = None) -> Fact:
    """LIV-12: 0x0007 is a time: of now, which is ``around`` (Unix seconds; None: any in 2000 … 2099), as far
    as clocks agree; zone in range, and growing like the packets' arrival within three seconds."""
    expected = "a plausible time in 0x0007" if around is None else f"a time near {around:.0f} in 0x0007"
    base: float | None = None
    extended = _extended(records)
    order = _order(extended)
    for record in extended:
        data = walk(record.extension or b"", byte_order=order).get(0x0007)
        if data is None or len(data) != 8:
            return Fact(False, expected, f"{record.place}: {_hex(data)}")
        seconds, sign, hours, minutes, summer = struct.unpack(order + "IBBBB", data)
        if not is_plausible(seconds, seconds if around is None else around):
            said = f"{seconds}" if around is None else how_far(seconds, around)
            return Fact(False, expected, f"{record.place}: 0x0007 says {said}")
        if not (sign <= 1 and hours <= 14 and minutes <= 59 and summer <= 1):
            zone = f"zone {sign}/{hours}/{minutes}/{summer}"
            return Fact(False, expected, f"{record.place}: {seconds}, {zone}")
        base = seconds - record.arrived if base is None else base
        if abs(seconds - record.arrived - base) > 3:
            return Fact(False, expected, f"{record.place}: {seconds} does not grow with time")
    return Fact(True, expected, "so in every packet")


def ahead_of_pictures(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-13: AUD, (VPS,) SPS, PPS, SEI in this order ahead of each key picture; AUD and no parameter set
    ahead of others."""
    runs = _pictures(records, codec)
    wanted = [*(["VPS"] if codec == "H265" else []), "SPS", "PPS", "SEI"]
    expected = f"AUD, {', '.join(wanted)} ahead of key pictures, AUD alone ahead of others"
    keys = 0
    for run in runs:
        slice_at = next((i for i, kind in enumerate(run.kinds) if kind in PICTURE_KINDS), len(run.kinds))
        ahead = run.kinds[:slice_at]
        if run.is_key:
            keys += 1
            rank = [["AUD", *wanted].index(kind) for kind in ahead if kind in ("AUD", *wanted)]
            good = ahead[:1] == ["AUD"] and set(wanted) <= set(ahead) and rank == sorted(rank)
        else:
            good = ahead[:1] == ["AUD"] and not {"VPS", "SPS", "PPS"} & set(run.kinds)
        if not good:
            which = "key picture" if run.is_key else "picture"
            return Fact(False, expected, f"{records[run.first].place}: {', '.join(run.kinds)} ({which})")
    if not keys:
        raise NothingToJudge("no key picture among the packets")
    return Fact(True, expected, f"{keys} key pictures, {len(runs) - keys} others")


def fragments(records: Sequence[RtpRecord], codec: str, limit: int = DATAGRAM_LIMIT) -> Fact:
    """LIV-14: start and end bits right, fragments rejoin, no aggregates, no packet over ``limit`` bytes."""
    name = "FU-A" if codec == "H264" else "FU"
    expected = f"{name} fragments that rejoin, packets of at most {limit} bytes"
    runs = _pictures(records, codec)
    count = 0
    for run in runs:
        for record in records[run.first : run.last + 1]:
            read = read_payload(codec, record.payload)
            problem = ""
            if record.size > limit:
                problem = f"{record.size} bytes"
            elif read.form in ("aggregate", "broken"):
                problem = f"{read.form} {read.kind}".strip()
            elif read.form == "fragment":
                count += 1
                if read.start and read.end:
                    problem = "start and end in one fragment"
                elif read.reserved:
                    problem = "the reserved bit is set"
            if problem:
                return Fact(False, expected, f"{record.place}: {problem}")
        if run.problems:
            return Fact(False, expected, run.problems[0])
    if not count:
        raise NothingToJudge("no packet is a fragment")
    return Fact(True, expected, f"{count} fragments in {len(runs)} pictures")


def access_units(records: Sequence[RtpRecord], codec: str) -> list[bytes]:
    """The whole pictures from the first key picture on, as Annex B, for a decoder (LIV-15)."""
    runs = _pictures(records, codec)
    first = next((i for i, run in enumerate(runs) if KEY_KINDS & set(run.kinds)), None)
    if first is None:
        raise NothingToJudge("no key picture among the packets")
    return [run.annex_b for run in runs[first:]]


def _pictures(records: Sequence[RtpRecord], codec: str) -> list[PictureRun]:
    runs = pictures_of(records, codec)
    if not runs:
        raise NothingToJudge("no whole picture among the packets")
    return runs


def _extended(records: Iterable[RtpRecord]) -> list[RtpRecord]:
    extended = [record for record in records if record.extension]
    if not extended:
        raise NothingToJudge("no packet has a header extension")
    return extended


def _order(records: Iterable[RtpRecord]) -> str:
    """The byte order of the first header extension, which is that of all."""
    return order_of(next((record.extension for record in records if record.extension), b""))


def _some(records: Sequence[RtpRecord]) -> Sequence[RtpRecord]:
    if not records:
        raise NothingToJudge("no packets")
    return records


def _every(
    records: Sequence[RtpRecord],
    holds: Callable[[RtpRecord], bool],
    expected: str,
    actual: Callable[[RtpRecord], str],
) -> Fact:
    for record in _some(records):
        if not holds(record):
            return Fact(False, expected, f"{record.place}: {actual(record)}")
    return Fact(True, expected, f"so in {len(records)} packets")


def _hex(data: bytes | None) -> str:
    return "absent" if data is None else data.hex(" ")


def decodable(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-15: an independent decoder makes a picture of every access unit."""
    units = access_units(records, codec)
    return decodes(decode_pictures(codec, units), exactly=len(units))
