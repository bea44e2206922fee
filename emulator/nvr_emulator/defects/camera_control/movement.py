"""Defects of PAN, TILT and ZOOM (§4.2.1, §4.2.2), and of how often they may come."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from nvr_emulator.defects.camera_control.refusing import refuse, size
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.camera_control import ControlledCamera, Move, speed_of
from nvr_emulator.recorder.camera_motion import AXES
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command

FOR_EVER = 300
"""Times the way of one command: to the end of an axis."""


@breaks("CTL-01")
def pan_of_16_is_refused(recorder: Recorder) -> None:
    """Refuses PAN and TILT of 16 and -16."""
    refuse(recorder, lambda command: 16 in (size(command, "PAN"), size(command, "TILT")))


@breaks("CTL-01")
def zoom_of_4_is_refused(recorder: Recorder) -> None:
    """Refuses ZOOM of 4 and -4."""
    refuse(recorder, lambda command: size(command, "ZOOM") == 4)


@breaks("CTL-01", "CTL-02")
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
            if motion.ends > now and motion.goal != motion.origin:
                way = motion.goal - motion.origin
                goal = AXES[name].clamp(motion.origin + way * FOR_EVER)
                ends = motion.begun + (motion.ends - motion.begun) * (goal - motion.origin) / way
                camera.motions[name] = dataclasses.replace(motion, goal=goal, ends=ends)

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
def movements_that_come_quickly_are_dropped(recorder: Recorder) -> None:
    """Accepts PAN, TILT and ZOOM within 0.4 s of those before, and does nothing."""
    last: dict[int, float] = {}

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        before, last[id(camera)] = last.get(id(camera), float("-inf")), now
        if now - before >= 0.4:
            original(command, camera, now)

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
    refuse(recorder, lambda command: max(size(command, "PAN"), size(command, "TILT")) > 16)


@breaks("CTL-02")
def tilt_of_256_is_refused(recorder: Recorder) -> None:
    """Takes TILT from -255 to 255 alone."""
    refuse(recorder, lambda command: size(command, "TILT") == 256)


@breaks("CTL-01", "CTL-02")
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
    refuse(
        recorder,
        lambda command: (
            command.key == "pan_tilt_zoom"
            and any(speed_of(command, name) is None for name in ("PAN", "TILT", "ZOOM"))
        ),
    )


@breaks("CTL-04")
def zoom_alone_is_refused(recorder: Recorder) -> None:
    """Refuses ZOOM without PAN."""
    refuse(recorder, lambda command: "ZOOM" in command.values and "PAN" not in command.values)


@breaks("CTL-01")
def zoom_has_one_speed(recorder: Recorder) -> None:
    """Zooms at one speed each way, whatever was asked for."""

    def zoom(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        speed = speed_of(command, "ZOOM")
        if speed:
            camera.drive("zoom", 0.25 if speed > 0 else -0.25, now)

    around(recorder.camera_control.pan_tilt_zoom, zoom)


@breaks("CTL-01")
def zoom_out_is_fast_alone(recorder: Recorder) -> None:
    """Zooms out at the fastest speed alone."""

    def zoom(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        if (speed_of(command, "ZOOM") or 0) < 0:
            camera.drive("zoom", -1.0, now)

    around(recorder.camera_control.pan_tilt_zoom, zoom)


@breaks("CTL-01", "CTL-04")
def pan_tilts_as_well(recorder: Recorder) -> None:
    """Tilts down a little wherever it pans and need not tilt."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        if speed_of(command, "PAN") and not speed_of(command, "TILT"):
            camera.drive("tilt", 0.02, now)

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-01")
def panning_zooms_out(recorder: Recorder) -> None:
    """Zooms all the way out at PAN with ZOOM=0."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        if speed_of(command, "PAN") and speed_of(command, "ZOOM") == 0:
            camera.head_for("zoom", AXES["zoom"].low, now)

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-01")
def all_0_stops_panning_alone(recorder: Recorder) -> None:
    """Goes on tilting and zooming when PAN, TILT and ZOOM are all 0."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        before = dict(camera.motions)
        original(command, camera, now)
        if all(speed_of(command, name) == 0 for name in ("PAN", "TILT", "ZOOM")):
            camera.motions |= {name: before[name] for name in ("tilt", "zoom")}

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-02")
def speeds_beyond_127_turn_round(recorder: Recorder) -> None:
    """Keeps PAN and TILT in a byte with a sign: what is beyond 127 goes the other way."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        for name in ("PAN", "TILT"):
            speed = speed_of(command, name) or 0
            if abs(speed) > 127:
                camera.drive(name.lower(), -speed / recorder.camera_control.pan_tilt_speed, now)

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-04")
def zoom_alone_pans_back(recorder: Recorder) -> None:
    """Goes back to the middle at ZOOM without PAN."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        if "ZOOM" in command.values and "PAN" not in command.values:
            camera.head_for("pan", AXES["pan"].home, now)

    around(recorder.camera_control.pan_tilt_zoom, move)


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
