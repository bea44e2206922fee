"""§5.1: what the recorder writes into its logs, and how it gives them."""

from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.recorder.logs import Logs, writable
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_emulator.recorder.sessions import Ending
from nvr_protocol.commands.urls import build_command
from nvr_protocol.texts.log_list import LogKind, read_log_list

NOW = 1_714_000_000.0
NEW_YORK = ZoneInfo("America/New_York")
SUMMER_ENDED = 1_730_613_600
"""3 November 2024, 06:00 UTC, in New York."""


@pytest.fixture
def recorder():
    return Recorder(plan(small_recorder(2)), NOW)


def texts(recorder, kind=LogKind.EVENT):
    return [entry.text for entry in recorder.logs.entries(kind)]


def test_the_newest_event_is_001():
    logs = Logs(NEW_YORK)
    for number in range(3):
        logs.add(LogKind.EVENT, f"SITE(VMD)-{number}", NOW + number)
    assert logs.text(LogKind.EVENT) == (
        b"FILENAME=as_eventlog.html\r\nEVENT_LOG_NO=3\r\n"
        b'EVENT_LOG="001","2024/04/24 19:06:42","1","SITE(VMD)-2","GMT-05:00",'
        b'"002","2024/04/24 19:06:41","1","SITE(VMD)-1","GMT-05:00",'
        b'"003","2024/04/24 19:06:40","1","SITE(VMD)-0","GMT-05:00"\r\n\r\n'
    )
    assert read_log_list(logs.text(LogKind.ERROR)).entries == ()


@pytest.mark.parametrize(
    ("order", "errors", "events"),
    [("as-drawn", "012", "210"), ("rising", "012", "012"), ("falling", "210", "210")],
)
def test_the_order_of_the_logs(order, errors, events):
    logs = Logs(NEW_YORK, order)
    for kind, expected in ((LogKind.ERROR, errors), (LogKind.EVENT, events)):
        for number in "120":
            logs.add(kind, number, NOW + int(number))
        entries = read_log_list(logs.text(kind)).entries
        assert [entry.text for entry in entries] == list(expected)
        assert b'"001","2024/04/24 19:06:4%d"' % int(expected[0]) in logs.text(kind)


def test_an_entry_keeps_the_summer_time_of_its_moment():
    logs = Logs(NEW_YORK)
    for moment in (SUMMER_ENDED - 1, SUMMER_ENDED):
        logs.add(LogKind.ERROR, "MAIN-1 SMART WARNING", moment)
    summer = [entry.zone.summer for entry in logs.entries(LogKind.ERROR)]
    assert summer == [True, False]
    assert b'"001","2024/11/03 01:59:59","1"' in logs.text(LogKind.ERROR)
    assert b'"002","2024/11/03 01:00:00","0"' in logs.text(LogKind.ERROR)


def test_the_oldest_of_1001_goes():
    logs = Logs(NEW_YORK)
    logs.fill(LogKind.EVENT, [str(number) for number in range(1001)], NOW)
    entries = logs.entries(LogKind.EVENT)
    assert (len(entries), entries[0].text, entries[-1].text) == (1000, "1000", "1")
    assert read_log_list(logs.text(LogKind.EVENT)).entries == entries


@given(st.text())
def test_any_text_can_be_written(text):
    logs = Logs(NEW_YORK)
    logs.add(LogKind.EVENT, text, NOW)
    assert read_log_list(logs.text(LogKind.EVENT)).entries[0].text == writable(text)
    assert writable(writable(text)) == writable(text)


def test_logins_and_logouts_are_events(recorder):
    for user in ("ADMIN", "VIEWER"):
        request = Request("GET", "/cgi-bin/dlogin.cgi", "UID=-1")
        recorder.gate.check = lambda *args, user=user: type("V", (), {"user": user, "reason": ""})()
        assert recorder.receive(request, NOW).status == 200
    first = recorder.sessions.valid()[0]
    recorder.receive(Request("GET", "/cgi-bin/logout.cgi", f"UID={first.uid}"), NOW + 5)
    assert texts(recorder) == ["ADMIN LOGOUT", "VIEWER LOGIN", "ADMIN LOGIN"]
    recorder.run_until(NOW + 500)
    newest = recorder.logs.entries(LogKind.EVENT)[0]
    assert (newest.text, newest.seconds) == ("VIEWER LOGOUT", int(NOW) + 90)


def test_who_is_thrown_out_is_an_event_of_that_moment(recorder):
    session = recorder.sessions.login("VIEWER", 3, NOW)
    recorder.sessions.end(session, Ending.EVICTED, NOW + 7)
    newest = recorder.logs.entries(LogKind.EVENT)[0]
    assert (newest.text, newest.seconds) == ("VIEWER LOGOUT", int(NOW) + 7)


def test_both_logs_are_given_by_loglist(recorder):
    recorder.set_camera_state(3, CameraState.LOST, NOW + 1)
    recorder.set_camera_state(3, CameraState.LOST, NOW + 2)
    recorder.set_camera_state(3, CameraState.NORMAL, NOW + 3)
    uid = recorder.sessions.login("ADMIN", 0, NOW).uid
    for key, kind in (("log_errors", LogKind.ERROR), ("log_events", LogKind.EVENT)):
        path, _, query = build_command(key, UID=uid).partition("?")
        answer = recorder.receive(Request("GET", path, query), NOW + 4)
        assert (answer.status, answer.content_type) == (200, "text/html")
        assert ("Cache-Control", "no-cache") in answer.headers
        assert read_log_list(answer.body).kind is kind
        assert answer.body == recorder.logs.text(kind)
    assert texts(recorder, LogKind.ERROR) == ["CAM 3 COMMUNICATION ERROR", "CAM 3 COMMUNICATION RECOVERED"]


def test_reset_leaves_what_was_configured():
    settings = msgspec.structs.replace(small_recorder(2), errors=("MAIN FAN1 ERROR",), events=("A", "B"))
    recorder = Recorder(plan(settings), NOW)
    assert texts(recorder) == ["B", "A"]
    recorder.sessions.end(recorder.sessions.login("ADMIN", 0, NOW), Ending.LOGGED_OUT, NOW)
    recorder.sessions.login("ADMIN", 0, NOW)
    recorder.set_camera_state(1, CameraState.LOST, NOW)
    recorder.reset(NOW + 100)
    assert texts(recorder) == ["B", "A"]
    assert texts(recorder, LogKind.ERROR) == ["MAIN FAN1 ERROR"]
    assert recorder.logs.entries(LogKind.EVENT)[0].seconds == int(NOW) + 40
