"""Defects of camera control (§4)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.camera_control import ControlledCamera, Move, control_of, speed_of
from nvr_emulator.recorder.camera_motion import Motion
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused, Reply, Request
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command


@breaks("CTL-01")
def pan_of_16_is_refused(recorder: Recorder) -> None:
    """Refuses PAN and TILT of 16 and -16."""
    _refuse(recorder, lambda command: 16 in (_size(command, "PAN"), _size(command, "TILT")))


@breaks("CTL-01")
def zoom_of_4_is_refused(recorder: Recorder) -> None:
    """Refuses ZOOM of 4 and -4."""
    _refuse(recorder, lambda command: _size(command, "ZOOM") == 4)


@breaks("CTL-01")
def pan_goes_the_wrong_way(recorder: Recorder) -> None:
    """Pans left where it should pan right."""

    def pan(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        speed = speed_of(command, "PAN")
        if speed:
            top = recorder.camera_control.pan_tilt_speed
            camera.drive("pan", -speed / top, now)

    around(recorder.camera_control.pan_tilt_zoom, pan)


@breaks("CTL-01")
def cameras_never_stop(recorder: Recorder) -> None:
    """Lets a camera move until it is told to stop."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        for name, motion in camera.motions.items():
            if motion.ends > now:
                camera.motions[name] = dataclasses.replace(motion, ends=now + 600.0)

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-01")
def speed_0_does_not_stop(recorder: Recorder) -> None:
    """Goes on moving at PAN=0, TILT=0 and ZOOM=0."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        before = dict(camera.motions)
        original(command, camera, now)
        for name in ("pan", "tilt", "zoom"):
            if speed_of(command, name.upper()) == 0:
                camera.motions[name] = before[name]

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-01")
def one_camera_for_all_movements(recorder: Recorder) -> None:
    """Moves the first camera at PAN, TILT and ZOOM, whatever CH says."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        first = min(recorder.cameras.registered)
        original(command, recorder.camera_control.camera(first), now)

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-01")
def a_camera_stops_the_others(recorder: Recorder) -> None:
    """Stops every other camera when one is moved."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        for number in recorder.cameras.registered:
            other = recorder.camera_control.camera(number)
            if other is not camera:
                for axis in ("pan", "tilt", "zoom"):
                    other.drive(axis, 0.0, now)
        original(command, camera, now)

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-02")
def sixteen_speeds_alone(recorder: Recorder) -> None:
    """Refuses PAN and TILT beyond 16."""
    _refuse(recorder, lambda command: max(_size(command, "PAN"), _size(command, "TILT")) > 16)


@breaks("CTL-02")
def tilt_of_256_is_refused(recorder: Recorder) -> None:
    """Takes TILT from -255 to 255 alone."""
    _refuse(recorder, lambda command: _size(command, "TILT") == 256)


@breaks("CTL-02")
def one_speed_for_all(recorder: Recorder) -> None:
    """Pans and tilts at one speed, whatever was asked for."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        for name in ("pan", "tilt"):
            speed = speed_of(command, name.upper())
            if speed:
                camera.drive(name, 0.1 if speed > 0 else -0.1, now)

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-04")
def pan_tilt_and_zoom_are_needed(recorder: Recorder) -> None:
    """Refuses a command without one of PAN, TILT and ZOOM."""
    _refuse(
        recorder,
        lambda command: (
            command.key == "pan_tilt_zoom"
            and any(speed_of(command, name) is None for name in ("PAN", "TILT", "ZOOM"))
        ),
    )


@breaks("CTL-04")
def zoom_alone_is_refused(recorder: Recorder) -> None:
    """Refuses ZOOM without PAN."""
    _refuse(recorder, lambda command: "ZOOM" in command.values and "PAN" not in command.values)


@breaks("CTL-05")
def centering_up_to_31(recorder: Recorder) -> None:
    """Refuses X and Y of 32."""
    _refuse(
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
    _refuse(recorder, lambda command: command.key == "focus")


@breaks("CTL-06")
def focus_auto_is_refused(recorder: Recorder) -> None:
    """Refuses FOCUS AUTO."""
    _refuse(recorder, lambda command: command.key == "focus" and control_of(command) == "AUTO")


@breaks("CTL-06")
def focus_far_goes_near(recorder: Recorder) -> None:
    """Focuses nearer at FAR."""
    around(recorder.camera_control.focus, _mirrored("focus", "FAR"))


@breaks("CTL-07")
def iris_reads_the_last_ctrl(recorder: Recorder) -> None:
    """Reads the last CTRL of IRIS alone, and knows no iris START."""
    _refuse(recorder, lambda command: command.key == "iris")


@breaks("CTL-07")
def iris_reset_is_refused(recorder: Recorder) -> None:
    """Refuses IRIS RESET."""
    _refuse(recorder, lambda command: command.key == "iris" and control_of(command) == "RESET")


@breaks("CTL-07")
def iris_open_closes(recorder: Recorder) -> None:
    """Closes the iris at OPEN."""
    around(recorder.camera_control.iris, _mirrored("iris", "OPEN"))


@breaks("CTL-08")
def preset_256_is_refused(recorder: Recorder) -> None:
    """Refuses to go to preset 256."""
    _refuse(recorder, lambda command: command.key == "preset_go" and command.integer("NO") == 256)


@breaks("CTL-08")
def presets_are_not_kept(recorder: Recorder) -> None:
    """Accepts PRESETPRG and keeps nothing."""
    around(recorder.camera_control.set_preset, lambda original, command, camera, now: None)


@breaks("CTL-08")
def presets_of_all_cameras_are_one(recorder: Recorder) -> None:
    """Keeps one list of presets for all cameras."""
    kept: dict[int, dict[str, float]] = {}

    def keep(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        for number in recorder.cameras.registered:
            recorder.camera_control.camera(number).presets = kept
        original(command, camera, now)

    around(recorder.camera_control.set_preset, keep)


@breaks("CTL-08")
def presets_beyond_128_begin_anew(recorder: Recorder) -> None:
    """Keeps preset 129 as 1, and so on: 256 is 128."""

    def keep(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        number = command.integer("NO")
        for same in (number - 128, number + 128):
            if 1 <= same <= 256:
                camera.presets[same] = camera.presets[number]

    around(recorder.camera_control.set_preset, keep)


@breaks("CTL-09")
def aux8_is_refused(recorder: Recorder) -> None:
    """Refuses AUX8."""
    _refuse(recorder, lambda command: command.key == "auxiliary" and command.text("CMD") == "AUX8")


@breaks("CTL-09")
def aux_stays_open(recorder: Recorder) -> None:
    """Accepts CLOSE of an AUX and leaves it open."""

    def switch(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        if command.text("CTRL") == "OPEN":
            original(command, camera, now)

    around(recorder.camera_control.auxiliary, switch)


@breaks("CTL-10")
def camera_control_twice_a_second(recorder: Recorder) -> None:
    """Refuses camera control within half a second of the one before."""
    _rest_between(recorder, 0.5)


@breaks("CTL-10")
def camera_control_four_times_a_second(recorder: Recorder) -> None:
    """Refuses camera control within a quarter of a second of the one before."""
    _rest_between(recorder, 0.25)


def _rest_between(recorder: Recorder, seconds: float) -> None:
    """Refuse camera control that comes too soon after the one before."""
    last = [float("-inf")]

    def control(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        if asked.now - last[0] < seconds:
            raise Refused(503, "CH: too soon after the command before")
        last[0] = asked.now
        return original(asked)

    around(recorder.camera_control.control, control)


def _size(command: Command, name: str) -> int:
    return abs(speed_of(command, name) or 0)


def _refuse(recorder: Recorder, wrong: Callable[[Command], bool]) -> None:
    """Refuse the camera control that is `wrong`."""

    def check(original: Callable[[Command], None], command: Command) -> None:
        original(command)
        if wrong(command):
            raise Refused(400, f"{command.path}: not with these values")

    around(recorder.camera_control.check_speed, check)


def _mirrored(axis: str, wanted: str) -> Callable[[Move, Command, ControlledCamera, float], None]:
    """What moves `axis` the other way at CTRL=`wanted`."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        motion: Motion = camera.motions[axis]
        if control_of(command) == wanted:
            camera.head_for(axis, 2 * motion.origin - motion.goal, now)

    return move
