"""§6.3: a minute of recording in every kind of file, held against playback."""

from __future__ import annotations

from collections.abc import Iterator

from nvr_conformance.client.player import minute_in_recording
from nvr_conformance.facts import download as facts
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.crowded_downloads import whole_download
from nvr_conformance.procedures.download_lag import let_lag_pass
from nvr_conformance.procedures.downloaded_minute import (
    Minute,
    judge_audio,
    judge_pictures,
    judge_samples,
    play_minute,
)
from nvr_conformance.reading.decoding import decode_file
from nvr_conformance.reading.mp4_boxes import build_of
from nvr_conformance.scenario import (
    MINUTE,
    Check,
    Client,
    Download,
    NotTested,
    Observe,
    Player,
    PrerequisiteFailed,
    Require,
    Target,
    player_in_recording,
    scenario,
)

TRIED = 6  # cameras that are looked at, in search of each codec and each kind of audio
VIDEO_CODECS = ("H264", "H265")
TOO_LARGE = "its files are larger than the kit keeps"
CAMERAS = tuple(
    {"number": number, "fixture": "counter-small", "recorded": codec, "audio": audio}
    for number, codec, audio in ((1, "H264", "AAC"), (2, "H265", "G711"), (3, "H264", None))
)


@scenario(
    "DWN-01",
    "DWN-02",
    "DWN-03",
    "DWN-04",
    "DWN-10",
    "DWN-11",
    "DWN-12",
    "DWN-13",
    setup={"cameras": CAMERAS},
)
def test_a_minute_of_a_camera(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    observe: Observe,
    require: Require,
) -> None:
    """MP4 without and with audio, N3 without and with audio, the list: of a camera for each codec and each
    kind of audio that the first ones are recorded with, and of one without audio."""
    found: list[Minute] = []
    for minute in _minutes(target, client):
        found.append(minute)
        camera, begin = minute.camera, minute.begin
        silent, with_audio, both, video, index = (
            whole_download(client, camera, kind, begin, begin + MINUTE)
            for kind in ("MP4VO", "MP4", "N3", "N3VO", "LIST")
        )
        if not (silent.is_whole and with_audio.is_whole):
            not_tested("DWN-01", f"camera {camera}: {TOO_LARGE}")
            continue
        _pictures_only(check, not_tested, observe, minute, silent)
        if target.clock == "real" and facts.bodies(silent):
            seconds = max(silent.exchange.ended - silent.exchange.started, 0.1)
            observe("DWN-12", f"about {MINUTE / seconds:.0f} × real time", "speed")
        observe(
            "DWN-12", "UTC" if facts.bodies(silent) else "not as UTC", "STARTTIME and ENDTIME are taken as"
        )
        in_mp4 = _with_audio(check, not_tested, observe, minute, with_audio)
        wanted = {"n3r", "n3a"} if in_mp4 or minute.audio else {"n3r"}
        for kind, download, files in (
            ("N3", both, wanted),
            ("N3VO", video, {"n3r"}),
            ("LIST", index, {"n3n"}),
        ):
            name = f"{kind} of camera {camera}"
            check("DWN-10", *facts.suffixes(download, files, len(files)), name)
            _whole("DWN-10", check, download, name)
        kinds = {"MP4VO": silent, "MP4": with_audio, "N3": both, "N3VO": video, "LIST": index}
        for kind, download in kinds.items():
            if download.parts:
                check("DWN-03", *facts.part_headers(download.parts), f"{kind} of camera {camera}")
                check("DWN-04", *facts.chain(download.parts), f"{kind} of camera {camera}")
    if not any(minute.audio for minute in found):
        not_tested("DWN-02", "no audio is recorded of the first cameras")
    require(found, "no whole minute is recorded of the first cameras")


def _minutes(target: Target, client: Client) -> Iterator[Minute]:
    """A minute of a camera for each codec, each kind of audio and none, as far as the first cameras are
    recorded so."""
    codecs: set[str] = set()
    audios: set[str] = set()
    first_player, first = player_in_recording(target, client)
    first_player.session.logout()
    for camera in target.cameras[:TRIED]:
        player = Player(client.login())
        player.choose(camera)
        gop = player.with_room(camera, first.start or 0)
        if gop.given and gop.codec in VIDEO_CODECS and gop.start is not None:
            try:
                begin = minute_in_recording(player, gop)
            except PrerequisiteFailed:
                continue
            minute = play_minute(player, camera, begin)
            let_lag_pass(player.session, begin + MINUTE)
            if gop.codec not in codecs or minute.audio not in audios:
                codecs.add(gop.codec)
                audios.add(minute.audio)
                yield minute
        player.session.logout()


def _pictures_only(
    check: Check, not_tested: NotTested, observe: Observe, minute: Minute, download: Download
) -> None:
    """KIND=MP4VO."""
    name = f"camera {minute.camera}"
    _whole("DWN-01", check, download, f"{name}, multipart")
    _observe_names(observe, download)
    bodies = facts.bodies(download)
    files = [decode_file(body) for body in bodies]
    check("DWN-01", *facts.plays(files), f"{name} plays")
    if not files:
        return
    judge = Judge(check, not_tested)
    check("DWN-01", *facts.streams(files, audio=False), f"{name}, picture only")
    observe("DWN-12", ", ".join(sorted({file.brand for file in files})), "brand of the MP4")
    observe("DWN-12", ", ".join(sorted({build_of(body) for body in bodies})), "build of the MP4")
    judge_samples(judge, "DWN-01", bodies, files, name)
    judge_pictures(judge, minute, files, name, lambda began: _observe_begin(observe, began, name))


def _with_audio(
    check: Check, not_tested: NotTested, observe: Observe, minute: Minute, download: Download
) -> bool:
    """KIND=MP4: gives whether there is audio in it."""
    name = f"camera {minute.camera}, MP4"
    bodies = facts.bodies(download)
    files = [decode_file(body) for body in bodies]
    in_file = any(file.audio_streams for file in files)
    _whole("DWN-02", check, download, f"{name}, multipart")
    check("DWN-02", *facts.plays(files), f"{name} plays")
    if not files:
        return False
    judge = Judge(check, not_tested)
    if in_file or minute.audio:
        check("DWN-02", *facts.streams(files, audio=True), f"{name}, with audio")
        check("DWN-02", *facts.audio_lasts(files), f"{name}, length of the audio")
    samples = judge_samples(judge, "DWN-02", bodies, files, name)
    shifts = judge_pictures(judge, minute, files, name, lambda began: _observe_begin(observe, began, name))
    if shifts and minute.audio and in_file:
        judge_audio(judge, minute, bodies[0], samples, shifts, name)
    return in_file


def _whole(id_: str, check: Check, download: Download, name: str) -> None:
    good = download.is_multipart and not download.problem and set(download.statuses) <= {"0", None}
    check(id_, good, "a whole multipart, status 0", download, name)


def _observe_names(observe: Observe, download: Download) -> None:
    observe("DWN-12", ", ".join(facts.told_names(download)) or "none", "file names")


def _observe_begin(observe: Observe, began: float, name: str) -> None:
    observe("DWN-13", f"{began:+.1f} s", f"{name}: the first picture lies from STARTTIME")
