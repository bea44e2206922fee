"""Camera control: what pan, tilt, zoom, focus, iris, presets and AUX do to a camera (§4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from nvr_emulator.configuration.settings import CameraSettings, CameraState
from nvr_emulator.recorder.camera_motion import AXES, Motion, at_rest, driven, headed
from nvr_emulator.recorder.cameras import Cameras
from nvr_emulator.recorder.commands import Asked, Handler
from nvr_emulator.recorder.replies import Answer, Refused, accepted
from nvr_emulator.seams import late, seam
from nvr_protocol.commands.urls import Command

TOP_ZOOM = 4
"""The fastest ZOOM (§4.2.1)."""
CENTRE = 16
"""X and Y of the middle of the picture (§4.2.3)."""
FIELD_OF_VIEW = {"pan": 60.0, "tilt": 34.0}
"""Degrees that a picture shows across and down, at zoom 1."""

PLACE = ("pan", "tilt", "zoom")
"""What a preset keeps."""


@dataclass
class ControlledCamera:
    """What control has made of one camera: its motions, presets, and which of its AUX are open."""

    motions: dict[str, Motion] = field(
        default_factory=lambda: {name: at_rest(axis.home) for name, axis in AXES.items()}
    )
    auto_focus: bool = True
    presets: dict[int, dict[str, float]] = field(default_factory=dict)
    open_auxiliaries: set[int] = field(default_factory=set)

    def drive(self, name: str, share: float, now: float) -> None:
        """Move along an axis at a share (-1 … 1) of its highest speed; 0 stops."""
        self.motions[name] = driven(AXES[name], self.motions[name], share, now)

    def head_for(self, name: str, goal: float, now: float) -> None:
        """Move along an axis to `goal`, or to its end."""
        self.motions[name] = headed(AXES[name], self.motions[name], goal, now)

    def position(self, now: float) -> dict[str, float]:
        """Where each axis stands."""
        return {name: motion.at(now) for name, motion in self.motions.items()}

    def moving(self, now: float) -> bool:
        """Whether any axis is under way."""
        return any(now < motion.ends for motion in self.motions.values())


Move = Callable[[Command, ControlledCamera, float], None]
"""What one kind of command does to a camera, at that time (Unix seconds)."""


class CameraControl:
    """The cameras of a recorder as `directctrl.cgi` and `camctl.cgi` move them.

    `pan_tilt_speed`: the fastest PAN and TILT of the series, 16 or 256 (OP-4). `refuses_fixed`: whether a
    command that a camera without PTZ cannot obey is refused; `refuses_absent_presets`: going to
    a preset that was not registered.
    """

    def __init__(
        self,
        pan_tilt_speed: int,
        cameras: Cameras,
        *,
        refuses_fixed: bool = False,
        refuses_absent_presets: bool = False,
    ) -> None:
        self.pan_tilt_speed = pan_tilt_speed
        self.cameras = cameras
        self.refuses_fixed = refuses_fixed
        self.refuses_absent_presets = refuses_absent_presets
        self._controlled: dict[int, ControlledCamera] = {}
        self._moves: dict[str, Move] = {
            "pan_tilt_zoom": late(self.pan_tilt_zoom),
            "centering": late(self.centering),
            "focus": late(self.focus),
            "iris": late(self.iris),
            "preset_set": late(self.set_preset),
            "preset_go": late(self.go_to_preset),
            "auxiliary": late(self.auxiliary),
        }

    def commands(self) -> Mapping[str, Handler]:
        """What obeys the commands of camera control."""
        return dict.fromkeys(self._moves, self.control)

    @seam
    def control(self, asked: Asked) -> Answer:
        """directctrl.cgi and camctl.cgi (§4.2)."""
        self.obey(asked.command, self.cameras.settings(cast(int, asked.command.camera), "CH"), asked.now)
        return accepted()

    @seam
    def obey(self, command: Command, camera: CameraSettings, now: float) -> None:
        """Do what the command says, as far as the camera can; `Refused` where the series cannot be asked so.

        A camera without PTZ has AUX alone; one that is lost does nothing. The recorder accepts all the same,
        unless a variant has it refuse the former: the document knows no answer for it.
        """
        self.check_speed(command)
        able = camera.ptz or command.key == "auxiliary"
        if not able and self.refuses_fixed:
            raise Refused(404, f"CH: camera {camera.number} has no pan, tilt and zoom")
        if camera.state is CameraState.LOST or not able:
            return
        self._moves[command.key](command, self.camera(camera.number), now)

    def camera(self, number: int) -> ControlledCamera:
        """The state of a camera; as it left the factory if nobody has moved it yet."""
        return self._controlled.setdefault(number, ControlledCamera())

    def reset(self) -> None:
        """Every camera is as it left the factory."""
        self._controlled.clear()

    def seen(self, number: int, now: float) -> dict[str, Any]:
        """A camera's state as plain values, for the control port."""
        camera = self._controlled.get(number) or ControlledCamera()
        return {
            **{name: round(value, 3) for name, value in camera.position(now).items()},
            "moving": camera.moving(now),
            "auto_focus": camera.auto_focus,
            "presets": sorted(camera.presets),
            "open_auxiliaries": sorted(camera.open_auxiliaries),
        }

    @seam
    def check_speed(self, command: Command) -> None:
        """Refuse a PAN or TILT beyond the series' own range (OP-4)."""
        for name in ("PAN", "TILT"):
            speed = speed_of(command, name)
            if speed is not None and abs(speed) > self.pan_tilt_speed:
                top = self.pan_tilt_speed
                raise Refused(400, f"{name}: {speed} is not within {-top} and {top} on this series")

    @seam
    def pan_tilt_zoom(self, command: Command, camera: ControlledCamera, now: float) -> None:
        """Move at the given speeds for about 2 s; an axis that is left out goes on as it was (§4.2.1)."""
        for name, top in (("PAN", self.pan_tilt_speed), ("TILT", self.pan_tilt_speed), ("ZOOM", TOP_ZOOM)):
            speed = speed_of(command, name)
            if speed is not None:
                camera.drive(name.lower(), speed / top, now)

    @seam
    def centering(self, command: Command, camera: ControlledCamera, now: float) -> None:
        """Bring a point of the picture to its centre; X grows to the left, Y upwards (§4.2.3, OP-3)."""
        here = camera.position(now)
        for name, value in (("pan", command.integer("X")), ("tilt", command.integer("Y"))):
            away = (CENTRE - value) / CENTRE * FIELD_OF_VIEW[name] / 2 / here["zoom"]
            camera.head_for(name, here[name] + away, now)

    @seam
    def focus(self, command: Command, camera: ControlledCamera, now: float) -> None:
        """FAR and NEAR move for about 2 s, by hand from then on; AUTO finds the middle (§4.2.4)."""
        wanted = control_of(command)
        camera.auto_focus = wanted == "AUTO"
        if camera.auto_focus:
            camera.head_for("focus", AXES["focus"].home, now)
        else:
            camera.drive("focus", 1 if wanted == "FAR" else -1, now)

    @seam
    def iris(self, command: Command, camera: ControlledCamera, now: float) -> None:
        """OPEN and CLOSE move for about 2 s; RESET goes to the middle (§4.2.5)."""
        wanted = control_of(command)
        if wanted == "RESET":
            camera.head_for("iris", AXES["iris"].home, now)
        else:
            camera.drive("iris", 1 if wanted == "OPEN" else -1, now)

    @seam
    def set_preset(self, command: Command, camera: ControlledCamera, now: float) -> None:
        """Keep where the camera stands (§4.2.6)."""
        here = camera.position(now)
        camera.presets[command.integer("NO")] = {name: here[name] for name in PLACE}

    @seam
    def go_to_preset(self, command: Command, camera: ControlledCamera, now: float) -> None:
        """Move to a preset; to none that was not registered (§4.2.7)."""
        number = command.integer("NO")
        if self.refuses_absent_presets and number not in camera.presets:
            raise Refused(404, f"NO: preset {number} is not registered")
        for name, goal in camera.presets.get(number, {}).items():
            camera.head_for(name, goal, now)

    @seam
    def auxiliary(self, command: Command, camera: ControlledCamera, now: float) -> None:
        """Open or close AUX1 … AUX8 (§4.2.8)."""
        number = int(command.text("CMD").removeprefix("AUX"))
        if command.text("CTRL") == "OPEN":
            camera.open_auxiliaries.add(number)
        else:
            camera.open_auxiliaries.discard(number)


def speed_of(command: Command, name: str) -> int | None:
    """PAN, TILT or ZOOM; None where the command has not got it."""
    return command.integer(name) if name in command.values else None


def control_of(command: Command) -> str:
    """The first of the two CTRL of FOCUS and IRIS; the second is START (§4.2.4, §4.2.5)."""
    value = command.values["CTRL"]
    return str(value[0]) if isinstance(value, tuple) else str(value)
