import pytest

from nvr_conformance.judgement.requirements import Level, requirements
from nvr_conformance.judgement.verdicts import (
    CheckRecord,
    Note,
    Overall,
    Verdict,
    exit_status,
    judge_requirement,
    overall_verdict,
    shown,
    verdict_of_check,
    without_doubtful,
)

MUST = requirements()["SES-01"]
OBSERVE = requirements()["SES-18"]


def checks(*verdicts, id_="SES-01"):
    return [CheckRecord(id_, f"check {n}", v, "this", "that", "", "s") for n, v in enumerate(verdicts)]


def notes(*verdicts, id_="SES-01"):
    return [Note(id_, v, f"because {v}", "s") for v in verdicts]


def judged(check_verdicts=(), note_verdicts=(), row=MUST, model=2):
    return judge_requirement(
        row, model, checks(*check_verdicts, id_=row.id), notes(*note_verdicts, id_=row.id)
    )


@pytest.mark.parametrize(
    ("level", "holds", "verdict"),
    [
        (Level.MUST, True, Verdict.PASS),
        (Level.MUST, False, Verdict.FAIL),
        (Level.SHOULD, True, Verdict.PASS),
        (Level.SHOULD, False, Verdict.WARN),
    ],
)
def test_verdict_of_a_check(level, holds, verdict):
    assert verdict_of_check(level, holds) is verdict


@pytest.mark.parametrize(
    ("made", "said", "verdict"),
    [
        ([Verdict.PASS, Verdict.PASS], [], Verdict.PASS),
        ([Verdict.PASS, Verdict.FAIL], [], Verdict.FAIL),
        ([Verdict.PASS, Verdict.WARN], [], Verdict.WARN),
        ([Verdict.FAIL], [Verdict.ERROR], Verdict.FAIL),
        ([Verdict.PASS], [Verdict.ERROR], Verdict.ERROR),
        ([], [Verdict.ERROR, Verdict.NOT_TESTED], Verdict.ERROR),
        ([Verdict.PASS], [Verdict.NOT_TESTED], Verdict.PASS),
        ([], [Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE], Verdict.NOT_TESTED),
        ([], [Verdict.NOT_APPLICABLE], Verdict.NOT_APPLICABLE),
        ([], [], Verdict.NOT_TESTED),
    ],
)
def test_verdict_of_a_requirement(made, said, verdict):
    row = judged(made, said)
    assert row.verdict is verdict
    assert bool(row.reason) == (verdict is not Verdict.PASS)
    assert len(row.checks) == len(made)


@pytest.mark.parametrize(
    ("unsaid", "said", "verdict"),
    [
        (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE),
        (Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED, Verdict.NOT_TESTED),
        (Verdict.NOT_APPLICABLE, None, Verdict.NOT_APPLICABLE),
        (Verdict.NOT_TESTED, None, Verdict.NOT_TESTED),
    ],
)
def test_what_one_scenario_says_outweighs_that_another_said_nothing(unsaid, said, verdict):
    """Of a recorder without 0x0008 one scenario says so, and one that got no chunk ends in silence."""
    notes = [Note(MUST.id, unsaid, "ended without checking it", "test_silent", unsaid=True)]
    notes += [] if said is None else [Note(MUST.id, said, "it does not come", "test_telling")]
    row = judge_requirement(MUST, 2, [], notes)
    assert row.verdict is verdict
    assert row.reason == notes[-1].reason


def test_observations_are_only_observed():
    assert judged([Verdict.OBSERVED], row=OBSERVE).verdict is Verdict.OBSERVED


def test_a_failure_is_told_with_what_was_expected():
    assert judged([Verdict.PASS, Verdict.FAIL, Verdict.FAIL]).reason == (
        "check 1: expected this, got that (and 1 more)"
    )


def test_a_model_without_the_requirement():
    row = type(MUST)("SES-01", Level.MUST, "1", "text", frozenset({1}))
    assert judge_requirement(row, 2, [], []).verdict is Verdict.NOT_APPLICABLE


def test_an_untestable_row_says_why():
    row = type(MUST)("SES-01", Level.MUST, "1", "text", frozenset({2}), untestable="nobody can")
    assert judge_requirement(row, 2, [], []).reason == "untestable: nobody can"


def test_checks_of_other_requirements_do_not_count():
    assert judge_requirement(MUST, 2, checks(Verdict.FAIL, id_="SES-02"), []).verdict is Verdict.NOT_TESTED


@pytest.mark.parametrize(
    ("verdicts", "options", "overall"),
    [
        ([Verdict.PASS, Verdict.NOT_TESTED, Verdict.WARN], {}, Overall.CONFORMANT),
        ([Verdict.PASS, Verdict.FAIL, Verdict.ERROR], {}, Overall.NOT_CONFORMANT),
        ([Verdict.PASS, Verdict.ERROR], {}, Overall.INCONCLUSIVE),
        ([Verdict.NOT_TESTED], {}, Overall.INCONCLUSIVE),
        ([Verdict.NOT_APPLICABLE], {}, Overall.INCONCLUSIVE),
        ([], {}, Overall.INCONCLUSIVE),
        ([Verdict.PASS, Verdict.FAIL], {"interrupted": True}, Overall.INCONCLUSIVE),
        ([Verdict.PASS], {"kit_errors": ["broken"]}, Overall.INCONCLUSIVE),
    ],
)
def test_overall_verdict(verdicts, options, overall):
    rows = [judged([v] if v in (Verdict.PASS, Verdict.FAIL, Verdict.WARN) else [], [v]) for v in verdicts]
    assert overall_verdict(rows, **options) is overall


def test_exit_statuses():
    assert {overall: exit_status(overall) for overall in Overall} == {
        Overall.CONFORMANT: 0,
        Overall.NOT_CONFORMANT: 1,
        Overall.INCOMPLETE: 1,
        Overall.INCONCLUSIVE: 4,
    }


def test_values_are_shown_short_and_printable():
    assert shown(b"\x00\xff") == "00 ff"
    assert shown(bytes(100)).endswith("… (100 bytes)")
    assert shown("a\nb\x00") == "a b\\x00"
    assert len(shown("x" * 10_000)) == 400


def test_a_breach_in_doubtful_evidence_proves_nothing():
    """Nor do the other checks of its requirement that it holds; a breach elsewhere stands."""

    def made(id_, verdict, scenario):
        return CheckRecord(id_, "check", verdict, "", "", "", scenario)

    alone = [made("SES-01", Verdict.FAIL, "test_dim"), made("SES-01", Verdict.PASS, "test_clear")]
    warned = [made("SES-02", Verdict.WARN, "test_dim")]
    proven = [made("SES-03", Verdict.FAIL, "test_clear"), made("SES-03", Verdict.PASS, "test_dim")]
    whole = [made("SES-04", Verdict.PASS, "test_dim"), made("SES-05", Verdict.OBSERVED, "test_dim")]
    beside = made("SES-03", Verdict.FAIL, "test_dim")
    checks = [*alone, *warned, beside, *proven, *whole]
    kept, notes = without_doubtful(checks, {"test_dim": "dim"})
    assert kept == [*proven, *whole]
    assert notes == [Note(id_, Verdict.NOT_TESTED, "dim", "test_dim") for id_ in ("SES-01", "SES-02")]
    assert without_doubtful(checks, {}) == (checks, [])
