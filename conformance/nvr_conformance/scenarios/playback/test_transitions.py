"""§3.1, §3.2: each PLAYCMD behind each other one: whatever ran before, it does what it does alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from nvr_conformance.carriers.same_content import played
from nvr_conformance.facts import playback_order
from nvr_conformance.facts.playback_chunk import OPERATIONS, operation
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.playback_gaps import begins_near, left_out
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    Fact,
    Gop,
    NotApplicable,
    NotTested,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

IDS = {
    "PLAY": "PLB-12",
    "BPLAY": "PLB-13",
    "NEXTFRAME": "PLB-15",
    "PREVFRAME": "PLB-16",
    "GOTODATE": "PLB-17",
    "FF": "PLB-18",
    "REW": "PLB-19",
    "STOP": "PLB-20",
}
"""The commands whose answers are judged, and what says how."""
COMMANDS = (*IDS, "PAUSE")
FETCHED = {"PLAY": 2, "BPLAY": 2, "FF": 2, "REW": 2, "PAUSE": 0}
"""How many GOPs show what a command does, where it is not one."""
KEPT = 8  # commands of one UID after which the other, which may not be needed meanwhile, is kept alive
PAUSED = ("BPLAY", "FF")
"""What is paused, of which PLAY must not remember the way."""
OPEN_BEGIN = ("PLAY", "STOP", "FF", "BPLAY")
"""Behind these PLAY may give nothing: where it, or BPLAY, begins may be an end, which FF may come past."""
NEAR_GOPS = 3  # GOPs within which GOTODATE leads to the one that is looked for
APART = MINUTE * SECOND  # between the places to which commands lead


@dataclass(frozen=True)
class _Places:
    """``here``, where three GOPs are known that follow each other, and ``elsewhere``: both in one recording
    of a camera."""

    here: int
    elsewhere: int
    gops: tuple[Gop, Gop, Gop]

    def led(self, command: str, stood: int) -> int:
        """To which of the two a command leads: GOTODATE and BPLAY away from where the one before led, so that
        it shows whether they do."""
        if command in ("GOTODATE", "BPLAY"):
            return self.here + self.elsewhere - stood
        if command in ("NEXTFRAME", "PREVFRAME"):
            return self.here
        return stood if command == "PLAY" else self.elsewhere

    @property
    def last_picture(self) -> int | None:
        """The moment of the last picture of the second GOP."""
        return self.gops[1].last_picture(self.gops[2].start)


@scenario(*IDS.values(), besides=("PLB-14", "PLB-21"))
def test_each_command_behind_each_other(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    require: Require,
) -> None:
    """All commands in an order in which each comes behind each, on one UID; MASK again behind STOP. Then PLAY
    behind PAUSE, whatever was paused. What does as it is told says so in 0x000D, and gives the GOP that
    GOTODATE gives of its time."""
    finder, first = player_in_recording(target, client)
    camera = first.camera
    places = require(
        _places(client, finder, first),
        "no two minutes of one recording in which PLAY gives one GOP after the other",
    )
    player = Player(client.login())
    player.choose(camera)
    facts: dict[str, list[tuple[str, Fact]]] = defaultdict(list)
    named: dict[str, list[tuple[str, Fact]]] = defaultdict(list)
    last: dict[str, Gop] = {}
    before, went = "", places.here
    for number, command in enumerate(_each_behind_each(), 1):
        if number % KEPT == 0:
            finder.session.get("keep_alive")
        if before == "STOP":
            player.choose(camera)
        went = places.led(command, went)
        gops = _send(player, places, command, went, camera)
        repeated = before == command and command in ("FF", "REW")  # goes further, maybe past an end
        resumed = (before, command) == ("PAUSE", "PLAY")  # PLB-14 says what comes then
        if before and command in IDS and gops and not repeated:
            with suppress(NothingToJudge):
                fact = _judged(finder, places, command, before, gops, went)
                if not resumed:
                    facts[command].append((before, fact))
                if fact.ok and gops[-1].given:
                    last[command] = gops[-1]
                for gop in gops if fact.ok and command in OPERATIONS else ():
                    said = operation(gop.chunk, OPERATIONS[command])
                    named[command].append((before, said))
        before = command
    for command, id_ in IDS.items():
        name = f"{command} behind each command"
        if not (made := facts[command]):
            not_tested(id_, f"{name}: nothing that can be judged")
            continue
        check(id_, *_worst(made), name)
    for command, made in named.items():
        check("PLB-21", *_worst(made), f"{command} behind each command", basis="operation")
    if not named:
        not_applicable("PLB-21", "0x000D does not come")

    judge = Judge(check, not_tested, not_applicable)
    for command, gop in last.items():
        judge(IDS[command], f"{command}, the pictures of its last GOP", _whole_gop, finder, gop, command)
    _judge_behind_pause(judge, check, finder, player, places)


def _judge_behind_pause(judge: Judge, check: Check, finder: Player, player: Player, places: _Places) -> None:
    """PLB-12, PLB-14: PLAY behind PAUSE, whatever was paused."""
    camera = places.gops[0].camera
    for before in PAUSED:
        name = f"PLAY behind PAUSE behind {before}"
        _send(player, places, before, places.here, camera, 0)
        _send(player, places, "PAUSE", places.elsewhere, camera)
        one, other = _send(player, places, "PLAY", places.here, camera)
        if check("PLB-14", one.given, "a GOP", one, name) and other.given:
            missing = left_out(finder, [one, other])
            if judge("PLB-12", name, playback_order.follow_on, [one, other], missing):
                judge("PLB-21", name, operation, one.chunk, OPERATIONS["PLAY"], basis="operation")


def _worst(made: list[tuple[str, Fact]]) -> Fact:
    """Of what was judged behind each command, the first that is wrong."""
    behind, worst = next((pair for pair in made if not pair[1].ok), made[0])
    told = f"behind {behind}: {worst.actual}" if not worst.ok else f"so behind {len(made)} commands"
    return Fact(worst.ok, worst.expected, told)


def _whole_gop(finder: Player, gop: Gop, command: str) -> Fact:
    """A GOP has the pictures that it has where GOTODATE gives it, or what follows there. Where it has not, it
    is asked of another command which of the two is wrong."""
    other = finder.at(gop.camera, gop.start or 0)
    for _ in range(NEAR_GOPS):
        if not other.given or (other.start or 0) >= (gop.start or 0):
            break
        other = finder.fetch(gop.camera)
    if other.start != gop.start:
        raise NothingToJudge("GOTODATE does not give this GOP")
    if _slices(gop) == _slices(other):
        return Fact(True, f"those of {other}", "the same")
    behind = finder.fetch(gop.camera)
    if not behind.given or behind.start is None:
        raise NothingToJudge("nothing follows it that could be gone back from")
    if command == "PREVFRAME":
        finder.reverse(behind.start + SECOND)
        back = next((each for each in finder.several(gop.camera, NEAR_GOPS) if each.start == gop.start), None)
    else:
        back = finder.before(gop.camera, behind.start)
    if back is None or back.start != gop.start or _slices(gop) == _slices(back):
        raise NothingToJudge("what GOTODATE gives of it is other than what others give")
    return Fact(False, f"those of {other}", f"others: {gop}")


def _slices(gop: Gop) -> list[str]:
    """Picture by picture; what else is in a GOP may be written anew."""
    return [shot.slices for shot in played([gop])]


def _each_behind_each() -> Iterator[str]:
    """The shortest order in which each command comes behind each, and behind itself."""
    for number, command in enumerate(COMMANDS):
        yield command
        for other in COMMANDS[number + 1 :]:
            yield command
            yield other
    yield COMMANDS[0]


def _places(client: Client, finder: Player, first: Gop) -> _Places | None:
    camera, here = first.camera, first.start or 0
    gops = [finder.at(camera, here), *finder.several(camera, 2)]
    if len(gops) < 3 or not all(gop.given and gop.start is not None for gop in gops):
        return None
    if not playback_order.follow_on(gops, left_out(finder, gops)).ok:
        return None  # PLAY is at fault: nothing can be held against what it gives
    if not _has_room(client, camera, here):
        return None
    for elsewhere in (here + APART, here - APART):
        if _has_room(client, camera, elsewhere):
            return _Places(here, elsewhere, (gops[0], gops[1], gops[2]))
    return None


def _has_room(client: Client, camera: int, moment: int) -> bool:
    """Whether there is a GOP, and so much on both sides of it that all commands lead somewhere: on a UID of
    its own, on which nothing went before."""
    finder = Player(client.login())
    finder.choose(camera)
    gop = finder.at(camera, moment)
    if not gop.given or not playback_order.near(gop, moment).ok:
        return False
    for command in ("FF", "REW"):
        finder.play()
        _faster(finder, command, moment)
        if len(finder.several(camera, FETCHED[command])) < FETCHED[command]:
            return False
    finder.session.logout()
    return True


def _send(
    player: Player, places: _Places, command: str, went: int, camera: int, count: int | None = None
) -> list[Gop]:
    """The command, and the GOPs that come behind it: as many as show what it does, or ``count``. None where
    it cannot be sent. ``went``: where GOTODATE leads, and BPLAY begins."""
    sends: dict[str, Callable[[], object]] = {
        "PLAY": player.play,
        "BPLAY": lambda: player.reverse(went),
        "PAUSE": lambda: player.pause(places.elsewhere),
        "NEXTFRAME": lambda: player.step(command, places.last_picture or 0),
        "PREVFRAME": lambda: player.step(command, places.gops[1].start or 0),
        "GOTODATE": lambda: player.goto(went),
        "FF": lambda: _faster(player, command, places.elsewhere),
        "REW": lambda: _faster(player, command, places.elsewhere),
        "STOP": lambda: player.stop(places.elsewhere),
    }
    if command == "NEXTFRAME" and places.last_picture is None:
        return []
    sends[command]()
    count = FETCHED.get(command, 1) if count is None else count
    return [player.fetch(camera) for _ in range(count)]


def _faster(player: Player, command: str, moment: int) -> None:
    """FF or REW, and a repeat: a step that what comes behind it must not keep."""
    for _ in range(2):
        player.fast(command, moment)


def _judged(finder: Player, places: _Places, command: str, before: str, gops: list[Gop], went: int) -> Fact:
    """What the GOPs behind a command must be. NothingToJudge where PLAY may give none (``OPEN_BEGIN``)."""
    if command == "STOP":
        return Fact(not gops[0].given, "nothing more", str(gops[0]))
    if not all(gop.given and gop.start is not None for gop in gops):
        if command == "PLAY" and before in OPEN_BEGIN:
            raise NothingToJudge("PLAY began where nothing is recorded")
        return Fact(False, "GOPs", str(gops[-1]))
    if command in ("PLAY", "BPLAY"):
        back = command == "BPLAY"
        if back and not (begins := begins_near(finder, gops[0], went)).ok:
            return begins
        return playback_order.follow_on(gops, left_out(finder, gops), backward=back)
    if command in ("FF", "REW"):
        onward = playback_order.strides(gops)[0] * (1 if command == "FF" else -1) > 0
        way = "forward" if command == "FF" else "backward"
        return Fact(onward, way, f"{gops[1]} behind {gops[0]}")
    if command == "GOTODATE":
        return playback_order.near(gops[0], went)
    wanted = places.gops[2 if command == "NEXTFRAME" else 0]
    return Fact(gops[0].start == wanted.start, str(wanted), str(gops[0]))
