"""However a recorder refuses, it is judged by what it gives and what it changes (OP-11, OP-12)."""

from __future__ import annotations

import dataclasses

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, accepted

FORMS = {
    "200 and a page": (200, accepted().body),
    "200 and nothing": (200, b""),
    "204": (204, b""),
}


@pytest.fixture
def refusing(monkeypatch):
    """Let every embedded recorder refuse by this status and body; all that is not accepted looks so."""

    def refusing(status, body, accepted_body):
        receive = Recorder.receive

        def changed(recorder, request, now):
            reply = receive(recorder, request, now)
            if not isinstance(reply, Answer) or reply.challenges:
                return reply
            if reply.status == 204 or reply.status >= 400:
                return dataclasses.replace(reply, status=status, content=body)
            if reply.body == accepted().body:
                return dataclasses.replace(reply, content=accepted_body)
            return reply

        monkeypatch.setattr(Recorder, "receive", changed)

    return refusing


@pytest.mark.parametrize("accepted_body", [accepted().body, b""], ids=["OK", "empty"])
@pytest.mark.parametrize("form", FORMS)
def test_no_recorder_fails_for_how_it_refuses(refusing, form, accepted_body):
    refusing(*FORMS[form], accepted_body)
    result = judge(TargetOptions(model=2), RunOptions(select=["SES-*", "SEC-0[3456]"]))
    assert not result.broken
    assert result.verdict is Overall.CONFORMANT
    tested = result.ids(Verdict.PASS)
    assert {f"SES-{number:02}" for number in range(1, 18)} | {"SEC-03", "SEC-04", "SEC-05"} <= tested


@pytest.mark.parametrize(
    ("defect", "id_"),
    [
        ("plays-for-an-expired-uid", "SES-13"),
        ("logout-of-a-stranger-ends-the-newest", "SES-13"),
        ("logout-keeps-the-uid", "SES-09"),
        ("lifetime-of-100-s", "SES-06"),
        ("keep-alive-is-ignored", "SES-07"),
        ("minus-one-will-do", "SEC-03"),
        ("evicts-two", "SES-11"),
    ],
)
def test_what_is_wrong_is_found_all_the_same(refusing, defect, id_):
    refusing(*FORMS["200 and a page"], accepted().body)
    result = judge(TargetOptions(model=2, defects=(defect,)), RunOptions(select=[id_]))
    assert result.broken == {id_}
