"""§6.3: a minute of recording in every kind of file, held against playback."""

from __future__ import annotations

from nvr_conformance.client.player import minute_in_recording
from nvr_conformance.facts import download as facts
from nvr_conformance.facts import mp4_samples as mp4
from nvr_conformance.facts.live_audio import AU_HEADER
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.crowded_downloads import whole_download
from nvr_conformance.reading.decoding import Decoded, DecodedFile, decode_file, decode_pictures
from nvr_conformance.reading.mp4_boxes import build_of
from nvr_conformance.reading.mp4_samples import read_samples
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    Download,
    Gop,
    NotTested,
    Observe,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

GOPS = 7
TOO_LARGE = "its files are larger than the kit keeps"
MICROPHONES = tuple(
    {"number": number, "fixture": "counter-small", "recorded": codec, "audio": audio}
    for number, codec, audio in ((1, "H264", "AAC"), (2, "H265", "G711"))
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
    setup={"cameras": MICROPHONES},
)
def test_a_minute_of_a_camera(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    observe: Observe,
    require: Require,
) -> None:
    """One camera: MP4 without and with audio, N3 without and with audio, the list."""
    player, first = player_in_recording(target, client)
    camera, begin = first.camera, minute_in_recording(player, first)
    end = begin + MINUTE

    silent = whole_download(client, camera, "MP4VO", begin, end)
    require(silent.is_whole, f"{TOO_LARGE}: {silent}")
    bodies = facts.bodies(silent)
    seen: tuple[list[Gop], list[Decoded]] | None = None
    files = [decode_file(body) for body in bodies]
    _whole("DWN-01", check, silent)
    check("DWN-01", *facts.plays(files), "plays")
    if files:
        check("DWN-01", *facts.streams(files, audio=False), "picture only")
        _samples(check, not_tested, bodies, files)
        observe("DWN-12", ", ".join(sorted({file.brand for file in files})), "brand of the MP4")
        observe("DWN-12", ", ".join(sorted({build_of(body) for body in bodies})), "build of the MP4")
        seen = _pictures_of_playback(check, observe, not_tested, player, camera, files, begin)
    if target.clock == "real" and files:
        seconds = max(silent.exchange.ended - silent.exchange.started, 0.1)
        observe("DWN-12", f"about {MINUTE / seconds:.0f} × real time", "speed")
    observe("DWN-12", _names(silent), "file names")
    observe("DWN-12", "UTC" if files else "not as UTC", "STARTTIME and ENDTIME are taken as")

    with_audio = whole_download(client, camera, "MP4", begin, end)
    require(with_audio.is_whole, f"{TOO_LARGE}: {with_audio}")
    both = whole_download(client, camera, "N3", begin, end)
    _has_audio(check, not_tested, with_audio, both)
    if seen is not None:
        _audio_beside_pictures(Judge(check, not_tested), player, with_audio, seen, begin)

    video = whole_download(client, camera, "N3VO", begin, end)
    index = whole_download(client, camera, "LIST", begin, end)
    check("DWN-10", *facts.suffixes(video, {"n3r"}, 1), "N3VO")
    check("DWN-10", *facts.suffixes(index, {"n3n"}, 1), "LIST")
    kinds = {"MP4VO": silent, "MP4": with_audio, "N3": both, "N3VO": video, "LIST": index}
    for kind, download in kinds.items():
        if download.parts:
            check("DWN-03", *facts.part_headers(download.parts), kind)
            check("DWN-04", *facts.chain(download.parts), kind)


@scenario("DWN-01", "DWN-11", "DWN-13", setup={"cameras": MICROPHONES})
def test_a_minute_of_an_h265_camera(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    observe: Observe,
    require: Require,
) -> None:
    """A camera that is recorded as H.265."""
    player, first = player_in_recording(target, client, codecs=("H265",))
    begin = minute_in_recording(player, first)
    silent = whole_download(client, first.camera, "MP4VO", begin, begin + MINUTE)
    require(silent.is_whole, f"{TOO_LARGE}: {silent}")
    files = [decode_file(body) for body in facts.bodies(silent)]
    _whole("DWN-01", check, silent)
    check("DWN-01", *facts.plays(files), "plays, H.265")
    if files:
        _samples(check, not_tested, facts.bodies(silent), files)
        _pictures_of_playback(check, observe, not_tested, player, first.camera, files, begin)


def _whole(id_: str, check: Check, download: Download) -> None:
    good = download.is_multipart and not download.problem and set(download.statuses) <= {"0", None}
    check(id_, good, "a whole multipart, status 0", download, "multipart")


def _pictures_of_playback(
    check: Check,
    observe: Observe,
    not_tested: NotTested,
    player: Player,
    camera: int,
    files: list[DecodedFile],
    begin: int,
) -> tuple[list[Gop], list[Decoded]] | None:
    """Hold the files against playback: which pictures they have, and which part of the range they cover.
    Gives the GOPs that they were held against, and their pictures, where the first file has the same."""
    player.choose(camera)
    player.goto(begin * 100)
    fetched = player.several(camera, GOPS)
    gops = facts.witnesses(fetched, begin, begin + MINUTE)
    decoded = [decode_pictures(gop.codec, gop.chunk.pictures) for gop in gops]
    began, same = None, False
    if not gops:
        not_tested("DWN-11", "playback gives no GOPs of this minute that follow on each other")
    elif any(pictures.errors or not pictures.pictures for pictures in decoded):
        not_tested("DWN-11", "what playback gives does not decode")
    else:
        same = check("DWN-11", *facts.same_pictures(gops, decoded, files[0], begin), f"camera {camera}")
        shifts = facts.shifts(gops, decoded, files[0], begin)
        began = shifts[0] + files[0].stored[0] if shifts and files[0].stored else None
        if shifts:
            Judge(check, not_tested)(
                "DWN-11", f"camera {camera}, times", mp4.evenly, gops, decoded, files[0], shifts, begin
            )
        if began is not None:
            observe("DWN-13", f"{began:+.1f} s", f"camera {camera}: the first picture lies from STARTTIME")
    slack = facts.slack_of(fetched)
    check("DWN-13", *facts.covers(files, MINUTE, slack, began), f"a minute of camera {camera}")
    return (gops, decoded) if same and began is not None else None


def _samples(check: Check, not_tested: NotTested, bodies: list[bytes], files: list[DecodedFile]) -> None:
    """What a player needs besides pictures that decode."""
    judge = Judge(check, not_tested)
    for number, (body, file) in enumerate(zip(bodies, files, strict=True), 1):
        samples, name = read_samples(body), f"{file.codec}, file {number}"
        judge("DWN-01", f"{name}, sync samples", mp4.sync_samples, samples, file.codec, basis="container")
        judge("DWN-01", f"{name}, order of samples", mp4.times_rise, samples, basis="container")


def _audio_beside_pictures(
    judge: Judge,
    player: Player,
    download: Download,
    seen: tuple[list[Gop], list[Decoded]],
    begin: int,
) -> None:
    """Hold the audio of a file against that of playback, by the pictures beside it."""
    gops, decoded = seen
    body = next(iter(facts.bodies(download)), b"")
    shifts = facts.shifts(gops, decoded, decode_file(body), begin)
    player.goto((begin + MINUTE // 2) * SECOND)  # far from either end of the file
    heard = player.listen(gops[0].camera)
    if not shifts or heard is None:
        return
    units = [unit.data[AU_HEADER:] if unit.au_info == 1 else unit.data for unit in heard.units]
    moments = [heard.start - begin - shift for shift in mp4.likely(shifts, gops)]
    bare = [unit.lstrip(b"\0") for unit in units]
    judge("DWN-02", "audio beside pictures", mp4.audio_in_step, read_samples(body), bare, moments)


def _has_audio(check: Check, not_tested: NotTested, with_audio: Download, both: Download) -> None:
    files = [decode_file(body) for body in facts.bodies(with_audio)]
    in_mp4 = any(file.audio_streams for file in files)
    in_n3 = len(facts.bodies(both)) > 1 or "n3a" in facts.told_suffixes(both)
    _whole("DWN-02", check, with_audio)
    check("DWN-02", *facts.plays(files), "plays")
    if not (in_mp4 or in_n3):
        not_tested("DWN-02", "no audio is recorded of this camera")
    elif files:
        check("DWN-02", *facts.streams(files, audio=True), "with audio")
        check("DWN-02", *facts.audio_lasts(files), "length of the audio")
    wanted = {"n3r", "n3a"} if in_mp4 or in_n3 else {"n3r"}
    check("DWN-10", *facts.suffixes(both, wanted, len(wanted)), "N3")


def _names(download: Download) -> str:
    return ", ".join(facts.told_names(download)) or "none"
