"""What is wrong with a value, in words; and which moments a recorder's clock can show."""

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
import pytest

from nvr_emulator.configuration.plan import check_recorded, plan
from nvr_emulator.configuration.schema import problem_of
from nvr_emulator.configuration.settings import (
    EARLIEST,
    LATEST,
    CameraSettings,
    ConfigurationError,
    RecorderSettings,
    RecordingSettings,
    UserSettings,
)


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    number: int


class Schema(msgspec.Struct, forbid_unknown_fields=True):
    amount: Annotated[float, msgspec.Meta(ge=0, le=5)] | None = None
    count: Annotated[int, msgspec.Meta(ge=2)] = 2
    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = ("x",)
    text: Annotated[str, msgspec.Meta(min_length=2)] = "xx"
    yes: bool = False
    when: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    level: int | str = 1
    inner: tuple[Inner, ...] = ()


@pytest.mark.parametrize(
    ("data", "path", "why"),
    [
        ({"amount": date(2020, 1, 1)}, "amount", "must be a number, not a date"),
        ({"amount": True}, "amount", "must be a number, not true or false"),
        ({"amount": 9.0}, "amount", "must be a number of at most 5"),
        ({"count": 1}, "count", "must be a whole number of at least 2"),
        ({"count": 1.5}, "count", "must be a whole number, not a number"),
        ({"names": []}, "names", "must have at least 1 entry"),
        ({"names": [1]}, "names[0]", "must be a text, not a whole number"),
        ({"text": "x"}, "text", "must have at least 2 characters"),
        ({"yes": 1}, "yes", "must be true or false, not a whole number"),
        ({"when": datetime(2020, 1, 1)}, "when", "has no offset from UTC: say 2026-11-01T05:00:00Z"),  # noqa: DTZ001
        ({"level": 1.5}, "level", "must be a whole number or a text, not a number"),
        ({"inner": [{"number": 1}, {}]}, "inner[1].number", "missing"),
        ({"inner": [{"nummer": 1}]}, "inner[0].nummer", "unknown key; did you mean 'number'?"),
        ([], "", "must be a table, not a list"),
    ],
)
def test_what_is_wrong_is_said_in_words(data, path, why):
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.convert(data, Schema)
    assert problem_of(caught.value, Schema, data) == (path, why)


USERS = (UserSettings("ADMIN", "admin12345"),)


@pytest.mark.parametrize("start", [EARLIEST, 1_700_000_000.5, LATEST])
def test_a_clock_can_start_at(start):
    assert plan(RecorderSettings(users=USERS, clock_start=start)).clock_start == start


@pytest.mark.parametrize(
    "start", [datetime(1901, 1, 1, tzinfo=UTC).timestamp(), 0, LATEST + 1, 1e300, float("nan"), float("inf")]
)
def test_a_clock_cannot_start_at(start):
    with pytest.raises(ConfigurationError, match="clock_start: the recorder's clock goes from 1970-01-03 to"):
        plan(RecorderSettings(users=USERS, clock_start=start))


@pytest.mark.parametrize(
    "moment",
    [datetime(1969, 1, 1, tzinfo=UTC), datetime(2107, 1, 1, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)],
)
def test_recordings_lie_where_a_time_can_be_told(moment):
    settings = RecorderSettings(users=USERS, recordings=(RecordingSettings(since=moment),))
    with pytest.raises(ConfigurationError, match=r"recordings: since = .* is not between 1970-01-01 and"):
        plan(settings)


def test_recordings_do_not_begin_before_1970():
    settings = RecorderSettings(
        users=USERS, clock_start=EARLIEST, recordings=(RecordingSettings(since=3 * 1440),)
    )
    with pytest.raises(ConfigurationError, match="recordings: since = 4320 is not between"):
        plan(settings)
    settings = msgspec.structs.replace(settings, clock_start=None)
    with pytest.raises(ConfigurationError, match="recordings: since = 4320 is not between"):
        check_recorded(plan(settings), EARLIEST)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"model": 9}, "model: 9 is none of 1, 2, 3"),
        ({"cameras": (CameraSettings(number="3"),)}, "cameras[0].number: must be a whole number, not a text"),
        (
            {"recordings": (RecordingSettings(since=10**400),)},
            "recordings[0].since: must be a whole number of",
        ),
        ({"uid_digits": True}, "uid_digits: must be a whole number, not true or false"),
        ({"users": (UserSettings(7, "x"),)}, "users[0].name: must be a text, not a whole number"),
        (
            {"users": (UserSettings("\udcff\udcfe", "x"),)},
            r"users[0].name: '\udcff\udcfe' must be printable characters (UTF-8)",
        ),
        ({"users": (UserSettings("a\0b", "x"),)}, r"users[0].name: 'a\x00b' must be printable characters"),
        ({"users": (*USERS, UserSettings("", "x"))}, "users[1].name: is empty"),
        (
            {"users": (UserSettings("A", "\udcff"),)},
            "users[0].password: must be printable characters (UTF-8)",
        ),
        ({"users": (UserSettings("A", "a\nb"),)}, "users[0].password: must be printable characters (UTF-8)"),
        ({"users": (UserSettings("A", ""),)}, "users[0].password: is empty"),
    ],
)
def test_settings_that_a_program_made_are_checked_like_those_of_a_file(changes, line):
    with pytest.raises(ConfigurationError) as caught:
        plan(RecorderSettings(**{"users": USERS, **changes}))
    assert str(caught.value).startswith(line)
