"""What playback gives of a minute at its begin, in its middle and towards its end; and a file of that minute
held against it (§6.3.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from nvr_conformance.client.player import MINUTE
from nvr_conformance.facts import download as facts
from nvr_conformance.facts import mp4_samples as mp4
from nvr_conformance.facts import playback_audio
from nvr_conformance.facts.audio_likeness import AROUND, heard_alike
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.audio_samples import sound_of_file, sounds_of_units
from nvr_conformance.reading.decoding import decode_pictures
from nvr_conformance.reading.gop import SECOND
from nvr_conformance.reading.mp4_samples import read_samples
from nvr_conformance.reading.playback_audio import CODEC_BYTES, AudioWalk

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.player import Player
    from nvr_conformance.judgement.fact import Fact
    from nvr_conformance.procedures.checks import Judge
    from nvr_conformance.reading.decoding import Decoded, DecodedFile
    from nvr_conformance.reading.gop import Gop
    from nvr_conformance.reading.mp4_samples import Mp4Sample

WATCHED = (0, 24, 44)  # seconds into the minute
GOPS = 4  # from each of them on
HEARD = (12, 30, 46)  # seconds: a file may begin and end ten seconds from where it was asked to
ANSWERS = 3  # from each of them on, of about a second
TOUCH = 0.3  # seconds between the end of an answer and the start of the next, cut to whole ones as they are


@dataclass(frozen=True)
class Minute:
    """What playback gives of a minute of a camera. ``gops``: those that a file can be held against, and what
    they decode to; ``slack``: seconds by which a file may begin and end elsewhere; ``heard``: runs of audio,
    each from where it was asked for."""

    camera: int
    begin: int
    gops: list[Gop]
    decoded: list[Decoded]
    slack: float
    heard: list[list[AudioWalk]] = field(default_factory=list)

    @property
    def audio(self) -> str:
        """The codec of its audio, "" without any."""
        return playback_audio.codec_of([audio for run in self.heard for audio in run])


def play_minute(player: Player, camera: int, begin: int) -> Minute:
    """Fetch it. ``begin`` in Unix seconds."""
    player.choose(camera)
    fetched: list[Gop] = []
    found: dict[int, Gop] = {}
    for second in WATCHED:
        player.goto((begin + second) * SECOND)
        run = player.several(camera, GOPS)
        fetched += run
        found |= {gop.start or 0: gop for gop in facts.witnesses(run, begin, begin + MINUTE)}
    gops = [found[start] for start in sorted(found)]
    decoded = [decode_pictures(gop.codec, gop.chunk.pictures) for gop in gops]
    return Minute(camera, begin, gops, decoded, facts.slack_of(fetched), _listen(player, camera, begin))


def listen_from(player: Player, camera: int, moment: int) -> list[AudioWalk]:
    """Some seconds of audio from a moment on (Unix seconds); none where there is none."""
    player.goto(moment * SECOND)
    run: list[AudioWalk] = []
    while len(run) < ANSWERS and (audio := player.listen(camera)) is not None:
        run.append(audio)
    return run


def _listen(player: Player, camera: int, begin: int) -> list[list[AudioWalk]]:
    runs: list[list[AudioWalk]] = []
    for second in HEARD:
        if not (run := listen_from(player, camera, begin + second)):
            break
        runs.append(run)
    return runs


def judge_pictures(
    judge: Judge, minute: Minute, files: list[DecodedFile], name: str, found: Callable[[float], None]
) -> list[float]:
    """DWN-11, DWN-13: which pictures these files of a minute have, when, and which part of it they cover.

    ``found`` is told where the first picture lies, in seconds. Gives where the first file's time 0 may lie;
    none where its pictures are not playback's.
    """
    begin, first = minute.begin, files[0]
    began, shifts = None, []
    same = judge("DWN-11", name, _same_pictures, minute, files)
    if not _problem(minute):
        gops, decoded = _in_first(minute, files)
        shifts = facts.shifts(gops, decoded, first, begin)
        if shifts and first.stored:
            judge("DWN-11", f"{name}, times", mp4.evenly, gops, decoded, first, shifts, begin)
            began = facts.where_it_begins(files, shifts, MINUTE)
            found(began)
    judge("DWN-13", f"a minute of {name}", facts.covers, files, MINUTE, minute.slack, began)
    return shifts if same else []


def _same_pictures(minute: Minute, files: list[DecodedFile]) -> Fact:
    if problem := _problem(minute):
        raise NothingToJudge(problem)
    return facts.same_pictures(*_in_first(minute, files), files[0], minute.begin)


def _problem(minute: Minute) -> str:
    """What keeps a file from being held against playback; empty if nothing."""
    if not minute.gops:
        return "playback gives no GOPs of this minute that follow on each other"
    if any(each.errors or not each.pictures for each in minute.decoded):
        return "what playback gives does not decode"
    return ""


def _in_first(minute: Minute, files: list[DecodedFile]) -> tuple[list[Gop], list[Decoded]]:
    """The GOPs of playback, and what they decode to, that must be in the first file: those ahead of its end.
    That it ends where it should is another matter (DWN-13)."""
    end = files[0].stored[-1] if files[0].stored else 0.0
    end -= minute.slack if len(files) > 1 else 0.0
    ends = [((gop.start or 0) + (gop.length or 0)) / 100 - minute.begin for gop in minute.gops]
    kept = [number for number in range(len(ends)) if not number or ends[number] <= end]
    return [minute.gops[number] for number in kept], [minute.decoded[number] for number in kept]


def judge_samples(
    judge: Judge, id_: str, bodies: list[bytes], files: list[DecodedFile], name: str
) -> list[Mp4Sample]:
    """DWN-01, DWN-02: what a player needs besides pictures that decode. Gives the samples of the first
    file."""
    read = [read_samples(body) for body in bodies]
    for number, (samples, file) in enumerate(zip(read, files, strict=True), 1):
        which = f"{name}, file {number}"
        judge(id_, f"{which}, sync samples", mp4.sync_samples, samples, file.codec, basis="container")
        judge(id_, f"{which}, order of samples", mp4.times_rise, samples, basis="container")
    return read[0]


def judge_audio(
    judge: Judge, minute: Minute, body: bytes, samples: list[Mp4Sample], shifts: list[float], name: str
) -> None:
    """DWN-02: hold the audio of a file against that of playback, by the pictures beside it."""
    likely = mp4.likely(shifts, minute.gops)
    for run in minute.heard:
        moments = [run[0].start - minute.begin - shift for shift in likely]
        where = f"{name}, {run[0].start - minute.begin} s into the range"
        judge(
            "DWN-02", f"audio beside pictures of {where}", _audio, minute.audio, run, samples, body, moments
        )


def _audio(
    codec: str, run: list[AudioWalk], samples: list[Mp4Sample], body: bytes, moments: list[float]
) -> Fact:
    """Unit by unit where the file has the recorded ones; else by what it sounds like."""
    if codec != "AAC" and {CODEC_BYTES.get(audio.codec_byte) for audio in run} != {codec}:
        raise NothingToJudge("playback says another codec than it gives audio of")
    lengths = [playback_audio.seconds_of(audio, codec) for audio in run]
    if problem := next((audio.problems["sizes"] for audio in run if "sizes" in audio.problems), ""):
        raise NothingToJudge(f"the audio that playback gives cannot be read: {problem}")
    for number, (before, after) in enumerate(pairwise(run), 1):
        steps = (
            after.start - before.start - lengths[number - 1],
            after.start - run[0].start - sum(lengths[:number]),
        )
        if not all(-1 < step < 1 for step in steps):
            raise NothingToJudge("the audio that playback gives does not follow on")
    if not playback_audio.none_twice(run).ok:
        raise NothingToJudge("playback gives the same audio twice")
    last = max((sample.shown for sample in samples if sample.is_video), default=0.0)
    if not moments or min(moments) + sum(lengths) > last:
        raise NothingToJudge("the first file ends ahead of it")
    units = playback_audio.access_units(run)[0] if codec == "AAC" else [audio.samples for audio in run]
    units, moments = _from_its_begin(units, sum(lengths), moments)
    if not units:
        raise NothingToJudge("the first file begins behind it")
    try:
        return mp4.audio_in_step(samples, [unit.lstrip(b"\0") for unit in units], moments)
    except NothingToJudge:
        around = (min(moments) - AROUND, max(moments) + sum(lengths) + AROUND)
        return heard_alike(sound_of_file(body, *around), sounds_of_units(codec, units), moments)


def _from_its_begin(
    units: list[bytes], seconds: float, moments: list[float]
) -> tuple[list[bytes], list[float]]:
    """The units that begin in the file, wherever of the moments (seconds from its time 0) the first is; and
    the moments of the first of them. What is sought with its beginning cut off is found where it repeats."""
    length = seconds / max(len(units), 1)
    ahead = ceil(-min(moments) / length) if length and min(moments) < 0 else 0
    return units[ahead:], [moment + ahead * length for moment in moments]
