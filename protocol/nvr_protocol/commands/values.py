"""The values of command parameters: from text, and to text (§2 to §6).

Integers are ASCII digits, with a minus sign where negative values are allowed; leading zeros do not matter.
"""

from nvr_protocol.commands.error import CommandError, shown
from nvr_protocol.commands.specs import UID_DIGITS, Kind, ParameterSpec
from nvr_protocol.errors import ProtocolError
from nvr_protocol.timestamps import (
    Hundredths,
    UnixSeconds,
    format_range_time,
    format_timef,
    parse_range_time,
    parse_timef,
)

Value = int | str | tuple[str, ...] | None
"""What a parameter is read to; see `Kind`. None is the time AS60_UNKNOWN."""

UNKNOWN_TIME = "AS60_UNKNOWN"
"""The TIMEF of one who names no time (§3.2.4)."""

CONTROL_START = "START"
"""The second of two CTRL (§4.2.4, §4.2.5)."""


def read_value(
    spec: ParameterSpec, texts: list[str], key: str | None = None, *, any_seconds: bool = False
) -> Value:
    """Read the texts given for one parameter (one, but for CTRL sent twice).

    `key` is only handed on to the error. `any_seconds`: range times may have others than 00 (OP-40).
    CommandError: bad-parameter; contradiction where the parameter is given too often; missing-parameter
    where the second CTRL is.
    """
    if spec.kind is Kind.CONTROL:
        return _read_control(spec, texts, key)
    if len(texts) > 1:
        raise CommandError(
            "contradiction", spec.name, f"given {len(texts)} times", parameter=spec.name, key=key
        )
    if spec.kind is Kind.NO_TIME and texts[0] == UNKNOWN_TIME:
        return None
    value = _read_text(spec, texts[0], any_seconds=any_seconds)
    if value is None:
        raise bad_value(spec, texts[0], key)
    return value


def write_value(spec: ParameterSpec, value: Value) -> list[str]:
    """Write a value as the texts to send, without judging it. CommandError where it has no text at all.

    For CTRL sent twice, a single text stands for itself and START.
    """
    if spec.kind is Kind.CONTROL and isinstance(value, str):
        return [value, CONTROL_START]
    if isinstance(value, tuple):
        return list(value)
    if value is None and spec.kind is Kind.NO_TIME:
        return [UNKNOWN_TIME]
    if value is None:
        raise bad_value(spec, "None")
    if isinstance(value, str):
        return [value]
    if abs(value) >= 10**UID_DIGITS:
        raise bad_value(spec, "a number of 20 digits or more")
    try:
        if spec.kind in (Kind.TIME, Kind.PICTURE_TIME):
            return [format_timef(Hundredths(value))]
        if spec.kind in (Kind.RANGE_START, Kind.RANGE_END):
            return [format_range_time(UnixSeconds(value))]
    except ProtocolError as error:
        raise bad_value(spec, str(value)) from error
    return [str(value)]


def bad_value(spec: ParameterSpec, text: str, key: str | None = None) -> CommandError:
    """The error for a text that the parameter does not allow."""
    why = f"{shown(text)} is not {spec.expectation}"
    return CommandError("bad-parameter", spec.name, why, parameter=spec.name, key=key)


def _read_control(spec: ParameterSpec, texts: list[str], key: str | None) -> tuple[str, ...]:
    if len(texts) > 2:
        why = f"given {len(texts)} times, should be 2 times"
        raise CommandError("contradiction", spec.name, why, parameter=spec.name, key=key)
    if len(texts) == 1:
        why = f"given once; it should be {spec.expectation}"
        raise CommandError("missing-parameter", spec.name, why, parameter=spec.name, key=key)
    if texts[0] not in spec.allowed:
        raise bad_value(spec, texts[0], key)
    if texts[1] != CONTROL_START:
        raise bad_value(spec, f"{texts[0]}, {texts[1]}", key)
    return tuple(texts)


def _read_text(spec: ParameterSpec, text: str, *, any_seconds: bool) -> int | str | None:
    """The value of a text, or None where it is not allowed."""
    match spec.kind:
        case Kind.LOGIN:
            return -1 if text == "-1" else None
        case Kind.UID:
            return _read_integer(text, 1, 10**UID_DIGITS - 1)
        case Kind.CAMERA | Kind.INTEGER:
            return _read_integer(text, spec.minimum, spec.maximum)
        case Kind.MASK:
            return text if text and not text.strip("01") else None
        case Kind.TIME | Kind.PICTURE_TIME | Kind.RANGE_START | Kind.RANGE_END:
            return _read_time(spec.kind, text, any_seconds=any_seconds)
        case _:
            return text if text in spec.allowed else None


def _read_integer(text: str, minimum: int, maximum: int) -> int | None:
    figures = text.removeprefix("-")
    if not (figures.isascii() and figures.isdigit()):
        return None
    figures = figures.lstrip("0") or "0"
    if len(figures) > UID_DIGITS:
        return None
    value = -int(figures) if text.startswith("-") else int(figures)
    return value if minimum <= value <= maximum else None


def _read_time(kind: Kind, text: str, *, any_seconds: bool) -> int | None:
    try:
        if kind in (Kind.RANGE_START, Kind.RANGE_END):
            return parse_range_time(text, any_seconds=any_seconds)
        hundredths = parse_timef(text)
    except ProtocolError:
        return None
    return hundredths if kind is Kind.PICTURE_TIME or hundredths % 100 == 0 else None
