"""§3.2.9: FF and REW."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import fmean

from nvr_conformance.facts import playback_order
from nvr_conformance.facts.playback_chunk import operation, speeds
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.playback_gaps import goes_faster_but_for_gaps
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

STEPS = {"FF": 9, "REW": 8}  # STEP1 … STEP8, and what a repeat of the last does
ENOUGH = 3  # steps that show whether each skips further than the one before
ANSWERS = 3  # at each step: two ways from one to the next
FAST = {"FF": ("PLB-18", 4), "REW": ("PLB-19", 5)}
REACH = (
    4 * ANSWERS * 2
)  # GOPs that must be recorded ahead at the first step, twice as many at each further one
FARTHEST = 600 * SECOND  # hundredths that it may be from where it begins
FURTHER = (3600 * SECOND, 60 * SECOND)  # hundredths to another place
JUST_NOW = 120  # seconds before now: with whatever is recorded behind it


def _goes_on(player: Player, gop: Gop, count: int) -> bool:
    """Whether there is recording so many GOPs on (negative: back)."""
    if gop.start is None or gop.length is None:
        return True
    moment = gop.start + round(count * gop.length)
    found = player.at(gop.camera, moment)
    return found.given and found.start is not None and playback_order.near(found, moment).ok


@scenario("PLB-18", "PLB-19", "PLB-21", "PLB-34")
def test_fast_forward_and_reverse(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    observe: Observe,
    require: Require,
) -> None:
    """FF nine times, with some GOPs at each step; REW eight times, alike, on another UID."""
    judge = Judge(check, not_tested, not_applicable)
    few = f"{ANSWERS} GOPs at each step"
    for name, (id_, wanted) in FAST.items():
        player, first = player_in_recording(target, client)
        if name == "REW" and not _goes_on(player, first, -REACH << ENOUGH):
            player.session.logout()
            player, first = player_in_recording(target, client, ago=JUST_NOW)
        moment = require(first.start, "when the GOP began is not known")
        player.at(first.camera, moment)
        last = first
        begun: list[Gop] = []
        steps: list[list[Gop]] = []
        while len(steps) < STEPS[name]:
            player.fast(name, moment)
            gops = player.several(first.camera, ANSWERS)
            for gop in gops[:1]:
                judge(
                    "PLB-21",
                    f"{name}, step {len(steps) + 1}",
                    operation,
                    gop.chunk,
                    wanted,
                    basis="operation",
                )
                begun.append(gop)
            last = gops[-1] if gops else last
            if len(gops) < ANSWERS:
                break
            steps.append(gops)
            moment = gops[-1].start or moment
        judge("PLB-21", f"{name}, speed", speeds, [gop.chunk for gop in begun], basis="speed")
        if len(steps) < ENOUGH:
            reach = REACH << len(steps)
            if _goes_on(player, last, reach if name == "FF" else -reach):
                check(id_, False, few, f"step {len(steps) + 1} does not give them", name)
            else:
                not_tested(id_, f"{name}: the recording ends at step {len(steps) + 1}")
        else:
            judge(id_, name, goes_faster_but_for_gaps, player, steps, backward=name == "REW")
        player.session.logout()
        usual = first.length or SECOND
        wide = (f"{fmean(playback_order.strides(gops)) / usual:+.1f}" for gops in steps)
        observe("PLB-34", ", ".join(wide), f"{name}: GOPs at each step")


@scenario("PLB-18", "PLB-19")
def test_fast_from_another_place(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """FF, and FF again from further on, on one UID; REW alike, the other way: what comes second lies beyond
    what was on show, of which TIMEF tells too."""
    finder, first = player_in_recording(target, client)
    here = require(first.second_near(), "when the GOP begins is not known")
    for command, (id_, _) in FAST.items():
        name, onward = f"{command} from another place", 1 if command == "FF" else -1
        there = _recorded(finder, first.camera, [here + onward * far for far in FURTHER])
        if there is None:
            not_tested(id_, f"{name}: nothing is recorded a minute from here")
            continue
        player = Player(client.login())
        player.choose(first.camera)
        for moment in (here, there):
            player.play()
            shown = player.at(first.camera, moment)
            player.fast(command, moment)
            gop = player.fetch(first.camera)
        if not gop.given or gop.start is None or shown.start is None:
            not_tested(id_, f"{name}: it gives {gop} behind {shown}")
            continue
        if min(abs(gop.start - here), abs(gop.start - there)) > FARTHEST:
            not_tested(id_, f"{name}: it begins at neither place, which is for PLB-33")
            continue
        beyond = (gop.start - shown.start) * onward >= -playback_order.NEAR
        check(id_, beyond, f"{'forward' if command == 'FF' else 'backward'} from {shown}", gop, name)


def _recorded(finder: Player, camera: int, moments: Iterable[int]) -> int | None:
    """The first of these moments at which something is recorded."""
    return next((moment for moment in moments if finder.records(camera, moment)), None)


@scenario("PLB-21")
def test_speed_of_a_fresh_uid(
    target: Target, client: Client, check: Check, not_applicable: NotApplicable, require: Require
) -> None:
    """FF on one UID, repeated; it logs out, and the first FF on the next UID is no repeat."""
    player, first = player_in_recording(target, client)
    moment = require(first.second_near(), "when the GOP begins is not known")
    speeds_told = [_speed(player, first.camera, moment) for _ in range(ENOUGH)]
    player.session.logout()
    fresh = Player(client.login())
    fresh.choose(first.camera)
    told = _speed(fresh, first.camera, moment)
    if told is None or None in speeds_told:
        not_applicable("PLB-21", "0x000D does not come with each GOP of FF")
        return
    require(speeds_told[-1] != speeds_told[0], "repeats of FF do not raise its speed")
    again = f"{speeds_told[0]}, as on the UID before"
    check("PLB-21", told == speeds_told[0], again, told, "FF on a fresh UID", basis="speed")


def _speed(player: Player, camera: int, moment: int) -> int | None:
    """What 0x000D says of the speed after one more FF."""
    player.fast("FF", moment)
    return player.fetch(camera).chunk.speed
