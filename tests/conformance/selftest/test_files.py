"""``selftest.json``, and going on from it."""

from __future__ import annotations

import json

import msgspec
import pytest
from click.testing import CliRunner

import nvr_emulator
from nvr_conformance.cli.main import main
from nvr_conformance.selftest import files as selftest_files
from nvr_conformance.selftest import trials as selftest_module
from nvr_conformance.selftest.files import SelftestFiles
from nvr_conformance.selftest.planning import Settings
from nvr_conformance.selftest.trials import Outcome, Trial

SCENARIO = """
from nvr_conformance.scenario import refused, scenario

@scenario("SES-09")
def test_logout(target, client, check):
    session = client.login()
    session.logout()
    check("SES-09", refused(session.get("keep_alive")), "refused", session.client.history.exchanges[-1])
"""
HANGING = """
import threading
from nvr_conformance.scenario import scenario

@scenario("SES-09")
def test_logout(target, client, check):
    check("SES-09", False, "anything", "nothing")
    threading.Event().wait()
"""
DEFECTS = ["logout-keeps-the-uid", "logout-takes-its-time"]
TRIALS = [
    Trial(2, None, frozenset(), seed=0),
    Trial(2, None, frozenset(), seed=1),
    Trial(2, "bad-one", frozenset({"SES-01"}), text="Is bad"),
    Trial(2, "lost-one", frozenset({"SES-02"}), text="Is lost"),
    Trial(2, "good-one", frozenset({"SES-01"}), text="Is good"),
]
OUTCOMES = [
    Outcome(TRIALS[0], seconds=9.5, not_applicable={"LIV-22": "4 cameras"}, observed={"SES-18 digits": "aa"}),
    Outcome(TRIALS[2], frozenset({"SES-01", "SES-03"}), seconds=2.0, observed={"SES-18 digits": "bb"}),
    Outcome(TRIALS[3], problem="no answer within 180 s"),
    Outcome(TRIALS[4], frozenset({"SES-01"}), seconds=1.0),
]
ONLY_WARNED = Outcome(TRIALS[4], frozenset({"SES-01"}), seconds=1.0, warned=frozenset({"SES-01"}))
IDS = frozenset({"SES-01", "SES-02", "SES-18"})


def files(directory, settings=None, *, resume=False, trials=TRIALS):
    return SelftestFiles(directory, settings or Settings(), trials, ids=IDS, declared={}, resume=resume)


def test_a_must_that_only_warned_is_so_when_it_is_read_again(tmp_path):
    files(tmp_path).finish([*OUTCOMES[:3], ONLY_WARNED], 1.0)
    kept = files(tmp_path, resume=True).kept
    assert [outcome.missing for outcome in kept if outcome.trial.defect == "good-one"] == [{"SES-01"}]


def test_what_the_file_says(tmp_path):
    files(tmp_path / "new").finish(OUTCOMES, 12.34)
    data = json.loads((tmp_path / "new" / "selftest.json").read_text())
    bad = next(trial for trial in data["trials"] if trial["defect"] == "bad-one")
    assert bad == {
        "model": 2,
        "defect": "bad-one",
        "text": "Is bad",
        "seed": 0,
        "exact": False,
        "must_fail": ["SES-01"],
        "failed": ["SES-01", "SES-03"],
        "missing": [],
        "extra": ["SES-03"],
        "problem": "",
        "seconds": 2.0,
        "not_applicable": {},
        "variants": [],
        "observed": {"SES-18 digits": "bb"},
        "warned": [],
    }
    assert (data["planned"], data["seconds"]) == (5, 12.3)
    assert data["sums"]["exact"] == 2
    assert data["sums"]["broke"] == 1
    assert data["sums"]["proved"] == {"1": 0, "2": 1, "3": 0}
    rows = {row["id"]: row for row in data["requirements"]}
    assert rows.keys() == IDS
    assert rows["SES-01"]["models"][1] == {
        "model": 2,
        "state": "proved",
        "reason": "",
        "defects": ["good-one"],
    }
    assert rows["SES-18"]["models"][1]["defects"] == ["bad-one"]
    assert "bad-one" in (tmp_path / "new" / "selftest.html").read_text()


def test_going_on_keeps_what_came_to_a_verdict(tmp_path):
    first = files(tmp_path)
    first.save(OUTCOMES, 100.0)
    second = files(tmp_path, resume=True)
    assert second.kept == [OUTCOMES[0], OUTCOMES[1], OUTCOMES[3]]
    second.save(second.kept, 20.0)
    assert json.loads((tmp_path / "selftest.json").read_text())["seconds"] == 120.0


def test_a_trial_of_a_defect_that_breaks_something_else_by_now_is_made_again(tmp_path):
    files(tmp_path).save(OUTCOMES, 1.0)
    changed = [*TRIALS[:4], Trial(2, "good-one", frozenset({"SES-01", "SES-02"}))]
    kept = files(tmp_path, resume=True, trials=changed).kept
    assert [outcome.trial.defect for outcome in kept] == [None, "bad-one"]


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        (Settings(seed=1), "seed"),
        (Settings(models=(1, 2, 3)), "models"),
        (Settings(kit="0.0.1"), "kit"),
        (Settings(full=True), "full"),
    ],
)
def test_another_self_test_is_not_gone_on_with(tmp_path, settings, name):
    files(tmp_path).save(OUTCOMES, 1.0)
    before = (tmp_path / "selftest.json").read_bytes()
    with pytest.raises(ValueError, match=f"not the same {name}$"):
        files(tmp_path, settings, resume=True)
    assert (tmp_path / "selftest.json").read_bytes() == before


def test_what_is_no_selftest_is_told(tmp_path):
    (tmp_path / "selftest.json").write_text('{"verdict": "conformant"}')
    with pytest.raises(ValueError, match=r"selftest\.json: .*settings"):
        files(tmp_path, resume=True)


def test_without_resume_an_older_report_is_taken_away(tmp_path):
    files(tmp_path).finish(OUTCOMES, 1.0)
    assert files(tmp_path).kept == []
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_not_there_is_begun(tmp_path):
    assert files(tmp_path, resume=True).kept == []


@pytest.fixture
def scenarios(tmp_path):
    path = tmp_path / "test_scenario_of_selftest_files.py"
    path.write_text(SCENARIO)
    return path


@pytest.fixture
def command(monkeypatch, scenarios, tmp_path):
    """Run the command on one scenario; all trials in this process."""
    made = []
    # Others break this requirement too, where the one scenario does not look.
    few = [defect for defect in nvr_emulator.all_defects() if defect.name in DEFECTS]
    monkeypatch.setattr(nvr_emulator, "all_defects", lambda: few)

    def run_trials(trials, *, jobs, timeout):
        for trial in trials:
            made.append(trial)
            yield selftest_module.run_trial(trial)

    monkeypatch.setattr(selftest_module, "run_trials", run_trials)

    def run(*arguments):
        made.clear()
        where = ["--scenarios", str(scenarios), "--report", str(tmp_path / "report"), "--select", "SES-09"]
        answer = CliRunner().invoke(
            main, ["selftest", *where, "--model", "2", "--variants", "none", *arguments]
        )
        return answer, list(made)

    return run


def record(tmp_path):
    return msgspec.json.decode((tmp_path / "report" / "selftest.json").read_bytes())


def test_the_command_leaves_a_report(command, tmp_path):
    answer, made = command("--healthy", "2")
    assert answer.exit_code == 0, answer.output
    assert [trial.defect for trial in made] == [None, None, *DEFECTS]
    lines = answer.output.splitlines()
    assert lines[0].startswith("1/4 ok MODEL 2 healthy, seed 0 (")
    assert lines[0].endswith(" left")
    assert lines[3].startswith("4/4 ok MODEL 2 logout-takes-its-time (")
    assert record(tmp_path)["planned"] == len(record(tmp_path)["trials"]) == 4
    assert [trial["seed"] for trial in record(tmp_path)["trials"]] == [0, 1, 0, 0]
    assert "2 of 2 recorders with a planted defect" in (tmp_path / "report" / "selftest.html").read_text()


def test_ctrl_c_leaves_a_file_to_go_on_from(command, monkeypatch, tmp_path):
    whole = selftest_module.run_trials

    def interrupted(trials, **options):
        runs = whole(trials, **options)
        yield next(runs)
        yield next(runs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(selftest_module, "run_trials", interrupted)
        answer, made = command()
    assert answer.exit_code == 4
    assert "interrupted" in answer.output
    assert [trial.defect for trial in made] == [None, DEFECTS[0]]
    assert len(record(tmp_path)["trials"]) == 2
    assert "is not finished" in (tmp_path / "report" / "selftest.html").read_text()
    answer, made = command("--resume")
    assert answer.exit_code == 0, answer.output
    assert [trial.defect for trial in made] == [DEFECTS[1]]
    assert record(tmp_path)["planned"] == len(record(tmp_path)["trials"]) == 3
    answer, made = command("--resume")
    assert (answer.exit_code, made) == (0, [])


def test_the_file_is_written_as_it_goes(command, monkeypatch, tmp_path):
    monkeypatch.setattr(selftest_files, "SAVE_EVERY", 2)
    whole, found = selftest_module.run_trials, []

    def watched(trials, **options):
        for outcome in whole(trials, **options):
            path = tmp_path / "report" / "selftest.json"
            found.append(len(record(tmp_path)["trials"]) if path.exists() else 0)
            yield outcome

    monkeypatch.setattr(selftest_module, "run_trials", watched)
    answer, _ = command("--healthy", "3")
    assert answer.exit_code == 0, answer.output
    assert found == [0, 0, 2, 2, 4]


def test_exit_status_tells_a_wrong_verdict_from_none(command, monkeypatch):
    def run_trials(trials, **options):
        yield from (
            Outcome(trial, trial.breaks, problem) for trial, problem in zip(trials, said, strict=True)
        )

    monkeypatch.setattr(selftest_module, "run_trials", run_trials)
    arguments = ("--defect", DEFECTS[0], "--defect", DEFECTS[1])
    said = ["", ""]
    assert command(*arguments)[0].exit_code == 0
    said = ["", "no answer within 180 s"]
    assert command(*arguments)[0].exit_code == 4
    monkeypatch.setattr(
        selftest_module, "run_trials", lambda trials, **options: (Outcome(trial) for trial in trials)
    )
    assert command(*arguments)[0].exit_code == 1


def test_a_kit_that_breaks_leaves_what_was_done(command, monkeypatch, tmp_path):
    whole = selftest_module.run_trials

    def breaking(trials, **options):
        yield next(whole(trials, **options))
        raise MemoryError("no process can be started")

    monkeypatch.setattr(selftest_module, "run_trials", breaking)
    answer, _ = command()
    assert answer.exit_code == 4
    assert "the kit broke: MemoryError: no process can be started" in answer.output
    assert len(record(tmp_path)["trials"]) == 1


def test_a_trial_that_hangs_has_no_verdict_whatever_failed_until_then(scenarios, tmp_path):
    scenarios.write_text(HANGING)
    where = ["--scenarios", str(scenarios), "--report", str(tmp_path / "report")]
    arguments = ["--defect", DEFECTS[0], "--timeout", "1", "--jobs", "1"]
    answer = CliRunner().invoke(main, ["selftest", *where, *arguments])
    assert answer.exit_code == 4, answer.output
    assert f"1/1 no verdict MODEL 2 {DEFECTS[0]} (0.0 s) no answer within 1 s" in answer.output
    (trial,) = record(tmp_path)["trials"]
    assert (trial["exact"], trial["problem"]) == (False, "no answer within 1 s")
    row = next(row for row in record(tmp_path)["requirements"] if row["id"] == "SES-09")
    assert row["models"][1]["state"] == "unproved"


def test_resume_wants_a_report():
    answer = CliRunner().invoke(main, ["selftest", "--resume", "--defect", "any-user", "--model", "2"])
    assert answer.exit_code == 2
    assert "--report" in answer.output


def test_a_directory_that_cannot_be_written(tmp_path):
    (tmp_path / "taken").write_text("a file")
    answer = CliRunner().invoke(
        main, ["selftest", "--defect", "any-user", "--report", str(tmp_path / "taken" / "in")]
    )
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output
