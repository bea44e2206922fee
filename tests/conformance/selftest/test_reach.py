"""A defect meets the scenarios that call what it alters, and no others."""

from __future__ import annotations

import pytest

from nvr_conformance.selftest.reach import FEWEST, run_within_reach, within_reach
from nvr_conformance.selftest.trials import Trial

SCENARIOS = """
from nvr_conformance.scenario import scenario

@scenario("SES-09", place="last")
def test_logout(target, client, check):
    check("SES-09", client.login().logout().ok, "ok", "")

@scenario("SES-01")
def test_login(target, client, check):
    check("SES-01", client.login().uid < 0, "what never is", "")

@scenario("PLB-03")
def test_playing(target, client, check):
    session = client.login()
    session.get("camera", CAM=1)
    check("PLB-03", True, "ok", "")

@scenario("PLB-04", models=(1, 3))
def test_of_other_models(target, client, check):
    check("PLB-04", True, "ok", "")
"""
PLAYING, ANYWHERE = "gop-may-be-cached", "lifetime-of-80-s"


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory):
    path = tmp_path_factory.mktemp("reach") / "test_reach_scenario.py"
    path.write_text(SCENARIOS)
    return path


def full(scenarios, defect, count=1, **values):
    return [Trial(2, defect, frozenset({"PLB-03"}), scenarios=scenarios, **values)] * count


def test_scenarios_in_reach(scenarios):
    trials = [
        *full(scenarios, PLAYING, FEWEST),
        *full(scenarios, ANYWHERE),
        *full(scenarios, PLAYING, focus=frozenset({"PLB-03"})),
        *full(scenarios, None),
    ]
    narrowed = within_reach(trials, jobs=2, timeout=60)
    assert narrowed == trials
    assert [trial.only for trial in narrowed[FEWEST - 1 :]] == [("test_playing",), None, None, None]


def test_a_defect_that_nothing_calls_meets_all(scenarios):
    trials = full(scenarios, "centering-is-upside-down", FEWEST)
    assert {trial.only for trial in within_reach(trials, jobs=2, timeout=60)} == {None}


def test_it_is_not_worth_while_for_few(scenarios):
    assert [trial.only for trial in within_reach(full(scenarios, PLAYING), jobs=2, timeout=60)] == [None]


def test_what_is_in_reach_is_run(scenarios):
    for defect, broken in ((PLAYING, set()), (ANYWHERE, {"SES-01"})):
        outcomes = list(run_within_reach(full(scenarios, defect, FEWEST), jobs=2, timeout=60))
        assert [(outcome.problem, outcome.broken) for outcome in outcomes] == [("", broken)] * FEWEST
