"""The fuzzer on a recorder that is not its own: on a clock that runs by itself, and with others about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.client.client import Client
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.client.target import Target
from nvr_conformance.fuzzing import run as fuzzing
from nvr_conformance.fuzzing.answers import Answers
from nvr_conformance.fuzzing.command_strategies import Request
from nvr_conformance.fuzzing.driver import DisagreementError, Driver
from nvr_conformance.fuzzing.reference_model import CAPACITY
from nvr_conformance.fuzzing.rules.state_machine import RecorderMachine
from nvr_conformance.fuzzing.run import fuzz
from nvr_conformance.fuzzing.steps import (
    CONTROLS,
    CountUids,
    Fetch,
    LogIn,
    Malformed,
    Moment,
    Send,
    playing,
    push,
)
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.sources.source import TargetSource
from nvr_emulator.recorder.sessions import Ending
from nvr_emulator.server.embedding import EmbeddedRecorder


@pytest.fixture(scope="module")
def shared():
    with EmbeddedRecorder(clock="real", transport="both") as recorder:
        yield recorder


@pytest.fixture
def recorder(shared):
    shared.reset()
    return shared


@pytest.fixture
def target(recorder, monkeypatch):
    monkeypatch.setattr(Target, "pass_time", lambda self, seconds, step=0.0: None)
    with source_of(recorder).open() as opened:
        yield opened


def source_of(recorder, **options):
    source = TargetSource(TargetOptions(url=recorder.url, password=recorder.password, pace=0.0, **options))
    source.prepare()
    return source


def asked_with_a_uid(recorder):
    """Names of the commands that carried a UID as this recorder issues them."""
    entries = [
        entry for entry in recorder.machine.journal.exchanges() if re.search(r"UID=\d{10}\b", entry.query)
    ]
    return {entry.path.rpartition("/")[2] for entry in entries}


def log_in_others(target, count):
    others = Client(target)
    for _ in range(count):
        others.try_login()
    return others


def test_it_disturbs_nobody_and_leaves_nothing(recorder, target):
    run = fuzz(target, budget=60, most_examples=3, steps=12)
    assert run.finding is None
    assert run.commands > 20
    assert not {"camctl.cgi", "directctrl.cgi", "httpdl.cgi"} & asked_with_a_uid(recorder)
    assert {combination.situation for combination in run.combinations if combination.kind == "LogIn"} == {
        "room"
    }
    assert recorder.machine.recorder.sessions.used() == 0
    assert recorder.machine.recorder.live.streams() == []


@pytest.mark.parametrize("key", ["preset_set", "pan_tilt_zoom", "download", "keep_alive"])
def test_what_is_not_allowed_is_not_sent_with_a_fault_either(target, key):
    machine = RecorderMachine(Driver(target))
    machine.nearly_valid(who=0, request=Request(key, "/cgi-bin/x.cgi", "UID=7777777777", "path"), wait=0.0)
    sent = [step for step in machine.driver.steps if isinstance(step, Malformed)]
    assert sent == ([Malformed("s1", "/cgi-bin/x.cgi?UID={uid}")] if key == "keep_alive" else [])
    machine.teardown()


def test_no_more_than_two_uids_are_in_use(recorder, target):
    most = []
    fuzz(
        target,
        budget=60,
        most_examples=4,
        steps=20,
        on_progress=lambda run: most.append(recorder.machine.recorder.sessions.used()),
    )
    assert max(most) == 2


def test_ctrl_c_leaves_nothing(recorder, target):
    def interrupt(run):
        if recorder.machine.recorder.live.streams():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fuzz(target, budget=60, on_progress=interrupt)
    assert recorder.machine.recorder.sessions.used() == 0
    assert recorder.machine.recorder.live.streams() == []


def test_ctrl_c_keeps_what_was_found(recorder, target, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(recorder.machine.recorder.live, "check_video_runs", lambda uid, camera: None)
    monkeypatch.setattr(fuzzing, "shrink", interrupted)
    run = fuzzing.fuzz(target, budget=60)
    assert run.finding is not None
    assert run.finding.again


def test_commands_keep_the_documents_pace(target, monkeypatch):
    paces = []
    with Driver(target) as driver:
        driver.run(LogIn("s1"))
        monkeypatch.setattr(target, "keep_pace", paces.append)
        driver.run(Send("s1", "mask", cameras=(1,)))
        driver.run(playing("s1", "GOTODATE", Moment("now", 720_000)))
        driver.run(Fetch("s1", 1))
        driver.run(Send("s1", "focus", {"CH": 1, **CONTROLS["focus"]}))
        monkeypatch.undo()
    assert paces == [None, None, 1.0, 0.2]
    assert TargetOptions(url="http://192.0.2.10").pace is None


def test_one_that_others_throw_out_is_no_disagreement(target):
    with Driver(target) as driver:
        driver.run(LogIn("s1"))
        driver.run(push("s1", "live_http", "START", 1, "H264"))
        others = log_in_others(target, CAPACITY)
        driver.run(Send("s1", "keep_alive"))
        assert driver.model.ended == ["s1"]
        driver.run(Send("s1", "keep_alive"))
        driver.run(CountUids())
        others.close()


def test_a_uid_that_ends_for_no_reason_is_told(recorder, target):
    with Driver(target) as driver:
        driver.run(LogIn("s1"))
        sessions = recorder.machine.recorder.sessions
        sessions.end(sessions.valid()[0], Ending.LOGGED_OUT, 0.0)
        with pytest.raises(DisagreementError, match="s1 keep_alive: must be accepted: 401"):
            driver.run(Send("s1", "keep_alive"))


def test_nobody_is_thrown_out_where_uids_are_scarce(target):
    others = log_in_others(target, CAPACITY - 1)
    with pytest.raises(PrerequisiteFailed, match="15 UIDs are in use: a login may throw somebody out"):
        fuzz(target, budget=60)
    assert all(session.is_alive() for session in others.sessions)
    others.close()


def test_what_does_not_come_again_is_no_finding(recorder, target, monkeypatch):
    Answers(target)  # so that it strikes while the steps are done
    sessions = recorder.machine.recorder.sessions
    find, once = sessions.find, []

    def find_but_once(uid):
        session = find(uid)
        if session is not None and not once:
            once.append(uid)
            sessions.end(session, Ending.LOGGED_OUT, 0.0)
            return None
        return session

    monkeypatch.setattr(sessions, "find", find_but_once)
    run = fuzz(target, budget=60, most_examples=3, steps=8)
    assert run.finding is None
    assert len(run.once) == 1
    told = ("must be accepted: 401", "USEDUID=0, expected 1")  # whichever comes first of what notices it
    assert any(text in run.once[0] for text in told)


def test_a_defect_is_found_confirmed_and_shrunk(recorder, target, monkeypatch):
    monkeypatch.setattr(recorder.machine.recorder.live, "check_video_runs", lambda uid, camera: None)
    run = fuzz(target, budget=60)
    assert run.finding is not None
    assert run.finding.again
    assert len(run.finding.steps) <= 8, run.finding.text


def test_https_with_a_certificate_of_its_own(recorder, tmp_path):
    words = ["fuzz", recorder.https_url, "--password", recorder.password, "--pace", "0", "--budget", "1s"]
    kept = ["--keep", str(Path(tmp_path, "found.json"))]
    assert CliRunner().invoke(main, [*words, *kept]).exit_code == 3
    trusted = CliRunner().invoke(main, [*words, *kept, "--insecure"])
    assert trusted.exit_code == 0, trusted.output
