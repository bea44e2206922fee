"""§6.3.1: a recording whose parameters change comes in several files."""

from __future__ import annotations

from nvr_conformance.facts import download as facts
from nvr_conformance.facts.download_joins import none_again, none_left_out
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.crowded_downloads import whole_download
from nvr_conformance.reading.decoding import DecodedFile, decode_file, decode_pictures
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
SMALL = 15_000  # bytes: some thirty files a minute
PLAYED = 8  # GOPs: over the end of a file
RECORDINGS = (
    {"since": 60, "until": CHANGE, "recorded": "H264"},
    {"since": CHANGE, "recorded": "H265"},
)


@scenario(
    "DWN-03",
    "DWN-04",
    "DWN-05",
    "DWN-11",
    "DWN-13",
    setup={"recordings": RECORDINGS, "largest_download_file": SMALL},
)
def test_parameters_that_change(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """Two minutes, one before the change and one behind it."""
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

    download = whole_download(client, camera, "MP4VO", begin, end)
    files = [decode_file(body) for body in facts.bodies(download)]
    found = [file.codec for file in files]
    wanted = [{"H264": "h264", "H265": "hevc"}[codec] for codec in codecs]
    runs = [codec for place, codec in enumerate(found) if place == 0 or found[place - 1] != codec]
    good = download.is_multipart and not download.problem and runs == wanted
    check("DWN-05", good, f"files of {' and '.join(wanted)}", f"{found}, {download}", "one after the other")
    check("DWN-05", *facts.plays(files), "each plays by itself")
    _where_files_meet(judge, player, camera, begin, files, codecs[0])
    # Where they meet, the files show it: of each one end alone is free, and where the change is, to a GOP.
    slack = facts.slack_of(gops) + max((gop.length or 0) / 100 for gop in gops) + 1
    lengths = {"before": behind - begin, "behind": end - behind}
    for codec, (side, seconds) in zip(wanted, lengths.items(), strict=True):
        of_one = [file for file in files if file.codec == codec]
        if good and of_one:
            check("DWN-13", *facts.covers(of_one, seconds, slack / 2), f"the part {side} a change")
    if download.parts:
        check("DWN-03", *facts.part_headers(download.parts), "several files")
        check("DWN-04", *facts.chain(download.parts), "several files")


def _where_files_meet(
    judge: Judge, player: Player, camera: int, begin: int, files: list[DecodedFile], codec: str
) -> None:
    """Hold the end of one file and the begin of the next against what playback gives of that time."""
    first = [file for file in files if file.codec == {"H264": "h264", "H265": "hevc"}[codec]]
    player.goto((begin + 1) * SECOND)
    gops = [gop for gop in player.several(camera, PLAYED) if gop.codec == codec]
    decoded = [decode_pictures(codec, gop.chunk.pictures) for gop in gops]
    judge("DWN-13", "where files meet", none_left_out, first, decoded)
    judge("DWN-11", "where files meet", none_again, first, decoded)
