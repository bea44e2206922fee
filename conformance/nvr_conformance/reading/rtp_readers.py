"""Who reads the RTP packets of a scenario: scapy, or under load a reader of our own that scapy watches over.

scapy is other people's code, and reads every packet where a few streams are judged. It takes several times as
long as our own; of many streams at once it reads a sample, and every packet that ours finds odd. The two must
agree: where they do not, this kit is wrong, and says so.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import fields
from typing import TYPE_CHECKING

from nvr_conformance.judgement.outcomes import KitError
from nvr_conformance.reading.rtp import RtpRecord, dissect
from nvr_conformance.reading.rtp_by_hand import read_by_hand

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nvr_conformance.wire.live_streams import CapturedPacket

SAMPLE = 50  # of so many packets that nothing is odd about scapy reads one, on average, and the first
SCAPY, BOTH, OURS = "scapy alone", "both readers", "the kit's reader alone"
_FIELDS = tuple(field.name for field in fields(RtpRecord) if field.name != "problem")


class RtpReaders:
    """The readers of one scenario. ``seed`` chooses the sample; ``counts``: how many packets were read by
    whom."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(f"{seed} sample")
        self.counts: Counter[str] = Counter()

    def dissect(self, packets: Iterable[CapturedPacket]) -> list[RtpRecord]:
        """All of them by scapy."""
        records = dissect(packets)
        self.counts[SCAPY] += len(records)
        return records

    def read_many(self, packets: Iterable[CapturedPacket]) -> list[RtpRecord]:
        """All of them by hand, some by scapy too. KitError where the two do not agree."""
        records: list[RtpRecord] = []
        watched: list[tuple[CapturedPacket, RtpRecord]] = []
        chance = self._random.random
        for packet in packets:
            record = read_by_hand(packet)
            records.append(record)
            if len(records) == 1 or _is_odd(record) or chance() * SAMPLE < 1:
                watched.append((packet, record))
        for (packet, ours), theirs in zip(watched, dissect(packet for packet, _ in watched), strict=True):
            _hold_together(packet, ours, theirs)
        self.counts[BOTH] += len(watched)
        self.counts[OURS] += len(records) - len(watched)
        return records


def _is_odd(record: RtpRecord) -> bool:
    """Whether anything is out of the ordinary about it."""
    odd = record.problem or record.version != 2 or record.padding or record.sources
    return bool(odd or record.extension_profile)


def _hold_together(packet: CapturedPacket, ours: RtpRecord, theirs: RtpRecord) -> None:
    apart = [name for name in _FIELDS if getattr(ours, name) != getattr(theirs, name)]
    if bool(ours.problem) != bool(theirs.problem):
        apart.append("problem")
    if apart:
        told = "; ".join(f"{name} {getattr(ours, name)!r} and {getattr(theirs, name)!r}" for name in apart)
        packet_told = f"packet {packet.number}, 0x{packet.data[:32].hex()} …"
        raise KitError(f"two readers of RTP disagree on {packet_told}: {told[:300]}")
