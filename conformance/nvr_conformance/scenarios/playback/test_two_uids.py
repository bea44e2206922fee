"""§1.3: what one UID does is no matter to another one."""

from __future__ import annotations

from collections.abc import Callable

from nvr_conformance.scenario import (
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

TRIES = 2  # of being alone
APART = 60 * SECOND  # hundredths between the two places
STATUS = 0x000D  # operation and speed

WAYS: dict[str, Callable[[Player, int], object]] = {
    "PLAY": lambda player, place: player.goto(place),
    "BPLAY": lambda player, place: player.reverse(place),
    "FF": lambda player, place: [player.fast("FF", place) for _ in range(2)],
}

Given = tuple[int | None, bytes | None]
"""Of an answer when its GOP begins and what it says of the operation; nothing of no GOP."""


@scenario("PLB-29")
def test_two_uids_that_do_otherwise(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """UIDs play on, forward, backward and in fast play; between their GOPs another one is sent other commands
    of each kind, and logs out. All are given what they are given alone."""
    finder, first = player_in_recording(target, client)
    camera = first.camera
    here = require(first.second_near(), "when the GOP begins is not known")
    there = here + (APART if finder.at(camera, here + APART).given else -APART)
    require(finder.at(camera, there).given, "nothing is recorded a minute from here")
    finder.session.logout()
    another = next((number for number in target.cameras if number != camera), camera)

    def other(between: Callable[[], None]) -> list[Given]:
        return _other_commands(Player(client.login()), camera, another, there, between)

    for _ in range(TRIES):
        alone = other(lambda: None)
        if other(lambda: None) == alone:
            break
    else:
        not_tested("PLB-29", "a UID that is alone is given now this, now that")
        return
    playing = {name: _playing(client, camera, here, begin) for name, begin in WAYS.items()}
    given: dict[str, list[Given]] = {name: [] for name in playing}

    def go_on() -> None:
        for name, player in playing.items():
            given[name].append(_told(player.fetch(camera)))

    beside = other(go_on)
    for player in playing.values():
        player.session.logout()
    require(any(start for start, _ in alone), "a UID that is alone is given nothing")
    for name, begin in WAYS.items():
        witness = _playing(client, camera, here, begin)
        wanted = [_told(witness.fetch(camera)) for _ in given[name]]
        witness.session.logout()
        if any(start for start, _ in wanted):
            own = given[name]
            told = f"one that is in {name} beside another that does all else"
            check("PLB-29", own == wanted, _starts(wanted), _starts(own), told)
        elif name == "PLAY":  # the others may come to an end of the recording
            not_tested("PLB-29", "a UID that plays alone is given nothing")
    check("PLB-29", beside == alone, _starts(alone), _starts(beside), "one that does all else beside others")


def _playing(client: Client, camera: int, place: int, begin: Callable[[Player, int], object]) -> Player:
    player = Player(client.login())
    player.choose(camera)
    begin(player, place)
    return player


def _other_commands(
    player: Player, camera: int, another: int, place: int, between: Callable[[], None]
) -> list[Given]:
    """What a UID is given behind each command; ``between`` is called ahead of what comes."""
    commands: list[Callable[[], object]] = [
        lambda: player.choose(another),
        lambda: player.goto(place),
        lambda: player.choose(camera),
        lambda: player.reverse(place),
        *[lambda: player.fast("FF", place)] * 3,
        lambda: player.fast("REW", place),
        lambda: player.step("PREVFRAME", place),
        lambda: player.pause(place),
        lambda: player.play(),
        lambda: player.stop(place),
    ]
    told: list[Given] = []
    for number, command in enumerate(commands):
        command()
        between()
        told.append(_told(player.fetch(another if number < 2 else camera)))
    player.session.logout()
    between()
    return told


def _told(gop: Gop) -> Given:
    return (gop.start, gop.chunk.information.get(STATUS)) if gop.given else (None, None)


def _starts(given: list[Given]) -> str:
    """When GOPs begin, in seconds from the first, with the operation and speed that they tell."""
    starts = [start for start, _ in given if start is not None]
    return ", ".join(
        "nothing"
        if start is None
        else f"{(start - starts[0]) / SECOND:+.2f} {(status or b'').hex()}".rstrip()
        for start, status in given
    )
