"""Playback over the edges of the calendar: the ends of days and years, the leap day, both changes of summer
time."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from nvr_conformance.facts import download as facts
from nvr_conformance.facts import playback_audio, playback_order
from nvr_conformance.facts.mp4_samples import audible
from nvr_conformance.facts.playback_times import zone_of_the_time, zones_agree
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.crowded_downloads import whole_download
from nvr_conformance.procedures.download_lag import let_lag_pass
from nvr_conformance.procedures.downloaded_ranges import judge_files
from nvr_conformance.procedures.playback_edges import (
    BESIDE,
    BYTE_IDS,
    EDGE_IDS,
    MOST,
    Edge,
    every_way_over,
)
from nvr_conformance.reading.decoding import decode_file
from nvr_conformance.reading.playback_audio import AudioWalk
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Gop,
    NotApplicable,
    NotTested,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

ZONE = "America/St_Johns"
"""West of Greenwich by three hours and a half, with summer time: a day of its own, and minutes."""
MOMENTS = {
    "the leap day begins": (2028, 2, 29, 0, 0),
    "the leap day ends": (2028, 3, 1, 0, 0),
    "summer time begins": (2028, 3, 12, 5, 30),
    "summer time ends": (2028, 11, 5, 4, 30),
    "the year ends": (2029, 1, 1, 0, 0),
    "the year ends where the recorder is": (2029, 1, 1, 3, 30),
}
"""In UTC: year, month, day, hour, minute."""
EIGHTS = {"08": (2028, 8, 8, 8, 8, 8), "09": (2028, 9, 9, 9, 9, 9)}
"""Moments of which every number has a zero ahead, and is none where that makes it an octal one."""
RANGES = {
    "up to 08 o'clock": ((2028, 8, 9, 7, 59), (2028, 8, 9, 8, 1)),
    "from 09 o'clock on": ((2028, 8, 9, 9, 59), (2028, 8, 9, 10, 1)),
    "from minute 08 on": ((2028, 8, 9, 8, 8), (2028, 8, 9, 8, 10)),
    "up to minute 09": ((2028, 8, 9, 9, 7), (2028, 8, 9, 9, 9)),
    "up to day 08": ((2028, 7, 7, 23, 59), (2028, 7, 8, 0, 1)),
    "from month 09 on": ((2028, 9, 30, 23, 59), (2028, 10, 1, 0, 1)),
}
"""Of two minutes each, of which one end alone has such a number: taken for another, it is another length."""
DOWNLOADED = ("the leap day ends", "summer time ends", "the year ends", "the year ends where the recorder is")
SINCE, NOW = datetime(2028, 2, 28, 12, tzinfo=UTC), datetime(2029, 1, 1, 12, tzinfo=UTC)
STOPS, AGAIN = datetime(2028, 3, 1, 20, tzinfo=UTC), datetime(2028, 3, 2, tzinfo=UTC)
"""A gap a day behind the leap day: who takes that for the first of March finds less than was asked for."""
CALENDAR = {
    "time_zone": ZONE,
    "clock_start": NOW.timestamp(),
    "recordings": [{"since": SINCE.isoformat(), "until": STOPS.isoformat()}, {"since": AGAIN.isoformat()}],
    "cameras": [
        {"number": number, "fixture": "counter-small", "recorded": codec, "audio": audio}
        for number, codec, audio in ((1, "H264", "AAC"), (2, "H265", "G711"))
    ],
}
DAY, MINUTE = 86_400, 60
PROBED = 10  # seconds between two places of which it is looked whether they are recorded
AT_MOST = 20  # seconds from an edge at which audio ahead of it may begin


@scenario(besides=(*EDGE_IDS, *BYTE_IDS), setup=CALENDAR)
def test_pictures_over_the_edges_of_the_calendar(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    require: Require,
) -> None:
    """Forward and backward, by GOPs, single pictures and in fast play, over each edge that is recorded."""
    judge = Judge(check, not_tested, not_applicable)
    playing, first = player_in_recording(target, client)
    if target.set_up:
        _eights(judge, playing, first.camera)
    playing.session.logout()
    found = 0
    ends: list[Gop] = []
    for edge in _recorded_edges(target, client, judge, check, first):
        found += 1
        gops = every_way_over(edge)
        if gops:
            ends += (gops[0], gops[-1])
            if target.set_up:
                judge("PLB-07", f"zone: {edge.name}", zone_of_the_time, gops, ZoneInfo(ZONE), basis="zone")
    require(found, "no end of a day is recorded")
    judge("PLB-07", "zones at both ends of all edges", zones_agree, ends)


def _eights(judge: Judge, player: Player, camera: int) -> None:
    """GOTODATE and BPLAY to times of 08 and 09; those of what comes are its own."""
    for name, numbers in EIGHTS.items():
        moment = _moment(numbers) * SECOND
        judge("PLB-17", f"near TIMEF of {name}", playback_order.near, player.at(camera, moment), moment)
        player.reverse(moment)
        judge("PLB-13", f"begins at TIMEF of {name}", playback_order.near, player.fetch(camera), moment)


@scenario(besides=("PLB-25", "DWN-02", "DWN-13", "PLB-23", "PLB-24"), setup=CALENDAR)
def test_audio_and_files_over_the_edges_of_the_calendar(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """playaudio.cgi over each edge, and two minutes of MP4 with audio and without around some."""
    judge = Judge(check, not_tested)
    playing, first = player_in_recording(target, client)
    playing.session.logout()
    slack = facts.slack_of([first])
    for name, (begin, end) in RANGES.items() if target.set_up else ():
        download = whole_download(client, first.camera, "MP4VO", _moment(begin), _moment(end))
        judge_files(check, download, f"MP4VO {name}", 2 * MINUTE, slack)
    found = 0
    for edge in _recorded_edges(target, client, judge, check, first):
        found += 1
        name, moment = edge.name, edge.at // SECOND
        heard = _listen(edge, moment)
        if target.set_up and name not in DOWNLOADED:
            continue
        let_lag_pass(edge.player.session, moment + MINUTE)
        download = whole_download(client, edge.camera, "MP4", moment - MINUTE, moment + MINUTE)
        files = [decode_file(body) for body in facts.bodies(download)]
        if not check("DWN-13", files, "a file", download, f"gives a file: {name}"):
            continue
        check("DWN-13", *facts.covers(files, 2 * MINUTE, slack), f"two minutes: {name}")
        silent = whole_download(client, edge.camera, "MP4VO", moment - MINUTE, moment + MINUTE)
        judge_files(check, silent, f"MP4VO, two minutes: {name}", 2 * MINUTE, slack)
        if heard:
            check("DWN-02", *facts.streams(files, audio=True), f"with audio: {name}")
            check("DWN-02", *facts.audio_lasts(files), f"length of the audio: {name}")
            if playback_audio.codec_of(heard) == "G711":
                judge("DWN-02", f"heard as in playback: {name}", audible, files, heard)
    require(found, "no end of a day is recorded")


def _listen(edge: Edge, moment: int) -> list[AudioWalk]:
    """PLB-25: audio from both sides of the edge, without a hole: what came."""
    edge.player.goto(edge.at - BESIDE * SECOND)
    audios: list[AudioWalk] = []
    while len(audios) < MOST and (heard := edge.player.listen(edge.camera)) is not None:
        audios.append(heard)
        if heard.start > moment:
            break
    if not audios or not moment - AT_MOST <= audios[0].start < moment:
        return []  # GOTODATE may begin with the next GOP; where audio begins is for PLB-23 and PLB-24
    codec = playback_audio.codec_of(audios)
    said = f"{len(audios)} answers from {audios[0].start} to {audios[-1].start}"
    both = audios[0].start < moment <= audios[-1].start
    if edge.check("PLB-25", both, f"audio of both sides of {moment}", said, f"goes on: {edge.name}"):
        edge.judge("PLB-25", f"in time: {edge.name}", playback_audio.follow_on, audios, codec)
    id_ = "PLB-24" if codec == "AAC" else "PLB-23"
    edge.judge(id_, f"{codec}, times: {edge.name}", playback_audio.times, audios, codec)
    return audios


def _recorded_edges(target: Target, client: Client, judge: Judge, check: Check, first: Gop) -> Iterator[Edge]:
    """The edges on both sides of which something is recorded, a UID for each: that a new MASK is followed
    is no matter here (PLB-32). ``first``: a GOP of a camera that is recorded."""
    cameras = target.cameras[:2] if target.set_up else (first.camera,)
    for number, (name, moment) in enumerate(edges(target).items()):
        player = Player(client.login())
        edge = Edge(player, judge, check, cameras[number % len(cameras)], moment * SECOND, name)
        player.choose(edge.camera)
        if target.set_up or _is_recorded(edge):
            yield edge
        player.session.logout()


def edges(target: Target) -> dict[str, int]:
    """The edges that may be recorded, in Unix seconds: those of the calendar, where the recorder's clock and
    zone are ours; else the last end of a day in UTC."""
    if target.set_up:
        return {name: _moment(numbers) for name, numbers in MOMENTS.items()}
    return {"the day ends": int(target.unix_time()) // DAY * DAY}


def _moment(numbers: tuple[int, ...]) -> int:
    """Unix seconds of a year, a month, a day, an hour, a minute and perhaps a second of UTC."""
    return calendar.timegm((*numbers, 0)[:6])


def _is_recorded(edge: Edge) -> bool:
    """Whether there is recording on both sides, without a gap."""
    moments = range(edge.at - MINUTE * SECOND, edge.at + MINUTE * SECOND + 1, PROBED * SECOND)
    return all(edge.player.records(edge.camera, moment) for moment in moments)
