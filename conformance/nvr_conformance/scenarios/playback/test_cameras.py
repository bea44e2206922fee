"""§3.2.3: which cameras play on one UID, and that PAUSE is for all of them (§3.2.6)."""

from __future__ import annotations

from collections.abc import Sequence

from nvr_conformance.client.at_once import at_once
from nvr_conformance.client.mask import mask_of
from nvr_conformance.facts import playback_order
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.playback_gaps import begins_near
from nvr_conformance.procedures.uid_commands import first_camera
from nvr_conformance.scenario import (
    MINUTE,
    SECOND,
    Check,
    Client,
    Exchange,
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

CAMERA = 0x0004
AT_ONCE = 16
TEN = 10
ALONE = 4  # cameras of which it is looked up what they play alone, besides those that gave nothing


@scenario("PLB-26", "PLB-27", besides=("PLB-05",))
def test_sixteen_cameras_at_once(
    target: Target,
    client: Client,
    check: Check,
    observe: Observe,
    not_applicable: NotApplicable,
    require: Require,
) -> None:
    """A MASK with sixteen cameras, or all there are: each plays what it plays alone. Then seventeen."""
    cameras = require(target.cameras, "no camera is connected")[:AT_ONCE]
    moment = _recorded_moment(target, client)
    player = Player(client.login())
    masked = player.choose(*cameras)
    player.goto(moment)
    together = {camera: player.fetch(camera) for camera in cameras}
    silent = [camera for camera in cameras if not together[camera].given]
    chosen = target.random.sample(cameras, min(ALONE, len(cameras)))
    alone = {camera: _alone(client, camera, moment) for camera in dict.fromkeys([*chosen, *silent[:AT_ONCE]])}
    require(any(gop.given for gop in (*alone.values(), *together.values())), f"nothing plays: {masked}")

    # A camera that plays nothing alone has no recording there, and says nothing.
    missing = [camera for camera in silent if alone[camera].given]
    playing = len(cameras) - len(silent)
    actual = f"{playing}, camera {missing[0]}: {together[missing[0]]}" if missing else f"{playing}"
    check("PLB-26", not missing, f"{len(cameras)} cameras, or as many as have recordings", actual, "all play")
    for camera in [camera for camera in chosen if camera not in silent and alone[camera].given]:
        one, other = together[camera], alone[camera]
        same = (one.start, one.video) == (other.start, other.video)
        check(
            "PLB-26",
            same,
            f"what it plays alone: {other}",
            one if same else f"others: {one}",
            f"camera {camera}",
        )
    again = [player.fetch(camera) for camera in cameras if camera not in silent]
    # Where a recording ends there, it ends for a UID that plays it alone as well.
    stuck = [gop for gop in again if not gop.given and _alone(client, gop.camera, moment, 2).given]
    actual = str(stuck[0]) if stuck else f"{len(again)} cameras"
    check("PLB-26", not stuck, "each plays on", actual, "second round")
    _ask_at_once(client, moment, [alone[camera] for camera in chosen if alone[camera].given], check)

    if len(target.cameras) <= AT_ONCE:
        not_applicable("PLB-27", f"{len(target.cameras)} cameras: there is no seventeenth")
        return
    too_many = target.cameras[: AT_ONCE + 1]
    fresh = Player(client.login())
    answer = fresh.choose(*too_many)
    fresh.goto(moment)
    # One may give way to another (OP-43): that all play shows when each of them does so again.
    rounds = [[camera for camera in too_many if fresh.fetch(camera).given] for _ in range(2)]
    playing = min(map(len, rounds))
    said = f"{' and '.join(str(len(given)) for given in rounds)} play, MASK: {answer}"
    check("PLB-27", playing <= AT_ONCE, f"at most {AT_ONCE} cameras", said)
    observe("PLB-27", said, f"{len(too_many)} cameras in MASK")


def _ask_at_once(client: Client, moment: int, alone: list[Gop], check: Check) -> None:
    """PLB-05, PLB-26: what a camera gives where others are asked for at once is its own. ``alone``: what each
    gives alone of that moment."""
    player = Player(client.login())
    player.choose(*(gop.camera for gop in alone))
    player.goto(moment)
    paths = [(player.session.path("camera", CAM=gop.camera), ()) for gop in alone]
    for one, answer in zip(alone, at_once(player.session.client, paths), strict=True):
        given = player.read(one.camera, answer)
        name = f"camera {one.camera}, {len(alone)} asked for at once"
        own, named = one.chunk.number(CAMERA), given.chunk.number(CAMERA)
        if None not in (own, named) and not check("PLB-05", named == own, own, named, name):
            continue
        same = (one.start, one.video) == (given.start, given.video)
        check("PLB-26", same, one, given if same else f"others: {given}", name)


@scenario("PLB-32", besides=("PLB-13", "PLB-17"))
def test_a_new_mask(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """MASK with one camera, with another, with both; on a large recorder with sixteen others. Then commands
    for one that came while another one played."""
    cameras = target.cameras
    require(len(cameras) > 1, "fewer than two cameras are connected: MASK cannot change from one to another")
    moment = _recorded_moment(target, client)
    playing = [camera for camera in cameras[:4] if _alone(client, camera, moment).given]
    require(len(playing) > 1, "less than two of the first cameras have a recording")
    one, other = playing[:2]
    player = Player(client.login())
    masks: list[Sequence[int]] = [(one,), (other,), (one, other)]
    if len(cameras) > AT_ONCE:
        # More than can play at once, if a new MASK did not take the place of the old one.
        rest = [camera for camera in cameras if camera not in (one, other)]
        masks += [(one, *rest[: TEN - 1]), (other, *rest[1 - TEN :])]
    for number, mask in enumerate(masks, 1):
        answer = player.choose(*mask)
        if number == 1:
            player.goto(moment)
        for camera in (camera for camera in (one, other) if camera in mask):
            gop = player.fetch(camera)
            if not gop.given:
                # Whether a new MASK goes on playing, or waits for a PLAYCMD, is not said.
                player.goto(moment)
                gop = player.fetch(camera)
            name = f"MASK {number}, with {len(mask)} cameras: camera {camera}"
            check("PLB-32", answer.ok and gop.given, "plays", gop if answer.ok else f"MASK: {answer}", name)
    there = moment - MINUTE * SECOND
    for camera, to in ((camera, to) for camera in (one, other) for to in (there, moment)):
        gop = _alone(client, camera, to)
        if not gop.given or not playback_order.near(gop, to).ok:
            not_tested("PLB-17", "commands behind a wider MASK: no two minutes are recorded of two cameras")
            return
    judge = Judge(check, not_tested)
    finder = Player(client.login())
    commands = {"PLB-17": (player.goto, there), "PLB-13": (player.reverse, moment)}
    for id_, (command, to) in commands.items():
        player.choose(one)
        player.goto(moment)
        player.fetch(one)
        player.choose(one, other)
        player.fetch(other)
        command(to)
        for camera in (one, other):
            gop = player.fetch(camera)
            name = f"behind a wider MASK, camera {camera}"
            if not gop.given:
                continue  # whether it plays is for PLB-32
            if id_ == "PLB-17":
                judge(id_, name, playback_order.near, gop, to)
            else:
                finder.choose(camera)
                judge(id_, name, begins_near, finder, gop, to)


@scenario("PLB-14", "PLB-37")
def test_pause_of_two_cameras(
    target: Target, client: Client, check: Check, observe: Observe, require: Require
) -> None:
    """PAUSE while two cameras play on one UID, and PLAY: both play again."""
    require(len(target.cameras) > 1, "fewer than two cameras are connected")
    moment = _recorded_moment(target, client)
    playing = [camera for camera in target.cameras[:4] if _alone(client, camera, moment).given]
    require(len(playing) > 1, "less than two of the first cameras have a recording")
    cameras = playing[:2]
    player = Player(client.login())
    player.choose(*cameras)
    player.goto(moment)
    silent = [gop for gop in map(player.fetch, cameras) if not gop.given]
    require(not silent, f"two cameras do not play at once: {silent[0] if silent else ''}")
    answer = player.pause(moment)
    accepted = check("PLB-14", answer.ok, "accepted", answer, "PAUSE of two cameras")
    given = [camera for camera in cameras if player.fetch(camera).given]
    observe("PLB-37", f"{len(given)} of 2 cameras", "camera.cgi in PAUSE of two cameras")
    player.play()
    for number, camera in enumerate(cameras, 1):
        gop = player.fetch(camera)
        # Where PLAY goes on is open: there may be nothing recorded there, which a camera alone shows too.
        if accepted and (gop.given or _alone_behind_pause(client, camera, moment).given):
            check("PLB-14", gop.given, "a GOP", gop, f"PLAY behind PAUSE, camera {number} of two")


def _alone_behind_pause(client: Client, camera: int, moment: int) -> Gop:
    """What a camera plays behind PAUSE on a UID of its own."""
    player = Player(client.login())
    player.choose(camera)
    player.goto(moment)
    player.fetch(camera)
    player.pause(moment)
    player.fetch(camera)
    player.play()
    gop = player.fetch(camera)
    player.session.logout()
    return gop


@scenario("PLB-35")
def test_mask_of_the_wrong_length(target: Target, client: Client, observe: Observe, require: Require) -> None:
    """A MASK of one digit too few, too many, none, one and double, behind a right one."""
    camera = first_camera(target)
    player = Player(client.login())
    right = mask_of([camera], target.digits)

    def send(digits: str) -> Exchange:
        return player.session.raw(f"/cgi-bin/hdrctl.cgi?UID={{uid}}&PC=AS60&MASK={digits}")

    require(send(right).ok, "the right MASK is not accepted")
    wrong = {
        "one too many": right + "0",
        "one too few": right[:-1],
        "none": "",
        "one": right[0],
        "double": right * 2,
    }
    for name, digits in wrong.items():
        if digits != right:
            observe("PLB-35", send(digits), f"{name} ({len(digits)} of {len(right)} digits)")


def _alone(client: Client, camera: int, moment: int, answer: int = 1) -> Gop:
    """What a camera plays at that time on a UID of its own, in this answer."""
    player = Player(client.login())
    player.choose(camera)
    player.goto(moment)
    gop = [player.fetch(camera) for _ in range(answer)][-1]
    player.session.logout()
    return gop


def _recorded_moment(target: Target, client: Client) -> int:
    """About two hours ago, or another time at which one of the first cameras has a recording."""
    player, first = player_in_recording(target, client, codecs=("H264", "H265", "JPEG"))
    player.session.logout()
    return first.second_near() or 0
