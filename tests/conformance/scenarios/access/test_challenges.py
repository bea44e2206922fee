"""Whatever Digest challenge a recorder sends, it is one (SES-01)."""

from __future__ import annotations

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict
from nvr_emulator.recorder.digest import DigestGate

SELECT = ["SES-0[1234]"]


def test_a_challenge_of_a_session_is_answered():
    setup = {"variants": {"challenge": "md5-sess"}}
    result = judge(TargetOptions(model=2, setup=setup), RunOptions(select=SELECT))
    assert result.ids(Verdict.PASS) == {"SES-01", "SES-02", "SES-03", "SES-04"}


def test_one_that_the_judge_cannot_answer_fails_nothing(monkeypatch):
    monkeypatch.setattr(
        DigestGate,
        "challenges",
        lambda gate, now, stale=False: ['Digest realm="r", nonce="n", algorithm=TOKEN'],
    )
    result = judge(TargetOptions(model=2), RunOptions(select=SELECT))
    assert not result.broken
    assert result.ids(Verdict.PASS) == {"SES-01"}
    reasons = [row.reason for row in result.requirements if row.id == "SES-02"]
    assert "no Digest challenge that can be answered" in str(reasons)
