"""Camera control (§4.2): each kind of command is for the camera of CH, whatever its number, and for no other.

What a camera does is seen where the control port tells: this is for recorders that have one.
"""

from __future__ import annotations

from nvr_conformance.facts.camera_control import changes_alone
from nvr_conformance.procedures.camera_operator import STOPPED, Operator, all_seen, movable
from nvr_conformance.procedures.camera_place import bring_to_the_middle
from nvr_conformance.procedures.uid_commands import RECALLED
from nvr_conformance.scenario import Check, Client, Require, Target, scenario

NUMBERS = (1, 10, 65, 100, 128)
"""Of one digit, two and three; and what is the first one where a recorder counts to 16, 32 or 64."""
MANY = {"channels": 128, "cameras": [{"number": number, "fixture": "counter-small"} for number in NUMBERS]}
PRESETS = range(7, 257)
AUXILIARY = "AUX2"
COMMANDS: tuple[tuple[str, str, dict[str, object], tuple[str, ...]], ...] = (
    ("CTL-08", "preset_set", {}, ("presets",)),
    ("CTL-01", "pan_tilt_zoom", {"PAN": 16, "TILT": -16, "ZOOM": 1}, ("pan", "tilt", "zoom")),
    ("CTL-06", "focus", {"CTRL": "FAR"}, ("focus",)),
    ("CTL-07", "iris", {"CTRL": "OPEN"}, ("iris",)),
    ("CTL-05", "centering", {"X": 0, "Y": 0}, ("pan", "tilt")),
    ("CTL-09", "auxiliary", {"CMD": AUXILIARY, "CTRL": "OPEN"}, ("open_auxiliaries",)),
)
"""A requirement, a command of it, and what it changes of a camera."""
BACK: tuple[tuple[str, str, dict[str, object], tuple[str, ...]], ...] = (
    ("CTL-08", "preset_go", {}, ("pan", "tilt")),
    ("CTL-09", "auxiliary", {"CMD": AUXILIARY, "CTRL": "CLOSE"}, ("open_auxiliaries",)),
)
"""What can be seen of every camera once those came to all of them."""


@scenario(
    "CTL-01",
    "CTL-05",
    "CTL-06",
    "CTL-07",
    "CTL-08",
    "CTL-09",
    needs=("ptz", "presets", "state"),
    setup=MANY,
)
def test_each_camera(target: Target, client: Client, check: Check, require: Require) -> None:
    """Every kind of command to one camera after the other: that one changes in what the command is for, and
    no other changes at all. On a recorder that is not made for this, to its first camera and its last."""
    seen = movable(target)
    cameras = [camera for camera in target.cameras if camera in seen]
    chosen = cameras if target.set_up else list(dict.fromkeys((*cameras[:1], *cameras[-1:])))
    require(len(chosen) > 1, "fewer than two cameras that move can be seen")
    session = client.login()
    for camera in chosen:
        bring_to_the_middle(Operator(target, session, camera))
    before = all_seen(target)
    taken = {number for camera in chosen for number in before[camera]["presets"]}
    preset = next((number for number in PRESETS if number not in taken), 0)
    require(preset, "the cameras have all their presets")
    for commands in (COMMANDS, BACK):
        for operator in [Operator(target, session, camera) for camera in chosen]:
            for id_, key, values, parts in commands:
                number = {"NO": preset} if key in ("preset_set", "preset_go") else {}
                answer = operator.send(key, **values, **number)
                target.pass_time(RECALLED if key == "preset_go" else STOPPED)
                if key == "pan_tilt_zoom":
                    operator.move()  # for one that does not stop by itself
                after = all_seen(target)
                if answer.ok:
                    alone = changes_alone(before, after, operator.camera, parts)
                    check(id_, *alone, f"{key} of camera {operator.camera}")
                before = after
