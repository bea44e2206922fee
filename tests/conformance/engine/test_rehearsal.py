"""A run in real time, played through on an emulated recorder: what it will ask, and how long that takes."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.client.clock import RealTime
from nvr_conformance.client.options import PERMISSIONS, TargetOptions, User
from nvr_conformance.engine.rehearsal import rehearse
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.sources.source import TargetSource
from nvr_emulator.server.embedding import EmbeddedRecorder

OTHERS = (User("MANAGER", "manager12345", 1), User("VIEWER", "viewer12345", 3))


@pytest.fixture(scope="module")
def recorder():
    with EmbeddedRecorder(clock="real") as recorder:
        yield recorder


@pytest.fixture(autouse=True)
def met_at_once(monkeypatch):
    """The recorder that the rehearsal stands for is looked at without a pace, which would be the world's
    time; the rehearsal keeps its own."""
    monkeypatch.setattr(RealTime, "keep_apart", lambda time, since, seconds: time.now())


def source_of(recorder, **options):
    source = TargetSource(TargetOptions(url=recorder.url, password=recorder.password, **options))
    source.prepare()
    return source


@pytest.mark.parametrize(
    "model", [1, pytest.param(2, marks=pytest.mark.long), pytest.param(3, marks=pytest.mark.long)]
)
def test_a_recorder_in_real_time_conforms(model):
    """Every scenario as it goes on a real clock at 3 s a command, without a look at the control port."""
    with EmbeddedRecorder(model, clock="real") as recorder:
        plan = rehearse(source_of(recorder, allow=frozenset(PERMISSIONS), other_users=OTHERS))
    assert plan.result.verdict is Overall.CONFORMANT, plan.result.broken
    assert not plan.result.errors
    assert plan.result.ids(Verdict.PASS) >= {"SES-06", "SES-08", "LIV-06", "PLB-12", "DWN-01", "SEC-03"}
    assert not [reason for reason in plan.left_out.values() if "--allow" in reason]


@pytest.mark.parametrize(
    "select", [["SES-*", "CTL-*", "DWN-0[1-8]"], pytest.param(None, marks=pytest.mark.long)]
)
def test_without_permissions_it_conforms_and_what_they_are_asked_for_is_told(recorder, select):
    plan = rehearse(source_of(recorder, other_users=OTHERS), RunOptions(select=select or ()))
    assert plan.result.verdict is Overall.CONFORMANT, plan.result.broken
    assert not plan.result.errors
    assert plan.result.ids(Verdict.PASS) >= {"SES-06", "SES-08", "DWN-01"}
    assert "--allow eviction" in plan.left_out["SES-11"]


def test_time_is_the_pace_and_what_scenarios_wait_for(recorder):
    plan = rehearse(source_of(recorder), RunOptions(select=["SES-17"]))
    names = [each.name for each in plan.scenarios]
    assert names == ["test_sanity_at_first", "test_many_keep_alives", "test_sanity_at_last"]
    keep_alives = plan.scenarios[1]
    assert keep_alives.ids == ("SES-17",)
    assert 8 * 30 <= keep_alives.seconds < 8 * 30 + 3 * keep_alives.commands
    assert keep_alives.commands < 15
    assert plan.seconds == sum(each.seconds for each in plan.scenarios)


def test_a_quicker_pace_takes_less(recorder):
    slow = rehearse(source_of(recorder), RunOptions(select=["SEC-06"]))
    quick = rehearse(source_of(recorder, pace=0.5), RunOptions(select=["SEC-06"]))
    assert quick.commands == slow.commands
    assert quick.seconds < slow.seconds / 3


def test_the_plan_alone_judges_nothing(recorder):
    journal = recorder.machine.recorder.sessions
    answer = CliRunner().invoke(
        main,
        ["run", recorder.url, "--password", recorder.password, "--plan", "--select", "SES-1[07]"],
        env={"COLUMNS": "200"},
    )
    assert answer.exit_code == 0, answer.output
    assert "test_many_keep_alives" in answer.output
    assert "SES-10  test_seventeen_logins needs --allow eviction" in answer.output
    assert "plan: 3 scenarios, " in answer.output
    assert "conformant" not in answer.output
    assert journal is recorder.machine.recorder.sessions


def test_the_plan_of_an_emulated_recorder_says_that_it_takes_seconds():
    answer = CliRunner().invoke(main, ["run", "--plan", "--select", "SES-04"], env={"COLUMNS": "200"})
    assert answer.exit_code == 0, answer.output
    assert "judging it takes seconds. Of a real one:" in answer.output


def test_a_run_says_what_was_planned(recorder, tmp_path):
    answer = CliRunner().invoke(
        main,
        [
            *("run", recorder.url, "--password", recorder.password, "--pace", "0.02"),
            *("--select", "SES-04", "--report", str(tmp_path)),
        ],
        env={"COLUMNS": "200"},
    )
    assert answer.exit_code == 0, answer.output
    assert "plan: 3 scenarios, " in answer.output
    assert "(planned: " in answer.output
    assert ", planned " in (tmp_path / "index.html").read_text()
    assert '"planned_seconds": ' in (tmp_path / "result.json").read_text()


def test_where_no_camera_is_told_there_is_no_plan(fake_recorder, monkeypatch):
    monkeypatch.setattr(
        "nvr_conformance.client.target.Target.channels", property(lambda target: _no_cameras())
    )
    answer = CliRunner().invoke(main, ["run", fake_recorder.url, "--model", "2", "--plan", "--pace", "0"])
    assert answer.exit_code == 4
    assert "no plan: as_getinfo.cgi names no camera" in answer.output


def _no_cameras():
    from nvr_conformance.judgement.outcomes import PrerequisiteFailed

    raise PrerequisiteFailed("as_getinfo.cgi names no camera: 404")
