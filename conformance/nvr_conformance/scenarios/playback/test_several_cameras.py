"""§3.1, §3.2: each PLAYCMD is for all cameras of MASK, whatever they are recorded in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nvr_conformance.client.player import whole
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

TRIED, MOST = 8, 3  # cameras that are looked at for what they are recorded in, and that play at once
ANSWERS = 3  # of each camera behind a PLAYCMD
STEPS = 4  # of FF and of REW
NEAR = MINUTE * SECOND  # hundredths between what GOTODATE names and what a camera gives
OF_EACH_CODEC = {
    "cameras": [
        {"number": number, "fixture": "counter-small", "recorded": codec}
        for number, codec in ((1, "H264"), (2, "H265"), (3, "JPEG"))
    ]
}


@dataclass
class SeveralCameras:
    """Cameras that play at once on one UID, each with a name of its own; ``alone`` plays any of them by
    itself."""

    player: Player
    alone: Player
    names: dict[int, str]
    judge: Judge = field(repr=False)
    check: Check = field(repr=False)

    def answers(self, count: int = ANSWERS) -> dict[int, list[Gop]]:
        """So many GOPs of each camera, in turn; fewer of one that gives none."""
        gops: dict[int, list[Gop]] = {camera: [] for camera in self.names}
        for number in range(count):
            for camera, given in gops.items():
                if len(given) == number and (gop := self.player.fetch(camera)).given:
                    given.append(gop)
        return gops

    def follow_on(self, id_: str, name: str, gops: list[Gop], *, backward: bool = False) -> None:
        """Check that GOPs of one camera are next to each other."""
        self.alone.choose(gops[0].camera)
        missing = left_out(self.alone, gops)
        self.alone.stop(gops[0].start or 0)  # two UIDs that play one camera are for PLB-29
        self.judge(id_, name, playback_order.follow_on, gops, missing, backward=backward)

    def all_given(
        self, id_: str, command: str, gops: dict[int, list[Gop]], begin: Callable[[Player], object]
    ) -> list[int]:
        """Check that each camera gave as many GOPs as the first one, unless it gives as few alone, where its
        recording ends; which did. ``begin``: the commands ahead of the GOPs."""
        count = max(map(len, gops.values()))
        for camera in [camera for camera, given in gops.items() if len(given) < count]:
            self.alone.choose(camera)
            begin(self.alone)
            wanted, given = len(self.alone.several(camera, count)), len(gops[camera])
            self.alone.stop(gops[camera][0].start or 0 if gops[camera] else 0)
            name = f"{command} of several, {self.names[camera]}, gives GOPs"
            self.check(id_, given >= wanted, f"{wanted} GOPs, as alone", f"{given} GOPs", name)
        return [camera for camera, given in gops.items() if len(given) == count > 0]


@scenario("PLB-12", "PLB-13", "PLB-15", "PLB-16", "PLB-17", "PLB-18", "PLB-19", "PLB-20", setup=OF_EACH_CODEC)
def test_each_command_is_for_all_cameras(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """PLAY, BPLAY, NEXTFRAME, PREVFRAME, FF, PLAY, GOTODATE, REW, PLAY and STOP while cameras of each codec
    play."""
    finder, found = player_in_recording(target, client, codecs=("H264", "H265", "JPEG"))
    moment = whole(found.start or 0)
    recorded = _recorded(finder, target, moment)
    require(len(recorded) > 1, "fewer than two of the first cameras have a recording at one time")
    player = Player(client.login())
    player.choose(*recorded)
    player.goto(moment)
    # A camera that plays otherwise than alone is for PLB-26.
    names = {
        camera: f"{alone.codec}, camera {number} of {len(recorded)}"
        for number, (camera, alone) in enumerate(recorded.items(), 1)
        if _is_same(player.fetch(camera), alone)
    }
    require(len(names) > 1, "fewer than two cameras play at once what they play alone")
    cameras = SeveralCameras(player, finder, names, Judge(check, not_tested), check)
    player.play()
    played = cameras.answers()
    for camera in cameras.all_given("PLB-12", "PLAY", played, lambda alone: alone.goto(moment)):
        gops = [recorded[camera], *played[camera]]
        cameras.follow_on("PLB-12", f"PLAY of several, {names[camera]}", gops)
    played = {camera: gops for camera, gops in played.items() if len(gops) > 1}
    _reverse(cameras, played)
    _step(cameras, played)
    _fast(cameras, "FF", "PLB-18", moment)
    _play_behind(cameras, "FF")
    _go_back(cameras, played)
    _fast(cameras, "REW", "PLB-19", moment)
    _play_behind(cameras, "REW")
    player.stop(moment)
    for camera, name in names.items():
        gop = player.fetch(camera)
        check("PLB-20", not gop.given, "nothing more", gop, f"camera.cgi behind STOP, {name}")


def _recorded(finder: Player, target: Target, moment: int) -> dict[int, Gop]:
    """Cameras that are recorded at about a moment, and what each plays alone; of each codec one ahead of a
    second."""
    found: dict[int, Gop] = {}
    for camera in target.cameras[:TRIED]:
        finder.choose(camera)
        gop = finder.at(camera, moment)
        if gop.given and gop.start is not None and abs(gop.start - moment) <= NEAR:
            found[camera] = gop
    ahead = {gop.codec: camera for camera, gop in reversed(found.items())}
    chosen = sorted(found, key=lambda camera: camera not in ahead.values())[:MOST]
    return {camera: found[camera] for camera in sorted(chosen)}


def _is_same(gop: Gop, other: Gop) -> bool:
    return (gop.start, gop.video) == (other.start, other.video)


def _reverse(cameras: SeveralCameras, played: dict[int, list[Gop]]) -> None:
    """BPLAY from where PLAY came to."""
    ends = {camera: gops[-1].start or 0 for camera, gops in played.items()}
    moment = max(ends.values(), default=0)
    cameras.player.reverse(moment)
    backward = cameras.answers()
    for camera in cameras.all_given("PLB-13", "BPLAY", backward, lambda alone: alone.reverse(moment)):
        name = f"BPLAY of several, {cameras.names[camera]}"
        cameras.follow_on("PLB-13", name, backward[camera], backward=True)
        if moment - ends.get(camera, 0) < playback_order.NEAR:
            cameras.judge("PLB-13", f"{name}, begin", playback_order.near, backward[camera][0], ends[camera])


def _step(cameras: SeveralCameras, played: dict[int, list[Gop]]) -> None:
    """NEXTFRAME over the end of a GOP, PREVFRAME over its beginning, of one camera after the other."""
    for camera, (one, other, *_) in played.items():
        steps = (
            ("PLB-15", "NEXTFRAME", one, one.last_picture(other.start)),
            ("PLB-16", "PREVFRAME", other, other.start),
        )
        for id_, command, here, picture in steps:
            name = f"{command} of several, {cameras.names[camera]}"
            if picture is None:
                continue
            cameras.player.step(command, picture)
            there = cameras.player.fetch(camera)
            if cameras.check(id_, there.given, "a GOP", there, f"{name}, gives a GOP"):
                cameras.follow_on(id_, name, [here, there], backward=command == "PREVFRAME")


def _fast(cameras: SeveralCameras, command: str, id_: str, begin: int) -> None:
    """FF or REW with repeats, from a moment on: each camera goes on, and faster."""
    steps: dict[int, list[list[Gop]]] = {camera: [] for camera in cameras.names}
    moment = begin
    for number in range(STEPS):
        cameras.player.fast(command, moment)
        answers = cameras.answers()
        if number == 0:
            cameras.all_given(id_, command, answers, lambda alone: alone.fast(command, begin))
        for camera, gops in answers.items():
            if len(gops) == ANSWERS:
                steps[camera].append(gops)
                moment = gops[-1].start or moment
    for camera in [camera for camera, gone in steps.items() if len(gone) == STEPS]:
        name = f"{command} of several, {cameras.names[camera]}"
        cameras.judge(id_, name, playback_order.goes_faster, steps[camera], backward=command == "REW")


def _play_behind(cameras: SeveralCameras, command: str) -> None:
    """PLAY behind FF or REW skips nothing any more."""
    cameras.player.play()
    for camera, gops in cameras.answers().items():
        if len(gops) > 1:
            name = f"PLAY of several behind {command}, {cameras.names[camera]}"
            cameras.follow_on("PLB-12", name, gops)


def _go_back(cameras: SeveralCameras, played: dict[int, list[Gop]]) -> None:
    """GOTODATE, from far behind, to where each camera is known to have recorded."""
    moment = whole(max((gops[0].start or 0 for gops in played.values()), default=0)) + SECOND
    here = cameras.answers(1)
    cameras.player.goto(moment)
    there = cameras.answers(1)
    for camera in cameras.all_given("PLB-17", "GOTODATE", there, lambda alone: alone.goto(moment)):
        ends = [gop.start or 0 for gop in (*played.get(camera, ()), *here[camera])]
        # Of a camera that came far meanwhile, and played at that time before.
        if len(ends) > 2 and ends[0] <= moment <= ends[-2] and ends[-1] - moment > 3 * playback_order.NEAR:
            name = f"GOTODATE of several, {cameras.names[camera]}"
            cameras.judge("PLB-17", name, playback_order.near, there[camera][0], moment)
