"""What a recorder may do otherwise in its texts, byte by byte (§5)."""

import msgspec
import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_protocol.commands.urls import build_command
from nvr_protocol.texts.connection_information import read_connection_information
from nvr_protocol.texts.log_list import read_log_list
from nvr_protocol.texts.recorded_time import read_recorded_time

NOW = 1_714_000_000.0
READERS = {
    "log_errors": read_log_list,
    "log_events": read_log_list,
    "recorded_time": read_recorded_time,
    "getinfo": read_connection_information,
}


def text(key, **variants):
    settings = msgspec.structs.replace(
        small_recorder(2),
        errors=("MAIN FAN1 ERROR", "MAIN THERMAL ERROR"),
        events=("A", "B"),
        variants=read_variants(
            {"information-without-login": "open"}
            | {name.replace("_", "-"): value for name, value in variants.items()}
        ),
    )
    recorder = Recorder(plan(settings), NOW)
    values = {"UID": recorder.sessions.login("ADMIN", 0, NOW).uid} if key.startswith("log") else {}
    path, _, query = build_command(key, **values).partition("?")
    answer = recorder.receive(Request("GET", path, query), NOW)
    assert answer.status == 200
    return answer.body


@pytest.mark.parametrize("key", READERS)
def test_a_blank_may_stand_ahead_of_each_end_of_line(key):
    drawn, otherwise = text(key), text(key, text_endings="blank")
    assert otherwise != drawn
    assert otherwise.replace(b" \r\n", b"\r\n") == drawn
    assert all(line.endswith(b" ") or not line for line in otherwise.split(b"\r\n"))
    assert READERS[key](otherwise) == READERS[key](drawn)


@pytest.mark.parametrize("key", READERS)
def test_the_empty_line_at_the_end_may_be_missing(key):
    drawn, otherwise = text(key), text(key, text_endings="no-empty-line")
    assert otherwise == (drawn[:-2] if key.startswith("log") else drawn)
    assert otherwise.endswith(b"\r\n")
    assert not otherwise.endswith(b"\r\n\r\n")
    assert READERS[key](otherwise) == READERS[key](drawn)


def test_the_recorded_range_may_be_off():
    exact = read_recorded_time(text("recorded_time"))[0].disk.recorded
    off = read_recorded_time(text("recorded_time", recorded_range="5s-off"))[0].disk.recorded
    assert [time.wall - 5 for time in exact] == [time.wall for time in off]


@pytest.mark.parametrize(
    ("order", "errors", "events"),
    [
        ("as-drawn", ["MAIN FAN1 ERROR", "MAIN THERMAL ERROR"], ["B", "A"]),
        ("rising", ["MAIN FAN1 ERROR", "MAIN THERMAL ERROR"], ["A", "B"]),
        ("falling", ["MAIN THERMAL ERROR", "MAIN FAN1 ERROR"], ["B", "A"]),
    ],
)
def test_the_order_of_the_logs(order, errors, events):
    for key, expected in (("log_errors", errors), ("log_events", events)):
        assert [entry.text for entry in read_log_list(text(key, log_order=order)).entries] == expected
