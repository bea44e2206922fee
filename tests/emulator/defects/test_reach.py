"""A defect reaches as far as what it is put around; what alters anything else may reach anywhere."""

from __future__ import annotations

import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.defects import all_defects
from nvr_emulator.defects.reach import touched_seams, watch_seams
from nvr_emulator.defects.registry import Defect
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_emulator.seams import around

NOW = 1_714_020_000.0
PLAN = plan(small_recorder(2))


def recorder():
    return Recorder(PLAN, NOW)


def planted(plant):
    return touched_seams(Defect("made-up", "", frozenset(), frozenset({2}), plant), recorder())


def test_what_a_defect_is_put_around():
    known = {defect.name: defect for defect in all_defects()}
    assert touched_seams(known["challenge-by-basic"], recorder()) == {"DigestGate.challenges"}
    assert touched_seams(known["lifetime-of-80-s"], recorder()) is None


def _around_a_command(made):
    around(made.logs.text, lambda original, *args: original(*args))


def _alters_a_table(made):
    _around_a_command(made)
    made.playbacks[7] = made.playbacks.get(1)


def _alters_a_part(made):
    _around_a_command(made)
    made.logs.further = 1


@pytest.mark.parametrize(
    ("plant", "seams"),
    [
        (_around_a_command, {"Logs.text"}),
        (_alters_a_table, None),
        (_alters_a_part, None),
        (lambda made: None, None),
    ],
)
def test_what_alters_anything_else_may_reach_anywhere(plant, seams):
    assert planted(plant) == seams


def test_what_is_called_is_told():
    made = recorder()
    called = set()
    watch_seams(made, called.add)
    made.receive(Request("GET", "/cgi-bin/as_getinfo.cgi", "FILE=2"), NOW)
    assert {"Recorder.receive", "DigestGate.check"} <= called
    assert not any(name.startswith(("Playback", "Live")) for name in called)


def test_most_defects_are_known_to_reach_so_far():
    """Were it otherwise, a full self-test would run all scenarios for each."""
    reach = [touched_seams(defect, recorder()) for defect in all_defects() if 2 in defect.models]
    assert sum(seams is not None for seams in reach) > 0.95 * len(reach)
