"""What changed between two results, and failures that are expected."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.judgement.expected_failures import (
    ExpectedFailure,
    apply_expected_failures,
    read_expected_failures,
)
from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.result import CheckResult, RequirementResult, Result
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.report.declaration import declaration
from nvr_conformance.report.diff import changes
from nvr_conformance.report.result_files import junit_xml, result_json

TODAY = date(2026, 11, 22)
ALL = frozenset(requirements())


def row(id_, verdict, *checks):
    made = tuple(CheckResult(name, each, "one", actual, "test, exchange 1") for name, each, actual in checks)
    return RequirementResult(id_, "must", verdict, f"why {id_}", made)


def a_result(*rows, verdict=Overall.NOT_CONFORMANT, **values):
    return Result(verdict, "embedded", 2, 0, 1.0, rows, **values)


GOOD = row("SES-01", Verdict.PASS, ("a", Verdict.PASS, "one"))
BAD = row("SES-01", Verdict.FAIL, ("a", Verdict.PASS, "one"), ("b", Verdict.FAIL, "two"))


def entry(id_="SES-01", reason="got two", until=date(2027, 1, 1), **values):
    return ExpectedFailure(id_, reason, "me", until, **values)


def test_nothing_changes():
    assert (
        changes(a_result(GOOD, BAD), a_result(GOOD, BAD, verdict=Overall.INCONCLUSIVE, errors=("x",))) == []
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("camera 1, from 2026-11-28 15:04:05 UTC", "camera 1, from 2026-11-29 07:00:40 UTC"),
        ("login at 2026-11-28T15:04:05.250", "login at 2026-11-28T15:04:06.900"),
        ("UID 34501", "UID 61702"),
        ("UID 7225516707", "UID 7490875490"),
        ("001_261129000400_1000_7f_00_01.mp4", "001_261129000500_1000_7f_00_01.mp4"),
    ],
)
def test_what_is_of_the_run_is_no_change_of_the_recorder(before, after):
    def name_and_observation(text):
        return a_result(
            row("SES-01", Verdict.PASS, (text, Verdict.PASS, "one")),
            row("SES-02", Verdict.OBSERVED, ("name", Verdict.OBSERVED, text)),
        )

    assert changes(name_and_observation(before), name_and_observation(after)) == []
    worse = a_result(row("SES-01", Verdict.FAIL, (after, Verdict.FAIL, "one")))
    first, *_ = changes(name_and_observation(before), worse)
    assert (first.id, first.direction) == ("SES-01", "worse")


@pytest.mark.parametrize(
    ("before", "after"),
    [("camera 1", "camera 2"), ("1456 bytes", "1400 bytes"), ("SSRC 12345", "SSRC 54321")],
)
def test_what_is_of_the_recorder_is_a_change(before, after):
    first, second = (
        a_result(row("SES-02", Verdict.OBSERVED, ("name", Verdict.OBSERVED, text)))
        for text in (before, after)
    )
    assert changes(first, second)[0].details == (f"name: “{before}” → “{after}”",)


def test_changes_of_verdicts_checks_and_rows():
    (found,) = changes(a_result(GOOD), a_result(BAD))
    assert (found.before, found.after, found.direction) == ("pass", "fail", "worse")
    assert found.details == ("b: new: fail",)
    (found,) = changes(a_result(BAD), a_result(GOOD))
    assert found.direction == "better"
    assert found.details == ("b: no longer checked",)
    gone, new = row("SES-02", Verdict.PASS), row("SES-03", Verdict.PASS)
    assert [(each.id, each.before, each.after) for each in changes(a_result(gone), a_result(new))] == [
        ("SES-03", "", "pass"),
        ("SES-02", "pass", ""),
    ]


def test_the_same_verdict_by_other_checks_is_a_change():
    other = row("SES-01", Verdict.FAIL, ("a", Verdict.FAIL, "two"), ("b", Verdict.FAIL, "two"))
    (found,) = changes(a_result(BAD), a_result(other))
    assert found.details == ("a: pass → fail",)
    assert changes(a_result(BAD), a_result(other), verdicts_only=True) == []


def test_what_was_observed_is_compared():
    before = row("SES-18", Verdict.OBSERVED, ("digits", Verdict.OBSERVED, "10"))
    after = row("SES-18", Verdict.OBSERVED, ("digits", Verdict.OBSERVED, "19"))
    (found,) = changes(a_result(before), a_result(after))
    assert found.details == ("digits: “10” → “19”",)


@pytest.fixture
def files(tmp_path):
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "result.json").write_bytes(result_json(a_result(GOOD)))
    (tmp_path / "good.json").write_bytes(result_json(a_result(GOOD)))
    (tmp_path / "bad.json").write_bytes(result_json(a_result(BAD)))
    (tmp_path / "none.json").write_bytes(b"[]")
    return tmp_path


@pytest.mark.parametrize(
    ("before", "after", "status", "said"),
    [
        ("report", "good.json", 0, "0 of 1 changed"),
        ("report", "bad.json", 1, "SES-01  pass → fail"),
        ("report", "none.json", 2, "no result"),
        ("report", "missing.json", 2, "does not exist"),
    ],
)
def test_the_command(files, before, after, status, said):
    outcome = CliRunner().invoke(main, ["diff", str(files / before), str(files / after)])
    assert outcome.exit_code == status
    assert said in outcome.output


def test_the_command_for_machines(files):
    outcome = CliRunner().invoke(main, ["diff", "--json", str(files / "report"), str(files / "bad.json")])
    (change,) = msgspec.json.decode(outcome.output)["changes"]
    assert change["id"] == "SES-01"
    assert change["direction"] == "worse"


def test_an_expected_failure_is_excused():
    result = apply_expected_failures(a_result(BAD, row("SES-02", Verdict.PASS)), [entry()], TODAY, ALL)
    assert result.verdict is Overall.CONFORMANT
    assert result.exit_status == 0
    assert result.requirements[0].verdict is Verdict.FAIL
    assert "me, until 2027-01-01" in result.requirements[0].expected_failure
    assert b'failures="0"' in junit_xml(result)
    assert b"expected failure" in junit_xml(result)


@pytest.mark.parametrize(
    ("rows", "entries", "verdict", "said"),
    [
        ((GOOD,), [entry()], Overall.INCONCLUSIVE, "it is pass"),
        ((BAD,), [entry(until=date(2026, 11, 21))], Overall.NOT_CONFORMANT, "is past"),
        ((BAD,), [entry(reason="got three")], Overall.NOT_CONFORMANT, "no failed check says"),
        ((BAD,), [entry(), entry(reason="got three")], Overall.INCONCLUSIVE, "no failed check says"),
        (
            (GOOD, row("SES-02", Verdict.NOT_TESTED)),
            [entry("SES-02")],
            Overall.INCONCLUSIVE,
            "it is not-tested",
        ),
    ],
)
def test_wrong_expectations(rows, entries, verdict, said):
    broken = any(each.verdict is Verdict.FAIL for each in rows)
    before = a_result(*rows, verdict=Overall.NOT_CONFORMANT if broken else Overall.CONFORMANT)
    result = apply_expected_failures(before, entries, TODAY, ALL)
    assert result.verdict is verdict
    (error,) = result.expectation_errors
    assert said in error
    assert error.encode() in junit_xml(result).replace(b"&apos;", b"'")


def test_the_last_day_counts_and_other_models_and_ids_do_not():
    assert (
        apply_expected_failures(a_result(BAD), [entry(until=TODAY)], TODAY, ALL).verdict is Overall.CONFORMANT
    )
    before = a_result(GOOD, verdict=Overall.CONFORMANT)
    for entries, selected in (([entry(models=frozenset({3}))], ALL), ([entry()], frozenset())):
        assert apply_expected_failures(before, entries, TODAY, selected) == before


def test_one_new_failed_check_is_not_excused():
    worse = row("SES-01", Verdict.FAIL, ("b", Verdict.FAIL, "two"), ("c", Verdict.FAIL, "three"))
    result = apply_expected_failures(a_result(worse), [entry()], TODAY, ALL)
    assert result.verdict is Overall.NOT_CONFORMANT
    assert not result.requirements[0].expected_failure


def test_an_inconclusive_run_stays_so():
    before = a_result(BAD, verdict=Overall.INCONCLUSIVE)
    assert apply_expected_failures(before, [entry()], TODAY, ALL).verdict is Overall.INCONCLUSIVE


FILE = '[[failure]]\nid = "{id}"\nreason = "{reason}"\nowner = "me"\nuntil = {until}\n{more}'
FIELDS = {"id": "SES-01", "reason": "x", "until": "2027-01-01", "more": ""}


def test_the_file(tmp_path):
    file = tmp_path / "known.toml"
    file.write_text(FILE.format(**FIELDS))
    assert read_expected_failures(file) == (ExpectedFailure("SES-01", "x", "me", date(2027, 1, 1)),)


@pytest.mark.parametrize(
    "wrong",
    [{"id": "SES-99"}, {"reason": " "}, {"until": '"soon"'}, {"until": "="}, {"more": "priority = 1\n"}],
)
def test_a_wrong_file_is_a_usage_error(tmp_path, wrong):
    file = tmp_path / "known.toml"
    file.write_text(FILE.format(**FIELDS | wrong))
    with pytest.raises(ValueError, match=r"known\.toml"):
        read_expected_failures(file)
    outcome = CliRunner().invoke(main, ["run", "--expected-failures", str(file)])
    assert outcome.exit_code == 2
    assert "known.toml" in outcome.output


def test_the_declaration_has_each_row_once():
    verdicts = [row(id_, verdict) for id_, verdict in zip(requirements(), Verdict, strict=False)]
    made = declaration(a_result(*verdicts))
    headings = ("supported", "lacking", "not_applicable", "not_tested", "observed")
    assert sorted(each["id"] for heading in headings for each in made[heading]) == sorted(
        each.id for each in verdicts
    )
    assert [each["id"] for each in made["supported"]] == ["SES-01"]
    assert len(made["lacking"]) == 2
    assert made["not_tested"][0]["reason"]
