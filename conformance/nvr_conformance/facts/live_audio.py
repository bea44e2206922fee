"""Facts about live audio (LIV-26 … LIV-29): pure functions over dissected records and captured parts.

Codecs are told apart by the data and the RTP clock, for a wrong label must not look like another codec: AAC
access units decode, and no samples do; G.711 has a byte for each tick of the clock, G.726 one for two. How
large units are, and whether they are of one size, is open (OP-16).
"""

from __future__ import annotations

import struct
from collections import Counter
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.decoding import decode_audio

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from nvr_conformance.reading.rtp import RtpRecord
    from nvr_conformance.wire.live_streams import CapturedPacket

MILLISECOND = 8  # samples of G.711 and G.726
SAMPLES_PER_BYTE = {"G711": 1, "G726": 2}
RATES = {"G711": 8000, "G726": 8000, "AAC": 48_000}
CONTENT_TYPES = {"AAC": "audio/48kaac-lc", "G726": "audio/g.726-32k"}
"""In lower case; for G.711 the document names none (OP-18)."""

ACCESS_UNIT = 1024  # samples
AU_HEADER = 4  # bytes ahead of an access unit over RTP
DISTINCT = 16  # different units without which audio may be silence
SETTLED = 1.0  # seconds behind the first unit in which what was kept may come at once
PAUSE = 0.2  # seconds without a sound for which a recorder may send nothing

_FEWEST = 3  # units that tell a codec
_LONG_ENOUGH = 2.0  # seconds of which something can be missed
_MOST_OF_IT = 0.75  # of that time, at least: a sender may lag
_DECODES = 0.9  # of units that are access units, at least
_MOST_AHEAD = 8  # bytes that may wrongly stand ahead of samples
_TELEPHONE_LIMIT = 6000  # bytes a second between those of G.726 and of G.711
_TELEPHONE_RATES = {"G711": (6400, 9600), "G726": (3200, 4800)}  # bytes a second, ± 20 %


def codec_of(records: Sequence[RtpRecord]) -> str:
    """ "AAC", "G711" or "G726", by what the packets hold and how far the clock goes on behind each."""
    readable = _some(records)
    steps = [(before, _step(before, after)) for before, after in pairwise(readable)]
    if len(steps) < _FEWEST:
        raise NothingToJudge(f"{len(readable)} packets do not tell the codec")
    if _are_access_units(access_units(records)):
        return "AAC"
    for codec in SAMPLES_PER_BYTE:
        if _most(_holds_samples(record, step, codec) for record, step in steps):
            return codec
    if _most(step == ACCESS_UNIT for _, step in steps):
        return "AAC"
    # The clock is wrong, or no data is what it should be. Samples at least have one clock.
    speeds = Counter(len(record.payload) / step for record, step in steps if step)
    if not _most(speed == speeds.most_common(1)[0][0] for speed in speeds.elements()):
        return "AAC"
    rate = _bytes_a_second([(len(record.payload), record.arrived) for record in readable])
    return "G711" if rate > _TELEPHONE_LIMIT else "G726"


def codec_of_parts(parts: Sequence[CapturedPacket]) -> str:
    """The same, of audio over HTTP alone: by whether it decodes, else by the bytes a second, and where these
    are those of neither codec by the Content-Type."""
    bodies = [part.data for part in parts]
    if len(bodies) < _FEWEST:
        raise NothingToJudge(f"{len(bodies)} parts do not tell the codec")
    # More or less than one 0x00 may wrongly stand ahead of access units, or an AU header.
    if any(_are_access_units([body[ahead:] for body in bodies]) for ahead in range(AU_HEADER + 2)):
        return "AAC"
    rate = _bytes_a_second([(len(part.data) - 1, part.arrived) for part in parts])
    for codec, (low, high) in _TELEPHONE_RATES.items():
        if low <= rate <= high:
            return codec
    types = {part.part.content_type for part in parts if part.part is not None}
    for codec, content_type in CONTENT_TYPES.items():
        if types == {content_type}:
            return codec
    raise NothingToJudge(f"{rate:.0f} bytes a second that do not decode do not tell the codec")


def settled(records: Sequence[RtpRecord]) -> list[RtpRecord]:
    """Without the packets of the first second, in which a recorder may send what it has kept."""
    return [record for record in records if record.arrived > records[0].arrived + SETTLED]


def _are_access_units(units: Sequence[bytes]) -> bool:
    """Whether nearly all are access units of AAC-LC: samples do not decode as such, be they silence."""
    counts = decode_audio("AAC", units).samples
    return counts.count(ACCESS_UNIT) >= _DECODES * len(units)


def _holds_samples(record: RtpRecord, step: int, codec: str) -> bool:
    """Whether a packet holds the samples of its time, whatever may stand ahead of them."""
    return 0 <= len(record.payload) - step / SAMPLES_PER_BYTE[codec] <= _MOST_AHEAD


def _most(truths: Iterable[bool]) -> bool:
    counts = Counter(truths)
    return counts[True] > counts[False]


def _bytes_a_second(units: Sequence[tuple[int, float]]) -> float:
    """Of units (bytes, and when they came), those of the first second left out."""
    first, last = units[0][1], units[-1][1]
    begin = max(came for _, came in units if came <= first + SETTLED)
    if last - begin < SETTLED:
        raise NothingToJudge(f"{last - first:.1f} s of audio do not tell the codec")
    return sum(size for size, came in units if came > begin) / (last - begin)


def own_audio(audios: Mapping[int, Sequence[bytes]]) -> Fact:
    """LIV-26: no two cameras of one codec send the same units at the same time, unless it may be silence."""
    expected = "other audio from each camera"
    heard = _audible(audios)
    if len(heard) < 2:
        raise NothingToJudge("no two cameras of one codec that are not silent")
    for camera, other in alike(audios):
        same = len(heard[camera] & heard[other])
        return Fact(False, expected, f"{same} units of camera {other} are those of camera {camera}")
    return Fact(True, expected, f"cameras {', '.join(map(str, heard))}")


def alike(audios: Mapping[int, Sequence[bytes]]) -> list[tuple[int, int]]:
    """The pairs of cameras that send the same units, silence not counted."""
    return [
        (camera, other)
        for (camera, units), (other, others) in combinations(_audible(audios).items(), 2)
        if len(units & others) > min(len(units), len(others)) / 2
    ]


def _audible(audios: Mapping[int, Sequence[bytes]]) -> dict[int, set[bytes]]:
    """The different units of each camera that is not silent."""
    return {camera: set(units) for camera, units in audios.items() if len(set(units)) >= DISTINCT}


def samples_alone(records: Sequence[RtpRecord], codec: str) -> Fact:
    """LIV-27: each payload holds as many samples as the clock of 8 kHz goes on until the next packet: samples
    right behind the header, and nothing else."""
    per_byte = SAMPLES_PER_BYTE[codec]
    expected = f"{per_byte} samples of {codec} in each byte, 8000 a second"
    followed = _followed(records, codec)
    for record, step in followed:
        if len(record.payload) * per_byte != step:
            actual = f"{record.place}: {len(record.payload)} bytes, then {step} samples on"
            return Fact(False, expected, actual)
    return Fact(True, expected, f"so in {len(followed)} packets")


def access_units(records: Sequence[RtpRecord]) -> list[bytes]:
    """What follows the 4 bytes of AU header in each packet, whatever these hold."""
    return [record.payload[AU_HEADER:] for record in _some(records)]


def au_header(records: Sequence[RtpRecord]) -> str:
    """In words, what the 4 bytes ahead of access units hold (OP-36)."""
    found = {_read_au_header(record.payload) for record in _some(records)}
    return ", ".join(sorted(found)[:4])


def _read_au_header(payload: bytes) -> str:
    if len(payload) < AU_HEADER:
        return f"{len(payload)} bytes"
    bits, header = struct.unpack_from(">HH", payload)
    size = len(payload) - AU_HEADER
    if not bits and not header:
        return "zeros"
    if bits == 16 and header >> 3 == size:
        return "as RFC 3640 has it: 16 bits, then the size and an index"
    if bits == 2 and header >> 3 == size:
        return "the length of the header in bytes, then the size and an index"
    for name, value in (("the size", size), ("the size and its own", size + AU_HEADER)):
        if value in (header, header >> 3, bits << 16 | header):
            return f"{name}, in a way of its own"
    return "something else"


def content_type(codec: str, types: Iterable[str]) -> Fact:
    """LIV-29: the Content-Type that is stated of AAC-LC and G.726; of G.711 none is, but those two are not
    its."""
    stated = CONTENT_TYPES.get(codec)
    expected = stated or "any but those of AAC-LC and G.726"
    found = {name or "none" for name in types}
    right = found == {stated} if stated else not found & set(CONTENT_TYPES.values())
    return Fact(right, expected, ", ".join(sorted(found)))


def access_units_decode(units: Sequence[bytes]) -> Fact:
    """LIV-28, LIV-29, PLB-24: each unit is an AAC-LC access unit of 1024 samples."""
    expected = f"access units of {ACCESS_UNIT} samples that decode without error"
    if not units:
        raise NothingToJudge("no access units")
    if any(unit[:1] == b"\xff" and unit[1:2] >= b"\xf0" for unit in units):
        return Fact(False, expected, "units behind ADTS headers")
    audio = decode_audio("AAC", units)
    right = not audio.errors and audio.samples == [ACCESS_UNIT] * len(units) and audio.rate == RATES["AAC"]
    sizes = sorted(set(audio.samples))
    actual = f"{len(units)} units, {len(audio.samples)} decoded, to {sizes} samples at {audio.rate} Hz"
    strange = next((at for at, count in enumerate(audio.samples) if count != ACCESS_UNIT), None)
    if audio.errors:
        actual += f", {audio.errors[0]}"
    elif strange is not None:
        actual += f", unit {strange} to {audio.samples[strange]}"
    return Fact(right, expected, actual)


def units_on_the_clock(records: Sequence[RtpRecord]) -> Fact:
    """LIV-28: the clock goes on by 1024 from packet to packet: one access unit in each."""
    expected = f"{ACCESS_UNIT} samples from packet to packet"
    followed = _followed(records, "AAC")
    for record, step in followed:
        if step != ACCESS_UNIT:
            return Fact(False, expected, f"{record.place}: {step} samples on")
    return Fact(True, expected, f"so in {len(followed)} packets")


def leading_zero(packets: Sequence[CapturedPacket]) -> Fact:
    """LIV-29: each body begins with 0x00, and there is more behind it."""
    expected = "0x00, then the audio"
    if not packets:
        raise NothingToJudge("no parts")
    for packet in packets:
        if len(packet.data) < 2 or packet.data[0]:
            where = f" at offset {packet.part.offset}" if packet.part is not None else ""
            return Fact(
                False, expected, f"part {packet.number}{where}: {packet.data[:4].hex(' ') or 'empty'}"
            )
    return Fact(True, expected, f"so in {len(packets)} parts")


def same_units(bodies: Sequence[bytes], codec: str, records: Sequence[RtpRecord]) -> Fact:
    """LIV-29: behind 0x00 the parts hold what RTP packets hold behind their headers: as many samples, or
    another whole number of milliseconds."""
    if not bodies or not samples_alone(records, codec).ok:
        raise NothingToJudge(f"no {codec} in RTP packets to compare with")
    sizes = {len(record.payload) for record in records}
    found = {len(body) - 1 for body in bodies}
    expected = f"units of {_list(sizes)} bytes, as in RTP packets"
    strange = next((number for number, body in enumerate(bodies) if len(body) - 1 not in sizes), None)
    where = "" if strange is None else f", part {strange} the first"
    whole = all(size > 0 and size % (MILLISECOND // SAMPLES_PER_BYTE[codec]) == 0 for size in found)
    return Fact(found <= sizes or whole, expected, f"units of {_list(found)} bytes{where}")


def none_left_out(parts: Sequence[CapturedPacket], codec: str, records: Sequence[RtpRecord]) -> Fact:
    """LIV-29: the parts hold as many seconds of audio as pass while they come, where packets leave nothing
    out: what nobody hears need not be sent (RFC 3551, 4.1)."""
    pairs = list(pairwise(_some(records)))
    if not pairs or any(_is_pause(before, after, codec) for before, after in pairs):
        raise NothingToJudge("sound is left out over RTP as well")
    passed = parts[-1].arrived - parts[0].arrived if parts else 0.0
    if passed < _LONG_ENOUGH:
        raise NothingToJudge(f"parts come for {passed:.1f} s")
    per_byte = SAMPLES_PER_BYTE.get(codec)
    samples = sum(ACCESS_UNIT if per_byte is None else (len(part.data) - 1) * per_byte for part in parts)
    held = samples / RATES[codec]
    expected = f"about {passed:.1f} s of audio, as long as they come"
    return Fact(held >= _MOST_OF_IT * passed - PAUSE, expected, f"{held:.1f} s in {len(parts)} parts")


def _list(sizes: set[int]) -> str:
    return ", ".join(str(size) for size in sorted(sizes)[:5])


def _followed(records: Sequence[RtpRecord], codec: str) -> list[tuple[RtpRecord, int]]:
    """Each packet with the samples from its time stamp to that of the next, where neither a packet nor sound
    is missing between."""
    found = [
        (before, _step(before, after))
        for before, after in pairwise(_some(records))
        if (after.sequence - before.sequence) % 65536 == 1 and not _is_pause(before, after, codec)
    ]
    if not found:
        raise NothingToJudge("no two packets in a row")
    return found


def _is_pause(before: RtpRecord, after: RtpRecord, codec: str) -> bool:
    """Whether there was nothing to hear between two packets (RFC 3551, 4.1): the clock goes on further than
    the samples, and the second packet comes as much later."""
    per_byte = SAMPLES_PER_BYTE.get(codec)
    held = ACCESS_UNIT if per_byte is None else len(before.payload) * per_byte
    silent = (_step(before, after) - held) / RATES[codec]
    return PAUSE <= silent <= 2 * (after.arrived - before.arrived)


def _step(before: RtpRecord, after: RtpRecord) -> int:
    """Samples from one time stamp to the other."""
    return (after.timestamp - before.timestamp) % 2**32


def _some(records: Sequence[RtpRecord]) -> list[RtpRecord]:
    readable = [record for record in records if not record.problem]
    if not readable:
        raise NothingToJudge("no packets")
    return readable
