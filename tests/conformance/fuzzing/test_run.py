"""The fuzzer: it finds planted defects, keeps to its budget, and what it found can be run again."""

from __future__ import annotations

import itertools
import json
import runpy
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.fuzz import CLOCK_START
from nvr_conformance.cli.main import main
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.fuzzing import run as fuzzing
from nvr_conformance.fuzzing.coverage import Combination
from nvr_conformance.fuzzing.driver import DisagreementError, Driver
from nvr_conformance.fuzzing.reference_model import ReferenceModel, Surroundings, Verdict
from nvr_conformance.fuzzing.run import fuzz
from nvr_conformance.fuzzing.shrinking import Finding, replay, shrink
from nvr_conformance.fuzzing.steps import (
    CountUids,
    Fetch,
    FuzzFile,
    LetPass,
    LogIn,
    Malformed,
    Moment,
    Send,
    read_fuzz_file,
    write_fuzz_file,
)
from nvr_conformance.sources.source import TargetSource

PLANTED = runpy.run_path(str(Path(__file__).with_name("planted_defects.py")))["PLANTED"]
STEPS = (
    LogIn("s1", 0),
    Send("s1", "mask", cameras=(1,)),
    Send("s1", "goto", moment=Moment("now", 720_000)),
    Fetch("s1", 1),
    Malformed("s1", "/cgi-bin/status.cgi?UID={uid}&PC=AS61"),
    CountUids(),
    LetPass(95.0),
    Send("s1", "keep_alive"),
)


@pytest.fixture
def target():
    source = TargetSource(TargetOptions(model=1, setup={"clock_start": CLOCK_START}))
    source.prepare()
    with source.open() as opened:
        yield opened


def test_there_are_fifteen_and_each_says_what_it_does():
    assert len(PLANTED) == 15
    assert all(plant.__doc__ for plant in PLANTED.values())


@pytest.mark.parametrize(
    "name",
    [
        "goto_forgets_the_mask",
        "stop_takes_the_camera_by_its_first_digit",
        "playback_outlives_stop_after_pause",
        "audio_outlives_its_video",
    ],
)
def test_a_planted_defect_is_found_shrunk_and_found_again(target, name):
    PLANTED[name](target.control.recorder.machine.recorder)
    run = fuzz(target, budget=60, most_examples=60)
    assert run.finding is not None
    assert run.finding.again
    assert len(run.finding.steps) <= 8, run.finding.text
    again = replay(target, run.finding.steps)
    assert again is not None
    assert again.text == run.finding.text


def test_a_healthy_recorder_agrees_and_the_budget_holds(target, monkeypatch):
    """On a clock of which each look takes a hundredth of a second."""
    ticks = itertools.count()
    monkeypatch.setattr(fuzzing, "time", SimpleNamespace(monotonic=lambda: next(ticks) / 100))
    run = fuzz(target, budget=10, seed=3)
    assert run.finding is None
    assert 10 <= run.seconds < 10.5
    assert 300 < run.commands < 1000
    assert run.covered


def test_the_same_seed_makes_the_same_run(target):
    first, second = (fuzz(target, budget=60, most_examples=3, seed=5) for _ in range(2))
    assert first.combinations == second.combinations
    assert first.combinations != fuzz(target, budget=60, most_examples=3, seed=6).combinations


@pytest.mark.parametrize("model", [1, 2])
def test_each_kind_of_step_comes_up_and_nothing_impossible(model):
    source = TargetSource(TargetOptions(model=model, setup={"clock_start": CLOCK_START}))
    source.prepare()
    with source.open() as target:
        run = fuzz(target, budget=600, most_examples=25)
    assert run.finding is None
    assert run.kinds == run.possible_kinds
    assert set(run.combinations) <= run.possible
    assert ("play", "live, full", "refused") in run.possible or model == 2
    assert Combination("Fetch", "PAUSE", "accepted") in run.covered


def test_what_was_found_late_becomes_small_as_well(target):
    PLANTED["goto_forgets_the_mask"](target.control.recorder.machine.recorder)
    two_hours = Moment("now", 720_000)
    needed = (
        Send("s3", "mask", cameras=(1, 2)),
        Send("s3", "goto", moment=two_hours),
        Send("s3", "goto", moment=Moment("now", 360_000)),
        Fetch("s3", 2),
    )
    noise = [Send(f"s{number}", "keep_alive") for number in range(1, 6)]
    steps = tuple(LogIn(f"s{number}", number % 4) for number in range(1, 6))
    for step in needed:
        steps = (*steps, *(noise * 6), CountUids(), step)
    small = shrink(target, Finding(steps, "…", example=7), time.monotonic() + 60)
    assert [type(step) for step in small.steps] == [LogIn, Send, Send, Send, Fetch]
    assert small.steps[0] == LogIn("s1", 0)
    assert {step.moment for step in small.steps[2:4]} == {two_hours}
    assert small.example == 7


def test_waits_in_a_row_become_one(target):
    target.control.recorder.machine.recorder.sessions.lifetime = 100.0
    steps = (LogIn("s7"), *[LetPass(5.0)] * 19, Send("s7", "keep_alive"))
    small = shrink(target, Finding(steps, "…"), time.monotonic() + 60)
    assert small.steps == (LogIn("s1"), LetPass(90.0), Send("s1", "keep_alive"))
    assert small.again


def test_steps_of_clients_that_never_were_are_left_out(target):
    with Driver(target) as driver:
        driver.run(Fetch("s9", 1))
        assert (driver.steps, driver.commands) == ([], 0)


def test_an_answer_that_is_not_the_documents_is_told(target):
    target.control.recorder.machine.recorder.sessions.lifetime = 100.0
    with Driver(target) as driver:
        for step in STEPS[:-1]:
            driver.run(step)
        with pytest.raises(DisagreementError, match="step 8, s1 keep_alive: must be refused: 200"):
            driver.run(STEPS[-1])


def test_the_newcomer_of_lowest_priority_is_refused():
    model = ReferenceModel(Surroundings(4, frozenset((1, 2)), (0, 3)))
    for number in range(16):
        step = LogIn(f"s{number}", 0)
        assert model.expect(step) is Verdict.ACCEPTED
        model.follow(step, accepted=True)
    assert model.expect(LogIn("viewer", 1)) is Verdict.REFUSED
    model.follow(LogIn("s16", 0), accepted=True)
    assert model.ended == ["s0"]
    model.let_pass(89.9)
    assert model.expect(Send("s16", "keep_alive")) is Verdict.ACCEPTED
    model.let_pass(0.1)
    assert model.expect(Send("s16", "keep_alive")) is Verdict.REFUSED


def test_what_was_found_is_kept_and_run_again(tmp_path):
    path = tmp_path / "found.json"
    found = FuzzFile(model=2, seed=4, disagreement="step 8: …", steps=STEPS)
    write_fuzz_file(path, found)
    assert read_fuzz_file(path) == found
    healthy = CliRunner().invoke(main, ["replay", str(path)])
    assert (healthy.exit_code, healthy.output) == (
        0,
        "embedded emulator, MODEL 2: 8 steps: as the document says\n",
    )
    path.write_text('{"steps": 7}')
    assert CliRunner().invoke(main, ["replay", str(path)]).exit_code == 2


def test_the_command_fuzzes_and_exits_like_run(tmp_path):
    kept = tmp_path / "found.json"
    summary = tmp_path / "summary.json"
    words = ["fuzz", "--budget", "1s", "--keep", str(kept), "--json", str(summary)]
    fine = CliRunner().invoke(main, words)
    assert (fine.exit_code, kept.exists()) == (0, False)
    told = json.loads(summary.read_text())
    assert f"{told['commands']} commands in {told['examples']} examples" in fine.output
    assert f" {told['covered']} of {told['possible']} combinations" in fine.output
    assert sum(row["count"] > 0 for row in told["combinations"]) == told["covered"]
    assert (told["disagreements"], told["shard"]) == ([], {"number": 1, "of": 1})
    nobody = CliRunner().invoke(main, ["fuzz", "http://127.0.0.1:9", "--budget", "1s"])
    assert nobody.exit_code == 3
    for words in (["--budget", "soon"], ["--defect", "no-such"], ["ftp://x"], ["--allow", "all"]):
        assert CliRunner().invoke(main, ["fuzz", *words]).exit_code == 2


def test_what_the_command_finds_replay_shows_as_well(tmp_path):
    kept, broken = str(tmp_path / "found.json"), ["--defect", "logout-keeps-the-uid"]
    found = CliRunner().invoke(main, ["fuzz", *broken, "--budget", "60s", "--keep", kept])
    assert found.exit_code == 1, found.output
    disagreement = next(line for line in found.output.splitlines() if line.startswith("disagreement: "))
    assert "must be refused" in disagreement
    again = CliRunner().invoke(main, ["replay", kept, *broken])
    assert again.exit_code == 1
    assert again.output.splitlines()[0] == disagreement
    assert again.output.strip() in found.output
    assert CliRunner().invoke(main, ["replay", kept]).exit_code == 0


@pytest.fixture
def again():
    setup = {"clock_start": CLOCK_START, "variants": {"uid-reuse": "last-freed"}}
    source = TargetSource(TargetOptions(model=1, setup=setup))
    source.prepare()
    with source.open() as opened:
        yield opened


AFTER_LOGOUT = (
    LogIn("s1", 0),
    Send("s1", "logout"),
    LogIn("s2", 0),
    Send("s1", "keep_alive"),
    LetPass(60.0),
    Send("s2", "keep_alive"),
    LetPass(60.0),
    CountUids(),
    *(LogIn(f"t{number}", 0) for number in range(17)),
    Send("s2", "keep_alive"),
    CountUids(),
)


def test_who_has_the_uid_of_one_that_ended_is_himself(again):
    assert replay(again, AFTER_LOGOUT) is None
    run = fuzz(again, budget=60, most_examples=12)
    assert run.finding is None, run.finding.text


def test_a_uid_that_is_valid_is_not_given_again(target):
    commands = target.control.recorder.machine.recorder.login_commands
    page_of = commands.page_of
    commands.page_of = lambda session: page_of(commands.sessions.valid()[0])
    found = replay(target, AFTER_LOGOUT[:1] + AFTER_LOGOUT[2:3])
    assert found is not None
    assert "the UID of s1, which is valid, is given again" in str(found)
