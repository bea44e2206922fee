"""§3.1, §3.2: which GOP comes next, for every PLAYCMD but FF and REW."""

from __future__ import annotations

from nvr_conformance.facts import playback_order as order
from nvr_conformance.facts.playback_chunk import operation
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.playback_gaps import without_gaps
from nvr_conformance.reading.decoding import decode_pictures
from nvr_conformance.scenario import (
    Check,
    Client,
    Gop,
    NotTested,
    Player,
    Require,
    Target,
    player_in_recording,
    refused,
    scenario,
)

GOPS = 11  # ten steps from one to the next
DECODED = 3
LIVE_EDGE = 60_00  # hundredths before now at which recording may end
PLAYBACK, REVERSE, PAUSE, NEXT_IMAGE, PREVIOUS_IMAGE = 2, 3, 6, 7, 8


@scenario("PLB-12", "PLB-13", "PLB-20", "PLB-21")
def test_forward_backward_stop(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """PLAY for ten GOPs, BPLAY for as many, STOP, and PLAY again."""
    judge = Judge(check, not_tested)
    player, first = player_in_recording(target, client)
    camera = first.camera
    _operation(judge, first, PLAYBACK, "GOTODATE")

    player.play()
    forward = player.several(camera, GOPS)
    require(forward, "nothing came after PLAY")
    start = forward[-1].start
    at_edge = start is not None and start > target.unix_time() * 100 - LIVE_EDGE
    if len(forward) < GOPS and at_edge:
        not_tested("PLB-12", "PLAY began at the end of the recording")
    elif len(forward) < GOPS:
        check("PLB-12", False, f"{GOPS} GOPs", f"{len(forward)} GOPs, then no more")
    else:
        judge("PLB-12", "times", order.follow_on, without_gaps(player, forward))
        decoded = [decode_pictures(gop.codec, gop.chunk.pictures) for gop in forward[:DECODED]]
        judge("PLB-12", "pictures", order.pictures_differ, decoded)
    _operation(judge, forward[-1], PLAYBACK, "PLAY")

    moment = require(start, "when the last GOP began is not known")
    player.reverse(moment)
    backward = player.several(camera, GOPS)
    if check("PLB-13", len(backward) == GOPS, f"{GOPS} GOPs", f"{len(backward)} GOPs", "BPLAY goes on"):
        run = without_gaps(player, backward)
        judge("PLB-13", "each the GOP before", order.neighbours, run, backward=True)
        judge("PLB-13", "begins at TIMEF", order.near, backward[0], moment)
        _operation(judge, backward[0], REVERSE, "BPLAY")

    accepted = player.stop(moment)
    for number in (1, 2):
        gop = player.fetch(camera)
        nothing = refused(gop.exchange) or not gop.given
        check("PLB-20", accepted.ok and nothing, "nothing more", gop, f"camera.cgi {number} behind STOP")
    player.play()
    again = player.fetch(camera)
    check("PLB-20", again.given, "PLAY behind STOP plays again", again, "PLAY behind STOP")


@scenario("PLB-14", "PLB-15", "PLB-16", "PLB-21")
def test_pause_and_single_pictures(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """PAUSE at two places, then NEXTFRAME over the ends of GOPs and PREVFRAME over their beginnings."""
    judge = Judge(check, not_tested)
    player, first = player_in_recording(target, client)
    camera = first.camera
    # Where there is recording is known from what was played: the pictures to pause at are among these.
    shown = [gop for gop in (first, *player.several(camera, 6)) if gop.whole_second() is not None]
    require(len(shown) > 1, "no GOP contains a whole second, which TIMEF needs")
    for name, gop in (("the last", shown[-1]), ("the first", shown[0])):
        moment = gop.whole_second() or 0
        player.pause(moment)
        paused = player.several(camera, 3)
        if check("PLB-14", len(paused) == 3, "three answers", f"{len(paused)} GOPs", f"{name}: gives it"):
            judge("PLB-14", f"{name}: the GOP of TIMEF", order.contains, paused[0], moment)
            judge("PLB-14", f"{name}: stays there", order.stays, paused)
            _operation(judge, paused[0], PAUSE, "PAUSE")

    forward, given = [shown[0]], True
    while given and len(forward) < 4:
        picture = require(forward[-1].last_picture(), "when its last picture was taken is not known")
        given = _step(player, camera, "NEXTFRAME", picture, forward)
    if check("PLB-15", given, "a GOP", forward.pop() if not given else "GOPs", "gives a GOP"):
        run = without_gaps(player, forward)
        judge("PLB-15", "the next GOP", order.neighbours, run, backward=False)
        _operation(judge, forward[-1], NEXT_IMAGE, "NEXTFRAME")

    backward, given = [shown[-1]], True
    while given and len(backward) < 4:
        picture = require(backward[-1].start, "when its first picture was taken is not known")
        given = _step(player, camera, "PREVFRAME", picture, backward)
    if check("PLB-16", given, "a GOP", backward.pop() if not given else "GOPs", "gives a GOP"):
        run = without_gaps(player, backward)
        judge("PLB-16", "the GOP before", order.neighbours, run, backward=True)
        _operation(judge, backward[-1], PREVIOUS_IMAGE, "PREVFRAME")


def _step(player: Player, camera: int, name: str, picture: int, gops: list[Gop]) -> bool:
    """Ask for the picture next to the one on show; whether a GOP came."""
    player.step(name, picture)
    gops.append(player.fetch(camera))
    return gops[-1].given


def _operation(judge: Judge, gop: Gop, wanted: int, name: str) -> None:
    """PLB-21: no speed but for FF and REW."""
    judge("PLB-21", name, operation, gop.chunk, wanted, 0)
