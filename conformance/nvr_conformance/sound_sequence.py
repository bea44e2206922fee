"""Facts about the answers to ``playaudio.cgi`` (PLB-23 … PLB-25): pure functions over walked bodies."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.fact import Fact
from nvr_conformance.outcomes import NothingToJudge
from nvr_conformance.sound_judging import ACCESS_UNIT, DISTINCT, RATES, access_units_decode
from nvr_conformance.sound_walk import (
    AAC_TIMES,
    BODY_BLOCK,
    CAMERA_AT,
    CODEC_AT,
    CODEC_BYTES,
    TELEPHONE_TIMES,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.sound_walk import SoundUnit, SoundWalk

BYTES_A_SECOND = {"G711": 8000, "G726": 4000}
SHORTEST, LONGEST = 0.7, 1.5  # seconds that are "about one second"
_BETWEEN = 6000  # bytes a second between those of G.726 and of G.711
_ZEROS = 16  # bytes of 0x00 at the end that are no sound: µ-law has it for the loudest, G.726 for nothing
_GAP = 2  # seconds that may be a gap in the recording
_NEAR = 3  # seconds between sound and pictures of one place


def codec_of(sounds: Sequence[SoundWalk]) -> str:
    """ "AAC", "G711" or "G726": by the data, as many bytes as there are in a second; "" where that tells
    nothing."""
    if not sounds or not sounds[0].kind:
        return ""
    if sounds[0].kind == "AAC":
        return "AAC"
    elapsed = sounds[-1].start - sounds[0].start
    if elapsed < 1 or elapsed > 2 * len(sounds):
        bytes_a_second = sum(len(sound.samples) for sound in sounds) / len(sounds)
    else:
        bytes_a_second = sum(len(sound.samples) for sound in sounds[:-1]) / elapsed
    return "G711" if bytes_a_second > _BETWEEN else "G726"


def seconds_of(sound: SoundWalk, codec: str) -> float:
    """How long the sound of an answer lasts."""
    if codec == "AAC":
        return len(sound.units) * ACCESS_UNIT / RATES["AAC"]
    return len(sound.samples) / BYTES_A_SECOND[codec]


def header(sounds: Sequence[SoundWalk], codec: str, camera: int) -> Fact:
    """PLB-23, PLB-24: the ids of the codec, and the camera."""
    ids = "0xff13, 0xff12/0x003c" if codec == "AAC" else "0xff03"
    expected = f"{ids}, camera {camera}"
    for number, sound in enumerate(_some(sounds)):
        problem = sound.problems.get("header", "")
        if not problem and sound.camera != camera:
            problem = f"offset {CAMERA_AT}: camera {sound.camera}"
        if problem:
            return Fact(False, expected, f"answer {number}: {problem}")
    return Fact(True, expected, f"so in {len(sounds)} answers")


def codec_byte(sounds: Sequence[SoundWalk], codec: str) -> Fact:
    """PLB-23: the codec's byte is that of the samples, of which there are 8000 or 4000 bytes a second."""
    expected = f"{codec}, {BYTES_A_SECOND[codec]} bytes a second"
    for number, sound in enumerate(_some(sounds)):
        if CODEC_BYTES.get(sound.codec_byte) != codec:
            return Fact(False, expected, f"answer {number}: offset {CODEC_AT}: codec {sound.codec_byte}")
    return Fact(True, expected, f"so in {len(sounds)} answers")


def sizes(sounds: Sequence[SoundWalk], codec: str) -> Fact:
    """PLB-23, PLB-24: the audio data size is that of the sound, into which units go exactly."""
    expected = "the audio data size, units that fill it" if codec == "AAC" else "the audio data size"
    for number, sound in enumerate(_some(sounds)):
        problem = sound.problems.get("sizes", "")
        if not problem and codec != "AAC" and not any(sound.data[-_ZEROS:]):
            problem = f"offset 4: the last {_ZEROS} of {sound.stated} bytes are 0x00, which is no sound"
        if problem:
            return Fact(False, expected, f"answer {number}: {problem}")
    return Fact(True, expected, ", ".join(sorted({str(sound.stated) for sound in sounds})[:4]) + " bytes")


def times(sounds: Sequence[SoundWalk], codec: str) -> Fact:
    """PLB-23, PLB-24: start, end and their zones: as far apart as the sound lasts, zones well-formed and
    alike."""
    expected = "start and end as far apart as the sound is long, one zone"
    for number, sound in enumerate(_some(sounds)):
        problem = sound.problems.get("times", "")
        lasts = seconds_of(sound, codec)
        if not problem and abs(sound.end - sound.start - lasts) > 1:
            at = AAC_TIMES if sound.kind == "AAC" else TELEPHONE_TIMES
            problem = f"offset {at}: start {sound.start}, end {sound.end}, sound of {lasts:.2f} s"
        if problem:
            return Fact(False, expected, f"answer {number}: {problem}")
    return Fact(True, expected, f"so in {len(sounds)} answers")


def beside_pictures(sound: SoundWalk, pictures: int | None, length: float | None) -> Fact:
    """PLB-23, PLB-24: the first sound behind GOTODATE starts where the pictures do, which take ``length``
    (hundredths both)."""
    if pictures is None:
        raise NothingToJudge("when the pictures were taken is not known")
    expected = f"a start near {pictures // 100}, that of the pictures"
    away = sound.start - pictures / 100
    return Fact(-_NEAR <= away <= _NEAR + (length or 0) / 100, expected, f"start {sound.start}")


def padded(sounds: Sequence[SoundWalk]) -> Fact:
    """PLB-23, PLB-24: zeros to a multiple of 4096 bytes."""
    expected = f"zeros to the next multiple of {BODY_BLOCK}"
    for number, sound in enumerate(_some(sounds)):
        problem = sound.problems.get("padding", "")
        if not problem and sound.size % BODY_BLOCK:
            problem = f"{sound.size} bytes"
        if problem:
            return Fact(False, expected, f"answer {number}: {problem}")
    return Fact(True, expected, f"so in {len(sounds)} answers")


def units_decode(sounds: Sequence[SoundWalk]) -> Fact:
    """PLB-24: each unit is an access unit of 1024 samples, behind an AU header where its AU info says so; a
    0x00 in front may be attached, or the unit's own first byte."""
    units = [unit for sound in _some(sounds) for unit in sound.units]
    if any(unit.au_info == 1 and not _headed(unit) for unit in units):
        return Fact(False, "units that decode", "AU info 1, and no AU header that tells the unit's size")
    bare = [unit.data[4:] if unit.au_info == 1 else unit.data for unit in units]
    fact = access_units_decode(bare)
    if fact.ok:
        return fact
    return access_units_decode([data[1:] if data[:1] == b"\0" else data for data in bare])


def _headed(unit: SoundUnit) -> bool:
    head, behind = unit.data[:4], len(unit.data) - 4
    return head[:2] == b"\0\x10" and int.from_bytes(head[2:], "big") >> 3 == behind


def about_a_second(sounds: Sequence[SoundWalk], codec: str) -> Fact:
    """PLB-25: each answer holds about one second."""
    expected = "about one second each"
    lengths = [seconds_of(sound, codec) for sound in _measurable(sounds)]
    shown = sorted({f"{length:.2f}" for length in lengths})
    right = all(SHORTEST <= length <= LONGEST for length in lengths)
    return Fact(right, expected, f"{len(lengths)} answers of {', '.join(shown[:4])} s")


def follow_on(sounds: Sequence[SoundWalk], codec: str) -> Fact:
    """PLB-25: each answer starts where the last one ended, within the second that times are cut to; in all,
    no more than that is lost or told twice."""
    expected = "each starts where the last one ended"
    if len(_measurable(sounds)) < 2:
        raise NothingToJudge("one answer follows on nothing")
    whole = 0.0
    for number, (before, after) in enumerate(pairwise(sounds), 1):
        lasts = seconds_of(before, codec)
        whole += lasts
        if abs(after.start - before.start - lasts) >= 1 or abs(after.start - sounds[0].start - whole) > 1:
            actual = f"answer {number}: start {after.start} behind {before.start}, which lasts {lasts:.2f} s"
            return Fact(False, expected, actual)
    return Fact(True, expected, f"{sounds[0].start} … {sounds[-1].start}, {whole:.2f} s")


def first_jump(sounds: Sequence[SoundWalk], codec: str) -> tuple[int, int] | None:
    """Where more than two seconds are left out for the first time: from and to, in hundredths."""
    for before, after in pairwise(sounds):
        end = before.start + seconds_of(before, codec)
        if after.start - end > _GAP:
            return round(end * 100), after.start * 100
    return None


def none_twice(sounds: Sequence[SoundWalk]) -> Fact:
    """PLB-25: no answer has the sound of the one before, unless that may be silence."""
    expected = "other sound in each answer"
    for number, (before, after) in enumerate(pairwise(_some(sounds)), 1):
        if _audible(before) and after.data == before.data:
            return Fact(False, expected, f"answer {number}: the {len(after.data)} bytes of the answer before")
    return Fact(True, expected, f"{len(sounds)} answers")


def are_alike(sound: SoundWalk, other: SoundWalk) -> bool:
    """Whether two cameras have the same sound at the same time, silence not counted."""
    return _audible(sound) and (sound.start, sound.data) == (other.start, other.data)


def own_sound(sound: SoundWalk, other: SoundWalk) -> Fact:
    """PLB-23, PLB-24: two cameras have not the same sound at the same time, unless that may be silence."""
    if not _audible(sound) or sound.start != other.start:
        raise NothingToJudge("no sound of two cameras to compare")
    same = sound.data == other.data
    actual = f"camera {other.camera} has {'the same' if same else 'other'} sound"
    return Fact(not same, "other sound from each camera", actual)


def _audible(sound: SoundWalk) -> bool:
    pieces = {unit.data for unit in sound.units} if sound.units else set(sound.samples)
    return len(pieces) >= DISTINCT


def _measurable(sounds: Sequence[SoundWalk]) -> Sequence[SoundWalk]:
    for sound in _some(sounds):
        if sound.kind == "AAC" and "sizes" in sound.problems:
            raise NothingToJudge("where access units end is not known")
    return sounds


def _some(sounds: Sequence[SoundWalk]) -> Sequence[SoundWalk]:
    if not sounds:
        raise NothingToJudge("no sound")
    return sounds
