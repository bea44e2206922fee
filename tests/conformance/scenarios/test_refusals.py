"""However a recorder refuses, it is judged by what it gives and what it changes (OP-11, OP-12)."""

from __future__ import annotations

import dataclasses

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_emulator.recorder.logs import Logs
from nvr_emulator.recorder.manners import Manners
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, accepted
from nvr_emulator.recorder.sessions import Ending
from nvr_protocol.texts.log_list import LogList, write_log_list

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


@pytest.fixture
def welcoming(monkeypatch):
    """Let every embedded recorder answer UIDs that ended so (and no others) as if it obeyed."""

    def welcoming(*endings):
        refuse = Manners.refuse

        def changed(manners, request, refused):
            answer = refuse(manners, request, refused)
            is_so = refused.ended and refused.reason.endswith(tuple(endings))
            return dataclasses.replace(accepted(), reason=answer.reason) if is_so else answer

        monkeypatch.setattr(Manners, "refuse", changed)

    return welcoming


ENDINGS = [*([ending.value] for ending in (Ending.LOGGED_OUT, Ending.EXPIRED, Ending.EVICTED)), [""]]


@pytest.mark.parametrize("endings", ENDINGS, ids=["logged out", "expired", "evicted", "all"])
def test_no_recorder_fails_for_refusals_that_differ_by_cause(welcoming, endings):
    welcoming(*endings)
    result = judge(TargetOptions(model=2), RunOptions(select=["SES-*", "INF-07"]))
    assert not result.broken
    assert {f"SES-{number:02}" for number in range(1, 18)} | {"INF-07"} <= result.ids(Verdict.PASS)


@pytest.mark.parametrize("id_", ["SES-09", "SES-11", "SES-12", "SES-16", "INF-07"])
def test_nor_where_a_row_is_judged_alone(welcoming, id_):
    """Whether answers tell is found out by each scenario for itself."""
    welcoming("")
    result = judge(TargetOptions(model=2), RunOptions(select=[id_]))
    assert not result.broken
    assert id_ in result.ids(Verdict.PASS)


def test_what_no_log_tells_is_not_tested(welcoming, monkeypatch):
    """Where UIDs that ended are answered like valid ones, and both logs are empty."""
    welcoming("")
    monkeypatch.setattr(Logs, "text", lambda logs, kind: write_log_list(LogList(kind, ())))
    result = judge(TargetOptions(model=2), RunOptions(select=["SES-06", "SES-09", "SES-11"]))
    assert not result.broken
    assert {"SES-09", "SES-11"} <= result.ids(Verdict.NOT_TESTED)


def test_pages_with_nothing_in_them_give_nothing():
    setup = {"variants": {"refusal": "empty-page"}}
    result = judge(TargetOptions(model=2, setup=setup), RunOptions(select=["SES-*", "SEC-0[34]"]))
    assert not result.broken
    tested = result.ids(Verdict.PASS)
    assert {f"SES-{number:02}" for number in range(1, 18)} | {"SEC-03", "SEC-04"} <= tested


@pytest.mark.parametrize(
    "accepted_body", [accepted().body, pytest.param(b"", marks=pytest.mark.long)], ids=["OK", "empty"]
)
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


@pytest.mark.parametrize(
    ("defect", "id_"),
    [
        ("plays-for-an-expired-uid", "SES-13"),
        ("logout-keeps-the-uid", "SES-09"),
        ("lifetime-of-100-s", "SES-06"),
        ("keep-alive-is-ignored", "SES-07"),
        ("evicts-two", "SES-11"),
        ("evicts-the-newest", "SES-11"),
        ("useduid-counts-evicted-uids", "INF-07"),
    ],
)
def test_nor_does_the_cause_hide_what_is_wrong(welcoming, defect, id_):
    welcoming("")
    result = judge(TargetOptions(model=2, defects=(defect,)), RunOptions(select=[id_]))
    assert result.broken == {id_}
