"""Recorders that keep a camera for the UID that moves it: nothing says that they must not."""

from __future__ import annotations

import math

import pytest

from nvr_conformance.sources import rehearsed
from nvr_emulator.recorder.camera_control import speed_of
from nvr_emulator.recorder.replies import Refused
from nvr_emulator.seams import around


@pytest.fixture
def held(monkeypatch):
    """Recorders whose cameras are their mover's until it stops them, and five seconds more."""
    start = rehearsed.start_emulator

    def started(stack, *arguments):
        access, control = start(stack, *arguments)
        _hold(control.recorder.machine.recorder.camera_control)
        return access, control

    monkeypatch.setattr(rehearsed, "start_emulator", started)


def _hold(camera_control):
    holders = {}

    def control(original, asked):
        number, uid = asked.command.camera, asked.session.uid
        holder, until = holders.get(number, (uid, 0.0))
        if holder != uid and asked.now < until:
            raise Refused(503, "another user controls this camera")
        answer = original(asked)
        moves = asked.command.key == "pan_tilt_zoom" and any(
            speed_of(asked.command, axis) for axis in ("PAN", "TILT", "ZOOM")
        )
        holders[number] = (uid, math.inf if moves else asked.now + 5)
        return answer

    around(camera_control.control, control)


def test_a_camera_that_is_held_while_it_moves(held, judge_as_real):
    seen = judge_as_real(select=("CTL-*",), allow=("ptz", "presets"))
    assert not seen.rows("fail", "warn", "error")
    assert set(seen.rows("pass")) >= {"CTL-01", "CTL-08"}
