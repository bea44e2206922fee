"""What must be in the files of a long range: what is recorded of it, as far as its minutes were looked at."""

import pytest

from nvr_conformance.facts.recorded_minutes import recorded_at_least
from nvr_conformance.judgement.outcomes import NothingToJudge

HOUR = [True] * 61
GAP = [True] * 21 + [False] * 10 + [True] * 30  # from within minute 20 to within minute 30


@pytest.mark.parametrize(
    ("lasts", "probed", "right"),
    [
        (3600, HOUR, True),
        (3585, HOUR, True),
        (3570, HOUR, False),
        (1800, HOUR, False),
        (3625, HOUR, False),
        (3000, GAP, True),
        (2960, GAP, True),
        (2890, GAP, False),
        (3580, GAP, True),
    ],
)
def test_what_is_recorded_is_there(lasts, probed, right):
    assert recorded_at_least(lasts, 3600, probed, 60, 10.0).ok is right


@pytest.mark.parametrize("probed", [[], [True], [True, False] * 30, [False] * 61])
def test_nothing_is_said_where_no_whole_minute_is_recorded(probed):
    with pytest.raises(NothingToJudge):
        recorded_at_least(0, 3600, probed, 60, 10.0)
