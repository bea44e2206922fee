"""Facts about the samples of a downloaded MP4: sync samples, order, times, audio beside pictures (§6.3,
ISO/IEC 14496-12)."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.facts.download import clock_slack
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.nal_units import KEY_KINDS, kind_of, nal_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nvr_conformance.reading.decoding import Decoded, DecodedFile
    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.reading.mp4_samples import Mp4Sample
    from nvr_conformance.reading.playback_audio import AudioWalk

CODECS = {"h264": "H264", "hevc": "H265"}
IN_STEP = 1.5  # seconds: times of playback audio are whole ones
LOUD = 1e-4  # mean square: 40 dB below the loudest
SILENT = 1e-3  # mean square of a file's audio by that of playback: 30 dB below it
BLOCK = 800  # samples of telephone audio of which it is asked whether they are loud
MOSTLY = 0.9  # share of the audio of a file
UNEVEN = 0.3  # seconds by which a picture's time may differ from where it lies in an even GOP


def sync_samples(samples: Sequence[Mp4Sample], codec: str) -> Fact:
    """DWN-01: key pictures, and no others, are sync samples. ``codec`` is FFmpeg's name."""
    expected = "key pictures alone as sync samples"
    pictures = [sample for sample in samples if sample.is_video]
    if codec not in CODECS or not pictures:
        raise NothingToJudge("no pictures of H.264 or H.265")
    name = CODECS[codec]
    for number, sample in enumerate(pictures):
        kinds = {kind_of(name, nal_type(name, unit[0])) for unit in sample.nal_units if unit}
        if sample.is_sync != bool(kinds & KEY_KINDS):
            what = "a sync sample" if sample.is_sync else "no sync sample"
            return Fact(False, expected, f"sample {number} is {what}: {', '.join(sorted(kinds))}")
    keys = sum(sample.is_sync for sample in pictures)
    return Fact(True, expected, f"{keys} of {len(pictures)} pictures")


def times_rise(samples: Sequence[Mp4Sample]) -> Fact:
    """DWN-01: of pictures and of audio each sample is decoded later than the one before, and shown not before
    it is decoded."""
    expected = "samples each later than the one before"
    if not samples:
        raise NothingToJudge("no samples")
    for is_video in (True, False):
        name = "picture" if is_video else "audio sample"
        track = [sample for sample in samples if sample.is_video == is_video]
        for number, (before, after) in enumerate(pairwise(track), 1):
            if after.decoded <= before.decoded or after.shown < after.decoded:
                told = f"shown at {after.shown:.3f} s, decoded at {after.decoded:.3f} s"
                return Fact(False, expected, f"{name} {number}: {told}, behind {before.decoded:.3f} s")
    return Fact(True, expected, f"{len(samples)} samples")


def likely(shifts: Sequence[float], gops: Sequence[Gop]) -> list[float]:
    """Of the places at which a file may lie in the range that was asked for, those within a GOP of its begin;
    else the nearest."""
    longest = max((gop.length or 0 for gop in gops), default=0) / 100
    return [shift for shift in shifts if abs(shift) <= longest + UNEVEN] or list(shifts[:1])


def evenly(
    gops: Sequence[Gop], decoded: Sequence[Decoded], file: DecodedFile, shifts: Sequence[float], begin: int
) -> Fact:
    """DWN-11: the pictures of each GOP are as far apart in the file as they are in playback; where playback
    does not tell the time of each, they lie within their GOP. ``shifts``: where the file's time 0 may lie in
    the range from ``begin`` on (Unix seconds)."""
    found = [_evenly(gops, decoded, file, shift, begin) for shift in likely(shifts, gops)]
    if not found:
        raise NothingToJudge("where the file lies in the range is not known")
    return next((fact for fact in found if fact.ok), found[0])


def _evenly(
    gops: Sequence[Gop], decoded: Sequence[Decoded], file: DecodedFile, shift: float, begin: int
) -> Fact:
    expected = "times of pictures as in playback"
    told = 0
    for gop, pictures in zip(gops, decoded, strict=True):
        if gop.start is None or gop.interval is None:
            continue
        start = gop.start / 100 - begin - shift
        slack = clock_slack(gop, gops[0])
        first = _nearest(file.times, start)
        slack += max(UNEVEN, 1.5 * gop.interval / 100)
        for number, time in enumerate(file.times[first : first + len(pictures.pictures)]):
            told += 1
            off = _outside(time - start, _place(gop, number))
            if abs(off) > slack:
                where = f"picture {number} of the GOP {start:.2f} s into the file"
                return Fact(False, expected, f"{where}: {off:+.2f} s off")
    if not told:
        raise NothingToJudge("how far apart pictures are is not known")
    return Fact(True, expected, f"{told} pictures")


def _place(gop: Gop, number: int) -> tuple[float, float]:
    """From when to when a picture of a GOP may come, in seconds behind its begin: a camera that sends now
    fast and now slowly does so within a GOP as well."""
    even = number * (gop.interval or 0) / 100
    if gop.plausible_span is not None and gop.moments and number < len(gop.moments):
        moment = gop.moments[number] / 100
        return min(even, moment), max(even, moment)
    return 0.0, (gop.length or 0) / 100


def _outside(moment: float, place: tuple[float, float]) -> float:
    """How far it lies outside, 0 within."""
    earliest, latest = place
    return min(0.0, moment - earliest) or max(0.0, moment - latest)


def _nearest(times: Sequence[float], moment: float) -> int:
    """Which of rising times is nearest to a moment."""
    behind = bisect_left(times, moment)
    return min((max(0, behind - 1), behind), key=lambda at: abs(times[min(at, len(times) - 1)] - moment))


def audible(files: Sequence[DecodedFile], audios: Sequence[AudioWalk]) -> Fact:
    """DWN-02: G.711 that is loud throughout in playback is not silence in the files. NothingToJudge where
    playback is quiet for a while: it may be so all the time."""
    expected = f"at least {MOSTLY:.0%} of the audio heard, as in playback"
    samples = b"".join(audio.samples for audio in audios)
    blocks = [samples[at : at + BLOCK] for at in range(0, len(samples) - BLOCK + 1, BLOCK)]
    quietest = min(map(_mean_square, blocks), default=0.0)
    if quietest < LOUD:
        raise NothingToJudge("the audio of playback is no G.711, or quiet for a while")
    pieces = [loudness for file in files for loudness in file.loudness]
    if not pieces:
        raise NothingToJudge("the files have no audio that can be heard")
    heard = sum(loudness > SILENT * quietest for loudness in pieces) / len(pieces)
    return Fact(heard >= MOSTLY, expected, f"{heard:.0%} of it")


def _mean_square(samples: bytes) -> float:
    """Of G.711 (µ-law), about: each sample by its segment."""
    return sum(4.0 ** ((~sample >> 4 & 7) - 9) for sample in samples) / len(samples)


def same_pictures(samples: Sequence[Mp4Sample], others: Sequence[Mp4Sample]) -> Fact:
    """DWN-01: two downloads of one range hold the same pictures. NothingToJudge where the second one holds
    none, or is too large."""
    one, other = ([sample.data for sample in each if sample.is_video] for each in (samples, others))
    if not other:
        raise NothingToJudge("there is no file to hold it against")
    alike = sum(a == b for a, b in zip(one, other, strict=False))
    expected = f"the same {len(other)} pictures as on a UID of its own"
    return Fact(alike == len(one) == len(other), expected, f"{len(one)} pictures, {alike} of them the same")


def audio_in_step(samples: Sequence[Mp4Sample], units: Sequence[bytes], moments: Sequence[float]) -> Fact:
    """DWN-02: access units of playback audio stand in the file at their time, one of ``moments`` (seconds
    from its time 0). NothingToJudge where the file has others: it may have been coded anew."""
    track = [sample for sample in samples if not sample.is_video]
    stored, wanted = [sample.data.lstrip(b"\0") for sample in track], list(units)
    places = [
        number
        for number, unit in enumerate(stored)
        if wanted and unit == wanted[0] and stored[number : number + len(wanted)] == wanted
    ]
    if not places or not moments:
        raise NothingToJudge("the audio of the file is not the recorded one, unit by unit")
    off = min((track[number].shown - at for number in places for at in moments), key=abs)
    expected = f"the audio of playback {moments[0]:.2f} s into the file, ± {IN_STEP} s"
    return Fact(abs(off) <= IN_STEP, expected, f"{off:+.2f} s off")


def audio_of_all(
    files: Iterable[Sequence[Mp4Sample]], early: Sequence[bytes], later: Sequence[Sequence[bytes]]
) -> Fact:
    """DWN-02: the files of one range have most of the access units that playback gives of some of its
    moments. NothingToJudge where those of its begin (``early``) are not there: audio was coded anew."""
    stored = {sample.data.lstrip(b"\0") for file in files for sample in file if not sample.is_video}

    def share(units: Sequence[bytes]) -> float:
        return sum(unit.lstrip(b"\0") in stored for unit in units) / len(units) if units else 1.0

    if not early or share(early) < MOSTLY:
        raise NothingToJudge("the audio of the files is not the recorded one, unit by unit")
    worst = min(map(share, later), default=1.0)
    return Fact(worst >= MOSTLY, f"at least {MOSTLY:.0%} of the audio of playback", f"{worst:.0%} of it")
