"""Playback audio: §3.2.2, §3.3.2."""

from __future__ import annotations

from itertools import product

from nvr_conformance.facts import playback_audio
from nvr_conformance.facts.answer_headers import kept
from nvr_conformance.facts.playback_chunk import answer_headers
from nvr_conformance.facts.playback_order import follow_on
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.procedures.audio_witness import SAME, live_apart
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.playback_gaps import left_out, pictures_pause
from nvr_conformance.reading.playback_audio import AudioWalk
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Fact,
    Gop,
    NotTested,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

ANSWERS = 8  # seconds of audio that are judged
IN_STEP = 5  # of these beside pictures
LATER = 3600_00  # hundredths between the two places that are listened to
MOST_GOPS = 64  # that may last as long
TRIED = 16  # cameras that are asked for audio: as many as play at once
ANY_VIDEO = ("H264", "H265", "JPEG")


@scenario(
    "PLB-12", "PLB-23", "PLB-24", "PLB-25", besides=("PLB-20",), setup={"time_zone": "America/St_Johns"}
)
def test_recorded_audio_of_each_codec(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """GOTODATE, and playaudio.cgi over and over, for one camera of each codec; then at another place,
    beside pictures, behind PAUSE and PLAY, and behind STOP."""
    judge = Judge(check, not_tested)
    player, first = player_in_recording(target, client, codecs=ANY_VIDEO)
    begin = require(first.start, "no place to begin is known")
    judged: dict[str, list[AudioWalk]] = {}
    beside: dict[int, bool] = {}  # whether the audio of a camera is where its pictures are
    cameras: dict[str, int] = {}  # that were asked: what a header says of its camera is judged, not believed
    for camera, among_others in _cameras_with_audio(target, player, begin).items():
        audios = _listen(player, camera, begin)
        codec = playback_audio.codec_of(audios or [among_others])
        name = f"{codec or 'audio'} of camera {camera}"
        id_ = "PLB-24" if codec == "AAC" else "PLB-23"
        judge(id_, f"{name}, header among others", playback_audio.header, [among_others], codec, camera)
        if not check(id_, audios, "audio", f"{len(audios)} answers", f"{name}, alone as among others"):
            continue
        judge(id_, f"{name}, header", playback_audio.header, audios, codec, camera)
        if codec in judged:
            one, other = _at_once(judged[codec], audios)
            if playback_audio.are_alike(one, other) and not live_apart(
                target, client, cameras[codec], camera
            ):
                not_tested(id_, f"{name}: cameras {cameras[codec]} and {camera} {SAME}")
            else:
                judge(id_, f"{name}, its own", playback_audio.own_audio, one, other)
            continue
        judged[codec], cameras[codec] = audios, camera
        judge(id_, f"{name}, sizes", playback_audio.sizes, audios, codec)
        judge(id_, f"{name}, times", playback_audio.times, audios, codec)
        judge(id_, f"{name}, padding", playback_audio.padded, audios)
        if codec == "AAC":
            judge(id_, f"{name}, decoded", playback_audio.units_decode, audios)
        else:
            judge(id_, f"{name}, codec", playback_audio.codec_byte, audios, codec)
        if len(audios) < ANSWERS and not _goes_on(player, camera, begin):
            not_tested("PLB-25", f"{name}: from where GOTODATE leads the pictures do not go on either")
        elif check("PLB-25", len(audios) == ANSWERS, f"{ANSWERS} answers", len(audios), f"{name}, goes on"):
            judge("PLB-25", f"{name}, length", playback_audio.about_a_second, audios, codec)
            gap = playback_audio.first_jump(audios, codec)
            if gap is None or not pictures_pause(player, camera, *gap):
                judge("PLB-25", f"{name}, in time", playback_audio.follow_on, audios, codec)
            else:
                not_tested("PLB-25", f"{name}: a gap in the recording at {gap[0] // 100}")
            judge("PLB-25", f"{name}, audio", playback_audio.none_twice, audios)
            if codec == "AAC":
                judge(id_, f"{name}, access units", playback_audio.units_once, audios)
        for moment in (begin, begin + LATER):
            player.goto(moment)
            pictures = player.fetch(camera)
            heard = player.listen(camera)
            if heard is not None and pictures.given:
                where = f"{name}, beside pictures {(moment - begin) // 100} s on"
                so = judge(id_, where, _beside, player, heard, pictures)
                beside[camera] = beside.get(camera, True) and so
    require(judged, "no camera gives audio")
    _judge_in_step(judge, player, cameras, begin)
    _judge_answers(judge, player, next(iter(cameras.values())), begin)
    camera = next(iter(cameras.values()))
    if beside.get(camera, False):  # else that is told already
        _judge_behind_pause(judge, player, camera, begin)
    _judge_stop(check, player, camera, begin)
    if not judged.keys() & {"G711", "G726"}:
        not_tested("PLB-23", "no camera gives G.711 or G.726")
    if "AAC" not in judged:
        not_tested("PLB-24", "no camera gives AAC")


def _judge_in_step(judge: Judge, player: Player, cameras: dict[str, int], begin: int) -> None:
    """PLB-12, PLB-25: pictures and audio of several cameras in turn, as who sees and hears them asks for
    them: each goes on where it was."""
    player.choose(*cameras.values())
    player.goto(begin)
    gops: dict[int, list[Gop]] = {camera: [] for camera in cameras.values()}
    audios: dict[int, list[AudioWalk]] = {camera: [] for camera in cameras.values()}
    for number, camera in product(range(IN_STEP), cameras.values()):
        heard, seen = player.listen(camera), gops[camera]
        if heard is None or len(audios[camera]) < number:
            continue
        audios[camera].append(heard)
        while not seen or ((seen[-1].start or 0) < heard.start * SECOND and len(seen) < MOST_GOPS):
            gop = player.fetch(camera)
            if not gop.given:
                break
            seen.append(gop)
    for codec, camera in cameras.items():
        name = f"{codec} of camera {camera}, pictures and audio in turn"
        player.choose(camera)
        gap = playback_audio.first_jump(audios[camera], codec)
        if len(audios[camera]) == IN_STEP and (gap is None or not pictures_pause(player, camera, *gap)):
            judge("PLB-25", name, playback_audio.follow_on, audios[camera], codec)
        if len(gops[camera]) > 1:
            judge("PLB-12", name, follow_on, gops[camera], left_out(player, gops[camera]))


def _judge_answers(judge: Judge, player: Player, camera: int, moment: int) -> None:
    """PLB-25: the header that is drawn ahead of audio; a second request on its connection."""
    player.choose(camera)
    player.goto(moment)
    answers = [player.ask_audio(camera, prove_end=True)]
    if answers[0].ok and not answers[0].goes_on:
        answers.append(player.ask_audio(camera, prove_end=True))
    if answers[0].ok and answers[0].body:
        judge("PLB-25", "header of the answer", answer_headers, answers[0], basis="header")
        judge("PLB-25", "the connection is kept", kept, answers, basis="kept")


def _judge_behind_pause(judge: Judge, player: Player, camera: int, moment: int) -> None:
    """PLB-25: PLAY behind PAUSE has audio of where its pictures are."""
    player.pause(moment)
    player.play()
    pictures, heard = player.fetch(camera), player.listen(camera)
    if pictures.given and heard is not None:
        name = f"audio of camera {camera} beside pictures, PLAY behind PAUSE"
        judge("PLB-25", name, _beside, player, heard, pictures)


def _beside(player: Player, heard: AudioWalk, pictures: Gop) -> Fact:
    """Audio begins where the pictures do, unless these are the last ahead of a gap. Moves the player."""
    fact = playback_audio.beside_pictures(heard, pictures.start, pictures.length)
    between = sorted((pictures.start or 0, heard.start * SECOND))
    if not fact.ok and pictures_pause(player, pictures.camera, between[0], between[1]):
        raise NothingToJudge("a gap in the recording lies between them")
    return fact


def _judge_stop(check: Check, player: Player, camera: int, moment: int) -> None:
    """PLB-20: behind STOP there is no audio."""
    player.stop(moment)
    heard = player.listen(camera)
    some = heard is not None and bool(heard.kind and heard.data)
    actual = f"audio from {heard.start} on" if some and heard is not None else "no audio"
    check("PLB-20", not some, "nothing more", actual, "playaudio.cgi behind STOP")


def _at_once(some: list[AudioWalk], others: list[AudioWalk]) -> tuple[AudioWalk, AudioWalk]:
    """The audio of two cameras in one second: cameras need not be in step. If there is none, the first of
    both."""
    starts = {audio.start: audio for audio in some}
    together = ((starts[audio.start], audio) for audio in others if audio.start in starts)
    return next(together, (some[0], others[0]))


def _goes_on(player: Player, camera: int, begin: int) -> bool:
    """Whether there are pictures of so many seconds from there on."""
    gop, fetched = player.at(camera, begin), 1
    while gop.given and gop.start is not None and fetched < MOST_GOPS:
        if gop.start >= begin + (ANSWERS - 1) * SECOND:
            return True
        gop, fetched = player.fetch(camera), fetched + 1
    return False


def _cameras_with_audio(target: Target, player: Player, moment: int) -> dict[int, AudioWalk]:
    """Of as many cameras as play at once, those that give any audio, and the first of it."""
    cameras = target.cameras[:TRIED]
    player.choose(*cameras)
    player.goto(moment)
    heard = {camera: player.listen(camera) for camera in cameras}
    return {camera: audio for camera, audio in heard.items() if audio is not None}


def _listen(player: Player, camera: int, moment: int) -> list[AudioWalk]:
    """The audio of a camera from a place on."""
    player.choose(camera)
    player.goto(moment)
    audios: list[AudioWalk] = []
    while len(audios) < ANSWERS and (heard := player.listen(camera)) is not None:
        audios.append(heard)
    return audios
