"""Defects of presets and AUX (§4.2.6 … §4.2.8)."""

from __future__ import annotations

from nvr_emulator.defects.camera_control.refusing import refuse
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.camera_control import ControlledCamera, Move
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command


@breaks("CTL-08")
def preset_256_is_refused(recorder: Recorder) -> None:
    """Refuses to go to preset 256."""
    refuse(recorder, lambda command: command.key == "preset_go" and command.integer("NO") == 256)


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


@breaks("CTL-08")
def presets_beyond_100_begin_anew(recorder: Recorder) -> None:
    """Reads the last two digits of a preset's number alone: 101 is 1."""

    def keep(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        here = camera.presets[command.integer("NO")]
        camera.presets |= dict.fromkeys(range(command.integer("NO") % 100 or 100, 257, 100), here)

    around(recorder.camera_control.set_preset, keep)


@breaks("CTL-08")
def presets_without_zoom(recorder: Recorder) -> None:
    """Leaves the zoom as it is when it goes to a preset."""

    def go(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        before = camera.motions["zoom"]
        original(command, camera, now)
        camera.motions["zoom"] = before

    around(recorder.camera_control.go_to_preset, go)


@breaks("CTL-08")
def presets_lose_a_sign(recorder: Recorder) -> None:
    """Keeps how far the camera is tilted, and not which way."""

    def keep(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        place = camera.presets[command.integer("NO")]
        place["tilt"] = abs(place["tilt"])

    around(recorder.camera_control.set_preset, keep)


@breaks("CTL-08")
def presets_wait_for_rest(recorder: Recorder) -> None:
    """Accepts PRESET while the camera moves, and does not go there."""

    def go(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        if not camera.moving(now):
            original(command, camera, now)

    around(recorder.camera_control.go_to_preset, go)


@breaks("CTL-09")
def aux_close_when_the_camera_moves(recorder: Recorder) -> None:
    """Closes every AUX of a camera that is told to pan, tilt or zoom."""

    def move(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        camera.open_auxiliaries.clear()
        original(command, camera, now)

    around(recorder.camera_control.pan_tilt_zoom, move)


@breaks("CTL-09")
def aux8_is_refused(recorder: Recorder) -> None:
    """Refuses AUX8."""
    refuse(recorder, lambda command: command.key == "auxiliary" and command.text("CMD") == "AUX8")


@breaks("CTL-09")
def aux_stays_open(recorder: Recorder) -> None:
    """Accepts CLOSE of an AUX and leaves it open."""

    def switch(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        if command.text("CTRL") == "OPEN":
            original(command, camera, now)

    around(recorder.camera_control.auxiliary, switch)


@breaks("CTL-09")
def aux_close_closes_all(recorder: Recorder) -> None:
    """Closes every AUX of a camera at CLOSE of one."""

    def switch(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        original(command, camera, now)
        if command.text("CTRL") == "CLOSE":
            camera.open_auxiliaries.clear()

    around(recorder.camera_control.auxiliary, switch)


@breaks("CTL-09")
def aux_lets_one_be_open(recorder: Recorder) -> None:
    """Closes every other AUX of a camera at OPEN of one."""

    def switch(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        if command.text("CTRL") == "OPEN":
            camera.open_auxiliaries.clear()
        original(command, camera, now)

    around(recorder.camera_control.auxiliary, switch)


@breaks("CTL-09")
def aux_opened_twice_closes(recorder: Recorder) -> None:
    """Closes an AUX at OPEN where it is open already."""

    def switch(original: Move, command: Command, camera: ControlledCamera, now: float) -> None:
        number = int(command.text("CMD").removeprefix("AUX"))
        was_open = number in camera.open_auxiliaries
        original(command, camera, now)
        if was_open:
            camera.open_auxiliaries.discard(number)

    around(recorder.camera_control.auxiliary, switch)
