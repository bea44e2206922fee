"""The fuzzer: it finds planted defects, keeps to its budget, and what it found can be run again."""

from __future__ import annotations

import runpy
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from nvr_conformance.command_line import main
from nvr_conformance.fuzz_command import CLOCK_START
from nvr_conformance.fuzz_driver import DisagreementError, Driver
from nvr_conformance.fuzz_steps import (
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
from nvr_conformance.fuzzing import fuzz, replay
from nvr_conformance.reference_model import ReferenceModel, Surroundings, Verdict
from nvr_conformance.target import TargetOptions, TargetSource

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
        "used_uids_off_by_one_after_eviction",
        "goto_forgets_the_mask",
        "lifetime_restarts_at_a_malformed_command",
    ],
)
def test_a_planted_defect_is_found_shrunk_and_found_again(target, name):
    PLANTED[name](target.embedded.machine.recorder)
    run = fuzz(target, budget=60, most_examples=60)
    assert run.finding is not None
    assert len(run.finding.steps) <= 25, run.finding.text
    assert len(run.finding.curl) == len(run.finding.steps)
    assert replay(target, run.finding.steps) is not None


def test_a_healthy_recorder_agrees_and_the_budget_holds(target):
    begun = time.monotonic()
    run = fuzz(target, budget=2, seed=3)
    assert run.finding is None
    assert run.commands > 20
    assert run.combinations
    assert 1.8 <= time.monotonic() - begun <= 4


def test_the_same_seed_makes_the_same_run(target):
    first, second = (fuzz(target, budget=60, most_examples=3, seed=5) for _ in range(2))
    assert first.combinations == second.combinations
    assert first.combinations != fuzz(target, budget=60, most_examples=3, seed=6).combinations


def test_steps_of_clients_that_never_were_are_left_out(target):
    with Driver(target) as driver:
        driver.run(Fetch("s9", 1))
        assert (driver.steps, driver.commands) == ([], 0)


def test_an_answer_that_is_not_the_documents_is_told(target):
    target.embedded.machine.recorder.sessions.lifetime = 100.0
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
    assert (healthy.exit_code, healthy.output) == (0, "8 steps: as the document says\n")
    path.write_text('{"steps": 7}')
    assert CliRunner().invoke(main, ["replay", str(path)]).exit_code == 2


def test_the_command_fuzzes_and_exits_like_run(tmp_path):
    kept = tmp_path / "found.json"
    fine = CliRunner().invoke(main, ["fuzz", "--budget", "1s", "--keep", str(kept)])
    assert (fine.exit_code, kept.exists()) == (0, False)
    assert "combinations" in fine.output
    nobody = CliRunner().invoke(main, ["fuzz", "http://127.0.0.1:9", "--budget", "1s"])
    assert nobody.exit_code == 3
    for words in (["--budget", "soon"], ["--defect", "no-such"], ["ftp://x"], ["--allow", "all"]):
        assert CliRunner().invoke(main, ["fuzz", *words]).exit_code == 2
