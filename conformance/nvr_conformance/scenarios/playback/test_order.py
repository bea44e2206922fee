"""§3.1, §3.2: which GOP comes next, for every PLAYCMD but FF and REW."""

from __future__ import annotations

from nvr_conformance.facts import playback_order
from nvr_conformance.facts.playback_chunk import operation
from nvr_conformance.procedures.checks import CHUNK_IDS, ChunkChecks, Judge
from nvr_conformance.procedures.playback_gaps import begins_near, found_there, left_out
from nvr_conformance.reading.decoding import decode_pictures
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

GOPS = 11  # ten steps from one to the next
DECODED = 3
LIVE_EDGE = 60 * SECOND  # before now, at which recording may end
WAITS, WAIT = 2, 15.0  # seconds for more to be recorded, where PLAY begins at the end
STEPS = 4
PAUSED = 3  # answers in PAUSE
PLAYBACK, REVERSE, PAUSE, NEXT_IMAGE, PREVIOUS_IMAGE = 2, 3, 6, 7, 8


@scenario("PLB-12", "PLB-13", "PLB-20", "PLB-21", "PLB-34")
def test_forward_backward_stop(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    observe: Observe,
    require: Require,
) -> None:
    """PLAY for ten GOPs, BPLAY for as many, STOP, and PLAY again."""
    judge = Judge(check, not_tested, not_applicable)
    player, first = player_in_recording(target, client)
    camera = first.camera
    _operation(judge, observe, first, PLAYBACK, "GOTODATE")

    answer = player.play()
    check("PLB-12", answer.ok, "accepted", answer, "PLAY is accepted")
    forward = _played(target, player, camera)
    require(forward, "nothing came after PLAY")
    start = forward[-1].start
    if len(forward) < GOPS and _is_at_edge(target, start):
        not_tested("PLB-12", "PLAY began at the end of the recording")
    elif len(forward) < GOPS:
        check("PLB-12", False, f"{GOPS} GOPs", f"{len(forward)} GOPs, then no more")
    else:
        decoded = [decode_pictures(gop.codec, gop.chunk.pictures) for gop in forward[:DECODED]]
        judge("PLB-12", "pictures", playback_order.pictures_differ, decoded)
    _operation(judge, observe, forward[-1], PLAYBACK, "PLAY")

    moment = require(start, "when the last GOP began is not known")
    player.reverse(moment)
    backward = player.several(camera, GOPS)
    if check("PLB-13", len(backward) == GOPS, f"{GOPS} GOPs", f"{len(backward)} GOPs", "BPLAY goes on"):
        _operation(judge, observe, backward[0], REVERSE, "BPLAY")

    player.stop(moment)
    for number in (1, 2):
        gop = player.fetch(camera)
        check("PLB-20", not gop.given, "nothing more", gop, f"camera.cgi {number} behind STOP")
    player.play()
    observe(
        "PLB-34", "a GOP" if (gop := player.fetch(camera)).given else gop, "PLAY behind STOP, without MASK"
    )

    # What lies between is asked for by GOTODATE, which is no matter here any more.
    player.choose(camera)
    if len(forward) == GOPS:
        judge("PLB-12", "bytes", playback_order.none_again, forward, found_there(player, forward))
        judge("PLB-12", "times", playback_order.follow_on, forward, left_out(player, forward))
    if len(backward) == GOPS:
        judge("PLB-13", "begins at TIMEF", begins_near, player, backward[0], moment)
        missing = left_out(player, backward)
        judge("PLB-13", "each the GOP before", playback_order.follow_on, backward, missing, backward=True)


def _played(target: Target, player: Player, camera: int) -> list[Gop]:
    """GOPs of PLAY, as many as are wanted; where PLAY begins at the end of the recording, it grows."""
    gops = player.several(camera, GOPS)
    for _ in range(WAITS):
        if not gops or len(gops) == GOPS or not _is_at_edge(target, gops[-1].start):
            break
        target.pass_time(WAIT)
        gops += player.several(camera, GOPS - len(gops))
    return gops


def _is_at_edge(target: Target, moment: int | None) -> bool:
    return moment is not None and moment > target.unix_time() * SECOND - LIVE_EDGE


@scenario("PLB-14", "PLB-15", "PLB-16", "PLB-21", "PLB-34", "PLB-37", besides=CHUNK_IDS)
def test_pause_and_single_pictures(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    observe: Observe,
    require: Require,
) -> None:
    """PAUSE at two places, every byte of what it gives, and PLAY; then NEXTFRAME over the ends of GOPs and
    PREVFRAME over their beginnings."""
    judge = Judge(check, not_tested, not_applicable)
    check_chunk = ChunkChecks(check, not_tested, not_applicable)
    player, first = player_in_recording(target, client)
    camera = first.camera
    # Where there is recording is known from what was played: the pictures to pause at are among these.
    played = [first, *player.several(camera, 6)]
    shown = [gop for gop in played if gop.whole_second() is not None]
    require(len(shown) > 1, "no GOP contains a whole second, which TIMEF needs")
    for name, gop in (("the last", shown[-1]), ("the first", shown[0])):
        answer = player.pause(gop.whole_second() or 0)
        accepted = check("PLB-14", answer.ok, "accepted", answer, f"PAUSE at {name}")
        paused = [player.fetch(camera) for _ in range(PAUSED)]
        observe("PLB-37", _paused(paused, gop, played[-1]), f"camera.cgi in PAUSE at {name}")
        if accepted and paused[0].given:
            _operation(judge, observe, paused[0], PAUSE, "PAUSE")
            check_chunk(paused[0], f"{paused[0].codec} in PAUSE at {name}")
        player.play()
        again = player.fetch(camera)
        check("PLB-14", again.given, "a GOP", again, f"PLAY behind PAUSE at {name}")
        observe("PLB-34", _place(again, gop), f"PLAY behind PAUSE at {name} goes on")
    check_chunk.together()

    forward, given = [shown[0]], True
    while given and len(forward) < STEPS:
        here = forward[-1]
        behind = [gop.start for gop in played if gop.start is not None and gop.start > (here.start or 0)]
        picture = require(
            here.last_picture(min(behind, default=None)), "when its last picture was taken is not known"
        )
        given = _step(player, camera, "NEXTFRAME", picture or 0, forward)
    if check("PLB-15", given, "a GOP", forward.pop() if not given else "GOPs", "gives a GOP"):
        _operation(judge, observe, forward[-1], NEXT_IMAGE, "NEXTFRAME")

    backward, given = [shown[-1]], True
    while given and len(backward) < STEPS:
        picture = require(backward[-1].start, "when its first picture was taken is not known")
        given = _step(player, camera, "PREVFRAME", picture, backward)
    if check("PLB-16", given, "a GOP", backward.pop() if not given else "GOPs", "gives a GOP"):
        _operation(judge, observe, backward[-1], PREVIOUS_IMAGE, "PREVFRAME")

    if len(forward) == STEPS:
        judge("PLB-15", "the next GOP", playback_order.follow_on, forward, left_out(player, forward))
    if len(backward) == STEPS:
        missing = left_out(player, backward)
        judge("PLB-16", "the GOP before", playback_order.follow_on, backward, missing, backward=True)


def _paused(gops: list[Gop], shown: Gop, last: Gop) -> str:
    """What PAUSE gives, in words that say the same of every run."""
    if not any(gop.given for gop in gops):
        return f"nothing: {gops[0]}"
    names = {last.start: "the GOP given last", shown.start: "the GOP of TIMEF"}
    return ", ".join(names.get(gop.start, "another GOP") if gop.given else "nothing" for gop in gops)


def _place(gop: Gop, shown: Gop) -> str:
    """Where PLAY goes on from the GOP that it was paused at."""
    if gop.start is None or shown.start is None:
        return "at a time that is not known"
    away = gop.start - shown.start
    if away == 0:
        return "with the GOP of TIMEF"
    if 0 < away <= 2 * (shown.length or 0):
        return "behind the GOP of TIMEF"
    return "elsewhere"


def _step(player: Player, camera: int, name: str, picture: int, gops: list[Gop]) -> bool:
    """Ask for the picture next to the one on show; whether a GOP came."""
    player.step(name, picture)
    gops.append(player.fetch(camera))
    return gops[-1].given


def _operation(judge: Judge, observe: Observe, gop: Gop, wanted: int, name: str) -> None:
    """PLB-21: the speed is judged of FF and REW alone."""
    judge("PLB-21", name, operation, gop.chunk, wanted, basis="operation")
    if gop.chunk.speed is not None:
        observe("PLB-21", gop.chunk.speed, f"{name}, speed")
