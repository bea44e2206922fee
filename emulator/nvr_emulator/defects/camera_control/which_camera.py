"""Defects of CH: commands that are obeyed by another camera, or by more than one (§4.2)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from nvr_emulator.configuration.settings import CameraSettings
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.camera_control import ControlledCamera, Move
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command

Obey = Callable[[Command, CameraSettings, float], None]
ALL = ("CTL-01", "CTL-05", "CTL-06", "CTL-07", "CTL-08", "CTL-09")


@breaks("CTL-05")
def centering_of_the_first_camera(recorder: Recorder) -> None:
    """Turns the first camera at CENTERING, whatever CH says."""
    around(recorder.camera_control.centering, _of_the_first(recorder))


@breaks("CTL-06")
def focus_of_the_first_camera(recorder: Recorder) -> None:
    """Focuses the first camera, whatever CH says."""
    around(recorder.camera_control.focus, _of_the_first(recorder))


@breaks("CTL-07")
def iris_of_the_first_camera(recorder: Recorder) -> None:
    """Moves the iris of the first camera, whatever CH says."""
    around(recorder.camera_control.iris, _of_the_first(recorder))


@breaks("CTL-08")
def presets_of_the_first_camera(recorder: Recorder) -> None:
    """Brings the first camera to a preset of its own, whatever CH says."""
    around(recorder.camera_control.go_to_preset, _of_the_first(recorder))


@breaks("CTL-09")
def aux_of_the_first_camera(recorder: Recorder) -> None:
    """Switches the AUX of the first camera, whatever CH says."""
    around(recorder.camera_control.auxiliary, _of_the_first(recorder))


@breaks("CTL-06")
def focus_of_all_cameras(recorder: Recorder) -> None:
    """Focuses every camera when one is told to."""
    around(recorder.camera_control.focus, _of_all(recorder))


@breaks("CTL-09")
def aux_of_all_cameras(recorder: Recorder) -> None:
    """Switches an AUX of every camera when one is told to."""
    around(recorder.camera_control.auxiliary, _of_all(recorder))


@breaks(*ALL)
def camera_control_counts_to_64(recorder: Recorder) -> None:
    """Takes cameras beyond 64 for 1 and on in camera control."""
    _renumbered(recorder, lambda number: (number - 1) % 64 + 1)


@breaks(*ALL)
def camera_control_reads_one_digit(recorder: Recorder) -> None:
    """Reads the first digit of CH alone."""
    _renumbered(recorder, lambda number: int(str(number)[0]))


def _of_the_first(recorder: Recorder) -> Callable[[Move, Command, ControlledCamera, float], None]:
    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        first = min(recorder.cameras.registered)
        original(command, recorder.camera_control.camera(first), now)

    return move


def _of_all(recorder: Recorder) -> Callable[[Move, Command, ControlledCamera, float], None]:
    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        for number in recorder.cameras.registered:
            original(command, recorder.camera_control.camera(number), now)

    return move


def _renumbered(recorder: Recorder, renumber: Callable[[int], int]) -> None:
    """Camera control is for the camera of another number, where that is registered."""

    def obey(original: Obey, command: Command, camera: CameraSettings, now: float) -> None:
        number = renumber(camera.number)
        known = number in recorder.cameras.registered
        original(command, msgspec.structs.replace(camera, number=number) if known else camera, now)

    around(recorder.camera_control.obey, obey)
