"""The self-test on a small scale: one scenario, the healthy emulator, and two with a defect."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from nvr_conformance.selftest import Outcome, Trial, plan_trials, run_trial
from nvr_conformance.selftest_report import print_matrix
from nvr_emulator.defects import all_defects

SCENARIO = """
from nvr_conformance.scenario import refused, scenario

@scenario("SES-01", "SES-09")
def test_login_and_logout(target, client, check, require):
    login = client.try_login()
    asked = login.challenge
    check("SES-01", asked.status == 401 and "UID=" not in asked.text, 401, asked)
    session = client.login()
    before = target.now()
    target.pass_time(5)
    require(target.now() - before == 5, "the clock is moved")
    session.logout()
    check("SES-09", refused(session.get("keep_alive")), "refused", session.client.history.exchanges[-1])
"""


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory):
    path = tmp_path_factory.mktemp("selftest") / "test_selftest_scenario.py"
    path.write_text(SCENARIO)
    return path


def trial(scenarios, defect, *breaks):
    return Trial(2, defect, frozenset(breaks), scenarios=scenarios)


def test_healthy_and_defective(scenarios):
    assert run_trial(trial(scenarios, None)).good
    killed = run_trial(trial(scenarios, "login-without-credentials", "SES-01"))
    assert killed.good
    assert killed.broken == {"SES-01"}
    assert killed.seconds < 5
    blamed = run_trial(trial(scenarios, "login-without-credentials", "SES-09"))
    assert (blamed.missing, blamed.extra, blamed.good) == ({"SES-09"}, {"SES-01"}, False)


def test_a_run_that_proves_nothing_is_not_good(tmp_path):
    (tmp_path / "test_selftest_nothing.py").write_text("")
    outcome = run_trial(trial(tmp_path, None))
    assert outcome.problem == "nothing was judged"
    assert not outcome.good


def test_every_defect_has_a_trial():
    trials = plan_trials()
    assert [each.model for each in trials[:3]] == [1, 2, 3]
    assert all(each.defect is None for each in trials[:3])
    assert [each.defect for each in trials[3:]] == [defect.name for defect in all_defects()]
    assert all(each.breaks for each in trials[3:])


def test_trials_on_one_model_and_of_one_defect():
    assert {each.model for each in plan_trials([3])} == {3}
    (only,) = plan_trials([2], ["login-without-credentials"])
    assert (only.defect, only.breaks) == ("login-without-credentials", {"SES-01"})
    assert len(plan_trials([1, 2, 3], ["login-without-credentials"])) == 3
    with pytest.raises(ValueError, match="no-such"):
        plan_trials(defects=["no-such"])


def test_trials_of_some_requirements():
    trials = plan_trials([2], select=["SES-01"])
    assert trials[0].defect is None
    assert all(each.breaks == {"SES-01"} for each in trials[1:])
    assert trials[1:]


def test_the_matrix():
    outcomes = [
        Outcome(Trial(2, None, frozenset())),
        Outcome(Trial(2, "good-one", frozenset({"SES-01"})), frozenset({"SES-01"})),
        Outcome(Trial(2, "bad-one", frozenset({"SES-02"})), frozenset({"SES-03"})),
        Outcome(Trial(2, "lost-one", frozenset({"SES-04"})), problem="no answer"),
    ]
    text = io.StringIO()
    print_matrix(Console(file=text, width=200), outcomes, frozenset({"SES-01", "SES-02"}))
    lines = text.getvalue().splitlines()
    assert any("bad-one" in line and "SES-02" in line and "SES-03" in line for line in lines)
    assert any("lost-one" in line and "no answer" in line for line in lines)
    assert "no defect was killed by: SES-02" in text.getvalue()
    assert "2 of 4 trials as they must be" in text.getvalue()
