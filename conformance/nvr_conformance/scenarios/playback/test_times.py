"""TIMEF: what GOTODATE gives, and that it is UTC."""

from __future__ import annotations

from collections.abc import Iterator

from nvr_conformance.facts import playback_order
from nvr_conformance.facts.playback_chunk import long_term_reference
from nvr_conformance.facts.playback_times import shows, zones_agree
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Gop,
    NotApplicable,
    NotTested,
    Observe,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

PLAYED = 12  # GOPs that show where there is recording
MOST_PLAYED = 64
LATE = 30  # seconds of a minute, beyond which it shows whether they count
HALF_A_DAY = 12 * 3600
SLACK = 60 * SECOND  # hundredths: less than any time zone is off
FAR = 15 * SLACK  # hundredths: what a command that goes on from where it is does not come by in two answers
COMMANDS = ("GOTODATE", "PAUSE", "BPLAY", "FF", "REW", "NEXTFRAME", "PREVFRAME")


@scenario("PLB-17", "PLB-34")
def test_go_to_date(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    observe: Observe,
    require: Require,
) -> None:
    """GOTODATE to times that were played before, back and forth, and on a fresh UID."""
    judge = Judge(check, not_tested)
    player, first = player_in_recording(target, client)
    camera = first.camera
    played = _until_late(player, [first, *player.several(camera, PLAYED - 1)])
    moments = [moment for gop in played if (moment := gop.whole_second()) is not None]
    require(len(moments) > 2, "too few GOPs contain a whole second, which TIMEF needs")
    middle = target.random.choice(moments[1:-1])
    for name, moment in (("late", moments[-1]), ("early", moments[0]), ("between", middle)):
        answer = player.goto(moment)
        gop = player.fetch(camera)
        if check("PLB-17", gop.given, "a GOP", gop if answer.ok else answer, f"{name}: gives a GOP"):
            judge("PLB-17", f"{name}: near TIMEF", playback_order.near, gop, moment)
        observe("PLB-34", _which(gop, moment), f"{name}: GOTODATE gives")
    behind = player.fetch(camera)
    answer = player.goto(middle)
    again = player.fetch(camera)
    if check("PLB-17", again.given, "a GOP", again if answer.ok else answer, "once more: gives a GOP"):
        judge("PLB-17", "once more: near TIMEF", playback_order.near, again, middle)
        if again.start is not None and behind.start is not None:
            leads = again.start <= behind.start
            check("PLB-17", leads, "as the first time", f"{again}, behind {behind}", "once more: leads there")
    player.session.logout()
    fresh = Player(client.login())
    fresh.choose(camera)
    fresh.goto(middle)
    gop = fresh.fetch(camera)
    if check("PLB-17", gop.given, "a GOP", gop, "on a fresh UID: gives a GOP"):
        judge("PLB-17", "on a fresh UID: near TIMEF", playback_order.near, gop, middle)


LONG_TERM = {"cameras": [{"number": 1, "fixture": "counter-small-gop5", "recorded": "H264", "ltr": True}]}
"""A camera of a recorder that can be set up: long-term reference P, and GOPs that begin well before most
TIMEFs."""


@scenario("PLB-36", "PLB-38", setup=LONG_TERM)
def test_go_to_date_in_a_long_term_stream(
    target: Target, client: Client, check: Check, not_tested: NotTested, not_applicable: NotApplicable
) -> None:
    """GOTODATE into a stream with long-term reference P: what is earlier than TIMEF is not to be shown."""
    judge = Judge(check, not_tested, not_applicable)
    player, first = player_in_recording(target, client)
    camera = first.camera
    gops = _until_late(player, [first, *player.several(camera, 3)])
    for gop in gops[:4]:
        judge("PLB-36", f"{gop}", long_term_reference, gop.chunk)
    asked: list[tuple[int, Gop, Gop]] = []
    for gop in (*gops[1:4], gops[-1]):
        for into in (0, 2) if gop.whole_second() is not None else ():
            moment = (gop.whole_second() or 0) + into * SECOND
            player.goto(moment)
            asked.append((moment, player.fetch(camera), player.fetch(camera)))
    if any(not _is_beside(gop, moment) for moment, gop, _ in asked):
        not_tested("PLB-38", "GOTODATE gives GOPs away from TIMEF: which time it was taken for is not known")
        return
    for moment, gop, behind in asked:
        judge("PLB-38", "the first GOP", shows, gop, moment)
        judge("PLB-38", "the GOP behind it", shows, behind, moment)


def _until_late(player: Player, played: list[Gop]) -> list[Gop]:
    """These GOPs, and those behind them up to one late in its minute."""
    while len(played) < MOST_PLAYED and not _is_late(played[-1]):
        gop = player.fetch(played[-1].camera)
        if not gop.given:
            break
        played.append(gop)
    return played


def _is_beside(gop: Gop, moment: int) -> bool:
    """Whether it is the GOP of that time, or one next to it (OP-26)."""
    if gop.start is None or gop.length is None:
        return False
    return gop.start - gop.length <= moment <= gop.start + 2 * gop.length


def _is_late(gop: Gop) -> bool:
    """Whether a GOP begins so late in its minute that the seconds of TIMEF must count to find it."""
    return gop.start is None or gop.start // SECOND % 60 >= LATE


def _which(gop: Gop, moment: int) -> str:
    """OP-26 in words."""
    if not gop.given or gop.start is None or gop.length is None:
        return "no GOP with times"
    if gop.start > moment:
        return "a GOP behind TIMEF"
    return "the GOP that contains TIMEF" if moment < gop.start + gop.length else "a GOP ahead of TIMEF"


@scenario("PLB-33")
def test_timef_is_utc(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """Every command with TIMEF, half a day ago, on a recorder whose time zone is not UTC."""
    _check_utc(target, client, check, not_tested, require)


@scenario("PLB-07", "PLB-33", needs=("manual-clock",), setup={"time_zone": "America/St_Johns"})
def test_timef_is_utc_west_of_greenwich(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """The same in a negative zone with half an hour; how the zone is written."""
    gop = _check_utc(target, client, check, not_tested, require)
    Judge(check, not_tested)("PLB-07", "zone, negative", zones_agree, [gop])


def _check_utc(target: Target, client: Client, check: Check, not_tested: NotTested, require: Require) -> Gop:
    """A command takes TIMEF for local time where what it gives is off by the zone, and right when TIMEF is
    given in local time. Where less is recorded than half a day, what it gives instead may be anything."""
    player, first = player_in_recording(target, client, ago=HALF_A_DAY)
    camera = first.camera
    zone = require(_zone_of(first), "the recorder's zone is UTC, or not told: UTC and local time look alike")
    asked = round(target.unix_time() - HALF_A_DAY) * SECOND
    assert first.start is not None
    elsewhere = abs(first.start - asked) >= SLACK
    if elsewhere:
        asked = first.start - first.start % SECOND
    tested = False
    for name in COMMANDS:
        near, off = _distance(player, camera, name, asked)
        if near:
            if elsewhere and all(_near_as_local_time(player, camera, name, asked, zone)):
                continue  # at an end of what is recorded, where any time leads
            check("PLB-33", True, "TIMEF taken as UTC", "given near TIMEF", name)
            tested = True
        elif off is not None and min(abs(off - zone), abs(off + zone)) < SLACK:
            shifted, _ = _distance(player, camera, name, asked - off, wanted=asked)
            how_far = f"{off / 360_000:+.2f} h off, as the zone"
            how_far += "" if shifted else ", and off as well when TIMEF is local time"
            check("PLB-33", not shifted, "TIMEF taken as UTC", how_far, name)
            tested = True
        elif (off is None or abs(off) >= FAR) and any(_near_as_local_time(player, camera, name, asked, zone)):
            check("PLB-33", False, "TIMEF taken as UTC", "near it when TIMEF is local time alone", name)
            tested = True
    if not tested:
        not_tested("PLB-33", "no command gave anything near the time that was asked for, in whatever zone")
    return first


def _distance(
    player: Player, camera: int, name: str, moment: int, wanted: int | None = None
) -> tuple[bool, int | None]:
    """Send a command with TIMEF; whether the GOP that comes is near the wished time, and how far off."""
    match name:
        case "GOTODATE":
            player.goto(moment)
        case "PAUSE":
            player.pause(moment)
        case "BPLAY":
            player.reverse(moment)
        case "FF" | "REW":
            # From another operation: a repeat goes on from where it is.
            player.play()
            player.fast(name, moment)
        case _:
            player.step(name, moment)
    start = player.fetch(camera).start
    if start is None:
        return False, None
    off = start - (moment if wanted is None else wanted)
    return abs(off) < SLACK, off


def _near_as_local_time(player: Player, camera: int, name: str, asked: int, zone: int) -> Iterator[bool]:
    """Whether a command gives what is near a time when TIMEF is ahead of it, and behind it, by the zone."""
    for shift in (zone, -zone):
        yield _distance(player, camera, name, asked + shift, wanted=asked)[0]


def _zone_of(gop: Gop) -> int | None:
    """What 0x0007 says of the zone, or the GOP information without its sign, in hundredths; None for UTC, and
    where neither says anything."""
    data = gop.chunk.information.get(0x0007)
    if data is None or len(data) < 8:
        sign, (hours, minutes, _), summer = 0, gop.chunk.gop_start_zone, 0
    else:
        sign, hours, minutes, summer = data[4:8]
    offset = (hours * 3600 + minutes * 60) * (-1 if sign else 1) + (3600 if summer else 0)
    return offset * SECOND or None
