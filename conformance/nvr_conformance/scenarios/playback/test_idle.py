"""§3.1, §6.2: playback of which nothing is asked for a while, on UIDs that are kept alive."""

from __future__ import annotations

from nvr_conformance.facts import playback_order
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.playback_gaps import left_out
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    Gop,
    NotTested,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

IDLE = 75.0  # seconds without camera.cgi
KEPT = 25.0  # seconds between keep-alives
AHEAD = 2  # GOPs ahead of the pause, and behind it


@scenario("PLB-12", "PLB-13", "PLB-17", "PLB-32", besides=("PLB-29",))
def test_playback_waits_for_its_client(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """Three UIDs wait as long: one that plays, one that plays backward, and one that has its MASK and no
    more. Each goes on as if nothing had been; behind a log and a download, and when another UID has expired,
    too."""
    judge = Judge(check, not_tested)
    finder, first = player_in_recording(target, client)
    camera = first.camera
    here = require(first.second_near(), "when the GOP begins is not known")
    forward, backward, chosen = players = [Player(client.login()) for _ in range(3)]
    for player in players:
        player.choose(camera)
    forward.goto(here)
    backward.reverse(here)
    ways = {"PLB-12": forward, "PLB-13": backward}
    gops: dict[str, list[Gop]] = {id_: [] for id_ in ways}
    for _ in range(AHEAD):  # in turn: so it shows whether each has a place of its own
        for id_, player in ways.items():
            gops[id_] += player.several(camera, 1)
    require(all(len(given) == AHEAD for given in gops.values()), "there is too little recording around it")
    for id_, (one, other) in gops.items():
        sign = -1 if id_ == "PLB-13" else 1
        require(sign * ((other.start or 0) - (one.start or 0)) > 0, "two UIDs do not play each its own way")
    idle = client.login()
    waited = 0.0
    while waited < IDLE:
        target.pass_time(KEPT)
        waited += KEPT
        for player in (finder, *players):
            require(player.session.is_alive(), "status.cgi does not keep a UID alive")
    shown: Gop | None = None
    for id_, player in ways.items():
        later = player.several(camera, AHEAD)
        name = f"{'BPLAY' if player is backward else 'PLAY'}, {waited:.0f} s behind the last camera.cgi"
        if check(id_, len(later) == AHEAD, f"{AHEAD} GOPs", f"{len(later)} GOPs", f"{name}, goes on"):
            whole = [*gops[id_], *later]
            back = player is backward
            judge(id_, name, playback_order.follow_on, whole, left_out(finder, whole), backward=back)
            if player is forward:
                shown = later[-1]
    goes_on = shown is not None and _goes_on_beside(judge, check, finder, forward, shown)
    given = chosen.at(camera, here)
    name = f"GOTODATE {waited:.0f} s behind MASK"
    if check("PLB-32", given.given, "a GOP", given, name):
        judge("PLB-17", name, playback_order.near, given, here)
    target.pass_time(KEPT)
    gop = forward.fetch(camera)
    name = "PLAY behind the end of another UID, goes on"
    if idle.is_alive(doubted=True):
        not_tested("PLB-29", f"{name}: one that was left alone lives on")
    elif goes_on:
        check("PLB-29", gop.given, "a GOP", gop, name)


def _goes_on_beside(judge: Judge, check: Check, finder: Player, player: Player, shown: Gop) -> bool:
    """PLB-12: PLAY goes on behind a log and a file of its own UID. ``shown``: the GOP that came last."""
    minute = (shown.start or 0) // (MINUTE * SECOND) * MINUTE
    times = {"STARTTIME": minute - 2 * MINUTE, "ENDTIME": minute - MINUTE}
    player.session.get("log_events")
    player.session.raw(player.session.path("download", CAM=shown.camera, KIND="LIST", **times))
    gop = player.fetch(shown.camera)
    name = "PLAY behind a log and a LIST of elsewhere"
    if check("PLB-12", gop.given, "a GOP", gop, f"{name}, goes on"):
        judge("PLB-12", name, playback_order.follow_on, [shown, gop], left_out(finder, [shown, gop]))
    return gop.given
