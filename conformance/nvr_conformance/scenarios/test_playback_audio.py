"""Playback audio: §3.2.2, §3.3.2."""

from __future__ import annotations

from nvr_conformance import sound_sequence as sequence
from nvr_conformance.chunk_checks import Judge
from nvr_conformance.playback_gaps import is_recorded
from nvr_conformance.playing import SECOND, Player, player_in_recording
from nvr_conformance.scenario import Check, Client, NotTested, Require, Target, scenario
from nvr_conformance.sound_walk import SoundWalk
from nvr_conformance.sound_witness import SAME, live_apart

ANSWERS = 8  # seconds of sound that are judged
LATER = 3600_00  # hundredths between the two places that are listened to
MOST_GOPS = 64  # that may last as long
TRIED = 16  # cameras that are asked for sound: as many as play at once
ANY_VIDEO = ("H264", "H265", "JPEG")


@scenario("PLB-23", "PLB-24", "PLB-25", setup={"time_zone": "America/St_Johns"})
def test_recorded_sound_of_each_codec(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """GOTODATE, and playaudio.cgi over and over, for one camera of each codec; then at another place."""
    judge = Judge(check, not_tested)
    player, first = player_in_recording(target, client, codecs=ANY_VIDEO)
    begin = require(first.start, "no place to begin is known")
    judged: dict[str, SoundWalk] = {}
    for camera in _cameras_with_sound(target, player, begin):
        codec, sounds = _listen(player, camera, begin)
        if not sounds:
            continue
        name = f"{codec} of camera {camera}"
        id_ = "PLB-24" if codec == "AAC" else "PLB-23"
        if codec in judged:
            one = judged[codec]
            if sequence.are_alike(one, sounds[0]) and not live_apart(target, client, one.camera, camera):
                not_tested(id_, f"{name}: cameras {one.camera} and {camera} {SAME}")
            else:
                judge(id_, f"{name}, its own", sequence.own_sound, one, sounds[0])
            continue
        judged[codec] = sounds[0]
        judge(id_, f"{name}, header", sequence.header, sounds, codec, camera)
        judge(id_, f"{name}, sizes", sequence.sizes, sounds, codec)
        judge(id_, f"{name}, times", sequence.times, sounds, codec)
        judge(id_, f"{name}, padding", sequence.padded, sounds)
        if codec == "AAC":
            judge(id_, f"{name}, decoded", sequence.units_decode, sounds)
        else:
            judge(id_, f"{name}, codec", sequence.codec_byte, sounds, codec)
        if len(sounds) < ANSWERS and not _goes_on(player, camera, begin):
            not_tested("PLB-25", f"{name}: from where GOTODATE leads the pictures do not go on either")
        elif check("PLB-25", len(sounds) == ANSWERS, f"{ANSWERS} answers", len(sounds), f"{name}, goes on"):
            judge("PLB-25", f"{name}, length", sequence.about_a_second, sounds, codec)
            gap = sequence.first_jump(sounds, codec)
            if gap is None or is_recorded(player, camera, *gap):
                judge("PLB-25", f"{name}, in time", sequence.follow_on, sounds, codec)
            else:
                not_tested("PLB-25", f"{name}: a gap in the recording at {gap[0] // 100}")
            judge("PLB-25", f"{name}, sound", sequence.none_twice, sounds)
        for moment in (begin, begin + LATER):
            player.goto(moment)
            pictures = player.fetch(camera)
            heard = player.listen(camera)
            if heard is not None and pictures.given:
                where = f"{name}, beside pictures {(moment - begin) // 100} s on"
                judge(id_, where, sequence.beside_pictures, heard, pictures.start, pictures.length)
    require(judged, "no camera gives sound")
    if not judged.keys() & {"G711", "G726"}:
        not_tested("PLB-23", "no camera gives G.711 or G.726")
    if "AAC" not in judged:
        not_tested("PLB-24", "no camera gives AAC")


def _goes_on(player: Player, camera: int, begin: int) -> bool:
    """Whether there are pictures of so many seconds from there on."""
    gop, fetched = player.at(camera, begin), 1
    while gop.given and gop.start is not None and fetched < MOST_GOPS:
        if gop.start >= begin + (ANSWERS - 1) * SECOND:
            return True
        gop, fetched = player.fetch(camera), fetched + 1
    return False


def _cameras_with_sound(target: Target, player: Player, moment: int) -> list[int]:
    """Of as many cameras as play at once, those that give any sound."""
    cameras = target.cameras[:TRIED]
    player.choose(*cameras)
    player.goto(moment)
    return [camera for camera in cameras if player.listen(camera) is not None]


def _listen(player: Player, camera: int, moment: int) -> tuple[str, list[SoundWalk]]:
    """The codec of a camera, and its sound from a place on."""
    player.choose(camera)
    player.goto(moment)
    sounds: list[SoundWalk] = []
    while len(sounds) < ANSWERS and (heard := player.listen(camera)) is not None:
        sounds.append(heard)
    return sequence.codec_of(sounds), sounds
