"""`merge`: what the shards of a self-test, of its mutants and of a fuzzing make together."""

import json

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.fuzz_summary import CombinationCount, FuzzSettings, FuzzSummary, write_summary
from nvr_conformance.cli.main import main
from nvr_conformance.engine.judge import chosen_ids
from nvr_conformance.fuzzing.examples import examples_in
from nvr_conformance.fuzzing.steps import FuzzFile, LogIn, Send
from nvr_conformance.judgement.about import kit_version
from nvr_conformance.judgement.plain_text import plain
from nvr_conformance.selftest.files import SelftestFiles
from nvr_conformance.selftest.mutation.files import (
    MutantRecord,
    MutantSettings,
    MutantsRecord,
    name_of,
    scores,
    write_mutants,
)
from nvr_conformance.selftest.mutation.trial import Fate
from nvr_conformance.selftest.planning import Settings, plan_trials
from nvr_conformance.selftest.shard import Shard
from nvr_conformance.selftest.trials import Outcome

NAMES = ("any-user", "logout-keeps-the-uid", "lifetime-of-80-s")
MODULE = "nvr_protocol.rtp.packet"


def merged(*parts, report):
    return CliRunner().invoke(main, ["merge", *map(str, parts), "--report", str(report)])


def selftest_part(folder, shard, settings=None, *, missing=False):
    settings = settings or Settings(defects=NAMES)
    trials = shard.part(plan_trials(settings))
    files = SelftestFiles(folder, settings, trials, ids=chosen_ids((), ()), declared={}, shard=shard)
    files.finish(
        [Outcome(each, frozenset() if missing else each.breaks, seconds=1.0) for each in trials], 5.0
    )
    return folder


def mutants_part(folder, shard, fates, settings=None, planned=None):
    rows = tuple(
        MutantRecord("protocol", MODULE, "f", 3, number, "constant", "1 is 2", f"k{number}", fate)
        for number, fate in fates.items()
    )
    names = tuple(name_of(MODULE, number) for number in (range(3) if planned is None else planned))
    settings = settings or MutantSettings(3, "protocol", 2, 0)
    folder.mkdir()
    write_mutants(folder, MutantsRecord(settings, shard, 1.5, names, scores(rows), rows))
    return folder


def fuzz_part(folder, shard, count, *found):
    rows = (CombinationCount("LogIn", "nobody", "accepted", count), CombinationCount("Fetch", "x", "either"))
    folder.mkdir()
    summary = FuzzSummary(FuzzSettings("it", 0, 9.0), shard, 10, 2, 1.0, 1, 2, 5, rows, (), found)
    write_summary(folder / "fuzz.json", summary)
    return folder


def test_the_shards_of_a_selftest_make_one(tmp_path):
    parts = [selftest_part(tmp_path / name, Shard(number, 2)) for number, name in ((2, "b"), (1, "a"))]
    answer = merged(*parts, report=tmp_path / "whole")
    assert answer.exit_code == 0, answer.output
    told = json.loads((tmp_path / "whole/selftest.json").read_text())
    assert {each["defect"] for each in told["trials"]} == set(NAMES)
    assert (told["planned"], told["sums"]["exact"], told["seconds"]) == (3, 3, 10.0)
    assert "judge was right" in (tmp_path / "whole/selftest.html").read_text()
    wrong = selftest_part(tmp_path / "c", Shard(2, 2), missing=True)
    assert merged(parts[1], wrong, report=tmp_path / "other").exit_code == 1


def test_the_shards_of_mutants_make_one_and_stand_beside_the_selftest(tmp_path):
    first = mutants_part(tmp_path / "a", Shard(1, 2), {0: Fate.KILLED, 2: Fate.SURVIVED})
    second = mutants_part(tmp_path / "b", Shard(2, 2), {1: Fate.KILLED})
    selftest_part(tmp_path / "whole", Shard(1, 1))
    answer = merged(second, first, report=tmp_path / "whole")
    assert answer.exit_code == 1
    assert "2 of 3 visible mutants killed (67%)" in answer.output
    page = (tmp_path / "whole/selftest.html").read_text()
    assert "Faults that nobody listed" in page
    assert "What proves each requirement" in page
    other = mutants_part(tmp_path / "c", Shard(1, 2), {}, planned=(7, 8, 9))
    assert "chose different mutants" in merged(other, second, report=tmp_path / "x").output


@pytest.mark.parametrize(
    ("fates", "planned", "kit", "status", "told"),
    [
        ({}, (), None, 4, "nothing was judged"),
        ({0: Fate.NO_VERDICT, 1: Fate.UNSEEN, 2: Fate.CRASHED}, (0, 1, 2), None, 4, "nothing was judged"),
        ({0: Fate.KILLED, 1: Fate.KILLED}, (0, 1, 2), None, 4, "killed"),
        ({0: Fate.KILLED, 1: Fate.KILLED, 7: Fate.KILLED}, (0, 1, 2), None, 4, "killed"),
        ({0: Fate.KILLED, 1: Fate.KILLED, 2: Fate.KILLED}, (0, 1, 2), None, 0, "killed"),
        ({}, (), "0.0.0-other", 2, "of nvrkit 0.0.0-other, and this is"),
    ],
)
def test_mutants_that_were_not_judged_are_no_success(tmp_path, fates, planned, kit, status, told):
    settings = MutantSettings(3, "protocol", 2, 0, **({} if kit is None else {"kit": kit}))
    part = mutants_part(tmp_path / "a", Shard(1, 1), fates, settings, planned)
    answer = merged(part, report=tmp_path / "whole")
    assert (answer.exit_code, told in answer.output) == (status, True), answer.output


def test_a_fuzzing_of_another_version_is_told(tmp_path):
    part = fuzz_part(tmp_path / "a", Shard(1, 1), 3)
    text = (part / "fuzz.json").read_text().replace(kit_version(), "0.0.0-other")
    (part / "fuzz.json").write_text(text)
    answer = merged(part, report=tmp_path / "whole")
    assert (answer.exit_code, "of nvrkit 0.0.0-other" in answer.output) == (2, True)


def test_the_shards_of_a_fuzzing_make_one(tmp_path):
    parts = [fuzz_part(tmp_path / "a", Shard(1, 2), 3), fuzz_part(tmp_path / "b", Shard(2, 2), 4)]
    answer = merged(*parts, report=tmp_path / "whole")
    assert answer.exit_code == 0, answer.output
    assert "20 commands in 4 examples, 2.0 s, 1 of 2 combinations, 0 disagreements" in answer.output
    told = json.loads((tmp_path / "whole/fuzz.json").read_text())
    assert {each["kind"]: each["count"] for each in told["combinations"]} == {"LogIn": 7, "Fetch": 0}
    bad = fuzz_part(tmp_path / "c", Shard(2, 2), 1, "step 3: must be refused")
    answer = merged(parts[0], bad, report=tmp_path / "whole")
    assert (answer.exit_code, "step 3: must be refused" in answer.output) == (1, True)


@pytest.mark.parametrize(
    ("shard", "settings", "told"),
    [
        (Shard(1, 2), Settings(defects=NAMES), "there twice"),
        (Shard(2, 3), Settings(defects=NAMES), "not parts of one whole"),
        (Shard(2, 2), Settings(defects=NAMES, seed=1), "not the same seed"),
        (Shard(2, 2), Settings(defects=NAMES, kit="0.1"), "not the same kit"),
        (Shard(2, 2), Settings(defects=NAMES[:2]), "not the same defects"),
    ],
)
def test_what_does_not_go_together_is_told_in_one_line(tmp_path, shard, settings, told):
    parts = [selftest_part(tmp_path / "a", Shard(1, 2)), selftest_part(tmp_path / "b", shard, settings)]
    answer = merged(*parts, report=tmp_path / "whole")
    assert (answer.exit_code, told in answer.output, answer.output.count("\n")) == (2, True, 1)
    assert not list((tmp_path / "whole").iterdir())


def test_a_part_of_something_else_is_told(tmp_path):
    part, empty = selftest_part(tmp_path / "a", Shard(1, 2)), tmp_path / "empty"
    empty.mkdir()
    assert "empty has no selftest.json" in merged(part, empty, report=tmp_path / "x").output
    assert "there are no parts" in merged(empty, report=tmp_path / "x").output
    (part / "selftest.json").write_text("{}")
    answer = merged(part, report=tmp_path / "x")
    assert (answer.exit_code, "selftest.json" in answer.output) == (2, True)


HOSTILE = "\x1b]0;x\x07\u202e[/bold]\nnvr-conformance: all is well"


def changed(path, change):
    told = json.loads(path.read_text())
    change(told)
    path.write_text(json.dumps(told))


def test_texts_of_a_selftest_are_shown_and_not_obeyed(tmp_path):
    part = selftest_part(tmp_path / "a", Shard(1, 1))

    def change(told):
        first, second, _ = told["trials"]
        first["problem"] = HOSTILE
        second["failed"] = [HOSTILE]
        second["observed"] = {" ": HOSTILE, "": HOSTILE}

    changed(part / "selftest.json", change)
    answer = merged(part, report=tmp_path / "whole")
    assert answer.exit_code == 1, answer.output
    shown = r"\x1b]0;x\x07\u202e[/bold] nvr-conformance: all is well"
    assert answer.output.count(shown) == 4  # in the matrix, and where what is not as it must be is told
    assert all(line.isprintable() for line in answer.output.splitlines())
    assert "\u202e" not in (tmp_path / "whole/selftest.html").read_text()


@pytest.mark.parametrize("target", ["x[/bold]", "http://[fd00::7]:80", HOSTILE])
def test_texts_of_a_fuzzing_are_shown_and_not_obeyed(tmp_path, target):
    part = fuzz_part(tmp_path / "a", Shard(1, 1), 3, "it")

    def change(told):
        told["settings"]["target"] = target
        told["disagreements"] = [HOSTILE]

    changed(part / "fuzz.json", change)
    answer = merged(part, report=tmp_path / "whole")
    assert answer.exit_code == 1, answer.output
    assert answer.output.startswith(f"{plain(target)}: 10 commands")
    assert len(answer.output.splitlines()) == 2
    assert all(line.isprintable() for line in answer.output.splitlines())


def test_all_is_read_before_anything_is_written(tmp_path):
    part = selftest_part(tmp_path / "a", Shard(1, 1))
    (part / "fuzz.json").write_text('{"settings": {"kit": "0"}}')
    answer = merged(part, report=tmp_path / "whole")
    assert (answer.exit_code, answer.output.count("\n")) == (2, 1), answer.output
    assert not list((tmp_path / "whole").iterdir())


@pytest.mark.parametrize(("joined", "beside"), [("selftest", "mutants"), ("mutants", "selftest")])
def test_what_stands_beside_it_is_read_first(tmp_path, joined, beside):
    part, whole = tmp_path / "a", tmp_path / "whole"
    if joined == "selftest":
        selftest_part(part, Shard(1, 1))
    else:
        mutants_part(part, Shard(1, 1), dict.fromkeys(range(3), Fate.KILLED))
    whole.mkdir()
    (whole / f"{beside}.json").write_text('{"settings": {"kit": "0"}}')
    answer = merged(part, report=whole)
    assert (answer.exit_code, f"{beside}.json: " in answer.output) == (2, True), answer.output
    assert [path.name for path in whole.iterdir()] == [f"{beside}.json"]


def test_the_report_is_none_of_the_parts(tmp_path):
    part, link = fuzz_part(tmp_path / "a", Shard(1, 1), 3), tmp_path / "link"
    link.symlink_to(part)
    before = (part / "fuzz.json").read_bytes()
    for report in (part, link, part / "../a"):
        answer = merged(part, report=report)
        assert (answer.exit_code, "is one of the parts" in answer.output) == (2, True), answer.output
    assert [path.name for path in part.iterdir()] == ["fuzz.json"]
    assert (part / "fuzz.json").read_bytes() == before


@pytest.mark.parametrize("shard", [(1, 10**12), (0, 0), (-1, 1), (2, 1)])
def test_shards_that_cannot_be_are_told_in_one_line(tmp_path, shard):
    part = fuzz_part(tmp_path / "a", Shard(1, 1), 3)
    changed(
        part / "fuzz.json", lambda told: told.update(shard=dict(zip(("number", "of"), shard, strict=True)))
    )
    answer = merged(part, report=tmp_path / "whole")
    assert (answer.exit_code, answer.output.count("\n")) == (2, 1), answer.output
    assert "there is no shard" in answer.output


def test_examples_that_shards_share_are_done_again_first(tmp_path):
    steps = (LogIn("s1"), Send("s1", "logout"), Send("s1", "keep_alive"))
    examples_in(tmp_path / "examples", 2).keep(FuzzFile(model=2, seed=0, disagreement="x", steps=steps))
    words = ["fuzz", "--budget", "30s", "--shard", "2/3", "--examples", str(tmp_path / "examples")]
    words += ["--keep", str(tmp_path / "found.json"), "--json", str(tmp_path / "fuzz.json")]
    answer = CliRunner().invoke(main, [*words, "--defect", "logout-keeps-the-uid"])
    assert (answer.exit_code, "s1 keep_alive: must be refused" in answer.output) == (1, True), answer.output
    told = json.loads((tmp_path / "fuzz.json").read_text())
    assert (told["examples"], told["shard"]) == (0, {"number": 2, "of": 3})
    assert next(examples_in(tmp_path / "examples", 2).steps()) == steps
    assert not list(examples_in(tmp_path / "examples", 1).steps())
