"""Camera control (§4.2): which UID it comes on, and what else that UID does, is no matter of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.client.player import AGO
from nvr_conformance.facts.camera_control import goes, is_at
from nvr_conformance.procedures.camera_operator import NO_SPEED, PAUSE, Operator, operator_of
from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.procedures.uid_commands import RECALLED
from nvr_conformance.scenario import SECOND, Check, Client, NotTested, Player, Target, scenario

if TYPE_CHECKING:
    from collections.abc import Collection

PRESET = 3
RELEASED = 10.0  # seconds after which nobody holds a camera that stands still
CONTROL: dict[str, tuple[str, dict[str, object]]] = {
    "pan_tilt_zoom": ("CTL-01", dict(NO_SPEED)),
    "centering": ("CTL-05", {"X": 16, "Y": 16}),
    "focus": ("CTL-06", {"CTRL": "AUTO"}),
    "iris": ("CTL-07", {"CTRL": "RESET"}),
    "preset_go": ("CTL-08", {"NO": 256}),
    "auxiliary": ("CTL-09", {"CMD": "AUX1", "CTRL": "CLOSE"}),
}
"""Of each kind a command, and the requirement that it is of."""


@scenario(besides=("CTL-01", "CTL-05", "CTL-06", "CTL-07", "CTL-08", "CTL-09"), needs=("ptz",))
def test_control_on_another_uid(target: Target, client: Client, check: Check, not_tested: NotTested) -> None:
    """What a UID may do with a camera another one may do as well, when the first has moved it, while live
    runs on it, and while it plays. Of the commands that the first is not refused."""
    first = operator_of(target, client.login())
    second = Operator(target, client.login(), first.camera)
    taken = [name for name, (_, values) in CONTROL.items() if first.send(name, **values).ok]
    if "pan_tilt_zoom" in taken:
        _judge_moves(target, first, second, check)
    live, (codec, *_) = camera_with_video(target)
    stream = second.session.run("HTTP", live, codec)
    if stream.total:
        _judge_all(second, check, taken, "live runs")
    else:
        not_tested("CTL-01", f"no live beside which to control: {stream.exchange}")
    second.session.stop(stream)
    stream.close()
    player = Player(second.session)
    player.choose(target.cameras[0])
    gop = player.at(target.cameras[0], round(target.unix_time() - AGO) * SECOND)
    if not gop.given:
        not_tested("CTL-01", f"no playback beside which to control: {gop}")
    elif any(second.send(name, **CONTROL[name][1]).ok for name in taken):
        _judge_all(second, check, taken, "the UID plays")
    else:
        not_tested(
            "CTL-01", "control of a camera whose recordings the UID plays is refused: nothing is said of it"
        )


def _judge_moves(target: Target, first: Operator, second: Operator, check: Check) -> None:
    """CTL-01, CTL-08: to and fro, each on its UID; and to a preset of the other UID, where it can be seen."""
    first.move(PAN=16)
    back = second.move(PAN=-16)
    if not back.ok:  # a camera may be the first one's for as long as it moves
        first.move()
        target.pass_time(RELEASED)
        back = second.move(PAN=-16)
    check("CTL-01", back.ok, "accepted", back, "another UID has moved the camera")
    way = second.follow(PAUSE)
    if not back.ok or way is None:
        return
    check("CTL-01", *goes(way, pan=-1), "direction, another UID has moved the camera")
    if target.allows("presets"):
        first.move()
        first.send("preset_set", NO=PRESET)
        there = first.sight() or {}
        second.move(PAN=16)
        second.send("preset_go", NO=PRESET)
        target.pass_time(RECALLED)
        check("CTL-08", *is_at(second.sight() or {}, there), "a preset that another UID has registered")


def _judge_all(operator: Operator, check: Check, taken: Collection[str], name: str) -> None:
    for command in taken:
        id_, values = CONTROL[command]
        answer = operator.send(command, **values)
        if answer.ok or operator.session.is_alive():
            check(id_, answer.ok, "accepted", answer, f"{command}, {name}")
