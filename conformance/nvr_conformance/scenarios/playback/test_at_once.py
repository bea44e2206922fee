"""One camera played twice: on one UID, and on two (§1.3)."""

from __future__ import annotations

from contextlib import closing

from nvr_conformance.procedures import udp_path
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Gop,
    HeldAnswer,
    NotTested,
    Player,
    Require,
    Target,
    player_in_recording,
    refused,
    scenario,
)

APART = 60 * SECOND
ANSWERS = 4
TRIES = 3  # of asking twice at once
UNSEEN = "whether the recorder was done with one before it took the other cannot be seen from afar"


@scenario("PLB-28", "PLB-29")
def test_one_camera_played_twice(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """Two UIDs in turns at two places; then an answer that is held while the camera is asked for again."""
    player, first = player_in_recording(target, client)
    player.session.logout()
    camera = first.camera
    moment = require(first.whole_second(), "the GOP contains no whole second, which TIMEF needs")
    places = (moment, moment + APART)
    # What each place gives to a UID that has the recorder for itself.
    alone = [_alone(client, camera, place) for place in places]
    require(all(len(gops) == ANSWERS for gops in alone), "there is no recording at both places")
    require(_starts(alone[0]) != _starts(alone[1]), "both places give the same GOPs")

    players = [_standing_at(client, camera, place) for place in places]
    turns: list[list[Gop]] = [[], []]
    for _ in range(ANSWERS):
        for player, gops in zip(players, turns, strict=True):
            gops.append(player.fetch(camera))
    for player in players:
        player.session.logout()
    for number in (0, 1):
        expected, actual = _starts(alone[number]), _starts(turns[number])
        check("PLB-29", actual == expected, expected, actual, f"UID {number + 1} at its own place")

    _check_one_uid(target, client, check, not_tested, alone[0], places[0])
    _check_two_uids(client, check, not_tested, camera, places[0])


def _check_one_uid(
    target: Target, client: Client, check: Check, not_tested: NotTested, alone: list[Gop], place: int
) -> None:
    """PLB-28: the same camera again, then another one, while an answer is in flight."""
    camera = alone[0].camera
    others = [number for number in target.cameras[:4] if number != camera][:1]
    player = _standing_at(client, camera, place, *others)
    with closing(HeldAnswer(client, player.session.path("camera", CAM=camera))) as held:
        second = player.fetch(camera)
        meanwhile = [player.fetch(number) for number in others]
        arrived = held.arrived()
        whole = player.read(camera, held.finish())
    third = player.fetch(camera)
    player.session.logout()
    if not whole.given:
        not_tested("PLB-28", _not_in_flight(whole, arrived))
        return
    is_refused = refused(second.exchange) or not second.given
    # A network stack holds megabytes: the recorder may have handed all of it over long before.
    near = is_refused or udp_path.is_own(target)
    if _not_in_flight(whole, arrived) or not near:
        _check_at_once(client, check, not_tested, alone, place)
        return
    check("PLB-28", is_refused, "refused", second, "the same camera while one answer is in flight")
    for gop in meanwhile:
        if gop.given or _alone(client, gop.camera, place):
            check("PLB-28", gop.given, "plays", gop, "another camera meanwhile")
    same = whole.start == alone[0].start and whole.video == alone[0].video
    check("PLB-28", same, alone[0], whole, "the first answer arrives whole")
    check("PLB-28", third.given and third.start == alone[1].start, alone[1], third, "then the next GOP")


def _check_at_once(client: Client, check: Check, not_tested: NotTested, alone: list[Gop], place: int) -> None:
    """PLB-28 from afar: the same camera asked for on two connections before either answer is read.

    One that is refused was asked for while the other was in flight. Where both bring a GOP, the second may
    have been asked for when the first was done; not so if both bring the same one, for playback goes on from
    answer to answer.
    """
    camera = alone[0].camera
    name = "the same camera asked for twice at once"
    for _ in range(TRIES):
        player = _standing_at(client, camera, place)
        path = player.session.path("camera", CAM=camera)
        with (
            closing(HeldAnswer(client, path, asks=False)) as one,
            closing(HeldAnswer(client, path, asks=False)) as other,
        ):
            for held in (one, other):
                held.ask()
            for held in (one, other):
                held.wait()
            answers = [player.read(camera, held.finish()) for held in (one, other)]
        third = player.fetch(camera)
        player.session.logout()
        whole = [gop for gop in answers if gop.given]
        actual = " and ".join(map(str, answers))
        if len(whole) == 1 and any(refused(gop.exchange) for gop in answers):
            check("PLB-28", True, "one is refused", actual, name)
            check("PLB-28", whole[0].start == alone[0].start, alone[0], whole[0], "the other arrives whole")
            check("PLB-28", third.start == alone[1].start, alone[1], third, "then the next GOP")
            return
        if len(whole) == 2 and whole[0].start == whole[1].start:
            check("PLB-28", False, "one is refused", f"{actual}: the same twice", name)
            return
    not_tested("PLB-28", f"asked for twice at once, {TRIES} times: {actual}; {UNSEEN}")


def _check_two_uids(client: Client, check: Check, not_tested: NotTested, camera: int, place: int) -> None:
    """PLB-29: another UID, while an answer for the same camera is in flight."""
    players = [_standing_at(client, camera, place) for _ in range(2)]
    with closing(HeldAnswer(client, players[0].session.path("camera", CAM=camera))) as held:
        other = players[1].fetch(camera)
        arrived = held.arrived()
        whole = players[0].read(camera, held.finish())
    if reason := _not_in_flight(whole, arrived):
        not_tested("PLB-29", reason)
    else:
        check("PLB-29", other.given, "plays", other, "while an answer to the other UID is in flight")


def _not_in_flight(whole: Gop, arrived: int) -> str:
    """Why nothing can be said: ``arrived`` bytes had reached this machine while another request was made."""
    size = len(whole.exchange.body)
    if not whole.given:
        return f"the answer that was held brought nothing: {whole}"
    return f"an answer of {size} bytes was with this machine's kernel whole" if arrived >= size else ""


def _alone(client: Client, camera: int, place: int) -> list[Gop]:
    """What a UID is given that plays nothing else."""
    player = _standing_at(client, camera, place)
    gops = player.several(camera, ANSWERS)
    player.session.logout()
    return gops


def _standing_at(client: Client, camera: int, place: int, *others: int) -> Player:
    """A fresh UID that plays from that time on."""
    player = Player(client.login())
    player.choose(camera, *others)
    player.goto(place)
    return player


def _starts(gops: list[Gop]) -> list[int | None]:
    return [gop.start for gop in gops]
