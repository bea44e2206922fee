"""What the judge sends is what the document draws, and what `nvr_protocol` makes of the same values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.client.commands import URLS, UnnamableTimeError, command_url, range_time, timef
from nvr_protocol.commands.table import COMMANDS
from nvr_protocol.commands.urls import build_command, parse_command
from nvr_protocol.timestamps import format_range_time, format_timef

NOON = 1_714_046_400
VALUES = {
    "UID": 7888,
    "CAM": 3,
    "CH": 3,
    "CMD": "START",
    "COMP": "H264",
    "PORT": 5004,
    "MASK": "1100",
    "TIMEF": NOON * 100,
    "PAN": -256,
    "TILT": 16,
    "ZOOM": 4,
    "X": 0,
    "Y": 32,
    "CTRL": "FAR",
    "NO": 256,
    "STARTTIME": NOON,
    "ENDTIME": NOON + 3600,
    "KIND": "MP4",
}
OTHER = {
    "step": {"PLAYCMD": "NEXTFRAME"},
    "fast": {"PLAYCMD": "REW"},
    "iris": {"CTRL": "RESET"},
    "auxiliary": {"CMD": "AUX8", "CTRL": "CLOSE"},
    "live_http": {"COMP": "JPEG"},
}


def values_for(key):
    names = {name for name in VALUES if "{" + name + "}" in URLS[key]}
    return {name: VALUES[name] for name in names} | OTHER.get(key, {})


def test_every_command_is_in_the_table():
    assert set(URLS) == {spec.key for spec in COMMANDS}


@pytest.mark.parametrize("key", URLS)
def test_two_tables_agree(key):
    url = command_url(key, **values_for(key))
    assert url == build_command(key, **values_for(key))
    path, _, query = url.partition("?")
    assert parse_command(path, query).key == key


def test_what_may_be_left_out_is():
    assert (
        command_url("pan_tilt_zoom", UID=1, CH=2, PAN=5) == "/cgi-bin/directctrl.cgi?UID=1&CH=2&PAN=5&PC=AS60"
    )
    with pytest.raises(KeyError, match="CAM"):
        command_url("camera", UID=1)
    with pytest.raises(KeyError):
        command_url("no_such")


@given(st.integers(1_640_995_200, 2_082_758_399), st.integers(0, 99))
def test_times_are_those_of_the_document(seconds, hundredths):
    assert timef(seconds * 100 + hundredths) == format_timef(seconds * 100 + hundredths)
    minute = seconds // 60 * 60
    assert range_time(minute) == format_range_time(minute)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1_709_164_800, "240229000000"), (1_704_067_200, "240101000000"), (2_082_758_399, "351231235959")],
)
def test_leap_days_and_years(seconds, text):
    assert range_time(seconds) == text


@pytest.mark.parametrize("seconds", [0, 2_082_758_400, 10**15])
def test_times_beyond_the_document_are_refused(seconds):
    with pytest.raises(UnnamableTimeError, match="2022 to 2035"):
        range_time(seconds)
