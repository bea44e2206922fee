"""Times and time zones as the document writes them (§3.2, §3.3, §6.3, §7).

Three scales of UTC meet here, and each has a type of its own, so that no number of one is taken for another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NewType

from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError

UnixSeconds = NewType("UnixSeconds", int)
"""A moment in whole seconds since the Unix epoch."""

Hundredths = NewType("Hundredths", int)
"""A moment in 1/100 s since the Unix epoch."""

Ticks = NewType("Ticks", int)
"""A moment since the Unix epoch, or a stretch of time, in 1/90000 s: the clock of video (§2.3.1)."""

FIRST_YEAR = 2022
LAST_YEAR = 2035
MAX_SECONDS = 0xFFFF_FFFF
MAX_ZONE_MINUTES = 23 * 60 + 59

_EPOCH_DAY = datetime(1970, 1, 1, tzinfo=UTC).toordinal()
_ZONE_INFO_BITS = {
    "high-bits": (0x80, 0x40),
    "low-bits": (0x01, 0x02),
    "half-bytes": (0x10, 0x01),
    "middle-bits": (0x08, 0x04),
}
_FIELDS = ("year", "month", "day", "hour", "minute", "second", "hundredth")


def joined(seconds: int, hundredth: int = 0) -> Hundredths:
    """The moment of a second and a hundredth in it, which are told apart on the wire."""
    return Hundredths(seconds * 100 + hundredth)


def parted(moment: Hundredths) -> tuple[UnixSeconds, int]:
    """The second of a moment, and the hundredth in it."""
    seconds, hundredth = divmod(moment, 100)
    return UnixSeconds(seconds), hundredth


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone at one moment: local time = UTC + `minutes` + one hour if `summer`."""

    minutes: int
    summer: bool = False

    def __post_init__(self) -> None:
        if not -MAX_ZONE_MINUTES <= self.minutes <= MAX_ZONE_MINUTES:
            raise ProtocolError("time zone", f"{self.minutes} minutes are more than 23:59")

    @property
    def offset_seconds(self) -> int:
        """What to add to UTC for local time, summer time included."""
        return self.minutes * 60 + (3600 if self.summer else 0)


UTC_ZONE = Zone(0)


def zone_at(tz: tzinfo, seconds: UnixSeconds) -> Zone:
    """The zone of `tz` at Unix time `seconds`, such that its local time is right.

    Summer time is one hour in the document: where a zone moves its clocks by something else, the standard
    offset gives way. Zones that count winter as the exception (negative daylight saving) show no summer time.
    """
    if not 0 <= seconds <= MAX_SECONDS:
        raise ProtocolError("time", f"{seconds} s do not fit 32 bits")
    return _zone_of_hour(tz, seconds // 3600) or _zone_of(tz, seconds)


@lru_cache(maxsize=4096)
def _zone_of_hour(tz: tzinfo, hour: int) -> Zone | None:
    """The zone that `tz` has all through an hour since the epoch; None where it changes within."""
    zone = _zone_of(tz, hour * 3600)
    return zone if zone == _zone_of(tz, hour * 3600 + 3599) else None


def _zone_of(tz: tzinfo, seconds: int) -> Zone:
    moment = datetime.fromtimestamp(seconds, tz)
    minutes = (moment.utcoffset() or timedelta()) // timedelta(minutes=1)
    summer = (moment.dst() or timedelta()) > timedelta()
    return Zone(minutes - 60 if summer else minutes, summer)


def write_zone(zone: Zone) -> bytes:
    """The four bytes of 0x0007, 0x0011 and playback audio: sign, hours, minutes, summer time (§7)."""
    hours, minutes = divmod(abs(zone.minutes), 60)
    return bytes((zone.minutes < 0, hours, minutes, zone.summer))


def read_zone(data: bytes, offset: int = 0) -> Zone:
    """The zone in the four bytes of `data` at `offset` (§7)."""
    if len(data) - offset < 4:
        raise ProtocolError("time zone", f"{max(0, len(data) - offset)} of 4 bytes", offset)
    sign, hours, minutes, summer = data[offset : offset + 4]
    if sign > 1:
        raise ProtocolError("time zone sign", f"{sign} is neither 0 nor 1", offset)
    if summer > 1:
        raise ProtocolError("summer time", f"{summer} is neither 0 nor 1", offset + 3)
    return Zone(_zone_minutes(sign == 1, hours, minutes, offset + 1), summer == 1)


def write_zone_info(zone: Zone, dialect: Dialect = DEFAULT) -> int:
    """The zone info byte of §3.3: sign and summer time (OP-21). Hours and minutes stand in bytes of their
    own."""
    sign_bit, summer_bit = _ZONE_INFO_BITS[dialect.zone_info]
    return (sign_bit if zone.minutes < 0 else 0) | (summer_bit if zone.summer else 0)


def read_zone_info(
    hours: int, minutes: int, info: int, dialect: Dialect = DEFAULT, offset: int | None = None
) -> Zone:
    """The zone of the three bytes zone hours, zone minutes, zone info of §3.3 (OP-21); `offset` is that of
    hours."""
    sign_bit, summer_bit = _ZONE_INFO_BITS[dialect.zone_info]
    if info & ~(sign_bit | summer_bit):
        place = None if offset is None else offset + 2
        raise ProtocolError("zone info", f"0x{info:02x} has bits that are none of {dialect.zone_info}", place)
    return Zone(_zone_minutes(bool(info & sign_bit), hours, minutes, offset), bool(info & summer_bit))


def _zone_minutes(negative: bool, hours: int, minutes: int, offset: int | None) -> int:
    if hours > 23:
        raise ProtocolError("time zone hours", f"{hours} is more than 23", offset)
    if minutes > 59:
        raise ProtocolError(
            "time zone minutes", f"{minutes} is more than 59", None if offset is None else offset + 1
        )
    total = hours * 60 + minutes
    return -total if negative else total


def parse_timef(text: str) -> Hundredths:
    """The hundredths of a TIMEF, `yymmddhhmmssff` in UTC, years 22 to 35 (§3.2). The error names the
    field."""
    seconds, hundredth = _parse("TIMEF", text, 7)
    return joined(seconds, hundredth)


def format_timef(hundredths: Hundredths) -> str:
    """The TIMEF of `hundredths`: `yymmddhhmmssff` in UTC. ProtocolError outside of 2022 to 2035 (§3.2)."""
    seconds, hundredth = parted(hundredths)
    return f"{_format('TIMEF', seconds)}{hundredth:02d}"


def parse_range_time(text: str, *, any_seconds: bool = False) -> UnixSeconds:
    """The seconds of a STARTTIME or ENDTIME, `yymmddhhmmss` in UTC; its own seconds must be 00, unless any
    will do (§6.3.2, OP-40)."""
    seconds, _ = _parse("range time", text, 6)
    if text[10:] != "00" and not any_seconds:
        raise ProtocolError("range time second", f"{text[10:]!r} is not 00", 10)
    return UnixSeconds(seconds)


def format_range_time(seconds: UnixSeconds) -> str:
    """The STARTTIME or ENDTIME of `seconds`, which must be a whole minute between 2022 and 2035 (§6.3.2)."""
    if seconds % 60:
        raise ProtocolError("range time second", f"{seconds % 60:02d} is not 00")
    return _format("range time", seconds)


def _parse(what: str, text: str, count: int) -> tuple[int, int]:
    if len(text) != 2 * count:
        raise ProtocolError(what, f"{len(text)} characters instead of {2 * count}")
    values = []
    for index in range(count):
        pair = text[2 * index : 2 * index + 2]
        if not (pair.isascii() and pair.isdigit()):
            raise ProtocolError(f"{what} {_FIELDS[index]}", f"{pair!r} is not a number", 2 * index)
        values.append(int(pair))
    year, month, day, hour, minute, second, hundredth = (*values, 0)[:7]
    year += 2000
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ProtocolError(f"{what} year", f"{text[:2]} is not within 22 and 35", 0)
    if not 1 <= month <= 12:
        raise ProtocolError(f"{what} month", f"{text[2:4]} is not within 01 and 12", 2)
    try:
        days = datetime(year, month, day, tzinfo=UTC).toordinal() - _EPOCH_DAY
    except ValueError:
        raise ProtocolError(f"{what} day", f"{text[4:6]} is no day of {year}-{month:02d}", 4) from None
    for index, value, limit in ((3, hour, 23), (4, minute, 59), (5, second, 59)):
        if value > limit:
            raise ProtocolError(f"{what} {_FIELDS[index]}", f"{value} is more than {limit}", 2 * index)
    return days * 86400 + hour * 3600 + minute * 60 + second, hundredth


def _format(what: str, seconds: int) -> str:
    if not 0 <= seconds <= MAX_SECONDS:
        raise ProtocolError(what, f"{seconds} s are no time of {FIRST_YEAR} to {LAST_YEAR}")
    moment = datetime.fromtimestamp(seconds, UTC)
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ProtocolError(f"{what} year", f"{moment.year} is not within {FIRST_YEAR} and {LAST_YEAR}")
    return f"{moment:%y%m%d%H%M%S}"
