"""Recorder information: the disks, and whether playback confirms what they say (§5.2)."""

from __future__ import annotations

import re

from nvr_conformance.client.commands import command_url
from nvr_conformance.client.mask import send_mask
from nvr_conformance.client.player import Player as OnePlayer
from nvr_conformance.facts import logs, playback_order, recorded_time
from nvr_conformance.facts.recorded_time import LocalMoment
from nvr_conformance.procedures.uid_commands import playing_uid
from nvr_conformance.reading.connection_information import cameras_in
from nvr_conformance.reading.playback_video import ChunkWalk, walk_chunk
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Exchange,
    NotApplicable,
    NotTested,
    Require,
    Session,
    Target,
    scenario,
)

NEW_YEAR = 1_735_711_200
"""1 January 2025, 06:00 UTC: an hour into the year in New York, where it has not been summer for long."""
SINCE = "2024-11-02T12:00:00+00:00"
"""The day ahead of that on which summer time ended."""
LOST = 1
"""The camera of a recorder that can be set up that has been lost since it began."""
MINUTE, HOUR = 60, 3600
AT_ONCE = 16
DAY = 86_400
LOG_READ = 200_000  # characters
OTHER_READINGS = ((-1, False), (1, True), (-1, True))
"""Of a zone: its sign, and whether the hour of summer time is in it, which the document leaves open."""
OF_OTHERS = "cameras that were removed may have the oldest recording"
_ZONE = re.compile(r'"(GMT[+-][0-9]{2}:[0-9]{2})"')
FIRST_TIME, LAST_TIME = 1_640_995_200, 2_082_758_399
"""What TIMEF can name: from 2022 to 2035."""


@scenario(
    "INF-04",
    "INF-05",
    "PLB-17",
    setup={
        "time_zone": "America/New_York",
        "clock_start": NEW_YEAR,
        "recordings": [{"since": SINCE}],
        "cameras": [
            {"number": LOST, "fixture": "counter-small", "state": "lost"},
            {"number": 2, "fixture": "counter-small", "recorded": "H265"},
        ],
    },
)
def test_recorded_time(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    require: Require,
) -> None:
    """GOTODATE to both ends of the range that the text states, and beyond them, finds the first and the last
    GOP of each camera; BPLAY that there is none before.

    The emulated recorder's range begins in summer time of one year and ends out of it in the next, and its
    first camera has been lost for two minutes, so that the ends are those of the other. Text and playback
    meet in UTC: the zone is taken from the chunks; where they tell it without its sign, either sign may
    confirm it, and the hour of summer time may be in it or not. Where cameras that play together do not, they
    are asked one by one.
    """
    if target.clock == "manual":
        client.get_digest(command_url("recorded_time"))  # if it is kept, it is out of date then
        target.pass_time(120)
    exchange = client.get_digest(command_url("recorded_time"))
    fetched = target.now()
    require(exchange.status != 401, f"recordedtime.cgi lets {target.user} not in: {exchange}")
    check("INF-04", *recorded_time.form(exchange))
    stated = recorded_time.stated_range(exchange.text)
    if stated is None:
        require(False, "recordedtime.cgi states no recorded range")
        return
    for at_once in (AT_ONCE, 1):
        player = Player(target, client.login(), require, at_once)
        logged = log_zone(player.session.get("log_events"))
        ends = _ends(player, stated, target, fetched, logged, 1)
        for sign, whole in OTHER_READINGS:
            open_ = (sign > 0 or not player.sign_told) and (not whole or any(end.summer for end in stated))
            if open_ and not _confirmed(ends):
                turned = _ends(player, stated, target, fetched, logged, sign, whole=whole)
                ends = turned if _confirmed(turned) else ends
        player.session.logout()
        if _confirmed(ends):
            break
    oldest = ends["oldest"]
    others_may = not oldest.is_confirmed and oldest.is_early and target.unregistered and not target.set_up
    if not others_may:
        _judge_beside_playback(target, client, check, stated)
    else:
        not_tested("INF-05", f"{OF_OTHERS}: {oldest.expected}; {oldest.actual}")
    for name, end in ends.items():
        if others_may and (end is oldest or end.is_confirmed):
            continue  # one end alone does not show that the range is right
        warns = not end.is_confirmed and end.may_have_moved
        check("INF-05", end.is_confirmed, end.expected, end.actual, name, warns=warns)
    if target.set_up:
        _judge_lost(client, check)
    else:
        not_applicable("PLB-17", "no camera of the recorder was lost for this")


def _judge_beside_playback(
    target: Target, client: Client, check: Check, stated: tuple[LocalMoment, LocalMoment]
) -> None:
    """INF-05: while a UID plays what is old, the range ends no earlier."""
    if playing_uid(target, client) is None:
        return
    now = recorded_time.stated_range(client.get_digest(command_url("recorded_time")).text)
    if now is not None:
        said, was = (each[1].unix(0) for each in (now, stated))
        actual = "so" if said >= was else f"{was - said} s earlier"
        check("INF-05", said >= was, "ends no earlier", actual, "while a UID plays")


def _judge_lost(client: Client, check: Check) -> None:
    """PLB-17: what was recorded of a camera until it was lost still plays."""
    player = OnePlayer(client.login())
    player.choose(LOST)
    for ago in (MINUTE, HOUR):
        moment = (NEW_YEAR - ago) * SECOND
        gop = player.at(LOST, moment)
        name = f"{ago} s before the camera was lost"
        if check("PLB-17", gop.given, "a GOP", gop, f"{name}: gives a GOP"):
            check("PLB-17", *playback_order.near(gop, moment), f"{name}: near TIMEF")


def log_zone(answer: Exchange) -> int | None:
    """The zone of the newest event, in minutes: a login is one. None where the log tells none."""
    found = _ZONE.search(answer.text[:LOG_READ])
    return logs.zone_minutes(found[1]) if answer.ok and found else None


def _ends(
    player: Player,
    stated: tuple[LocalMoment, LocalMoment],
    target: Target,
    fetched: float,
    logged: int | None,
    sign: int,
    *,
    whole: bool = False,
) -> dict[str, recorded_time.End]:
    """Both ends of the range against playback. ``logged``: the zone where no chunk tells one. ``sign``: 1
    takes zones as they are read, -1 the other way. ``whole``: the hour of summer time is in them; not where
    they are the same in and out of summer time."""
    # Whichever chunk comes tells a zone, which turns local times into TIMEF; those that come then tell the
    # zone of that time.
    zone = player.zone_around(*(moment.unix(0) for moment in stated), otherwise=logged)
    zones = [player.zone_around(moment.unix(sign * zone), otherwise=zone) for moment in stated]
    whole = whole and (stated[0].summer is stated[1].summer or zones[0] != zones[1])
    oldest, latest = (
        moment.unix(sign * zone, whole=whole) for moment, zone in zip(stated, zones, strict=True)
    )
    early = player.around(oldest, 1) + player.around(oldest - DAY, 1) + player.before(oldest)
    late = player.around(latest, 3) + player.around(latest + DAY, 1)
    return {
        "oldest": recorded_time.oldest_confirmed(oldest, early),
        "latest": recorded_time.latest_confirmed(latest, late, target.now() - fetched),
    }


def _confirmed(ends: dict[str, recorded_time.End]) -> bool:
    return all(end.is_confirmed for end in ends.values())


class Player:
    """Playback of all registered cameras, lost ones too, `at_once` on a MASK."""

    def __init__(self, target: Target, session: Session, require: Require, at_once: int) -> None:
        self.session = session
        text = session.client.get_digest("/cgi-bin/as_getinfo.cgi?FILE=2").text
        self.registered = {number for number, state in cameras_in(text).items() if state in (1, 2)}
        self.at_once = at_once
        self.require = require
        self.sign_told = False

    def around(self, seconds: int, count: int) -> list[ChunkWalk]:
        """The first GOPs of each camera behind a GOTODATE."""
        return self._chunks("goto", seconds, count)

    def zone_around(self, *moments: int, otherwise: int | None = None) -> int:
        """The zone that the GOPs there tell, in minutes; ``otherwise`` where there are none."""
        chunks = [chunk for seconds in moments for chunk in self.around(seconds, 1)]
        self.sign_told = self.sign_told or any(map(recorded_time.tells_sign, chunks))
        return recorded_time.zone_of(chunks, otherwise)

    def before(self, seconds: int) -> list[ChunkWalk]:
        """The first GOP of each camera behind a BPLAY."""
        return self._chunks("reverse", seconds, 1)

    def _chunks(self, key: str, seconds: int, count: int) -> list[ChunkWalk]:
        if not FIRST_TIME <= seconds <= LAST_TIME:
            return []
        found: list[ChunkWalk] = []
        registered = sorted(self.registered)
        for first in range(0, len(registered), self.at_once):
            cameras = registered[first : first + self.at_once]
            self.require(send_mask(self.session, cameras).ok, "MASK is refused")
            self.require(self.session.get(key, TIMEF=seconds * 100).ok, f"{key} is refused")
            for camera in cameras:
                answers = [self._fetch(camera) for _ in range(count)]
                bodies = [answer.body for answer in answers if answer.ok and answer.body]
                found += map(walk_chunk, bodies)
            self.session.get("stop", TIMEF=seconds * 100)
        return found

    def _fetch(self, camera: int) -> Exchange:
        """One GOP; requests for data need not keep the 3 s between commands."""
        return self.session.client.get(self.session.path("camera", CAM=camera), pace=0.0)
