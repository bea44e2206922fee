"""Facts about the answers to ``playaudio.cgi`` (PLB-23 … PLB-25): pure functions over walked bodies."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.facts.live_audio import ACCESS_UNIT, DISTINCT, RATES, access_units_decode
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.playback_audio import (
    AAC_TIMES,
    BODY_BLOCK,
    CAMERA_AT,
    CODEC_AT,
    CODEC_BYTES,
    TELEPHONE_TIMES,
)
from nvr_conformance.reading.zone_bits import zone_bits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.reading.playback_audio import AudioUnit, AudioWalk

BYTES_A_SECOND = {"G711": 8000, "G726": 4000}
SHORTEST, LONGEST = 0.7, 1.5  # seconds that are "about one second"
_BETWEEN = 6000  # bytes a second between those of G.726 and of G.711
_ZEROS = 16  # bytes of 0x00 at the end that are no audio: µ-law has it for the loudest, G.726 for nothing
_GAP = 2  # seconds that may be a gap in the recording
_NEAR = 10  # seconds between audio and pictures of one place, besides a GOP
AU_HEADER = 4  # bytes


def codec_of(audios: Sequence[AudioWalk]) -> str:
    """ "AAC", "G711" or "G726": by the data, as many bytes as there are in a second; "" where that tells
    nothing."""
    if not audios or not audios[0].kind:
        return ""
    if audios[0].kind == "AAC":
        return "AAC"
    elapsed = audios[-1].start - audios[0].start
    if elapsed < 1 or elapsed > 2 * len(audios):
        bytes_a_second = sum(len(audio.samples) for audio in audios) / len(audios)
    else:
        bytes_a_second = sum(len(audio.samples) for audio in audios[:-1]) / elapsed
    return "G711" if bytes_a_second > _BETWEEN else "G726"


def seconds_of(audio: AudioWalk, codec: str) -> float:
    """How long the audio of an answer lasts."""
    if codec == "AAC":
        return len(audio.units) * ACCESS_UNIT / RATES["AAC"]
    return len(audio.samples) / BYTES_A_SECOND[codec]


def header(audios: Sequence[AudioWalk], codec: str, camera: int) -> Fact:
    """PLB-23, PLB-24: the ids of the codec, and the camera."""
    ids = "0xff13, 0xff12/0x003c" if codec == "AAC" else "0xff03"
    expected = f"{ids}, camera {camera}"
    for number, audio in enumerate(_some(audios)):
        problem = audio.problems.get("header", "")
        if not problem and audio.camera != camera:
            problem = f"offset {CAMERA_AT}: camera {audio.camera}"
        if problem:
            return Fact(False, expected, f"answer {number}: {problem}")
    return Fact(True, expected, f"so in {len(audios)} answers")


def codec_byte(audios: Sequence[AudioWalk], codec: str) -> Fact:
    """PLB-23: the codec's byte is that of the samples, of which there are 8000 or 4000 bytes a second."""
    expected = f"{codec}, {BYTES_A_SECOND[codec]} bytes a second"
    for number, audio in enumerate(_some(audios)):
        if CODEC_BYTES.get(audio.codec_byte) != codec:
            return Fact(False, expected, f"answer {number}: offset {CODEC_AT}: codec {audio.codec_byte}")
    return Fact(True, expected, f"so in {len(audios)} answers")


def sizes(audios: Sequence[AudioWalk], codec: str) -> Fact:
    """PLB-23, PLB-24: the audio data size is that of the audio, into which units go exactly."""
    expected = "the audio data size, units that fill it" if codec == "AAC" else "the audio data size"
    for number, audio in enumerate(_some(audios)):
        problem = audio.problems.get("sizes", "")
        if not problem and codec != "AAC" and not any(audio.data[-_ZEROS:]):
            problem = f"offset 4: the last {_ZEROS} of {audio.stated} bytes are 0x00, which is no audio"
        if problem:
            return Fact(False, expected, f"answer {number}: {problem}")
    return Fact(True, expected, ", ".join(sorted({str(audio.stated) for audio in audios})[:4]) + " bytes")


def times(audios: Sequence[AudioWalk], codec: str) -> Fact:
    """PLB-23, PLB-24: start, end and their zones: as far apart as the audio lasts, zones well-formed and
    alike. Which bits of the zone info byte have the sign and summer time is open (OP-21): two must do for
    all."""
    expected = "start and end as far apart as the audio is long, one zone"
    for number, audio in enumerate(_some(audios)):
        problem = audio.problems.get("times", "")
        lasts = seconds_of(audio, codec)
        at = AAC_TIMES if audio.kind == "AAC" else TELEPHONE_TIMES
        if not problem and abs(audio.end - audio.start - lasts) > 1:
            problem = f"offset {at}: start {audio.start}, end {audio.end}, audio of {lasts:.2f} s"
        if not problem and not zone_bits(each.zone_sample for each in audios[: number + 1]):
            sign, summer, info = audio.zone_sample
            problem = f"offset {at + 7}: zone info 0x{info:02x}, at the end sign {sign}, summer time {summer}"
        if problem:
            return Fact(False, expected, f"answer {number}: {problem}")
    return Fact(True, expected, f"so in {len(audios)} answers")


def beside_pictures(audio: AudioWalk, pictures: int | None, length: float | None) -> Fact:
    """PLB-23, PLB-24, PLB-25: the first audio behind GOTODATE or PLAY starts where the pictures do, which
    take ``length`` (hundredths both)."""
    if pictures is None:
        raise NothingToJudge("when the pictures were taken is not known")
    expected = f"a start near {pictures // 100}, that of the pictures"
    away = audio.start - pictures / 100
    slack = _NEAR + (length or 0) / 100
    return Fact(-slack <= away <= slack, expected, f"start {audio.start}")


def padded(audios: Sequence[AudioWalk]) -> Fact:
    """PLB-23, PLB-24: a multiple of 4096 bytes, whatever the padding holds, and however much it is."""
    expected = f"a multiple of {BODY_BLOCK} bytes"
    for number, audio in enumerate(_some(audios)):
        if problem := audio.problems.get("padding", ""):
            return Fact(False, expected, f"answer {number}: {problem}")
    return Fact(True, expected, f"so in {len(audios)} answers")


def units_decode(audios: Sequence[AudioWalk]) -> Fact:
    """PLB-24: each unit is an access unit of 1024 samples, behind an AU header of whatever content where its
    AU info says so; a 0x00 in front of either may be attached, or the first byte of it."""
    return access_units(audios)[1]


def access_units(audios: Sequence[AudioWalk]) -> tuple[list[bytes], Fact]:
    """The access units of AAC as they decode, and whether they do: read as ``units_decode`` says."""
    units = [unit for audio in _some(audios) for unit in audio.units]
    readings = [[read(unit) for unit in units] for read in (_bare, _behind_0, _bare_behind_0)]
    found = [(reading, access_units_decode(reading)) for reading in readings]
    return next((each for each in found if each[1].ok), found[0])


def _bare(unit: AudioUnit) -> bytes:
    return unit.data[AU_HEADER:] if unit.au_info == 1 else unit.data


def _behind_0(unit: AudioUnit) -> bytes:
    return _without_0(_bare(unit))


def _bare_behind_0(unit: AudioUnit) -> bytes:
    data = _without_0(unit.data)
    return data[AU_HEADER:] if unit.au_info == 1 else data


def _without_0(data: bytes) -> bytes:
    return data[1:] if data[:1] == b"\0" else data


def about_a_second(audios: Sequence[AudioWalk], codec: str) -> Fact:
    """PLB-25: each answer holds about one second."""
    expected = "about one second each"
    lengths = [seconds_of(audio, codec) for audio in _measurable(audios)]
    shown = sorted({f"{length:.2f}" for length in lengths})
    right = all(SHORTEST <= length <= LONGEST for length in lengths)
    return Fact(right, expected, f"{len(lengths)} answers of {', '.join(shown[:4])} s")


def follow_on(audios: Sequence[AudioWalk], codec: str) -> Fact:
    """PLB-25: each answer starts where the last one ended, within the second that times are cut to; in all,
    no more than that is lost or told twice."""
    expected = "each starts where the last one ended"
    if len(_measurable(audios)) < 2:
        raise NothingToJudge("one answer follows on nothing")
    whole = 0.0
    for number, (before, after) in enumerate(pairwise(audios), 1):
        lasts = seconds_of(before, codec)
        whole += lasts
        if abs(after.start - before.start - lasts) >= 1 or abs(after.start - audios[0].start - whole) > 1:
            actual = f"answer {number}: start {after.start} behind {before.start}, which lasts {lasts:.2f} s"
            return Fact(False, expected, actual)
    return Fact(True, expected, f"{audios[0].start} … {audios[-1].start}, {whole:.2f} s")


def in_turn(audios: Sequence[AudioWalk], codec: str) -> bool:
    """Whether the answers follow on each other: only then their samples, one behind the other, are sound."""
    try:
        return bool(codec) and follow_on(audios, codec).ok
    except NothingToJudge:
        return False


def first_jump(audios: Sequence[AudioWalk], codec: str) -> tuple[int, int] | None:
    """Where more than two seconds are left out for the first time: from and to, in hundredths."""
    for before, after in pairwise(audios):
        end = before.start + seconds_of(before, codec)
        if after.start - end > _GAP:
            return round(end * 100), after.start * 100
    return None


def none_twice(audios: Sequence[AudioWalk]) -> Fact:
    """PLB-25: no answer has the audio of the one before, unless that may be silence."""
    expected = "other audio in each answer"
    for number, (before, after) in enumerate(pairwise(_some(audios)), 1):
        if _audible(before) and after.data == before.data:
            return Fact(False, expected, f"answer {number}: the {len(after.data)} bytes of the answer before")
    return Fact(True, expected, f"{len(audios)} answers")


def units_once(audios: Sequence[AudioWalk]) -> Fact:
    """PLB-24: no access unit comes again where an answer ends, or where the next one begins. NothingToJudge
    where units come again within answers, too: that is silence, or a tone."""
    again = 0
    for audio in _some(audios):
        units = [unit.data for unit in audio.units]
        if any(one == other for one, other in pairwise(units[:-1])):
            raise NothingToJudge("what is heard is the same again and again")
        again += units[-2:-1] == units[-1:]
    for before, after in pairwise(audios):
        again += bool(before.units and after.units) and before.units[-1].data == after.units[0].data
    actual = f"{again} come again where an answer ends" if again else f"{len(audios)} answers"
    return Fact(not again, "each access unit once", actual)


def are_alike(audio: AudioWalk, other: AudioWalk) -> bool:
    """Whether two cameras have the same audio at the same time, silence not counted."""
    return _audible(audio) and (audio.start, audio.data) == (other.start, other.data)


def own_audio(audio: AudioWalk, other: AudioWalk) -> Fact:
    """PLB-23, PLB-24: two cameras have not the same audio at the same time, unless that may be silence."""
    if not _audible(audio) or audio.start != other.start:
        raise NothingToJudge("no audio of two cameras to compare")
    same = audio.data == other.data
    actual = f"camera {other.camera} has {'the same' if same else 'other'} audio"
    return Fact(not same, "other audio from each camera", actual)


def _audible(audio: AudioWalk) -> bool:
    pieces = {unit.data for unit in audio.units} if audio.units else set(audio.samples)
    return len(pieces) >= DISTINCT


def _measurable(audios: Sequence[AudioWalk]) -> Sequence[AudioWalk]:
    for audio in _some(audios):
        if audio.kind == "AAC" and "sizes" in audio.problems:
            raise NothingToJudge("where access units end is not known")
    return audios


def _some(audios: Sequence[AudioWalk]) -> Sequence[AudioWalk]:
    if not audios:
        raise NothingToJudge("no audio")
    return audios
