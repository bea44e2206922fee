"""Cameras of high numbers: live, in playback and in downloads each is its own."""

from __future__ import annotations

from nvr_conformance.client.player import AGO, minute_in
from nvr_conformance.facts import download as facts
from nvr_conformance.facts.playback_chunk import information
from nvr_conformance.facts.rtp_extension import names_camera
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.crowded_downloads import whole_download
from nvr_conformance.procedures.download_lag import let_lag_pass
from nvr_conformance.procedures.streams import wait_for_key_picture
from nvr_conformance.procedures.usual_recordings import RECORDINGS
from nvr_conformance.reading.decoding import decode_file, decode_pictures
from nvr_conformance.reading.nal_units import pictures_of
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    LiveStream,
    NotApplicable,
    NotTested,
    Player,
    PrerequisiteFailed,
    Require,
    Target,
    scenario,
)

NUMBERS = (1, 2, 10, 17, 99, 100, 128)
"""Of one digit, of two, beyond sixteen, of three, and the highest of all."""
BEYOND = (1, 9, 16, 98, 99)
MANY = {
    "channels": 128,
    "recordings": RECORDINGS,
    "cameras": [
        {"number": number, "fixture": "counter-small", "recorded": "H265" if number % 2 else "H264"}
        for number in NUMBERS
    ],
}
KEY_WAIT = 12.0  # seconds
RECORDED = 24.0  # seconds that are played of what was live and follows: scenes come again meanwhile
GOPS = 3  # more of each camera
MOST = 60  # GOPs in RECORDED


@scenario("PLB-32", besides=("LIV-12", "PLB-05"), setup=MANY)
def test_cameras_of_high_numbers(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    require: Require,
) -> None:
    """One camera beyond 9, 16 and 99, and the last: MASK with it alone, its number and its pictures live and
    in playback, and a minute of the last one as a file."""
    judge = Judge(check, not_tested, not_applicable)
    cameras = _chosen(target)
    require(len(cameras) > 1, "no camera beyond the first ones is connected")
    codecs: dict[int, str] = {}
    for camera in cameras:
        player = Player(client.login())
        masked = player.choose(camera)
        gop = player.with_room(camera, round(target.unix_time() - AGO) * SECOND)
        name = f"camera {camera} alone"
        if masked.ok and not gop.given and not target.set_up:
            not_tested("PLB-32", f"{name}: {gop}; whether it was recorded is not known")
        elif check("PLB-32", masked.ok and gop.given, "plays", gop if masked.ok else f"MASK: {masked}", name):
            judge("PLB-05", f"camera {camera}", information, gop.chunk, camera, gop.codec)
            codecs[camera] = gop.codec
        player.session.logout()
    began = round(target.unix_time()) * SECOND
    live: dict[int, set[str]] = {}
    for camera, stream in _streams(target, client, codecs).items():
        records = target.rtp.dissect(stream.packets)
        judge("LIV-12", f"camera {camera}", names_camera, records, camera, basis="camera")
        if stream.comp != codecs[camera]:
            continue  # coded otherwise, no picture is the same
        pictures = [run.annex_b for run in pictures_of(records, stream.comp)]
        live[camera] = {each.luma for each in decode_pictures(stream.comp, pictures).pictures}
    target.pass_time(RECORDED)
    played = {camera: _played(client, camera, began) for camera in codecs}
    of_live = _whose(live, played)
    for camera, whose in of_live.items():
        check("LIV-12", whose == camera, camera, whose, f"camera {camera}, whose pictures", basis="camera")
    # Two that disagree both ways do not say which is wrong: that is told once, above.
    if all(whose == camera for camera, whose in of_live.items()):
        for camera, whose in _whose(played, live).items():
            check(
                "PLB-05", whose == camera, camera, whose, f"camera {camera}, whose pictures", basis="request"
            )


def _whose(ours: dict[int, set[str]], theirs: dict[int, set[str]]) -> dict[int, int]:
    """Of whom the pictures of each camera are, by what cameras show the other way: of itself, where any is
    its own; else of the camera that has them. A camera is left out whose pictures nobody has, and one that
    shows nothing the other way: it is not recorded all the time."""
    found = {}
    for camera, pictures in ours.items():
        having = [number for number, others in theirs.items() if pictures & others]
        if having and theirs.get(camera):
            found[camera] = camera if camera in having else having[0]
    return found


def _chosen(target: Target) -> list[int]:
    """The first camera, the first one beyond each bound, and the last."""
    there = target.cameras
    first = [next((camera for camera in there if camera > bound), None) for bound in (0, *BEYOND)]
    return list(dict.fromkeys(camera for camera in (*first, *there[-1:]) if camera is not None))


def _streams(target: Target, client: Client, codecs: dict[int, str]) -> dict[int, LiveStream]:
    """A stream over HTTP of each camera, in the codec of its recording if it may be, all at once; up to a key
    picture and a second more."""
    session = client.login()
    session.get("live_setup")
    streams: dict[int, LiveStream] = {}
    for camera, codec in codecs.items():
        try:
            sent = target.live_codecs(camera)
        except PrerequisiteFailed:  # sends no video
            continue
        streams[camera] = session.start_http(camera, codec if codec in sent else sent[0])
    for stream in streams.values():
        wait_for_key_picture(stream, KEY_WAIT)
    target.pass_time(1.0)
    target.settle()
    for stream in streams.values():
        session.stop(stream)
        stream.close()
    session.logout()
    return {camera: stream for camera, stream in streams.items() if stream.total}


def _played(client: Client, camera: int, began: int) -> set[str]:
    """The pictures of a camera that were recorded from a moment on; none where recording had ended."""
    player = Player(client.login())
    player.choose(camera)
    gops = [gop for gop in (player.at(camera, began), *player.several(camera, GOPS)) if gop.given]
    # Two cameras that show the same out of step are told apart by the time in which all of it comes.
    while gops and len(gops) < MOST and (gop := player.fetch(camera)).given:
        gops.append(gop)
        if gop.start is None or gop.start > began + RECORDED * SECOND:
            break
    player.session.logout()
    gops = [gop for gop in gops if gop.start is None or gop.start + (gop.length or SECOND) > began]
    return {each.luma for gop in gops for each in decode_pictures(gop.codec, gop.chunk.pictures).pictures}


@scenario("DWN-11", setup=MANY)
def test_a_file_of_the_last_camera(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """A minute of the camera with the highest number has the pictures that it plays."""
    camera = require(_chosen(target)[1:], "no camera beyond the first ones is connected")[-1]
    player = Player(client.login())
    player.choose(camera)
    gops = [player.at(camera, round(target.unix_time() - AGO) * SECOND), *player.several(camera, GOPS)]
    if not gops[0].given or gops[0].start is None:
        not_tested("DWN-11", "the last camera plays nothing")
        return
    begin = minute_in(gops[0]) - MINUTE
    let_lag_pass(player.session, begin + 2 * MINUTE)
    download = whole_download(client, camera, "MP4VO", begin, begin + 2 * MINUTE)
    files = [decode_file(body) for body in facts.bodies(download)]
    witnesses = facts.witnesses(gops, begin, begin + 2 * MINUTE)
    decoded = [decode_pictures(gop.codec, gop.chunk.pictures) for gop in witnesses]
    if not witnesses or not files or any(each.errors for each in decoded):
        not_tested("DWN-11", f"no GOPs of the last camera to compare, or no file: {download}")
        return
    check("DWN-11", *facts.same_pictures(witnesses, decoded, files[0], begin), f"camera {camera}")
