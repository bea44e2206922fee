"""Defects of CENTERING, FOCUS and IRIS (§4.2.3 … §4.2.5)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from nvr_emulator.defects.camera_control.refusing import refuse
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.camera_control import CENTRE, ControlledCamera, Move, control_of
from nvr_emulator.recorder.camera_motion import AXES, Motion
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Refused, Reply, Request
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command


@breaks("CTL-05")
def centering_up_to_31(recorder: Recorder) -> None:
    """Refuses X and Y of 32."""
    refuse(
        recorder,
        lambda command: command.key == "centering" and 32 in (command.integer("X"), command.integer("Y")),
    )


@breaks("CTL-05")
def centering_wants_cam(recorder: Recorder) -> None:
    """Refuses CH in CENTERING and wants CAM."""

    def obey(original: Callable[[Request, float], Reply], request: Request, now: float) -> Reply:
        if "CMD=CENTERING" in request.query and "CAM=" not in request.query:
            raise Refused(400, "CAM: missing")
        return original(request, now)

    around(recorder.obey, obey)


@breaks("CTL-05")
def centering_is_upside_down(recorder: Recorder) -> None:
    """Lets Y of CENTERING grow downwards."""

    def centre(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        tilt = camera.motions["tilt"]
        camera.head_for("tilt", 2 * tilt.origin - tilt.goal, now)

    around(recorder.camera_control.centering, centre)


@breaks("CTL-06")
def focus_reads_the_last_ctrl(recorder: Recorder) -> None:
    """Reads the last CTRL of FOCUS alone, and knows no focus START."""
    refuse(recorder, lambda command: command.key == "focus")


@breaks("CTL-06")
def focus_auto_is_refused(recorder: Recorder) -> None:
    """Refuses FOCUS AUTO."""
    refuse(recorder, lambda command: command.key == "focus" and control_of(command) == "AUTO")


@breaks("CTL-06")
def focus_far_goes_near(recorder: Recorder) -> None:
    """Focuses nearer at FAR."""
    around(recorder.camera_control.focus, _mirrored("focus", "FAR"))


@breaks("CTL-07")
def iris_reads_the_last_ctrl(recorder: Recorder) -> None:
    """Reads the last CTRL of IRIS alone, and knows no iris START."""
    refuse(recorder, lambda command: command.key == "iris")


@breaks("CTL-07")
def iris_reset_is_refused(recorder: Recorder) -> None:
    """Refuses IRIS RESET."""
    refuse(recorder, lambda command: command.key == "iris" and control_of(command) == "RESET")


@breaks("CTL-07")
def iris_open_closes(recorder: Recorder) -> None:
    """Closes the iris at OPEN."""
    around(recorder.camera_control.iris, _mirrored("iris", "OPEN"))


@breaks("CTL-05")
def centering_to_corners_alone(recorder: Recorder) -> None:
    """Takes each point that is not in the middle for one at the edge."""

    def edge(value: int) -> int:
        return value if value == CENTRE else 0 if value < CENTRE else 2 * CENTRE

    def centre(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        point = {name: edge(command.integer(name)) for name in ("X", "Y")}
        original(dataclasses.replace(command, values={**command.values, **point}), camera, now)

    around(recorder.camera_control.centering, centre)


@breaks("CTL-05")
def centering_zooms_out(recorder: Recorder) -> None:
    """Zooms all the way out to centre a point."""
    around(recorder.camera_control.centering, _and_zooms_out)


@breaks("CTL-06")
def focus_zooms_out(recorder: Recorder) -> None:
    """Zooms all the way out to focus."""
    around(recorder.camera_control.focus, _and_zooms_out)


@breaks("CTL-06")
def auto_leaves_focus_by_hand(recorder: Recorder) -> None:
    """Goes to the middle at FOCUS AUTO, and leaves focus by hand."""

    def focus(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        before = camera.auto_focus
        original(command, camera, now)
        camera.auto_focus &= before

    around(recorder.camera_control.focus, focus)


@breaks("CTL-07")
def iris_reset_opens(recorder: Recorder) -> None:
    """Opens the iris at RESET."""

    def iris(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        if control_of(command) == "RESET":
            camera.drive("iris", 1.0, now)

    around(recorder.camera_control.iris, iris)


@breaks("CTL-07")
def iris_reset_does_nothing(recorder: Recorder) -> None:
    """Accepts IRIS RESET, and leaves the iris as it is."""

    def iris(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        if control_of(command) != "RESET":
            original(command, camera, now)

    around(recorder.camera_control.iris, iris)


def _mirrored(axis: str, wanted: str) -> Callable[[Move, Command, ControlledCamera, float], None]:
    """What moves `axis` the other way at CTRL=`wanted`."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        motion: Motion = camera.motions[axis]
        if control_of(command) == wanted:
            camera.head_for(axis, 2 * motion.origin - motion.goal, now)

    return move


def _and_zooms_out(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
    original(command, camera, now)
    camera.head_for("zoom", AXES["zoom"].low, now)
