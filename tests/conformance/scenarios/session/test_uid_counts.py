"""INF-07 on a recorder that others log in to: which differences are the recorder's, and which are theirs."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.connection_information import UidCounts
from nvr_conformance.scenarios.session.test_uid_counts import Change, judge_changes, known_counts


def changes(*actual):
    return [Change(2, each) for each in actual]


@pytest.mark.parametrize("actual", [(2,), (3, 2), (None, 1, 2)])
def test_right_once_is_right(actual):
    assert judge_changes(changes(*actual)).ok


@pytest.mark.parametrize("actual", [(0, 0, 0), (1, 1, 1), (None, None, None)])
def test_wrong_each_time_and_alike_is_the_recorders(actual):
    assert not judge_changes(changes(*actual)).ok


@pytest.mark.parametrize("actual", [(3, 1, 0), (0, 0, 1), (1,), (1, 1)])
def test_anything_else_is_the_doing_of_others(actual):
    with pytest.raises(NothingToJudge, match="other clients came and went"):
        judge_changes(changes(*actual))


@pytest.mark.parametrize(
    ("uids", "known"),
    [
        ([[1], [1]], (1, 2)),
        ([[1], [1, 2], [1, 2], [1, 2]], (2, 2)),  # somebody logged in while it was asked
        ([[1], [2], [1], [2], [1], [2]], None),
        ([None, None], None),
    ],
)
def test_the_control_port_is_asked_on_both_sides_of_the_answer(uids, known):
    states = iter([None if each is None else {"sessions": [{"uid": uid} for uid in each]} for each in uids])
    target = SimpleNamespace(state=lambda: next(states))
    client = SimpleNamespace(uid_counts=lambda: UidCounts(16, 2))
    assert known_counts(target, client) == known
