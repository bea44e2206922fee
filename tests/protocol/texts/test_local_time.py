"""Local times in texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.errors import ProtocolError
from nvr_protocol.texts.local_time import (
    LocalTime,
    local_time,
    read_compact_time,
    read_date_and_time,
    write_compact_time,
    write_date_and_time,
)
from nvr_protocol.timestamps import Zone

LAST_OF_9999 = 253_402_300_799
MILLENNIUM = 946_684_800  # 2000-01-01
CENTURY = 4_102_444_800  # 2100-01-01


@given(seconds=st.integers(86_400, 2**32 - 1), zone=st.builds(Zone, st.integers(-1439, 1439), st.booleans()))
def test_moment_is_found_again(seconds, zone):
    time = local_time(seconds, zone)
    assert time.seconds(zone.minutes) == seconds
    assert read_date_and_time(write_date_and_time(time).encode(), time.summer) == time


def test_summer_time_is_an_hour_ahead():
    time = local_time(1_720_000_000, Zone(60, summer=True))
    assert write_date_and_time(time) == "2024/07/03 11:46:40"
    assert write_compact_time(time) == "240703114640"


@given(wall=st.integers(MILLENNIUM, CENTURY - 1))
def test_compact_time_is_read_back(wall):
    assert read_compact_time(write_compact_time(LocalTime(wall))) == LocalTime(wall)


def test_limits():
    assert write_date_and_time(LocalTime(0)) == "1970/01/01 00:00:00"
    assert write_date_and_time(LocalTime(LAST_OF_9999)) == "9999/12/31 23:59:59"
    for wall in (-1, LAST_OF_9999 + 1):
        with pytest.raises(ProtocolError):
            LocalTime(wall)
    for wall in (MILLENNIUM - 1, CENTURY):
        with pytest.raises(ProtocolError):
            write_compact_time(LocalTime(wall))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"2021/11/14",
        b"2021/11/14 24:00:00",
        b"2021/02/29 00:00:00",
        b"1969/12/31 23:59:59",
        b"2021/11/14 00:00:00\n",
    ],
)
def test_no_date_and_time(text):
    with pytest.raises(ProtocolError) as caught:
        read_date_and_time(text, False, 7)
    assert caught.value.offset == 7


@pytest.mark.parametrize(
    "text", ["", "2311150000", "231115000060", "231315000000", "23111500000x", "２３1115000000"]
)
def test_no_compact_time(text):
    with pytest.raises(ProtocolError):
        read_compact_time(text)


@given(st.one_of(st.text(max_size=14), st.text("0123456789", min_size=12, max_size=12)))
def test_any_text(text):
    for read in (read_compact_time, lambda text: read_date_and_time(text.encode(), False)):
        try:
            time = read(text)
        except ProtocolError:
            continue
        assert time.wall >= 0
