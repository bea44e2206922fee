import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.selftest.mutation import run as running
from nvr_conformance.selftest.mutation.operators import Mutant
from nvr_conformance.selftest.mutation.run import (
    by_operator,
    judge_mutants,
    known_equivalents,
    score,
)
from nvr_conformance.selftest.mutation.sites import chosen, modules_of, mutants_in
from nvr_conformance.selftest.mutation.trial import Fate, Judged

HEALTHY = Judged(Fate.SURVIVED, answers={"test_a": "aa"})


def mutant(number, operator="constant"):
    return Mutant("nvr_protocol.rtp.packet", "f", 3, 0, operator, "1 is 2", f"x = {number}", number)


FATES = {
    0: Judged(Fate.KILLED, ("LIV-04",)),
    1: Judged(Fate.SURVIVED, answers={"test_a": "bb"}),
    2: Judged(Fate.SURVIVED, answers={"test_a": "aa"}),
    3: Judged(Fate.CRASHED, reason="AttributeError"),
    4: Judged(Fate.SURVIVED, answers={"test_a": "cc"}),
    5: Judged(Fate.NO_VERDICT, reason="the kit broke"),
}


@pytest.fixture
def outcomes(monkeypatch):
    monkeypatch.setattr(running, "judged_in_a_process", lambda module, number, *rest: FATES[number])
    monkeypatch.setattr(running, "known_equivalents", lambda: {mutant(4).key: "the document allows it"})
    made = judge_mutants([mutant(number) for number in FATES], model=2, seed=0, jobs=2, healthy=HEALTHY)
    return sorted(made, key=lambda each: each.mutant.number)


def test_what_is_not_seen_on_the_wire_is_no_survivor(outcomes):
    assert [each.judged.fate for each in outcomes] == [
        Fate.KILLED,
        Fate.SURVIVED,
        Fate.UNSEEN,
        Fate.CRASHED,
        Fate.SURVIVED,
        Fate.NO_VERDICT,
    ]


def test_the_score_is_of_what_is_visible_and_no_crash(outcomes):
    made = score(outcomes)
    assert (made.killed, made.survived, made.excused, made.unseen, made.crashed) == (1, 1, 1, 1, 1)
    assert (made.visible, made.share) == (2, 0.5)
    assert by_operator(outcomes) == {"constant": (1, 1)}
    assert score([]).share == 1.0


def test_a_mutant_is_named_without_line_numbers():
    assert mutant(7).key == "nvr_protocol.rtp.packet:f: x = 7: 1 is 2"
    assert "3" not in mutant(7).key


@pytest.mark.parametrize("package", ["emulator", "protocol"])
def test_the_modules_that_answer_on_the_wire(package):
    modules = modules_of(package)
    assert all(path.exists() for path in modules.values())
    assert not any("defects" in name or ".cli" in name or "findings" in name for name in modules)
    executed = {str(path): frozenset(range(1, 500)) for path in modules.values()}
    there = mutants_in(package, executed)
    assert len(there) > 500
    assert mutants_in(package, {}) == []
    assert chosen(there, 5, 1) == chosen(there, 5, 1) != chosen(there, 5, 2)


def test_every_equivalent_names_a_mutant_that_there_is():
    keys = {
        each.key
        for package in ("emulator", "protocol")
        for each in mutants_in(
            package, {str(path): frozenset(range(1, 999)) for path in modules_of(package).values()}
        )
    }
    assert set(known_equivalents()) - keys == set()
    assert all(known_equivalents().values())


def test_a_process_that_hangs_or_dies_is_a_crash(monkeypatch):
    judged = running.judged_in_a_process("nvr_protocol.rtp.packet", 10**9, 2, 0)
    assert (judged.fate, "no mutant" in judged.reason) == (Fate.CRASHED, True)
    monkeypatch.setattr(running.sys, "executable", str(Path(sys.executable).with_name("no-python")))
    with pytest.raises(FileNotFoundError):
        running.judged_in_a_process("nvr_protocol.rtp.packet", 0, 2, 0)


def test_the_command_tells_the_score(monkeypatch, tmp_path):
    monkeypatch.setattr("nvr_conformance.selftest.mutation.sites.executed_lines", lambda *args: {})
    there = [mutant(number) for number in FATES]
    monkeypatch.setattr("nvr_conformance.selftest.mutation.sites.mutants_in", lambda *args: there)
    monkeypatch.setattr(
        running, "judged_in_a_process", lambda module, number, *rest: FATES[number] if module else HEALTHY
    )
    answer = CliRunner().invoke(
        main, ["selftest", "--mutants", "6", "--of", "emulator", "--report", str(tmp_path / "report")]
    )
    assert answer.exit_code == 1, answer.output
    assert "1 of 3 visible mutants killed (33%)" in answer.output
    assert "nvr_protocol.rtp.packet:f: x = 1: 1 is 2" in answer.output
    assert "LIV-04" in (tmp_path / "report" / "mutants.json").read_text()
