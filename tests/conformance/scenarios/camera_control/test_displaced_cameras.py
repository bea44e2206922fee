"""Cameras that are not where they are at first: others controlled them, or a recorder is judged again."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import PERMISSIONS, TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict
from nvr_emulator.recorder.camera_motion import AXES, at_rest
from nvr_emulator.server.embedding import EmbeddedRecorder

CAMERAS = [{"number": number, "fixture": "counter-small"} for number in (1, 2, 3)]
CONTROL = ("CTL-*",)
TAKEN = range(1, 120)  # presets that are registered


@pytest.fixture
def recorder():
    with EmbeddedRecorder(2, cameras=CAMERAS) as running:
        yield running


def assert_nothing_fails(recorder):
    options = TargetOptions(
        url=recorder.url,
        password=recorder.password,
        control=recorder.control_url,
        model=2,
        pace=0,
        allow=frozenset(PERMISSIONS),
    )
    result = judge(options, RunOptions(select=CONTROL))
    assert not result.errors
    assert not result.broken
    assert len(result.ids(Verdict.PASS)) == 9


def test_a_recorder_is_judged_again(recorder):
    for _ in range(3):
        assert_nothing_fails(recorder)


@pytest.mark.parametrize("end", ["low", "high"])
def test_cameras_at_the_ends_of_their_axes(recorder, end):
    """With presets that are where they stand, and AUX that are open."""
    for number in (1, 2, 3):
        camera = recorder.machine.recorder.camera_control.camera(number)
        camera.motions = {name: at_rest(getattr(axis, end)) for name, axis in AXES.items()}
        place = {name: motion.goal for name, motion in camera.motions.items()}
        camera.presets = {preset: {name: place[name] for name in ("pan", "tilt", "zoom")} for preset in TAKEN}
        camera.open_auxiliaries = {1, 2, 8}
    assert_nothing_fails(recorder)
