"""PLB-28 where the answers to two requests are all there is to see: a recorder that was not started here."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.rejudging import rejudge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict
from nvr_conformance.procedures import udp_path
from nvr_conformance.report.writer import ReportWriter


@pytest.fixture
def judged_from_afar(monkeypatch, tmp_path):
    """Judges PLB-28 of an emulated recorder as if it were elsewhere: by itself, and from the evidence."""
    monkeypatch.setattr(udp_path, "is_own", lambda target: False)

    def judged(*defects):
        options = TargetOptions(model=2, defects=defects)
        writer = ReportWriter(tmp_path / "report")
        result = judge(options, RunOptions(select=["PLB-28"], capture=True), reporters=[writer])
        assert not result.errors
        assert rejudge(tmp_path / "report").requirements == result.requirements
        return next(row for row in result.requirements if row.id == "PLB-28")

    return judged


def test_one_of_two_answers_gives_way(judged_from_afar):
    """That shows wherever the recorder is."""
    row = judged_from_afar()
    assert row.verdict is Verdict.PASS
    name = "the same camera while one answer is in flight"
    assert [check.name for check in row.checks] == [
        name,
        f"{name}, which gives way",
        f"{name}: the other arrives whole",
        f"{name}: then the next GOP",
        *(f"{name}, {command}" for command in ("BPLAY", "FF", "REW")),
    ]


def test_the_same_pictures_twice_prove_it(judged_from_afar):
    row = judged_from_afar("same-gop-while-it-is-sent")
    assert row.verdict is Verdict.FAIL
    assert "the same twice" in row.reason


def test_pictures_that_follow_on_each_other_prove_nothing(judged_from_afar):
    row = judged_from_afar("two-answers-in-flight")
    assert row.verdict is Verdict.NOT_TESTED
    assert "cannot be seen from afar" in row.reason


def test_a_refusal_that_moves_on(judged_from_afar):
    row = judged_from_afar("refused-camera-moves-on")
    assert row.verdict is Verdict.FAIL
    assert "then the next GOP" in row.reason
