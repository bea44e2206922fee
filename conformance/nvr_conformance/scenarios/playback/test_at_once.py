"""One camera played twice: on one UID, and on two (§1.3)."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from nvr_conformance.client.at_once import at_once
from nvr_conformance.procedures import udp_path
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Gop,
    HeldAnswer,
    NotTested,
    Observe,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

APART = 60 * SECOND
ANSWERS = 4
OTHERWISE = ("BPLAY", "FF", "REW")
"""PLAYCMDs behind which GOPs come in another order than behind GOTODATE."""
TRIES = 3  # of asking twice at once
UNSEEN = (
    "whether the recorder was done with one before it took the other cannot be seen from afar; judge from its"
    " own network, at its own address"
)


@dataclass(frozen=True)
class _Pens:
    """Who asks, and what is written with."""

    client: Client
    check: Check
    not_tested: NotTested
    observe: Observe


@scenario("PLB-26", "PLB-28", "PLB-29")
def test_one_camera_played_twice(
    target: Target, client: Client, check: Check, not_tested: NotTested, observe: Observe, require: Require
) -> None:
    """Two UIDs at two places, in turns and at once; then an answer is held while the camera is asked for
    again."""
    pens = _Pens(client, check, not_tested, observe)
    player, first = player_in_recording(target, client)
    player.session.logout()
    camera = first.camera
    moment = require(first.second_near(), "when the GOP begins is not known")
    places = (moment, moment + APART)
    # What each place gives to a UID that has the recorder for itself.
    alone = [_alone(client, camera, place) for place in places]
    require(all(len(gops) == ANSWERS for gops in alone), "there is no recording at both places")
    require(_starts(alone[0]) != _starts(alone[1]), "both places give the same GOPs")

    players = [_standing_at(client, camera, place) for place in places]
    turns: list[list[Gop]] = [[], []]
    for number in range(ANSWERS):
        answers = _at_once(players, camera) if number % 2 else (each.fetch(camera) for each in players)
        for gop, gops in zip(answers, turns, strict=True):
            gops.append(gop)
    for player in players:
        player.session.logout()
    for number in (0, 1):
        expected, actual = _starts(alone[number]), _starts(turns[number])
        check("PLB-29", actual == expected, expected, actual, f"UID {number + 1} at its own place")

    if _check_one_uid(pens, alone[0], places[0]):
        for command in OTHERWISE:
            _check_otherwise(pens, camera, places[0], command)
    _check_two_uids(pens, camera, places[0])


def _at_once(players: list[Player], camera: int) -> list[Gop]:
    """One ``camera.cgi`` of each UID, sent at once."""
    requests = [(player.session.path("camera", CAM=camera), ()) for player in players]
    answers = at_once(players[0].session.client, requests)
    return [player.read(camera, answer) for player, answer in zip(players, answers, strict=True)]


def _check_one_uid(pens: _Pens, alone: list[Gop], place: int) -> bool:
    """PLB-28: the same camera again, then another one, while an answer is in flight; whether one of the two
    gave way."""
    client, camera = pens.client, alone[0].camera
    target = client.target
    others = [number for number in target.cameras[:4] if number != camera][:1]
    player = _standing_at(client, camera, place, *others)
    with closing(HeldAnswer(client, player.session.path("camera", CAM=camera))) as held:
        second = player.fetch(camera)
        meanwhile = [player.fetch(number) for number in others]
        arrived = held.arrived()
        first = player.read(camera, held.finish())
    third = player.fetch(camera)
    player.session.logout()
    if not first.given and not second.given:
        pens.not_tested("PLB-28", _not_in_flight(first, arrived))
        return False
    name = "the same camera while one answer is in flight"
    if first.given and second.given:
        # A network stack holds megabytes: the recorder may have handed all of it over long before.
        near = udp_path.is_own(target)
        if _not_in_flight(first, arrived) or not near:
            _check_at_once(pens, alone, place)
        else:
            pens.check("PLB-28", False, "one GOP of the two", f"{first} and {second}", name)
        return False
    # Where these cameras play no further anyhow, that is for PLB-12.
    further = third.given or len(_standing_at(client, camera, place, *others).several(camera, 2)) == 2
    _check_who_stays(pens, alone, (first, second), third if further else None, name)
    for gop in meanwhile:
        if gop.given or _alone(client, gop.camera, place):
            pens.check("PLB-26", gop.given, "plays", gop, "another camera while an answer is in flight")
    return True


def _check_otherwise(pens: _Pens, camera: int, place: int, command: str) -> None:
    """PLB-28: the same camera again behind another PLAYCMD than GOTODATE, while an answer is in flight: said
    where one was, and gave way."""
    client = pens.client
    player = _standing_at(client, camera, place)
    if command == "BPLAY":
        player.reverse(place)
    else:
        player.fast(command, place)
    with closing(HeldAnswer(client, player.session.path("camera", CAM=camera))) as held:
        second = player.fetch(camera)
        arrived = held.arrived()
        first = player.read(camera, held.finish())
    player.session.logout()
    both = first.given and second.given
    in_flight = not _not_in_flight(first, arrived) and udp_path.is_own(client.target)
    if first.given != second.given or (both and in_flight):
        name = f"the same camera while one answer is in flight, {command}"
        pens.check("PLB-28", not both, "one GOP of the two", f"{first} and {second}", name)


def _check_who_stays(
    pens: _Pens, alone: list[Gop], answers: tuple[Gop, Gop], third: Gop | None, name: str
) -> None:
    """One of two answers brought a GOP: which of them gives way is open (OP-43), but the one that stays is
    not harmed, and playback goes on behind it. ``third``: with what; None where it never does."""
    stays = next(gop for gop in answers if gop.given)
    gone = answers[0] if stays is answers[1] else answers[1]
    pens.check("PLB-28", True, "one GOP of the two", f"{answers[0]} and {answers[1]}", name)
    way = "the newer one" if gone is answers[1] else "the older one"
    pens.observe("PLB-28", f"{way}: {gone.exchange}", f"{name}, which gives way")
    number = next((number for number, gop in enumerate(alone[:-1]) if gop.start == stays.start), None)
    whole = number is not None and stays.video == alone[number].video
    pens.check("PLB-28", whole, f"{alone[0]}, or the next", stays, f"{name}: the other arrives whole")
    if number is not None and third is not None:
        following = alone[number + 1]
        pens.check("PLB-28", third.start == following.start, following, third, f"{name}: then the next GOP")


def _check_at_once(pens: _Pens, alone: list[Gop], place: int) -> None:
    """PLB-28 from afar: the same camera asked for on two connections before either answer is read.

    One that brings nothing was asked for while the other was in flight. Where both bring a GOP, the second
    may have been asked for when the first was done; not so if both bring the same one, for playback goes on
    from answer to answer.
    """
    camera, client = alone[0].camera, pens.client
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
            answers = (player.read(camera, one.finish()), player.read(camera, other.finish()))
        third = player.fetch(camera)
        player.session.logout()
        given = [gop for gop in answers if gop.given]
        actual = " and ".join(map(str, answers))
        if len(given) == 1:
            _check_who_stays(pens, alone, answers, third, name)
            return
        if len(given) == 2 and given[0].start == given[1].start:
            pens.check("PLB-28", False, "one GOP of the two", f"{actual}: the same twice", name)
            return
    pens.not_tested("PLB-28", f"asked for twice at once, {TRIES} times: {actual}; {UNSEEN}")


def _check_two_uids(pens: _Pens, camera: int, place: int) -> None:
    """PLB-29: another UID, while an answer for the same camera is in flight."""
    players = [_standing_at(pens.client, camera, place) for _ in range(2)]
    with closing(HeldAnswer(pens.client, players[0].session.path("camera", CAM=camera))) as held:
        other = players[1].fetch(camera)
        arrived = held.arrived()
        whole = players[0].read(camera, held.finish())
    if reason := _not_in_flight(whole, arrived):
        pens.not_tested("PLB-29", reason)
    else:
        pens.check("PLB-29", other.given, "plays", other, "while an answer to the other UID is in flight")


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
