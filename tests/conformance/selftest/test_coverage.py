"""What a self-test proves, from outcomes that are made up."""

from __future__ import annotations

import pytest

from nvr_conformance.judgement.requirements import Level, Requirement
from nvr_conformance.selftest import coverage as selftest_coverage
from nvr_conformance.selftest.coverage import State, Sums, coverage, observation_changes
from nvr_conformance.selftest.trials import Outcome, Trial

IDS = {"SES-01", "SES-02", "SES-18", "LIV-22"}


def healthy(model=2, seed=0, **values):
    return Outcome(Trial(model, None, frozenset(), seed=seed), **values)


def planted(name, *breaks, model=2, broken=None, **values):
    failed = frozenset(breaks if broken is None else broken)
    return Outcome(Trial(model, name, frozenset(breaks)), failed, **values)


def cells(outcomes, id_, declared=None):
    rows = {row.requirement.id: row for row in coverage(outcomes, IDS, declared or {})}
    return rows[id_].cells


def test_defects_that_were_found_prove_a_requirement():
    found = cells(
        [planted("a", "SES-01"), planted("b", "SES-01", "SES-02"), planted("c", "SES-02")], "SES-01"
    )
    assert found[2].state is State.PROVED
    assert found[2].defects == ("a", "b")
    assert found[1].state is State.NOT_TRIED


@pytest.mark.parametrize(
    "outcome",
    [
        planted("a", "SES-01", broken=()),
        planted("a", "SES-01", broken=("SES-01", "SES-02")),
        planted("a", "SES-01", problem="the process died"),
    ],
    ids=["survived", "failed too much", "broke"],
)
def test_a_trial_that_is_not_exact_proves_nothing(outcome):
    found = cells([healthy(), outcome], "SES-01", {("SES-01", 2): 1})
    assert found[2].state is State.UNPROVED
    assert found[2].reason == "no trial was exact"


def test_a_requirement_without_a_defect_is_a_hole_where_the_healthy_recorder_has_it():
    runs = [healthy(1), healthy(2, not_applicable={"LIV-22": "4 cameras: there is no seventeenth"})]
    found = cells(runs, "LIV-22")
    assert found[1].state is State.UNPROVED
    assert found[1].reason == "no defect breaks it on this model"
    assert found[2].state is State.NOT_APPLICABLE
    assert found[2].reason == "4 cameras: there is no seventeenth"
    assert found[3].state is State.NOT_TRIED


def test_a_defect_that_was_not_tried_on_a_model():
    found = cells([healthy()], "SES-01", {("SES-01", 2): 3})
    assert (found[2].state, found[2].reason) == (State.NOT_TRIED, "not tried in this self-test; defects: 3")


def test_what_cannot_be_tested_and_what_is_for_another_model(monkeypatch):
    rows = {
        "X-01": Requirement(
            "X-01", Level.MUST, "1", "is there", frozenset({2}), untestable="nobody can know"
        ),
        "X-02": Requirement("X-02", Level.MUST, "1", "is of MODEL 2", frozenset({2})),
    }
    monkeypatch.setattr(selftest_coverage, "requirements", lambda: rows)
    first, second = coverage([healthy(1), healthy(2)], {"X-01", "X-02"}, {})
    assert (first.cells[2].state, first.cells[2].reason) == (State.UNTESTABLE, "nobody can know")
    states = [cell.state for cell in second.cells.values()]
    assert states == [State.NOT_APPLICABLE, State.UNPROVED, State.NOT_APPLICABLE]


def test_observations_are_not_to_be_proved_and_name_what_changes_them():
    runs = [
        healthy(observed={"SES-18 digits": "aa"}),
        planted("a", "SES-01", observed={"SES-18 digits": "bb"}),
    ]
    found = cells(runs, "SES-18")
    assert found[2].state is State.OBSERVED
    assert found[2].defects == ("a",)
    assert found[1].defects == ()


def test_observations_that_differ_between_healthy_recorders_say_nothing():
    runs = [
        healthy(seed=0, observed={"SES-18 digits": "aa", "SES-18 pattern": "cc", "SES-19 status": "dd"}),
        healthy(seed=1, observed={"SES-18 digits": "bb", "SES-18 pattern": "cc", "SES-19 status": "dd"}),
        healthy(model=1, observed={"SES-19 status": "ee"}),
        planted(
            "a", "SES-01", observed={"SES-18 digits": "xx", "SES-18 pattern": "xx", "SES-19 status": "dd"}
        ),
        planted("b", "SES-01", observed={"SES-18 pattern": "xx"}, problem="the process died"),
        planted("c", "SES-01", model=3, observed={"SES-18 pattern": "xx"}),
    ]
    assert observation_changes(runs) == {("SES-18", 2): ("a",)}


def test_sums():
    runs = [
        healthy(),
        healthy(seed=1, broken=frozenset({"SES-02"})),
        healthy(seed=2, problem="the process died"),
        planted("a", "SES-01"),
        planted("b", "SES-02", broken=()),
        planted("c", "SES-02", problem="no answer within 180 s"),
    ]
    sums = Sums.of(runs, coverage(runs, {"SES-01", "SES-02", "SES-18"}, {}))
    assert (sums.trials, sums.exact, sums.inexact, sums.broke) == (6, 2, 2, 2)
    assert (sums.defects, sums.defects_exact, sums.healthy, sums.false_alarms) == (3, 1, 3, 1)
    assert (sums.proved[2], sums.to_prove[2]) == (1, 2)
    assert sums.proved[1] == 0
