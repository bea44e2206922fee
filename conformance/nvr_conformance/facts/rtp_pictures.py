"""Facts about the pictures that RTP packets carry (LIV-06, LIV-10, LIV-13 … LIV-15).

Over UDP a network may have lost packets. A picture that may lack some is judged by nobody: packets are cut
into stretches at each hole in their numbers, and the pictures at the edges of a stretch are left out.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.facts.rtp import step
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import decode_pictures, decodes
from nvr_conformance.reading.nal_units import KEY_KINDS, PICTURE_KINDS, PictureRun, pictures_of
from nvr_conformance.reading.rtp import once

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from nvr_conformance.reading.nal_units import Payload
    from nvr_conformance.reading.rtp import RtpRecord

Picture = tuple[list["RtpRecord"], PictureRun]
"""The packets of one picture, and what is in them."""

SETS = {"H264": ("SPS", "PPS"), "H265": ("VPS", "SPS", "PPS")}


def stretches(records: Sequence[RtpRecord]) -> list[list[RtpRecord]]:
    """The packets between two holes; all of them where they came over HTTP, which loses none."""
    found: list[list[RtpRecord]] = [[]]
    for before, record in pairwise([None, *records]):
        if before is not None and record is not None and _is_hole(before, record):
            found.append([])
        if record is not None:
            found[-1].append(record)
    return found


def _is_hole(before: RtpRecord, record: RtpRecord) -> bool:
    over_http = record.part is not None
    return not over_http and not before.problem and not record.problem and step(before, record) > 1


def whole_pictures(records: Sequence[RtpRecord], codec: str) -> list[list[Picture]]:
    """The pictures of each stretch that cannot lack a packet. NothingToJudge if there is none at all."""
    found = once(records, ("pictures", codec), lambda: _whole_pictures(records, codec))
    if not found:
        raise NothingToJudge("no whole picture among the packets")
    return found


def _whole_pictures(records: Sequence[RtpRecord], codec: str) -> list[list[Picture]]:
    found = []
    pieces = stretches(records)
    for piece in pieces:
        runs = pictures_of(piece, codec)
        if len(pieces) > 1:
            del runs[:1]  # its first packets may be those that were lost
        if runs:
            found.append([(piece[run.first : run.last + 1], run) for run in runs])
    return found


def _each(records: Sequence[RtpRecord], codec: str) -> list[Picture]:
    return [picture for pictures in whole_pictures(records, codec) for picture in pictures]


def markers(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-06: the marker stands on the last packet of each picture and on no other."""
    expected = "the marker on the last packet of each picture alone"
    pictures = _each(records, codec)
    for packets, _ in pictures:
        for place, record in enumerate(packets, 1):
            if not record.problem and record.marker != (place == len(packets)):
                found = "a marker" if record.marker else "no marker"
                return Fact(False, expected, f"{record.place}: {found} on packet {place} of {len(packets)}")
    return Fact(True, expected, f"{len(pictures)} pictures")


def one_timestamp_per_picture(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-10: all packets of a picture bear one time stamp, and no two pictures the same."""
    expected = "one time stamp per picture"
    before: int | None = None
    pictures = _each(records, codec)
    for packets, _ in pictures:
        readable = [record for record in packets if not record.problem]
        if not readable:
            continue
        first = readable[0]
        if first.timestamp == before:
            return Fact(False, expected, f"{first.place}: {before} again, on the next picture")
        before = first.timestamp
        for record in readable:
            if record.timestamp != before:
                return Fact(False, expected, f"{record.place}: {record.timestamp} in the picture of {before}")
    return Fact(True, expected, f"{len(pictures)} pictures")


def ahead_of_pictures(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-13: (VPS,) SPS and PPS ahead of the slices of each key picture, no SPS ahead of others.

    AUD, SEI, sets that come twice and a PPS ahead of other pictures are the camera's affair.
    """
    wanted = SETS[codec]
    expected = f"{', '.join(wanted)} ahead of key pictures, no SPS ahead of others"
    keys = others = 0
    for packets, run in _beginning_whole(records, codec):
        slice_at = next((i for i, kind in enumerate(run.kinds) if kind in PICTURE_KINDS), len(run.kinds))
        keys += run.is_key
        others += not run.is_key
        good = set(wanted) <= set(run.kinds[:slice_at]) if run.is_key else "SPS" not in run.kinds
        if not good:
            which = "key picture" if run.is_key else "picture"
            return Fact(False, expected, f"{packets[0].place}: {', '.join(run.kinds)} ({which})")
    if not keys:
        raise NothingToJudge("no key picture among the packets")
    return Fact(True, expected, f"{keys} key pictures, {others} others")


def _beginning_whole(records: Sequence[RtpRecord], codec: str) -> Iterator[Picture]:
    """All pictures, but the first of what came over UDP where its first packets may have been lost."""
    pictures = _each(records, codec)
    first = pictures[0][1].kinds[:1]
    if records[0].part is None and first not in ([SETS[codec][0]], ["AUD"]):
        del pictures[0]
    return iter(pictures)


def nal_units(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-14: each packet holds one NAL unit or a fragment of one; start and end bits right, fragments
    rejoin, each with what the NAL unit's header says."""
    name = "FU-A" if codec == "H264" else "FU"
    expected = f"one NAL unit in each packet, or {name} fragments that rejoin"
    pictures = _each(records, codec)
    count = 0
    for packets, run in pictures:
        for record, read in zip(packets, run.payloads, strict=True):
            problem = ""
            if record.payload[:1] >= b"\x80":
                problem = "the forbidden bit is set"
            elif read.form in ("aggregate", "broken"):
                problem = f"{read.form} {read.kind}".strip()
            elif read.form == "fragment":
                count += 1
                if read.start and read.end:
                    problem = "start and end in one fragment"
                elif read.reserved:
                    problem = "the reserved bit is set"
                else:
                    problem = _lost_of_header(read, codec)
            if problem:
                return Fact(False, expected, f"{record.place}: {problem}")
        if run.problems:
            return Fact(False, expected, run.problems[0])
    return Fact(True, expected, f"{count} fragments in {len(pictures)} pictures")


def _lost_of_header(fragment: Payload, codec: str) -> str:
    """What fragments did not keep of their NAL unit's header, so that it rejoins with one that its kind
    cannot have: H.264 has no IDR picture, SPS or PPS with NRI 0 (7.4.1), H.265 no temporal id beside the
    lowest on a key picture (7.4.2.2). "" where nothing is lost."""
    if codec == "H264":
        lost = fragment.kind in ("IDR", "SPS", "PPS") and not fragment.header[0] & 0x60
        return f"a fragment of {fragment.kind} with NRI 0" if lost else ""
    level = fragment.header[1] & 7
    lost = level == 0 or (fragment.kind in KEY_KINDS and level != 1)
    return f"a fragment of {fragment.kind} with TID {level}" if lost else ""


def access_units(records: Sequence[RtpRecord], codec: str) -> list[bytes]:
    """The whole pictures from the first key picture of each stretch on that has its parameter sets, as Annex
    B, for a decoder; without those that cannot be decoded where nothing came ahead of a CRA picture."""
    found = [run.annex_b for _, run in _from_key_pictures(whole_pictures(records, codec), codec)]
    if not found:
        raise NothingToJudge("no key picture with its parameter sets among the packets")
    return found


def _from_key_pictures(pieces: Sequence[Sequence[Picture]], codec: str) -> list[Picture]:
    found: list[Picture] = []
    for pictures in pieces:
        keys = 0
        for packets, run in pictures:
            keys += run.is_key and (keys > 0 or set(SETS[codec]) <= set(run.kinds))
            if keys > 1 or (keys and "RASL" not in run.kinds):
                found.append((packets, run))
    return found


def as_shown(records: Sequence[RtpRecord], codec: str) -> list[RtpRecord] | None:
    """The first packet of each picture in the order in which a decoder shows them, where that is another than
    the order in which they came (B pictures, §3.2.7); else None."""
    pieces = once(records, ("pictures", codec), lambda: _whole_pictures(records, codec))
    pictures = _from_key_pictures(pieces, codec)
    decoded = decode_pictures(codec, [run.annex_b for _, run in pictures])
    order = [picture.unit for picture in decoded.pictures]
    if decoded.errors or order == sorted(order):
        return None
    return [pictures[number][0][0] for number in order]


def decodable(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-15: an independent decoder makes a picture of every access unit."""
    units = access_units(records, codec)
    return decodes(decode_pictures(codec, units), exactly=len(units))
