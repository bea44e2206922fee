"""§6.3.2: ranges that begin ahead of the first recording, end with the last, and are long."""

from __future__ import annotations

from nvr_conformance.client.player import minute_in
from nvr_conformance.facts import download as facts
from nvr_conformance.facts.recorded_minutes import recorded_at_least
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.crowded_downloads import whole_download
from nvr_conformance.procedures.download_lag import LAG, let_lag_pass
from nvr_conformance.procedures.downloaded_ranges import Range, judge_newest, judge_nothing, judge_range
from nvr_conformance.procedures.long_files import LongFile
from nvr_conformance.reading.mp4_samples import read_times
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
from nvr_conformance.wire.exchange import WireProblem

DAY, HOUR = 86_400, 3600
FIRST_TIME = 1_640_995_200
"""The first second that TIMEF can name: 2022."""
AHEAD, BEHIND = 5 * MINUTE, 2 * MINUTE  # seconds on both sides of the first recording
MOVES = 60  # seconds: as far a ring may have moved on meanwhile, or be from what it can give
NEWEST = 2 * MINUTE
CLOSE = 18  # seconds, of no minute a part: what is recorded each minute is not always met at one place
PROBED = 20  # seconds between two places of which it is looked whether they are recorded
LONG = {"MP4VO": HOUR, "MP4": 12 * MINUTE}  # seconds that are asked for at most
TOO_MANY = "3"  # status
ROOM = 48 * 1024 * 1024  # bytes of a file that is kept whole


@scenario("DWN-02", "DWN-06", "DWN-12", "DWN-13")
def test_ends_of_the_recording(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    observe: Observe,
    require: Require,
) -> None:
    """A range that begins ahead of the oldest recording, and one that ends there; the newest minutes, which
    playback may have some minutes before they can be downloaded."""
    player, first = player_in_recording(target, client)
    camera, slack = first.camera, facts.slack_of([first])
    now = round(target.unix_time())
    newest = now // MINUTE * MINUTE
    begin = newest - NEWEST
    probes = range(begin, now - round(slack) - 10, PROBED)
    if all(player.records(camera, moment * SECOND) for moment in probes):
        asked = Range("of the newest minutes", begin, newest, NEWEST)
        judge_newest(check, observe, client, player.session, camera, asked, slack + PROBED / 2)
    else:
        not_tested("DWN-13", "the newest minutes are not recorded")
    oldest = _oldest(player, camera, now)
    if oldest is None or oldest.start is None:
        for id_ in ("DWN-02", "DWN-06"):
            not_tested(id_, "which recording is the oldest is not known")
        return
    minute = -(-oldest.start // (MINUTE * SECOND)) * MINUTE
    if all(player.records(camera, (minute + at) * SECOND) for at in range(0, BEHIND, PROBED)):
        seconds = minute + BEHIND - oldest.start / SECOND
        asked = Range("ahead of the oldest recording and behind it", minute - AHEAD, minute + BEHIND, seconds)
        judge_range(check, client, camera, asked, slack + MOVES / 2)
    begin = minute - 2 * AHEAD
    judge_nothing(check, client, camera, "ahead of the oldest recording", begin, begin + AHEAD)


def _oldest(player: Player, camera: int, now: int) -> Gop | None:
    """The oldest GOP, as GOTODATE to long ago gives it, where BPLAY finds none ahead of it."""
    found = player.at(camera, max(FIRST_TIME, now - 900 * DAY) * SECOND)
    if not found.given or found.start is None:
        return None
    player.reverse(found.start)
    before = [player.fetch(camera) for _ in range(2)]  # the first may be the GOP that TIMEF lies in
    older = [gop for gop in before if gop.given and gop.start is not None and gop.start < found.start]
    return None if older else found


@scenario(besides=("DWN-13", "DWN-02", "DWN-11"))
def test_long_ranges(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """An hour without audio, and some minutes with it, or as much as can be kept: all that is recorded of
    them, but for the newest minutes, and the pictures that playback gives of them."""
    judge = Judge(check, not_tested)
    player, first = player_in_recording(target, client)
    camera, begin, slack = first.camera, minute_in(first), facts.slack_of([first])
    let_lag_pass(player.session, begin + MINUTE)
    for kind, longest in LONG.items():
        minute = whole_download(client, camera, kind, begin, begin + MINUTE)
        size = sum(part.size for part in minute.parts)
        require(size, f"no file where there is a recording: {minute}")
        seconds = min(longest, ROOM // size * MINUTE)
        if seconds < 2 * MINUTE:
            not_tested("DWN-13", f"{kind} of more than a minute is more than the kit keeps")
            continue
        there = target.unix_time() - LAG
        name = f"{kind} of {seconds // MINUTE} minutes"
        if kind == "MP4VO":
            name += ", behind one whose client hung up"
            download = _behind_a_hang_up(client, camera, kind, begin, begin + seconds)
        else:
            download = whole_download(client, camera, kind, begin, begin + seconds)
        if download.statuses[-1:] == [TOO_MANY]:
            not_tested("DWN-13", f"{name}: {download}")
            continue
        if download.exchange.error is WireProblem.TIMEOUT and not download.began:
            # A recorder may make all of a file ahead of sending it.
            waited = f"nothing came in {client.timeout:g} s (--timeout)"
            not_tested("DWN-13", f"{name}: {download}: {waited}")
            continue
        if not facts.bodies(download):
            # Where it gives no KIND of it, it may refuse the length: that is told elsewhere.
            index = whole_download(client, camera, "LIST", begin, begin + seconds)
            if facts.bodies(index):
                check("DWN-13", False, "a file, as of LIST", download, f"a file: {name}")
            else:
                not_tested("DWN-13", f"{name}: neither is there a LIST of it")
            continue
        bodies = facts.bodies(download)
        files = [read_times(body) for body in bodies]
        lasts = facts.shown(files)
        if any(file.audio_streams for file in files):
            check("DWN-02", *facts.audio_lasts(files), f"length of the audio: {name}")
        if abs(lasts - seconds) <= 2 * slack:
            check("DWN-13", True, f"{seconds} s of pictures", f"{lasts:.0f} s", name)
            LongFile(client, camera, begin, slack, bodies[0], files[0]).judge(judge, name)
            continue
        moments = range(begin, begin + seconds + 1, CLOSE)
        probed = [moment <= there and player.records(camera, moment * SECOND) for moment in moments]
        judge("DWN-13", name, recorded_at_least, lasts, seconds, probed, CLOSE, slack)


def _behind_a_hang_up(client: Client, camera: int, kind: str, begin: int, end: int) -> Download:
    """A file that another client had begun to read; its place may stay taken for a while."""
    cut = client.login().download(camera, kind, begin, end)
    cut.begin()
    cut.close()
    return whole_download(client, camera, kind, begin, end)
