"""START and STOP in quick succession."""

import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.recorder.live.churn import MOST, WINDOW, Churn
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Refused, Request
from nvr_protocol.commands.urls import build_command

NOW = 1_714_000_000.0


@pytest.fixture
def recorder():
    return Recorder(plan(small_recorder(2)), NOW)


def login(recorder):
    return recorder.sessions.login("ADMIN", 0, NOW).uid


def push(recorder, uid, cmd, now=NOW, camera=1, comp="H264"):
    """The status of START or STOP."""
    values = {"UID": uid, "CAM": camera, "CMD": cmd, "COMP": comp, "PORT": 40_000}
    path, _, query = build_command("live_rtp", **values).partition("?")
    return recorder.receive(Request("GET", path, query), now).status


def churn(recorder, uid, pause, count=MOST):
    """The statuses of so many STARTs, with a STOP and a pause behind each."""
    statuses = []
    for number in range(count):
        statuses.append(push(recorder, uid, "START", NOW + number * pause))
        push(recorder, uid, "STOP", NOW + number * pause)
    return statuses


def test_start_gets_204_from_some_point_on_and_not_for_ever(recorder):
    uid = login(recorder)
    assert churn(recorder, uid, 0.1) == [200] * MOST
    later = NOW + MOST * 0.1
    assert push(recorder, uid, "START", later) == 204
    assert recorder.live.streams(uid) == []
    assert push(recorder, uid, "START", NOW + WINDOW) == 200


def test_who_pauses_as_the_document_asks_never_meets_it(recorder):
    assert churn(recorder, login(recorder), 3, 25) == [200] * 25


def test_other_cameras_and_uids_go_on(recorder):
    uid = login(recorder)
    churn(recorder, uid, 0)
    assert push(recorder, uid, "START") == 204
    assert push(recorder, uid, "START", camera=2) == 200
    assert push(recorder, login(recorder), "START") == 200


def test_a_stop_of_nothing_does_not_count(recorder):
    uid = login(recorder)
    for _ in range(MOST + 1):
        assert push(recorder, uid, "STOP") == 200
    assert push(recorder, uid, "START") == 200


def test_nothing_is_kept_of_a_uid_that_ended(recorder):
    uid = login(recorder)
    churn(recorder, uid, 0)
    recorder.run_until(NOW + 91)
    assert recorder.live_commands.churn._stopped == {}


def test_the_oldest_stop_that_counts_goes_after_the_window():
    churn = Churn()
    for number in range(MOST):
        churn.stopped(1, 1, number * 0.5)
    with pytest.raises(Refused):
        churn.check(1, 1, WINDOW - 0.1)
    churn.check(1, 1, WINDOW)
