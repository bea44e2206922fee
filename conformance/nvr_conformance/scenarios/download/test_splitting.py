"""§6.3.1: a recording whose parameters change comes in several files."""

from __future__ import annotations

from nvr_conformance.facts import download as facts
from nvr_conformance.facts import playback_audio
from nvr_conformance.facts.download_joins import none_again, none_left_out
from nvr_conformance.facts.mp4_samples import audio_of_all
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.crowded_downloads import whole_download
from nvr_conformance.procedures.downloaded_minute import listen_from
from nvr_conformance.reading.decoding import DecodedFile, decode_file, decode_pictures
from nvr_conformance.reading.gop import Gop
from nvr_conformance.reading.mp4_samples import read_samples, read_times
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    NotTested,
    Player,
    Require,
    Target,
    scenario,
)

CHANGE = 10  # minutes before the recorder's start at which its recording changes from H.264 to H.265
SMALL = 20_000  # bytes: some twenty files a minute, forty with audio
PLAYED = 8  # GOPs: over the end of a file
DECODED = 6  # files with audio at either end that are decoded: they cost the most
EARLY, LATE = 0, 33  # seconds into a minute at which it is listened to
RECORDINGS = (
    {"since": 60, "until": CHANGE, "recorded": "H264"},
    {"since": CHANGE, "recorded": "H265"},
)


@scenario(
    "DWN-05",
    besides=("DWN-02", "DWN-03", "DWN-04", "DWN-11", "DWN-13"),
    setup={"recordings": RECORDINGS, "largest_download_file": SMALL},
)
def test_parameters_that_change(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """Two minutes, one before the change and one behind it, without audio and with it."""
    judge = Judge(check, not_tested)
    camera = require(target.cameras, "no camera is connected")[0]
    change = (round(target.unix_time()) // MINUTE - CHANGE) * MINUTE
    begin, end = change - MINUTE, change + MINUTE
    player = Player(client.login())
    player.choose(camera)
    before, behind = begin + MINUTE // 2, change + MINUTE // 2
    gops = [player.at(camera, moment * 100) for moment in (before, behind)]
    codecs = [gop.codec for gop in gops]
    require(set(codecs) == {"H264", "H265"}, "no change from H.264 to H.265 is known in this recording")
    while behind - before > 1:  # on a real recorder it changes when it does
        moment = (before + behind) // 2
        if player.at(camera, moment * 100).codec == codecs[0]:
            before = moment
        else:
            behind = moment

    # Where they meet, the files show it: of each one end alone is free, and where the change is, to a GOP.
    slack = facts.slack_of(gops) + max((gop.length or 0) / 100 for gop in gops) + 1
    wanted = [{"H264": "h264", "H265": "hevc"}[codec] for codec in codecs]
    sides = (("before", wanted[0], behind - begin), ("behind", wanted[1], end - behind))
    heard = [listen_from(player, camera, moment) for moment in (begin + EARLY, begin + LATE, change + LATE)]
    for kind in ("MP4VO", "MP4"):
        download = whole_download(client, camera, kind, begin, end)
        bodies = facts.bodies(download)
        decoded = bodies if kind == "MP4VO" else [*bodies[:DECODED], *bodies[-DECODED:]]
        files = [decode_file(body) if body in decoded else read_times(body) for body in bodies]
        found = [file.codec for file in files]
        runs = [codec for place, codec in enumerate(found) if place == 0 or found[place - 1] != codec]
        good = download.is_multipart and not download.problem and runs == wanted
        expected, told = f"files of {' and '.join(wanted)}", f"{found}, {download}"
        check("DWN-05", good, expected, told, f"{kind}, one after the other")
        playing = [file for file, body in zip(files, bodies, strict=True) if body in decoded]
        check("DWN-05", *facts.plays(playing), f"{kind}, each plays by itself")
        # Of smaller files, as they are with audio, each shows less where each lacks a picture.
        alone = kind == "MP4VO"
        if alone:
            _where_files_meet(judge, player, camera, begin, files, codecs[0], kind)
        for side, codec, seconds in sides:
            of_one = [file for file in files if file.codec == codec]
            if alone and good and of_one:
                check(
                    "DWN-13", *facts.covers(of_one, seconds, slack / 2), f"{kind}, the part {side} a change"
                )
        if download.parts:
            check("DWN-03", *facts.part_headers(download.parts), f"{kind}, several files")
            check("DWN-04", *facts.chain(download.parts), f"{kind}, several files")
    playing = [file for file in files if file.video_streams]  # that others do not is told above
    if heard[0] and playing:
        check("DWN-02", *facts.streams(playing, audio=True), "each file with audio")
        check("DWN-02", *facts.audio_lasts(playing), "length of the audio of each file")
    if heard[0] and len(playing) == len(files):
        early, *later = (playback_audio.access_units(run)[0] for run in (heard[0][:1], *heard[1:]) if run)
        judge("DWN-02", "audio of several files", audio_of_all, map(read_samples, bodies), early, later)


def _where_files_meet(
    judge: Judge, player: Player, camera: int, begin: int, files: list[DecodedFile], codec: str, kind: str
) -> None:
    """Hold the end of one file and the begin of the next against what playback gives of that time."""
    first = [file for file in files if file.codec == {"H264": "h264", "H265": "hevc"}[codec]]
    player.goto((begin + 1) * SECOND)
    gops: list[Gop] = []
    for gop in player.several(camera, PLAYED):
        if gop.codec == codec and (not gops or (gop.start or 0) > (gops[-1].start or 0)):
            gops.append(gop)  # one that comes twice, or too late, is for PLB-12
    decoded = [decode_pictures(codec, gop.chunk.pictures) for gop in gops]
    judge("DWN-13", f"{kind}, where files meet", none_left_out, first, decoded)
    judge("DWN-11", f"{kind}, where files meet", none_again, first, decoded)
