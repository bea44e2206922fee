"""Steps that somebody wrote: what the fuzzer could not have made is told in one line, and is not done."""

from __future__ import annotations

import json

import msgspec
import pytest
from click.testing import CliRunner

from nvr_conformance.cli.fuzz import CLOCK_START
from nvr_conformance.cli.main import main
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.fuzzing.driver import Driver
from nvr_conformance.fuzzing.examples import examples_in
from nvr_conformance.fuzzing.run import fuzz
from nvr_conformance.fuzzing.steps import (
    Fetch,
    FuzzFile,
    LetPass,
    LogIn,
    Malformed,
    Moment,
    Send,
    Stranger,
    require_doable,
    write_fuzz_file,
)
from nvr_conformance.sources.source import TargetSource

DAY = 24 * 3600
CAM = {"CAM": 1, "CMD": "START", "COMP": "H264"}
NOT_TO_BE_DONE = {
    "key": Send("s1", "nope"),
    "login": Send("s1", "login"),
    "uid": Send("s1", "keep_alive", {"UID": 7}),
    "value": Send("s1", "keep_alive", {"nope": 7}),
    "text": Send("s1", "live_http", {**CAM, "CAM": "one"}),
    "digit": Send("s1", "playaudio", {"CAM": "٣"}),
    "no CMD": Send("s1", "live_http", {"CAM": 1}),
    "no PLAYCMD": Send("s1", "step", moment=Moment()),
    "no TIMEF": Send("s1", "goto"),
    "TIMEF": Send("s1", "goto", {"TIMEF": 1_700_000_000_00}),
    "a moment": Send("s1", "keep_alive", moment=Moment()),
    "ago": Send("s1", "goto", moment=Moment(ago=10**20)),
    "ahead": Send("s1", "goto", moment=Moment(ago=-(10**20))),
    "digits": Send("s1", "mask", {"digits": "99999999999"}, cameras=(1,)),
    "many digits": Send("s1", "mask", {"digits": 99999999999}, cameras=(1,)),
    "no digits": Send("s1", "mask", {"digits": 0}, cameras=(1,)),
    "camera": Fetch("s1", 0),
    "far camera": Fetch("s1", 10**30),
    "seconds": LetPass(1e308),
    "back": LetPass(-1.0),
    "nobody": LogIn("s1", -1),
    "many users": LogIn("s1", 10**9),
    "label": LogIn("$(id)"),
    "a variable": LogIn("PATH"),
    "a line": Stranger("/ HTTP/1.1\r\nHost: x"),
    "nothing": Stranger(""),
    "a letter": Malformed("s1", "/é"),
    "long": Malformed("s1", "/" * 10**6),
}


def kept(path, *steps, model=2):
    write_fuzz_file(path, FuzzFile(model=model, seed=0, disagreement="x", steps=(LogIn("s1"), *steps)))
    return path


@pytest.mark.parametrize("name", NOT_TO_BE_DONE)
def test_a_step_that_nobody_can_do_is_told_in_one_line(tmp_path, name):
    path = kept(tmp_path / "steps.json", NOT_TO_BE_DONE[name])
    answer = CliRunner().invoke(main, ["replay", str(path)])
    assert answer.exit_code == 2, answer.output
    assert f"{path}: step 2: " in answer.stderr.replace("\n", "")
    assert answer.stdout == ""


@pytest.mark.parametrize("model", [0, 7, -(10**30)])
def test_there_are_three_models(tmp_path, model):
    answer = CliRunner().invoke(main, ["replay", str(kept(tmp_path / "steps.json", model=model))])
    assert answer.exit_code == 2, answer.output


@pytest.mark.parametrize("steps", [[LetPass(4.0 * DAY)] * 2, [LetPass(0.0)] * 10_001])
def test_all_of_it_has_an_end(steps):
    with pytest.raises(ValueError, match=r"more than 604800 seconds|10000 at most"):
        require_doable(steps)


def test_examples_that_nobody_can_do_are_passed_over(tmp_path):
    examples, good = examples_in(tmp_path, 2), (LogIn("s1"), Send("s1", "keep_alive"))
    for step in (*NOT_TO_BE_DONE.values(), good[1]):
        examples.keep(FuzzFile(model=2, seed=0, disagreement="x", steps=(good[0], step)))
    assert list(examples.steps()) == [good]


def test_what_the_fuzzer_makes_can_be_done(monkeypatch):
    made, run = [], Driver.run

    def noted(driver, step):
        made.append(step)
        run(driver, step)

    monkeypatch.setattr(Driver, "run", noted)
    source = TargetSource(TargetOptions(model=2, setup={"clock_start": CLOCK_START}))
    source.prepare()
    with source.open() as target:
        assert fuzz(target, budget=120, most_examples=40).finding is None
    again = json.loads(msgspec.json.encode(made))
    assert len({step["do"] for step in again}) == 7
    for begin in range(0, len(made), 100):
        require_doable(made[begin : begin + 100])
