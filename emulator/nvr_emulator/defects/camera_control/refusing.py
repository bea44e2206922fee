"""How a defect refuses camera control."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.recorder.camera_control import speed_of
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.seams import around
from nvr_protocol.commands.urls import Command


def size(command: Command, name: str) -> int:
    """How fast PAN, TILT or ZOOM is, whichever way; 0 where the command has not got it."""
    return abs(speed_of(command, name) or 0)


def refuse(recorder: Recorder, wrong: Callable[[Command], bool]) -> None:
    """Refuse the camera control that is `wrong`."""

    def check(original: Callable[[Command], None], command: Command) -> None:
        original(command)
        if wrong(command):
            raise Refused(400, f"{command.path}: not with these values")

    around(recorder.camera_control.check_speed, check)
