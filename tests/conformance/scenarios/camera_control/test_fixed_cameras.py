"""Recorders that refuse camera control for cameras without PTZ: nothing says that they must not."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict

ALLOWED = ("ptz", "presets")
REFUSABLE = {"CTL-01", "CTL-02", "CTL-05", "CTL-06", "CTL-07", "CTL-08"}


def cameras(*moving):
    """Three cameras, of which these move; the others are refused."""
    numbers = (1, 3, 4)
    return {
        "cameras": [{"number": one, "fixture": "counter-small", "ptz": one in moving} for one in numbers],
        "variants": {"fixed-camera-control": "refused"},
    }


def test_the_first_camera_that_takes_it_is_controlled(judge_as_real):
    seen = judge_as_real(cameras(3), select=("CTL-*",), allow=ALLOWED)
    assert not seen.rows("fail", "warn", "error")
    assert set(seen.rows("pass")) >= REFUSABLE | {"CTL-04", "CTL-09"}


def test_where_none_takes_it_nothing_is_known(judge_as_real):
    seen = judge_as_real(cameras(), select=("CTL-*",), allow=ALLOWED)
    assert not seen.rows("fail", "warn", "error")
    untested = seen.rows("not-tested")
    assert {id_ for id_, why in untested.items() if "no camera takes camera control" in why} == REFUSABLE
    assert "CTL-09" in seen.rows("pass")


@pytest.mark.parametrize(
    ("defect", "id_"), [("focus-auto-is-refused", "CTL-06"), ("aux8-is-refused", "CTL-09")]
)
def test_a_refusal_beside_what_is_taken_counts(judge_as_real, defect, id_):
    seen = judge_as_real(cameras(3), select=("CTL-*",), allow=ALLOWED, defects=(defect,))
    assert set(seen.rows("fail")) == {id_}


def test_a_refusal_counts_where_the_camera_is_known_to_move():
    """By the control port: nobody takes the recorder for one without PTZ."""
    options = TargetOptions(model=2, setup=cameras(3), defects=("focus-reads-the-last-ctrl",))
    assert judge(options, RunOptions(select=("CTL-*",))).ids(Verdict.FAIL) == {"CTL-06"}


def test_what_a_fixed_camera_gets_is_observed():
    result = judge(TargetOptions(model=2, setup=cameras(3)), RunOptions(select=("CTL-01",)))
    (row,) = (row for row in result.requirements if row.id == "CTL-01")
    (seen,) = (check.actual for check in row.checks if check.name == "camera 1, which has no PTZ")
    assert seen.startswith("404")
