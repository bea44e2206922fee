"""Facts about RTP headers (LIV-04 … LIV-10): pure functions over dissected records.

Each gives a ``Fact`` for ``check(id, *fact)``, and raises NothingToJudge where there is nothing to say
anything about. Packet numbers in the texts are those of the capture, from 0.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.facts.rtp_clock import own_times
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.reading.rtp import RtpRecord

PAYLOAD_TYPES = {"H264": 98, "H265": 101, "AUDIO": 97}
AT_ONCE = 0.3  # seconds in which what a recorder has kept of a GOP comes
OWN_CLOCK = 1.2  # seconds within which a recorder's time in whole seconds is right


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


def sequence(records: Sequence[RtpRecord]) -> Fact:
    """LIV-07: each sequence number is one more than the last, 65535 being followed by 0.

    Over UDP numbers that are missing alone tell nothing: a network may have lost the packets.
    """
    fact = sequence_numbers([record.sequence for record in records])
    holes = [size - 1 for before, after in pairwise(records) if (size := step(before, after)) > 1]
    back = any(step(before, after) < 1 for before, after in pairwise(records))
    if fact.ok or back or any(record.part is not None for record in records):
        return fact
    raise NothingToJudge(
        f"{len(holes)} holes of {sum(holes)} packets in {len(records)}, which a network may have lost"
    )


def step(before: RtpRecord, after: RtpRecord) -> int:
    """By how much the sequence number has grown, or shrunk, over the wrap."""
    return (after.sequence - before.sequence + 0x8000) % 0x10000 - 0x8000


def sequence_numbers(numbers: Sequence[int]) -> Fact:
    """LIV-07 for numbers alone, in the order of arrival (``reading.rtp.quick_sequence`` reads them fast)."""
    expected = "+1 per packet"
    if len(numbers) < 2:
        raise NothingToJudge("fewer than two packets")
    for index in range(1, len(numbers)):
        if numbers[index] != (numbers[index - 1] + 1) % 65536:
            return Fact(False, expected, f"packet {index}: {numbers[index]} behind {numbers[index - 1]}")
    wrap = ", over the wrap" if numbers[-1] < numbers[0] else ""
    return Fact(True, expected, f"{numbers[0]} … {numbers[-1]}{wrap}")


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


def timestamp_rate(records: Sequence[RtpRecord], clock: int = 90_000, tolerance: float = 0.6) -> Fact:
    """LIV-10: time stamps grow by ``clock`` per second of arrival (within 10 % and ``tolerance`` seconds).

    Needs a capture of two seconds and more. Growth is added up step by step, so wraps are counted and no
    step may go backwards by more than it may go forwards. What a recorder sends at once at the beginning, of
    a GOP that was under way, is left out. Where the recorder's own time in the packets bears the time stamps
    out and their arrival does not, something on the way holds packets back: not judged.
    """
    records = _behind_what_was_kept(
        _some([record for record in records if not record.problem]), clock, tolerance
    )
    elapsed = records[-1].arrived - records[0].arrived
    if elapsed < 2:
        raise NothingToJudge(f"{elapsed:.1f} s of packets say nothing about the clock")
    ticks = 0
    for before, after in pairwise(records):
        grown = (after.timestamp - before.timestamp + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
        if grown < 0:
            actual = f"{after.place}: {after.timestamp} behind {before.timestamp}"
            return Fact(False, "time stamps that never go back", actual)
        ticks += grown
    low, high = (elapsed * 0.9 - tolerance) * clock, (elapsed * 1.1 + tolerance) * clock
    expected, actual = f"about {elapsed * clock:.0f} ticks in {elapsed:.1f} s", f"{ticks} ticks"
    if not low <= ticks <= high and _own_clock_bears_out(records, clock):
        raise NothingToJudge(f"{actual} in {elapsed:.1f} s, as by 0x0007: packets come with delays that vary")
    return Fact(low <= ticks <= high, expected, actual)


def _behind_what_was_kept(records: Sequence[RtpRecord], clock: int, tolerance: float) -> Sequence[RtpRecord]:
    """From where they come at their time; all of them where the first are no more than that is."""
    begin = max(
        number for number, record in enumerate(records) if record.arrived <= records[0].arrived + AT_ONCE
    )
    ticks = (records[begin].timestamp - records[0].timestamp) % 0x1_0000_0000
    kept = (AT_ONCE * 1.1 + tolerance) * clock < ticks < 0x8000_0000
    return records[begin:] if kept else records


def _own_clock_bears_out(records: Sequence[RtpRecord], clock: int) -> bool:
    """Whether the recorder's own times grow as the time stamps do, for two seconds and more."""
    times = own_times(records)
    if len(times) < 2:
        return False
    (begin, first), (end, last) = times[0], times[-1]
    ticks = (last.timestamp - first.timestamp) % 0x1_0000_0000
    return end - begin >= 2 and abs(ticks / clock - (end - begin)) <= OWN_CLOCK


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
