"""Recorders that conform and answer unlike the usual one: by 204 where a command is obeyed, by UIDs that are
counted, not at all where somebody is wrong too often, by 204 to a START that follows STOP at once."""

from __future__ import annotations

import dataclasses

import pytest

from checking import scenarios_checking
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.selftest.variant_trials import setup_of
from nvr_emulator.recorder.digest import DigestGate
from nvr_emulator.recorder.information import Information
from nvr_emulator.recorder.live.churn import Churn
from nvr_emulator.recorder.manners import Manners
from nvr_emulator.recorder.replies import ACCEPTED, Answer, Refused
from nvr_emulator.recorder.sessions import SessionTable

MOST_WRONG = 5  # answers, one behind the other


def judged(*ids):
    return judge(TargetOptions(model=2), RunOptions(select=ids, only=scenarios_checking(ids)))


def assert_healthy(result, *ids):
    assert not result.errors
    assert not result.ids(Verdict.FAIL, Verdict.WARN, Verdict.ERROR)
    assert set(ids) <= result.ids(Verdict.PASS)


def test_commands_that_are_accepted_by_204(monkeypatch):
    """OP-12; the same START is answered so by one that had too many."""
    accept = Manners.accept
    monkeypatch.setattr(
        Manners, "accept", lambda self, reply: Answer(204) if reply is ACCEPTED else accept(self, reply)
    )
    ids = ("LIV-02", "LIV-03", "LIV-24", "LIV-26", "SES-07", "EXC-01", "PLB-01")
    assert_healthy(judged(*ids), *ids)


@pytest.mark.parametrize("first", [1, 13_310, 13_316, 13_318])
def test_uids_that_are_counted(monkeypatch, first):
    monkeypatch.setattr(SessionTable, "_new_uid", lambda self: first + self._issued)
    assert_healthy(judged("SES-13", "SES-05"), "SES-13", "SES-05")


def test_uids_that_are_the_numbers_of_places(monkeypatch):
    monkeypatch.setattr(
        SessionTable, "_new_uid", lambda self: next(uid for uid in range(1, 17) if uid not in self._valid)
    )
    assert_healthy(judged("SES-13", "SES-05"), "SES-05")


def test_cookies_that_are_no_uid(monkeypatch):
    """A number by which a client is known again, whatever it is called, gives nobody anything."""
    refuse = Manners.refuse

    def with_cookie(self, request, refused):
        answer = refuse(self, request, refused)
        return dataclasses.replace(answer, headers=(*answer.headers, ("Set-Cookie", "UID=4711; Path=/")))

    monkeypatch.setattr(Manners, "refuse", with_cookie)
    ids = ("SES-01", "SES-03", "SES-13")
    assert_healthy(judged(*ids), *ids)


def test_who_is_wrong_too_often_is_locked_out(monkeypatch):
    """For as long as the run lasts, so that whatever follows would fail."""
    check = DigestGate.check
    wrong = []

    def counting(self, header, method, target, now):
        verdict = check(self, header, method, target, now)
        if header is None or verdict.stale:
            return verdict
        if len(wrong) >= MOST_WRONG:
            return type(verdict)(None, "locked out")
        if verdict.user:
            wrong.clear()
        else:
            wrong.append(target)
        return verdict

    monkeypatch.setattr(DigestGate, "check", counting)
    ids = ("SEC-04", "SES-02", "SES-03", "SEC-03")
    assert_healthy(judged(*ids), *ids)


@pytest.mark.parametrize("seconds", [1.0, 4.0])
def test_cameras_that_need_a_rest_between_stop_and_start(monkeypatch, seconds):
    """As was seen, and sooner than it was seen."""
    stopped = {}
    monkeypatch.setattr(
        Churn, "stopped", lambda self, uid, camera, now: stopped.__setitem__((id(self), uid, camera), now)
    )

    def check(self, uid, camera, now):
        if now - stopped.get((id(self), uid, camera), 0.0) < seconds:
            raise Refused(204, "it was stopped just now")

    monkeypatch.setattr(Churn, "check", check)
    ids = ("LIV-03", "LIV-08", "LIV-21", "LIV-24", "LIV-26", "EXC-01")
    assert_healthy(judged(*ids), *ids)


def test_a_recorder_of_few_ids_that_gives_nothing_in_pause_conforms():
    """PLB-10 and PLB-36 are for ids that may be left out: one scenario says so, another sees no chunk."""
    setup = setup_of((("pause", "none"), ("recorder-ids", "few")))
    only = ("test_every_byte_of_a_gop", "test_pause_and_single_pictures")
    select = ("PLB-10", "PLB-36", "PLB-14")
    result = judge(TargetOptions(model=2, setup=setup), RunOptions(select=select, only=only))
    assert result.ids(Verdict.NOT_APPLICABLE) == {"PLB-10", "PLB-36"}
    assert result.verdict is Overall.CONFORMANT


def in_connections(monkeypatch, place, line):
    """A line more in as_getinfo.cgi, behind as many others."""
    ended = Information.ended

    def altered(self, text):
        lines = text.split(b"\r\n")
        if lines[0] == b"<HTML>":
            lines.insert(place, line)
        return ended(self, b"\r\n".join(lines))

    monkeypatch.setattr(Information, "ended", altered)
    return judged("INF-06", "INF-07")


@pytest.mark.parametrize("place", [1, 5, -4, -2])
def test_lines_of_other_names_in_as_getinfo_are_observed(monkeypatch, place):
    result = in_connections(monkeypatch, place, b"MODEL_NAME=WJ-NX400 (2)")
    assert_healthy(result, "INF-06", "INF-07")
    (row,) = (row for row in result.requirements if row.id == "INF-06")
    assert "MODEL_NAME=WJ-NX400 (2)" in {check.actual for check in row.checks}


@pytest.mark.parametrize(
    "line",
    [
        b"CAM_CONNECT_129CH=0",
        b"CAM_CONNECT_7=1",
        b"MAXUID=16",
        b"USEDUID=1",
        b"as it was",
        b"=1",
        b"<P>",
        b"",
    ],
)
def test_lines_of_no_name_or_of_a_name_that_is_drawn_are_not(monkeypatch, line):
    assert "INF-06" in in_connections(monkeypatch, -3, line).ids(Verdict.FAIL)
