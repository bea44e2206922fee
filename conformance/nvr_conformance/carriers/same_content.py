"""Whether a recording has what was sent live, picture by picture and sample by sample; and when.

A recorder may record otherwise than it sends: at another rate, in another stream of the camera. Then there is
nothing to judge. Pictures are compared by their slices: parameter sets, AUD and SEI may be put in anew.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise, product
from statistics import median
from typing import TYPE_CHECKING

from nvr_conformance.carriers.moments import RECORDER, told_by
from nvr_conformance.facts.rtp_pictures import whole_pictures
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.additional_information import order_of, walk
from nvr_conformance.reading.nal_units import KEY_KINDS, PICTURE_KINDS, kind_of, nal_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.reading.rtp import RtpRecord

FEWEST = 8  # pictures that show whether a recorder records what it sends
APART = 150  # hundredths: times of audio are whole seconds, and live comes with delays
TICKS = 900  # of an RTP timestamp in a hundredth of a second
LONGEST = 3000.0  # hundredths for which live may leave out pictures
CHOICES = 50  # places of the same in a recording that are weighed
_START_CODE = b"\0\0\x01"  # zeros ahead of it belong to it, and are stripped


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture as one carrier has it: its slices; when it came, or was taken by the recording; the
    recorder's time in it, where it has one (hundredths of a second); and its RTP timestamp."""

    place: str
    slices: str
    time: float
    told: int | None = None
    timestamp: int | None = None


def slices_of(units: Iterable[bytes], codec: str) -> str:
    """What tells a picture from others: the digest of its slices."""
    digest = hashlib.sha256()
    for unit in units:
        if unit and kind_of(codec, nal_type(codec, unit[0])) in PICTURE_KINDS:
            digest.update(len(unit).to_bytes(4, "big") + unit)
    return digest.hexdigest()


def sent(records: Sequence[RtpRecord], codec: str) -> list[Shot]:
    """The pictures of a live stream, by when each came."""
    order = order_of(next((record.extension for record in records if record.extension), b""))
    shots = []
    for pictures in whole_pictures(records, codec):
        for packets, run in pictures:
            first = packets[0]
            told = told_by(walk(first.extension or b"", byte_order=order), order, RECORDER)
            slices = slices_of((unit.rstrip(b"\0") for unit in run.nals), codec)
            told_time = told[0] if told else None
            shots.append(Shot(first.place, slices, 100 * first.arrived, told_time, first.timestamp))
    return shots


def played(gops: Sequence[Gop]) -> list[Shot]:
    """The pictures of GOPs, by when each was taken, as evenly as they come."""
    return [
        Shot(
            f"GOP {number}, picture {count}",
            slices_of((unit.rstrip(b"\0") for unit in data.split(_START_CODE)), gop.codec),
            gop.start + count * (gop.interval or 0),
        )
        for number, gop in enumerate(gops)
        if gop.start is not None and gop.codec in ("H264", "H265") and _is_one_gop(gop)
        for count, data in enumerate(gop.chunk.pictures)
    ]


def _is_one_gop(gop: Gop) -> bool:
    """Whether its pictures may stand in their order: that an answer is one GOP, whose first picture alone is
    a key picture, is for PLB-01 and PLB-09."""
    keys = [
        number
        for number, picture in enumerate(gop.chunk.pictures)
        if any(
            unit and kind_of(gop.codec, nal_type(gop.codec, unit[0])) in KEY_KINDS
            for unit in picture.split(_START_CODE)
        )
    ]
    return keys == [0]


Pairs = list[tuple[Shot, Shot]]
"""Each picture that was sent, and what stands in its place in the recording."""


def alignments(live: Sequence[Shot], recorded: Sequence[Shot]) -> list[Pairs]:
    """The ways in which a recording can be laid beside what was sent, so that as many pictures as can be are
    the same: several where a scene comes again. NothingToJudge where the recording has not all of them, and
    where live has one twice."""
    if len(live) < FEWEST or not recorded:
        raise NothingToJudge(f"{len(live)} pictures were sent, {len(recorded)} are recorded")
    if again := next((after for before, after in pairwise(live) if before.slices == after.slices), None):
        raise NothingToJudge(f"{again.place} is sent twice, which no camera did: live is no witness")
    places: dict[str, list[int]] = defaultdict(list)
    for at, shot in enumerate(recorded):
        places[shot.slices].append(at)
    absent = sum(shot.slices not in places for shot in live)
    if absent:
        raise NothingToJudge(f"{absent} of {len(live)} pictures that were sent are not recorded like that")
    firsts = places[live[0].slices]
    whole = [at for at in firsts if at + len(live) <= len(recorded)]
    rooms = _rooms(live, recorded)
    found = [_beside(live, recorded, at, rooms) for at in whole or firsts]
    follow = [sum(one.slices == other.slices for one, other in pairs) for pairs in found]
    return [pairs for pairs, count in zip(found, follow, strict=True) if count == max(follow)]


def _rooms(live: Sequence[Shot], recorded: Sequence[Shot]) -> list[int]:
    """How many pictures may have been left out live ahead of each that was sent: as many as the RTP
    timestamps leave room for, by how far apart those of the recording are."""
    apart = median([after.time - before.time for before, after in pairwise(recorded)] or [0])
    rooms = [0]
    for before, after in pairwise(live):
        if before.timestamp is None or after.timestamp is None or apart <= 0:
            rooms.append(0)
            continue
        passed = (after.timestamp - before.timestamp) % 2**32 / TICKS
        rooms.append(round(passed / apart) - 1 if passed < LONGEST else 0)
    return rooms


def _beside(live: Sequence[Shot], recorded: Sequence[Shot], first: int, rooms: Sequence[int]) -> Pairs:
    """What was sent beside a recording of it, from a place on. Pictures of the recording are passed over
    where live had none for that long, and they were not sent at another time either."""
    sent_ever = {shot.slices for shot in live}
    pairs: Pairs = []
    at = first
    for shot, room in zip(live, rooms, strict=True):
        passed = 0
        while passed < room and at + passed < len(recorded) and recorded[at + passed].slices not in sent_ever:
            passed += 1
        if at + passed < len(recorded) and recorded[at + passed].slices == shot.slices:
            at += passed
        if at == len(recorded):
            break
        pairs.append((shot, recorded[at]))
        at += 1
    return pairs


def as_sent(live: Sequence[Shot], recorded: Sequence[Shot]) -> Fact:
    """PLB-12: where all pictures that were sent are in the recording, they stand there in the order in which
    they were sent, none twice and none between them but where live left some out."""
    expected = "the pictures that were sent, in their order"
    found = alignments(live, recorded)[0]
    for one, other in found:
        if one.slices != other.slices:
            return Fact(False, expected, f"{other.place} is another than {one.place}")
    return Fact(True, expected, f"{len(found)} pictures, from {found[0][1].place} on")


def delays(live: Sequence[Shot], recorded: Sequence[Shot]) -> list[float]:
    """By how much times in the recording are ahead of when pictures came, in hundredths: the median, for each
    of ``alignments``."""
    return [median(other.time - one.time for one, other in pairs) for pairs in alignments(live, recorded)]


def told_ahead(live: Sequence[Shot]) -> float | None:
    """By how much the times in live pictures are ahead of when they came; None where they have none, and
    where they do not go as time goes: then they are no witnesses of when."""
    ahead = sorted(shot.told - shot.time for shot in live if shot.told is not None)
    tenth = len(ahead) // 10
    if not ahead or ahead[-1 - tenth] - ahead[tenth] > APART:
        return None
    return median(ahead)


def runs_in(heard: Sequence[bytes], recorded: Sequence[bytes]) -> list[int]:
    """All places at which some units stand one behind the other among others."""
    size = len(heard)
    return [
        at for at in range(len(recorded) - size + 1) if size and list(recorded[at : at + size]) == list(heard)
    ]


def nearest(aheads: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Of what each witness may tell, that which makes all of them differ least."""
    choices = product(*(values[:CHOICES] for values in aheads.values()))
    return dict(zip(aheads, min(choices, key=lambda told: max(told) - min(told)), strict=True))


def in_step(name: str, aheads: Mapping[str, float]) -> Fact:
    """That one of several witnesses tells the time at which something was, where two others agree.
    ``aheads``: by how much each tells times ahead of when things came (hundredths)."""
    others = {other: ahead for other, ahead in aheads.items() if other != name}
    if name not in aheads or len(others) < 2:
        raise NothingToJudge("too few carriers tell times of the same")
    low, high = min(others.values()), max(others.values())
    if high - low > APART:
        raise NothingToJudge(f"{' and '.join(others)} do not agree either")
    off = aheads[name] - (low + high) / 2
    return Fact(abs(off) <= APART, f"in step with {' and '.join(others)}", f"{off / 100:+.2f} s off")
