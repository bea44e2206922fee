"""§6.3: what is not there, what cannot be, what is too much, what is malformed."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from nvr_conformance.client.player import minute_in
from nvr_conformance.facts import download as facts
from nvr_conformance.procedures.crowded_downloads import (
    TAKEN,
    TRIES,
    is_crowded_out,
    others,
    require_room,
    where_room_is,
    whole_download,
)
from nvr_conformance.procedures.downloaded_ranges import KINDS
from nvr_conformance.scenario import (
    MINUTE,
    Check,
    Client,
    Download,
    NotTested,
    Observe,
    Require,
    Session,
    Target,
    player_in_recording,
    scenario,
)

HOUR = 3600
DAY = 86_400
MOST = 15  # at once, each on a UID of its own
UIDS = 16
NOTHING = 3  # files that find nothing, on one UID
FEW = 4  # places at the most, of which it is tried whether downloads of each kind leave them
UNDERWAY = 12_000_000  # bytes: more than networks hold of what was sent already
PATIENCE = 5.0  # seconds that they may take


@scenario("DWN-03", "DWN-04", "DWN-06", "DWN-12")
def test_nothing_recorded(
    target: Target, client: Client, check: Check, observe: Observe, require: Require
) -> None:
    """Ranges in which nothing can be recorded, as they are to come."""
    _, first = player_in_recording(target, client)
    camera, begin = first.camera, minute_in(first)
    tomorrow = begin + 2 * DAY
    there = whole_download(client, camera, "MP4VO", begin, begin + MINUTE)
    require(facts.bodies(there), f"no file where there is a recording: {there}")
    nothing = {
        f"{kind} of a time to come": whole_download(client, camera, kind, tomorrow, tomorrow + HOUR // 2)
        for kind in KINDS
    }
    there = whole_download(client, camera, "MP4VO", begin, begin + MINUTE)
    require(facts.bodies(there), f"no file any more where there is a recording: {there}")
    for name, download in nothing.items():
        check("DWN-06", *facts.status_without_file(download, 1), name)
        if download.parts:
            check("DWN-03", *facts.part_headers(download.parts), name)
            check("DWN-04", *facts.chain(download.parts), name)
    now = round(target.unix_time()) // MINUTE * MINUTE
    local = whole_download(client, camera, "LIST", now + 5 * MINUTE, now + HOUR)
    observe("DWN-12", "local time" if facts.bodies(local) else "UTC", "times are taken as")


@scenario(
    "DWN-07",
    besides=("DWN-10",),
    setup={"cameras": ({"number": 1, "fixture": "counter-small", "recorded": "JPEG"},)},
)
def test_mp4_of_a_jpeg_recording(target: Target, client: Client, check: Check, require: Require) -> None:
    """A camera that is recorded as JPEG: no MP4, but N3 and a list."""
    _, first = player_in_recording(target, client, codecs=("JPEG",))
    camera, begin = first.camera, minute_in(first)
    there, index = (whole_download(client, camera, kind, begin, begin + MINUTE) for kind in ("N3VO", "LIST"))
    for download, ending in ((there, "n3r"), (index, "n3n")):
        if facts.bodies(there) or facts.bodies(index) or "2" in download.statuses:
            check("DWN-10", *facts.suffixes(download, {ending}, 1), f"{ending.upper()} of JPEG")
    require(facts.bodies(there), f"no file of the recording at all: {there}")
    mp4 = {kind: whole_download(client, camera, kind, begin, begin + MINUTE) for kind in ("MP4VO", "MP4")}
    there = whole_download(client, camera, "N3VO", begin, begin + MINUTE)
    require(facts.bodies(there), f"no file of the recording any more: {there}")
    for kind, download in mp4.items():
        check("DWN-07", *facts.status_without_file(download, 2), kind)


@scenario("DWN-03", "DWN-04", "DWN-08", "DWN-12", besides=("DWN-01",), needs=("load",))
def test_too_many_at_once(
    target: Target, client: Client, check: Check, observe: Observe, require: Require, not_tested: NotTested
) -> None:
    """Downloads of an hour that are not read, until one is refused; then one of them hangs up, and the UID of
    another one logs out.

    Other clients may download meanwhile, and take the place that became free. No more UIDs are taken than are
    free: nobody is thrown out.
    """
    _, first = player_in_recording(target, client)
    camera, begin = first.camera, minute_in(first)
    counts = client.uid_counts()
    most = MOST if counts is None else min(MOST, UIDS - counts.used)
    running: list[tuple[Session, Download]] = []
    while len(running) < most:
        session = client.login()
        ask = partial(_hour, session, camera, begin)
        next_one = ask() if running else where_room_is(client, ask)
        if not next_one.began:
            break
        running.append((session, next_one))
    require(most > 0, "no UID is free")
    if not running:
        require_room(client, next_one)
    require(running, f"no file where there is a recording: {next_one}")
    if len(running) == most:
        observe("DWN-08", f"no limit is met: {most} downloads at once are given", "limit")
        return
    next_one.read()
    beside = " beside those of others, if any" if others(client) else ""
    most_at_once = len(running)
    observe("DWN-12", f"{most_at_once}{beside}", "downloads at once")
    check("DWN-08", *facts.status_without_file(next_one, 3), f"download {len(running) + 1} at once")
    if next_one.parts:
        check("DWN-03", *facts.part_headers(next_one.parts), "refused")
        check("DWN-04", *facts.chain(next_one.parts), "refused")
    held: list[Download] = []
    for name, logs_out in (("a place that became free", False), ("the place of a UID that logged out", True)):
        if not running:
            break
        owner, download = running.pop()
        if logs_out:
            owner.logout()
        download.close()
        again = _as_soon_as_free(client, partial(_hour, client.login(), camera, begin))
        if is_crowded_out(client, again):
            not_tested("DWN-08", f"{name}: {TAKEN}")
        else:
            check("DWN-08", again.began, "a file", again, name)
        held.append(again)
    for download in (*held, *(download for _, download in running)):
        download.close()
    if most_at_once <= FEW:
        _beside_a_refusal(client, camera, begin, most_at_once, check)
        _hung_up(client, camera, begin, most_at_once, check, not_tested)


def _beside_a_refusal(client: Client, camera: int, begin: int, most: int, check: Check) -> None:
    """DWN-01: one that is refused ends none of those that run. Of an hour more follows than the network may
    hold already."""
    running = [where_room_is(client, partial(_hour, client.login(), camera, begin)) for _ in range(most)]
    refused = _hour(client.login(), camera, begin)
    for number, download in enumerate(running, 1):
        if download.began and not refused.began:
            download.read(until=partial(_has_come, download, time.monotonic() + PATIENCE))
            goes_on = not download.ended or (not download.problem and not download.parts[-1].size)
            check("DWN-01", goes_on, "goes on", download, f"download {number} beside one that is refused")
    for download in (*running, refused):
        download.close()


def _has_come(download: Download, until: float) -> bool:
    return time.monotonic() > until or sum(part.size for part in download.parts) >= UNDERWAY


def _hung_up(client: Client, camera: int, begin: int, most: int, check: Check, not_tested: NotTested) -> None:
    """DWN-08: downloads of each kind that are hung up leave their places."""
    for kind in KINDS:
        for _ in range(most + 1):
            session = client.login()
            ask = partial(_begun, session, camera, kind, begin)
            download = where_room_is(client, ask)
            download.close()
            session.logout()
        name = f"the places of {kind} that was hung up"
        if is_crowded_out(client, download):
            not_tested("DWN-08", f"{name}: {TAKEN}")
        else:
            check("DWN-08", download.statuses[-1:] != ["3"], "no status 3", download, name)


def _begun(session: Session, camera: int, kind: str, begin: int) -> Download:
    download = session.download(camera, kind, begin, begin + MINUTE)
    download.begin()
    return download


def _as_soon_as_free(client: Client, ask: Callable[[], Download]) -> Download:
    """A download as soon as a place is free that was given up; the last answer where none becomes free."""
    for _ in range(TRIES):
        again = ask()
        if again.began:
            return again
        client.target.pass_time(1.0)
    return where_room_is(client, ask)


def _hour(session: Session, camera: int, begin: int) -> Download:
    download = session.download(camera, "MP4VO", begin, begin + HOUR)
    download.begin()
    return download


@scenario("DWN-08", "DWN-09", "DWN-13")
def test_ranges_that_cannot_be(
    target: Target, client: Client, check: Check, observe: Observe, require: Require, not_tested: NotTested
) -> None:
    """An hour, which may be asked for; then the same command with one thing out of its limits; then the hour
    again: what was refused takes no place."""
    _, first = player_in_recording(target, client)
    camera, begin = first.camera, minute_in(first)
    session = client.login()
    right = session.path("download", CAM=camera, KIND="LIST", STARTTIME=begin, ENDTIME=begin + HOUR)
    hour = where_room_is(client, partial(_outcome, session, right))
    require_room(client, hour)
    if not hour.began:
        hour = _an_hour_again(session, camera, begin, require)
    check("DWN-13", hour.began, "a file", hour, "an hour, and no more")
    start, end = (_value(right, name) for name in ("STARTTIME", "ENDTIME"))
    later = _value(
        session.path("download", CAM=camera, KIND="LIST", STARTTIME=begin, ENDTIME=begin + MINUTE), "ENDTIME"
    )
    beyond = session.path("download", CAM=camera, KIND="LIST", STARTTIME=begin + MINUTE, ENDTIME=begin + HOUR)
    for name, path in {
        "61 minutes": right.replace(
            f"STARTTIME={start}", f"STARTTIME={_minute_before(session, camera, begin)}"
        ),
        "an end that is the start": right.replace(f"ENDTIME={end}", f"ENDTIME={start}"),
        "the end a minute before the start": right.replace(f"ENDTIME={end}", f"ENDTIME={start}").replace(
            f"STARTTIME={start}", f"STARTTIME={later}"
        ),
        "seconds 01 in STARTTIME": right.replace(f"STARTTIME={start}", f"STARTTIME={start[:-2]}01"),
        "seconds 30 in ENDTIME": beyond.replace(f"ENDTIME={end}", f"ENDTIME={end[:-2]}30"),
        "month 13": right.replace(f"STARTTIME={start}", f"STARTTIME={start[:2]}13{start[4:]}"),
        "hour 24": right.replace(f"ENDTIME={end}", f"ENDTIME={end[:6]}24{end[8:]}"),
        "eleven digits": right.replace(f"STARTTIME={start}", f"STARTTIME={start[:-1]}"),
        "fourteen digits": right.replace(f"ENDTIME={end}", f"ENDTIME={end}00"),
        "letters": right.replace(f"STARTTIME={start}", "STARTTIME=yymmddhhmmss"),
        "no STARTTIME": right.replace(f"STARTTIME={start}&", ""),
        "no ENDTIME": right.replace(f"ENDTIME={end}&", ""),
    }.items():
        observe("DWN-09", _outcome(session, path), name)
    tomorrow = begin + 2 * DAY
    for _ in range(NOTHING):
        session.download(camera, "LIST", tomorrow, tomorrow + MINUTE).read()
    again = _as_soon_as_free(client, partial(_outcome, session, right))
    if is_crowded_out(client, again):
        not_tested("DWN-08", f"behind what was refused: {TAKEN}")
    elif hour.began:
        check("DWN-08", again.began, "a file", again, "an hour behind all that was refused")


def _an_hour_again(session: Session, camera: int, begin: int, require: Require) -> Download:
    """What an hour brings that was refused, where nothing but its length can be the reason.

    Shorter ranges from its begin and up to its end work ahead of it and behind it.
    """
    kept, end = begin + HOUR - MINUTE, begin + HOUR
    paths = [
        session.path("download", CAM=camera, KIND="LIST", STARTTIME=one, ENDTIME=other)
        for one, other in ((begin, kept), (kept, end), (begin, end), (begin, kept), (kept, end))
    ]
    outcomes = [_outcome(session, path) for path in paths]
    hour = outcomes.pop(2)
    for shorter in outcomes:
        require(shorter.began, f"neither an hour is given nor less: {shorter}")
    require("3" not in hour.statuses, f"an hour is not given, as there are too many at once: {hour}")
    return hour


def _outcome(session: Session, path: str) -> Download:
    download = session.open_download(path)
    download.begin()
    download.close()
    return download


def _value(path: str, name: str) -> str:
    return path.partition(f"{name}=")[2].partition("&")[0]


def _minute_before(session: Session, camera: int, begin: int) -> str:
    path = session.path("download", CAM=camera, KIND="LIST", STARTTIME=begin - MINUTE, ENDTIME=begin)
    return _value(path, "STARTTIME")
