"""A recorded range that begins with a camera that was removed, which playback cannot show."""

from __future__ import annotations

import pytest

SETUP = {"cameras": [{"number": number, "fixture": "counter-small"} for number in (1, 3)]}


def test_an_earlier_begin_may_be_that_of_a_camera_that_was_removed(judge_as_real):
    seen = judge_as_real(SETUP, select=("INF-05",), defects=("recorded-range-begins-early",))
    assert "cameras that were removed" in seen.rows("not-tested")["INF-05"]


def test_where_all_cameras_are_registered_none_was_removed(judge_as_real):
    setup = {
        **SETUP,
        "channels": 3,
        "cameras": [*SETUP["cameras"], {"number": 2, "fixture": "counter-small"}],
    }
    seen = judge_as_real(setup, select=("INF-05",), defects=("recorded-range-begins-early",))
    assert set(seen.rows("fail")) == {"INF-05"}


@pytest.mark.parametrize("defect", ["recorded-range-begins-late", "recorded-range-ends-early"])
def test_any_other_end_is_wrong(judge_as_real, defect):
    seen = judge_as_real(SETUP, select=("INF-05",), defects=(defect,))
    assert set(seen.rows("fail")) == {"INF-05"}
