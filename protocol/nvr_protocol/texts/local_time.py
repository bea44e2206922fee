"""Local dates and times, as the texts show them (§5.1, §5.2, §6.3.1)."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from nvr_protocol.errors import ProtocolError
from nvr_protocol.timestamps import Zone

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(rb"([0-9]{4})/([0-9]{2})/([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_LARGEST = (datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class LocalTime:
    """What a clock on the recorder's wall shows.

    `wall`: seconds from the first of January 1970, 00:00:00 on that clock. `summer`: whether it is put
    forward by an hour. The text names no zone, so this alone is no moment in time.
    """

    wall: int
    summer: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.wall <= _LARGEST:
            raise ProtocolError("local time", f"{self.wall} s from 1970 on are out of range")

    def seconds(self, zone_minutes: int) -> int:
        """The moment in Unix seconds, where the standard offset of the zone is known."""
        return self.wall - Zone(zone_minutes, self.summer).offset_seconds


def local_time(seconds: int, zone: Zone) -> LocalTime:
    """What the wall clock of a zone shows at a moment. ProtocolError before 1970 or after 9999."""
    return LocalTime(seconds + zone.offset_seconds, zone.summer)


def write_date_and_time(time: LocalTime) -> str:
    """`YYYY/MM/DD HH:MM:SS` (§5.1)."""
    return f"{_moment(time):%Y/%m/%d %H:%M:%S}"


def read_date_and_time(text: bytes, summer: bool, offset: int | None = None) -> LocalTime:
    """Read `YYYY/MM/DD HH:MM:SS` (§5.1). `offset` is only named in the error."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ProtocolError("local time", "not of the form YYYY/MM/DD HH:MM:SS", offset)
    year, month, day, hour, minute, second = map(int, match.groups())
    return _from_fields((year, month, day, hour, minute, second), summer, offset)


def write_compact_time(time: LocalTime) -> str:
    """`yymmddhhmmss`, years 2000 to 2099 (§6.3.1)."""
    moment = _moment(time)
    if not 2000 <= moment.year <= 2099:
        raise ProtocolError("local time", f"the year {moment.year} is not within 2000 and 2099")
    return f"{moment:%y%m%d%H%M%S}"


def read_compact_time(text: str, summer: bool = False) -> LocalTime:
    """Read `yymmddhhmmss`, years 2000 to 2099 (§6.3.1)."""
    if not (len(text) == 12 and text.isascii() and text.isdigit()):
        raise ProtocolError("local time", "not of the form yymmddhhmmss")
    year, *rest = (int(text[place : place + 2]) for place in range(0, 12, 2))
    return _from_fields((2000 + year, *rest), summer, None)


def _moment(time: LocalTime) -> datetime:
    return _EPOCH + timedelta(seconds=time.wall)


def _from_fields(fields: tuple[int, ...], summer: bool, offset: int | None) -> LocalTime:
    try:
        year, month, day, hour, minute, second = fields
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return LocalTime((moment - _EPOCH) // timedelta(seconds=1), summer)
    except ProtocolError as error:
        raise ProtocolError(error.what, error.why, offset) from error
    except ValueError as error:
        raise ProtocolError("local time", str(error), offset) from error
