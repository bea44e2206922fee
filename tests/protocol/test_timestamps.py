"""Times and zones (§3.2, §3.3, §6.3, §7)."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.dialect import ALTERNATIVES, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.timestamps import (
    Zone,
    format_range_time,
    format_timef,
    parse_range_time,
    parse_timef,
    read_zone,
    read_zone_info,
    write_zone,
    write_zone_info,
    zone_at,
)

FIRST = int(datetime(2022, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2036, 1, 1, tzinfo=UTC).timestamp()) - 1
zones = st.builds(Zone, st.integers(-1439, 1439), st.booleans())


def test_an_error_says_what_where_and_why():
    error = ProtocolError("TLV", "too long", 12)
    assert str(error) == "TLV, offset 12: too long"
    assert str(ProtocolError("TLV", "too long")) == "TLV: too long"
    assert (error.what, error.why, error.offset) == ("TLV", "too long", 12)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("22111412000020", datetime(2022, 11, 14, 12, 0, 0, 200_000, UTC)),
        ("24022923595999", datetime(2024, 2, 29, 23, 59, 59, 990_000, UTC)),
        ("35123123595900", datetime(2035, 12, 31, 23, 59, 59, 0, UTC)),
    ],
)
def test_timef(text, moment):
    assert parse_timef(text) == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=10)
    assert format_timef(parse_timef(text)) == text


@given(st.integers(FIRST * 100, LAST * 100 + 99))
def test_timef_reads_what_it_writes(hundredths):
    assert parse_timef(format_timef(hundredths)) == hundredths


@given(st.integers(FIRST // 60, LAST // 60))
def test_range_time_reads_what_it_writes(minutes):
    assert parse_range_time(format_range_time(minutes * 60)) == minutes * 60


@pytest.mark.parametrize(
    ("text", "field", "offset"),
    [
        ("21111412000020", "TIMEF year", 0),
        ("36111412000020", "TIMEF year", 0),
        ("22001412000020", "TIMEF month", 2),
        ("22131412000020", "TIMEF month", 2),
        ("23022912000020", "TIMEF day", 4),
        ("22110012000020", "TIMEF day", 4),
        ("22111424000020", "TIMEF hour", 6),
        ("22111412600020", "TIMEF minute", 8),
        ("22111412006020", "TIMEF second", 10),
        ("221114120000x0", "TIMEF hundredth", 12),
        ("2211141200 020", "TIMEF second", 10),
        ("２２111412000020", "TIMEF year", 0),
        ("2211141200002", "TIMEF", None),
        ("", "TIMEF", None),
    ],
)
def test_timef_names_the_field_that_is_wrong(text, field, offset):
    with pytest.raises(ProtocolError) as caught:
        parse_timef(text)
    assert (caught.value.what, caught.value.offset) == (field, offset)


@pytest.mark.parametrize("text", ["221114120001", "22111412000000", "221114126000", "231114"])
def test_range_time_refuses(text):
    with pytest.raises(ProtocolError, match="range time"):
        parse_range_time(text)


@given(st.text(max_size=20) | st.from_regex(r"\A[0-9]{12}([0-9]{2})?\Z"))
def test_any_text_is_a_time_or_a_protocol_error(text):
    for parse, write in ((parse_timef, format_timef), (parse_range_time, format_range_time)):
        try:
            value = parse(text)
        except ProtocolError:
            continue
        assert write(value) == text


@pytest.mark.parametrize("hundredths", [-1, FIRST * 100 - 1, LAST * 100 + 100, 1 << 80])
def test_times_out_of_range_are_not_written(hundredths):
    with pytest.raises(ProtocolError):
        format_timef(hundredths)
    with pytest.raises(ProtocolError):
        format_range_time(hundredths // 100)


def test_range_time_is_written_for_whole_minutes_only():
    with pytest.raises(ProtocolError, match="second"):
        format_range_time(FIRST + 1)


@given(zones)
def test_zone_reads_what_it_writes(zone):
    assert read_zone(write_zone(zone)) == zone


def test_zone_bytes():
    assert write_zone(Zone(-(3 * 60 + 30), True)) == bytes((1, 3, 30, 1))
    assert read_zone(bytes((9, 0, 9, 30, 0)), 1) == Zone(570)


@pytest.mark.parametrize(
    ("data", "field", "offset"),
    [
        (bytes((2, 0, 0, 0)), "time zone sign", 0),
        (bytes((0, 24, 0, 0)), "time zone hours", 1),
        (bytes((0, 0, 60, 0)), "time zone minutes", 2),
        (bytes((0, 0, 0, 2)), "summer time", 3),
        (bytes(3), "time zone", 0),
    ],
)
def test_zone_names_what_is_wrong(data, field, offset):
    with pytest.raises(ProtocolError) as caught:
        read_zone(data)
    assert (caught.value.what, caught.value.offset) == (field, offset)


@pytest.mark.parametrize("minutes", [1440, -1440])
def test_a_zone_is_less_than_a_day(minutes):
    with pytest.raises(ProtocolError):
        Zone(minutes)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("high-bits", 0xC0), ("low-bits", 0x03), ("half-bytes", 0x11), ("middle-bits", 0x0C)],
)
def test_zone_info_byte(value, expected):
    dialect = Dialect(zone_info=value)
    assert write_zone_info(Zone(-60, True), dialect) == expected
    assert write_zone_info(Zone(60), dialect) == 0


@given(zones, st.sampled_from(ALTERNATIVES["zone_info"]))
def test_zone_info_reads_what_it_writes(zone, value):
    dialect = Dialect(zone_info=value)
    hours, minutes = divmod(abs(zone.minutes), 60)
    assert read_zone_info(hours, minutes, write_zone_info(zone, dialect), dialect) == zone


@pytest.mark.parametrize(
    ("hours", "minutes", "info", "field", "offset"),
    [(24, 0, 0, "time zone hours", 5), (0, 60, 0, "time zone minutes", 6), (0, 0, 1, "zone info", 7)],
)
def test_zone_info_names_what_is_wrong(hours, minutes, info, field, offset):
    with pytest.raises(ProtocolError) as caught:
        read_zone_info(hours, minutes, info, offset=5)
    assert (caught.value.what, caught.value.offset) == (field, offset)


@pytest.mark.parametrize(
    ("tz", "moment", "expected"),
    [
        (ZoneInfo("Asia/Tokyo"), datetime(2024, 7, 1, tzinfo=UTC), Zone(540)),
        (ZoneInfo("Europe/Berlin"), datetime(2024, 7, 1, tzinfo=UTC), Zone(60, True)),
        (ZoneInfo("Europe/Berlin"), datetime(2024, 12, 1, tzinfo=UTC), Zone(60)),
        (ZoneInfo("America/New_York"), datetime(2024, 7, 1, tzinfo=UTC), Zone(-300, True)),
        (ZoneInfo("Australia/Lord_Howe"), datetime(2024, 12, 1, tzinfo=UTC), Zone(600, True)),
        (timezone(timedelta(hours=5, minutes=45)), datetime(2024, 7, 1, tzinfo=UTC), Zone(345)),
        (UTC, datetime(1970, 1, 1, tzinfo=UTC), Zone(0)),
        (UTC, datetime(2024, 7, 1, tzinfo=UTC), Zone(0)),
    ],
)
def test_zone_at(tz, moment, expected):
    assert zone_at(tz, int(moment.timestamp())) == expected


@given(
    st.sampled_from(["Europe/Dublin", "Africa/Casablanca", "Australia/Lord_Howe", "America/St_Johns"]),
    st.integers(FIRST, LAST),
)
def test_local_time_is_right_in_odd_zones(name, seconds):
    tz: tzinfo = ZoneInfo(name)
    offset = datetime.fromtimestamp(seconds, tz).utcoffset()
    assert offset is not None
    assert zone_at(tz, seconds).offset_seconds == offset.total_seconds()


@pytest.mark.parametrize("seconds", [-1, 1 << 32])
def test_zone_at_wants_a_time_that_fits(seconds):
    with pytest.raises(ProtocolError):
        zone_at(UTC, seconds)


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("America/St_Johns", datetime(2006, 4, 2, 3, 31, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(1985, 12, 31, 18, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2024, 10, 5, 15, 30, tzinfo=UTC)),
    ],
)
def test_a_zone_may_change_within_an_hour(name, moment):
    zone, seconds = ZoneInfo(name), int(moment.timestamp())
    for second in (seconds - 1800, seconds - 1, seconds, seconds + 1799):
        there = datetime.fromtimestamp(second, zone)
        assert timedelta(seconds=zone_at(zone, second).offset_seconds) == there.utcoffset()
    assert zone_at(zone, seconds - 1) != zone_at(zone, seconds)
