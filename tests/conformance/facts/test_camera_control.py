"""CTL-01 … CTL-09: what cameras do, by what a control port tells of them."""

import pytest

from nvr_conformance.facts import camera_control as facts

CAMERA = {
    "pan": 0.0,
    "tilt": 10.0,
    "zoom": 2.0,
    "focus": 0.5,
    "iris": 0.5,
    "auto_focus": True,
    "presets": [],
    "open_auxiliaries": [],
}


def camera(**values):
    return {**CAMERA, **values}


def way(**values):
    return facts.went(CAMERA, camera(**{name: CAMERA[name] + far for name, far in values.items()}))


def test_how_far_each_axis_went():
    assert facts.went(CAMERA, camera(pan=-3.0, iris=0.75)) == {
        "pan": -3.0,
        "tilt": 0.0,
        "zoom": 0.0,
        "focus": 0.0,
        "iris": 0.25,
    }


@pytest.mark.parametrize(
    ("gone", "signs", "ok"),
    [
        ({"pan": 3.0}, {"pan": 16}, True),
        ({"pan": -3.0}, {"pan": 16}, False),
        ({}, {"pan": 16}, False),
        ({"pan": 3.0, "tilt": 0.1}, {"pan": 1}, False),
        ({"pan": 3.0, "tilt": 0.1}, {"pan": 1, "tilt": 0}, False),
        ({"pan": 3.0, "zoom": -1.0}, {"pan": 1}, False),
        ({"pan": 3.0, "focus": 0.1, "iris": -0.1}, {"pan": 1}, True),  # it may focus by itself
        ({"focus": 0.1}, {"focus": 1}, True),
        ({"focus": 0.1}, {"focus": -1}, False),
        ({"focus": 0.1, "pan": 1.0}, {"focus": 1}, False),
        ({}, {}, True),
        ({"tilt": 0.004}, {}, True),  # the port rounds
        ({"tilt": -1.0}, {}, False),
    ],
)
def test_which_way_it_goes_and_that_the_rest_stands(gone, signs, ok):
    assert facts.goes(way(**gone), **signs).ok is ok


def test_what_is_near_enough_is_no_way():
    assert facts.goes(way(pan=0.4, tilt=5.0), facts.CLOSE, pan=0, tilt=1).ok
    assert not facts.goes(way(pan=0.6, tilt=5.0), facts.CLOSE, pan=0, tilt=1).ok
    assert not facts.goes(way(tilt=0.4), facts.CLOSE, tilt=1).ok


def test_which_way_named_axes_go_whatever_others_do():
    assert facts.its_way(way(zoom=1.0, pan=-30.0), zoom=1).ok
    assert not facts.its_way(way(zoom=-1.0), zoom=1).ok
    assert not facts.its_way(way(), zoom=1).ok


def test_it_stands_where_it_was():
    assert facts.stands(CAMERA, camera(focus=0.9)).ok
    assert not facts.stands(CAMERA, camera(zoom=1.0)).ok


@pytest.mark.parametrize(
    ("distances", "ok"),
    [
        ([(1, 0.1), (2, 0.2), (4, 0.4)], True),
        ([(4, 0.4), (1, 0.1), (2, 0.2)], True),
        ([(-1, -0.1), (-2, -0.2)], True),
        ([(1, 0.1), (2, 0.1), (4, 0.4)], True),  # how fast each is depends on the camera
        ([(1, 0.4), (2, 0.4), (4, 0.4)], False),
        ([(1, 0.2), (2, 0.1), (4, 0.4)], False),
        ([(1, 0.1), (2, 0.5), (4, 0.4)], False),
    ],
)
def test_a_higher_speed_is_no_slower(distances, ok):
    assert facts.no_slower(distances).ok is ok


def test_facts_as_one():
    right, wrong = facts.goes(way()), facts.goes(way(pan=1.0))
    assert facts.all_of([("one", right), ("two", right)]).ok
    told = facts.all_of([("one", right), ("two", wrong), ("three", right)])
    assert not told.ok
    assert told.expected.startswith("two: ")


def test_a_camera_changes_alone():
    before = {1: CAMERA, 65: CAMERA}
    moved = camera(pan=5.0)
    assert facts.changes_alone(before, {1: CAMERA, 65: moved}, 65, ("pan",)).ok
    assert not facts.changes_alone(before, {1: moved, 65: CAMERA}, 65, ("pan",)).ok
    assert not facts.changes_alone(before, {1: moved, 65: moved}, 65, ("pan",)).ok
    assert not facts.changes_alone(before, {1: CAMERA, 65: moved}, 65, ("pan", "tilt")).ok
    assert not facts.changes_alone(before, before, 65, ("pan",)).ok
    opened = camera(open_auxiliaries=[2])
    assert not facts.changes_alone(before, {1: opened, 65: moved}, 65, ("pan",)).ok


def test_a_preset_is_a_place():
    assert facts.is_at(camera(pan=0.3, focus=0.9), CAMERA).ok
    for axis in facts.PLACE:
        assert not facts.is_at(camera(**{axis: CAMERA[axis] + 1.0}), CAMERA).ok


def test_a_point_near_the_middle_turns_less():
    assert facts.turns_less(-4.0, -8.0).ok
    assert facts.turns_less(4.0, 8.0).ok
    assert not facts.turns_less(8.0, 8.0).ok
    assert not facts.turns_less(4.0, -8.0).ok
    assert not facts.turns_less(0.0, 8.0).ok
