"""§3.1, §3.2: each PLAYCMD is for all cameras of MASK, whatever they are recorded in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nvr_conformance.client.player import whole
from nvr_conformance.facts import playback_order
from nvr_conformance.facts.playback_chunk import OPERATIONS, one_jpeg, operation, speeds
from nvr_conformance.procedures.checks import CHUNK_IDS, ChunkChecks, Judge
from nvr_conformance.procedures.playback_gaps import begins_near, goes_faster_but_for_gaps, left_out
from nvr_conformance.procedures.usual_recordings import RECORDINGS
from nvr_conformance.reading.gop import clock_time
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    Gop,
    NotApplicable,
    NotTested,
    Player,
    Require,
    Target,
    player_in_recording,
    scenario,
)

TRIED, MOST = 8, 3  # cameras that are looked at for what they are recorded in, and that play at once
ANSWERS = 3  # of each camera behind a PLAYCMD
STEPPED = ("NEXTFRAME", "PREVFRAME")
STEPS = 4  # of FF and of REW
HELD = 2 * ANSWERS  # answers of a camera behind one kind of PLAYCMD of which every byte is judged
LIVE_EDGE = 60 * SECOND  # hundredths before now, from where on more is recorded meanwhile
NEAR = MINUTE * SECOND  # hundredths between what GOTODATE names and what a camera gives
OF_EACH_CODEC = {
    "recordings": RECORDINGS,
    "cameras": [
        {"number": number, "fixture": "counter-small", "recorded": codec}
        for number, codec in ((1, "H264"), (2, "H265"), (3, "JPEG"))
    ],
}


@dataclass
class SeveralCameras:
    """Cameras that play at once on one UID, each with a name of its own; ``alone`` plays any of them by
    itself. ``moment``: a time at which all are recorded. ``later``: what is judged when all was played, for
    it may take longer than a UID lives. ``followed``: whether GOPs were next to each other, by their name."""

    player: Player
    alone: Player
    names: dict[int, str]
    moment: int
    judge: Judge = field(repr=False)
    check: Check = field(repr=False)
    chunks: ChunkChecks = field(repr=False)
    held: Counter[str] = field(default_factory=Counter, repr=False)
    later: list[Callable[[Player], None]] = field(default_factory=list, repr=False)
    followed: dict[str, bool] = field(default_factory=dict, repr=False)

    def answers(self, command: str, count: int = ANSWERS) -> dict[int, list[Gop]]:
        """So many GOPs of each camera, in turn; fewer of one that gives none. ``command``: the PLAYCMD."""
        gops: dict[int, list[Gop]] = {camera: [] for camera in self.names}
        for number in range(count):
            for camera, given in gops.items():
                if len(given) == number and (gop := self.fetch(command, camera)).given:
                    given.append(gop)
        return gops

    def fetch(self, command: str, camera: int) -> Gop:
        """One ``camera.cgi``; what it gives is judged byte by byte."""
        gop = self.player.fetch(camera)
        if gop.given:
            self.hold(command, gop)
        return gop

    def names_operation(self, command: str, gop: Gop) -> None:
        """PLB-21: 0x000D says what was commanded. Of a command that was lost, it may say the one before."""
        name = f"{command} of several, {self.names[gop.camera]}, from {clock_time(gop.start)}"
        self.judge("PLB-21", name, operation, gop.chunk, OPERATIONS[command], basis="operation")

    def hold(self, command: str, gop: Gop) -> None:
        """Judge the bytes of a GOP, by itself: behind BPLAY or FF none follows on the one before."""
        name = f"{command} of several, {self.names[gop.camera]}"
        self.held[name] += 1
        answer = f"{name}, answer {self.held[name]}"
        if command not in STEPPED:
            self.names_operation(command, gop)
        if self.held[name] > HELD:
            return
        self.chunks(gop, answer)
        if gop.codec == "JPEG":
            self.judge("PLB-22", answer, one_jpeg, gop.chunk)

    def follow_on(
        self, id_: str, name: str, gops: list[Gop], *, backward: bool = False, begin: int | None = None
    ) -> None:
        """Check that GOPs of one camera are next to each other. ``begin``: where BPLAY is to begin."""

        def judge(finder: Player) -> None:
            finder.choose(gops[0].camera)
            if begin is not None:
                self.judge(id_, f"{name}, begin", begins_near, finder, gops[0], begin)
            missing = left_out(finder, gops)
            follows = self.judge(id_, name, playback_order.follow_on, gops, missing, backward=backward)
            self.followed[name] = follows

        self.later.append(judge)

    def faster(self, id_: str, name: str, steps: list[list[Gop]], *, backward: bool) -> None:
        """Check that one camera goes on, and further at each step."""

        def judge(finder: Player) -> None:
            finder.choose(steps[0][0].camera)
            self.judge(id_, name, goes_faster_but_for_gaps, finder, steps, backward=backward)

        self.later.append(judge)

    def all_given(
        self,
        id_: str,
        command: str,
        gops: dict[int, list[Gop]],
        begin: Callable[[Player, int], object],
        wanted: int = ANSWERS,
    ) -> list[int]:
        """Check that each camera gave as many GOPs as were asked for, unless it gives as few alone, where its
        recording ends; which gave the most. ``begin``: sends a camera's commands ahead of the GOPs."""
        for camera in [camera for camera, given in gops.items() if len(given) < wanted]:
            self.alone.choose(camera)
            begin(self.alone, camera)
            able, given = len(self.alone.several(camera, wanted)), len(gops[camera])
            self.alone.stop(self.moment)
            name = f"{command} of several, {self.names[camera]}, gives GOPs"
            self.check(id_, given >= able, f"{able} GOPs, as alone", f"{given} GOPs", name)
        most = max(map(len, gops.values()), default=0)
        return [camera for camera, given in gops.items() if len(given) == most > 0]


ORDER_IDS = ("PLB-12", "PLB-13", "PLB-15", "PLB-16", "PLB-17", "PLB-18", "PLB-19", "PLB-20")


@scenario(besides=(*ORDER_IDS, *CHUNK_IDS, "PLB-21", "PLB-22"), setup=OF_EACH_CODEC)
def test_each_command_is_for_all_cameras(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    not_applicable: NotApplicable,
    require: Require,
) -> None:
    """PLAY, BPLAY, NEXTFRAME, PREVFRAME, FF, PLAY, GOTODATE, REW, PLAY and STOP while cameras of each codec
    play; every byte of what they give."""
    finder, found = player_in_recording(target, client, codecs=("H264", "H265", "JPEG"))
    moment = whole(found.start or 0)
    recorded = _recorded(finder, target, moment)
    require(len(recorded) > 1, "fewer than two of the first cameras have a recording at one time")
    player = Player(client.login())
    player.choose(*recorded)
    player.goto(moment)
    shown = {camera: player.fetch(camera) for camera in recorded}
    # A camera that plays otherwise than alone is for PLB-26.
    names = {
        camera: f"{alone.codec}, camera {number} of {len(recorded)}"
        for number, (camera, alone) in enumerate(recorded.items(), 1)
        if _is_same(shown[camera], alone)
    }
    require(len(names) > 1, "fewer than two cameras play at once what they play alone")
    chunks = ChunkChecks(check, not_tested, not_applicable)
    cameras = SeveralCameras(
        player, finder, names, moment, Judge(check, not_tested, not_applicable), check, chunks
    )
    for camera in names:
        cameras.hold("GOTODATE", shown[camera])
    player.play()
    played = cameras.answers("PLAY")
    for camera in cameras.all_given("PLB-12", "PLAY", played, lambda alone, of: _play_on(alone, of, moment)):
        # Where PLAY goes on from is open (OP-25): all cameras may begin where one of them stood.
        cameras.follow_on("PLB-12", f"PLAY of several, {names[camera]}", played[camera])
    played = {camera: gops for camera, gops in played.items() if len(gops) > 1}
    require(played, "PLAY of several gives no two GOPs of any")
    _reverse(cameras, played)
    _step(cameras, played)
    _play_behind(cameras, "FF", _fast(cameras, "FF", "PLB-18"))
    _go_back(cameras, {camera: [recorded[camera], *gops] for camera, gops in played.items()})
    _play_behind(cameras, "REW", _fast(cameras, "REW", "PLB-19"))
    chunks.together()
    player.stop(moment)
    for camera, name in names.items():
        gop = player.fetch(camera)
        check("PLB-20", not gop.given, "nothing more", gop, f"camera.cgi behind STOP, {name}")
    player.session.logout()
    finder = Player(client.login())
    for judge in cameras.later:
        judge(finder)


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


def _is_amid(gops: Sequence[Gop], moment: int) -> bool:
    """Whether a moment lies in one of these GOPs, between two others and no gap: GOTODATE may give any of the
    three (OP-26)."""
    threes = zip(gops, gops[1:], gops[2:], strict=False)
    return any(
        (here.start or 0) <= moment < (following.start or 0)
        and not playback_order.apart([before, here, following])
        for before, here, following in threes
    )


def _is_same(gop: Gop, other: Gop) -> bool:
    return (gop.start, gop.video) == (other.start, other.video)


def _play_on(player: Player, camera: int, moment: int) -> None:
    """PLAY behind the GOP of a time."""
    player.at(camera, moment)
    player.play()


def _reverse(cameras: SeveralCameras, played: dict[int, list[Gop]]) -> None:
    """BPLAY from where PLAY came to."""
    ends = {camera: gops[-1].start or cameras.moment for camera, gops in played.items()}
    moment = max(ends.values())
    cameras.player.reverse(moment)
    backward = cameras.answers("BPLAY")
    for camera in cameras.all_given("PLB-13", "BPLAY", backward, lambda alone, _: alone.reverse(moment)):
        name = f"BPLAY of several, {cameras.names[camera]}"
        here = ends.get(camera, 0)
        begin = here if moment - here < playback_order.NEAR else None
        cameras.follow_on("PLB-13", name, backward[camera], backward=True, begin=begin)


def _step(cameras: SeveralCameras, played: dict[int, list[Gop]]) -> None:
    """NEXTFRAME over the end of a GOP, PREVFRAME over its beginning, of one camera after the other."""
    stepped: list[tuple[str, Gop, str]] = []
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
            there = cameras.fetch(command, camera)
            if cameras.check(id_, there.given, "a GOP", there, f"{name}, gives a GOP"):
                cameras.follow_on(id_, name, [here, there], backward=command == "PREVFRAME")
            stepped.append((command, there, name))

    def judge(_finder: Player) -> None:
        if all(cameras.followed.get(name) for _, _, name in stepped):  # else one may have been lost
            for command, gop, _ in stepped:
                cameras.names_operation(command, gop)

    cameras.later.append(judge)


def _fast(cameras: SeveralCameras, command: str, id_: str) -> dict[int, Gop]:
    """FF or REW with repeats: each camera goes on, and faster, and says so; the last GOP of each."""
    steps: dict[int, list[list[Gop]]] = {camera: [] for camera in cameras.names}
    begin = moment = cameras.moment
    for number in range(STEPS):
        cameras.player.fast(command, moment)
        answers = cameras.answers(command)
        if number == 0:
            cameras.all_given(id_, command, answers, lambda alone, _: alone.fast(command, begin))
        for camera, gops in answers.items():
            if len(gops) == ANSWERS:
                steps[camera].append(gops)
                moment = gops[-1].start or moment
    for camera in [camera for camera, gone in steps.items() if len(gone) == STEPS]:
        name = f"{command} of several, {cameras.names[camera]}"
        cameras.faster(id_, name, steps[camera], backward=command == "REW")
        begun = [gops[0].chunk for gops in steps[camera]]
        cameras.judge("PLB-21", f"{name}, speed", speeds, begun, basis="speed")
    return {camera: gone[-1][-1] for camera, gone in steps.items() if len(gone) == STEPS}


def _play_behind(cameras: SeveralCameras, command: str, last: dict[int, Gop]) -> None:
    """PLAY behind FF or REW, which gave these GOPs last, goes on from there and skips nothing any more."""
    cameras.player.play()
    played = cameras.answers("PLAY")
    edge = cameras.player.target.unix_time() * SECOND - LIVE_EDGE
    stood = {camera: gop.start for camera, gop in last.items() if gop.start is not None and gop.start < edge}
    name = f"PLAY behind {command}"
    behind = {camera: played[camera] for camera in stood}
    cameras.all_given("PLB-12", name, behind, lambda alone, of: _play_on(alone, of, stood[of]))
    for camera, gops in played.items():
        if len(gops) > 1:
            name = f"PLAY of several behind {command}, {cameras.names[camera]}"
            cameras.follow_on("PLB-12", name, gops)


def _go_back(cameras: SeveralCameras, played: dict[int, list[Gop]]) -> None:
    """GOTODATE, from far behind, to where each camera is known to have recorded."""
    moment = whole(max(gops[1].start or cameras.moment for gops in played.values())) + SECOND
    here = cameras.answers("PLAY", 1)
    cameras.player.goto(moment)
    there = cameras.answers("GOTODATE", 1)
    for camera in cameras.all_given("PLB-17", "GOTODATE", there, lambda alone, _: alone.goto(moment), 1):
        far = (here[camera][0].start or 0) - moment if here[camera] else 0
        # Of a camera that came far meanwhile, and is known to have recorded at that time.
        if far > 3 * playback_order.NEAR and _is_amid(played.get(camera, ()), moment):
            name = f"GOTODATE of several, {cameras.names[camera]}"
            cameras.judge("PLB-17", name, playback_order.near, there[camera][0], moment)
