"""Commands as URLs: read and written by the table of `command_table` (§2 to §6).

What a recorder knows (which cameras are registered, whose UID is valid, how many digits a mask has) is
not judged here, nor is the HTTP method.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from nvr_protocol.commands.error import CommandError, ErrorKind, shown
from nvr_protocol.commands.specs import RANGE_SECONDS, CommandSpec, Kind, ParameterSpec
from nvr_protocol.commands.table import COMMANDS, COMMANDS_BY_KEY, COMMANDS_BY_PATH
from nvr_protocol.commands.values import (
    CONTROL_START,
    UNKNOWN_TIME,
    Value,
    bad_value,
    read_value,
    write_value,
)

__all__ = [
    "COMMANDS",
    "QUERY_LIMIT",
    "Command",
    "CommandError",
    "ErrorKind",
    "Value",
    "build_command",
    "parse_command",
    "read_query",
    "write_query",
]

QUERY_LIMIT = 8192
"""Longest query that is read, in characters."""

Pairs = list[tuple[str, str]]

_BAD_ESCAPE = re.compile("%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Command:
    """A command of the document, with values that its table row allows.

    `values`: by parameter name and typed as `Kind` says, fixed values too, without what was left out.
    `unknown`: the parameters that the command has not, in their order.
    """

    spec: CommandSpec
    values: Mapping[str, Value]
    unknown: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The command's name in this project, such as `live_http`."""
        return self.spec.key

    @property
    def path(self) -> str:
        """The path of the URL."""
        return self.spec.path

    @property
    def uid(self) -> int | None:
        """The UID, -1 at login, None where the command carries none."""
        return self.integer("UID") if "UID" in self.values else None

    @property
    def camera(self) -> int | None:
        """The camera number (CAM or CH), None where the command names none."""
        name = "CAM" if "CAM" in self.values else "CH"
        return self.integer(name) if name in self.values else None

    def integer(self, name: str) -> int:
        """The value of a parameter that is a number or a time. KeyError if it was left out."""
        value = self.values[name]
        if not isinstance(value, int):
            raise TypeError(f"{name} of {self.key} is no integer")
        return value

    def text(self, name: str) -> str:
        """The value of a parameter that is a text. KeyError if it was left out."""
        value = self.values[name]
        if not isinstance(value, str):
            raise TypeError(f"{name} of {self.key} is no text")
        return value


def parse_command(path: str, query: str, *, any_seconds: bool = False, any_length: bool = False) -> Command:
    """Read a command from the path and the raw (percent-encoded) query of a URL. CommandError.

    A wrong UID is told before anything else about the command. `any_seconds`, `any_length`: the range of a
    download may have seconds other than 00 and be longer than an hour (OP-40).
    """
    candidates = COMMANDS_BY_PATH.get(path)
    if candidates is None:
        raise CommandError("unknown-path", shown(path), "no such command")
    pairs = read_query(query)
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        given.setdefault(name, []).append(text)
    uid = candidates[0].parameter("UID")
    if uid is not None:
        _require(uid, given, None)
        read_value(uid, given["UID"])
    spec = _choose(candidates, given)
    values: dict[str, Value] = {}
    for parameter in spec.parameters:
        texts = _texts(parameter, given, spec.key)
        if texts:
            values[parameter.name] = read_value(parameter, texts, spec.key, any_seconds=any_seconds)
    _check_range(spec, values, any_length=any_length)
    known = {name for parameter in spec.parameters for name in parameter.names}
    return Command(spec, values, tuple(pair for pair in pairs if pair[0] not in known))


def build_command(key: str, /, **values: Value) -> str:
    """Write a command as the path and query of a URL, parameters in documented order.

    Fixed values need not be given; those that may be left out are sent only if given. CommandError where
    `parse_command` would give another command or none; KeyError if there is no command of this key.
    """
    spec = COMMANDS_BY_KEY[key]
    for name in values:
        if name not in (parameter.name for parameter in spec.parameters):
            raise CommandError(
                "bad-parameter", shown(name), f"no parameter of {key}", parameter=name, key=key
            )
    pairs: Pairs = []
    for parameter in spec.parameters:
        if parameter.name in values:
            texts = write_value(parameter, values[parameter.name])
        else:
            texts = _fixed_text(parameter, values)
        pairs += ((parameter.name, text) for text in texts)
    query = write_query(pairs)
    _same_again(spec, values, parse_command(spec.path, query))
    return f"{spec.path}?{query}" if query else spec.path


def read_query(query: str) -> Pairs:
    """Split a raw query into names and values, percent-decoded; `+` stands for itself.

    CommandError where it is longer than `QUERY_LIMIT`, badly escaped or no UTF-8.
    """
    if len(query) > QUERY_LIMIT:
        raise CommandError("bad-parameter", "query", f"longer than {QUERY_LIMIT} characters")
    pairs = []
    for piece in query.split("&"):
        if piece:
            name, _, text = piece.partition("=")
            pairs.append((_decode(name, name), _decode(text, name)))
    return pairs


def write_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Join names and values to a query, percent-encoded, as they come and unchecked."""
    return "&".join(f"{_encode(name)}={_encode(text)}" for name, text in pairs)


def _encode(text: str) -> str:
    return quote(text, safe="-_.~", errors="replace")


def _decode(text: str, name: str) -> str:
    if "%" not in text and text.isascii():
        return text
    if _BAD_ESCAPE.search(text):
        raise CommandError(
            "bad-parameter", shown(name), "% without two hexadecimal digits", parameter=shown(name)
        )
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError as error:
        raise CommandError("bad-parameter", shown(name), "no UTF-8", parameter=shown(name)) from error


def _choose(candidates: tuple[CommandSpec, ...], given: Mapping[str, list[str]]) -> CommandSpec:
    """The one of several commands of a path that is meant."""
    if len(candidates) == 1:
        return candidates[0]
    choosers = list(dict.fromkeys(spec.chosen_by for spec in candidates))
    present = [name for name in choosers if name in given]
    if len(present) > 1:
        raise CommandError(
            "contradiction", present[1], f"cannot be given beside {present[0]}", parameter=present[1]
        )
    if not present:
        for spec in candidates:
            if _is_chosen_by_omission(spec, given):
                return spec
        if len(choosers) > 1:
            raise CommandError("missing-parameter", " or ".join(choosers), "missing; one of them is needed")
    chooser_name = present[0] if present else choosers[0]
    matches = [spec for spec in candidates if spec.chosen_by == chooser_name]
    if len(matches) == 1:
        return matches[0]
    by_text = {text: spec for spec in matches for text in _allowed(spec, chooser_name)}
    any_of_them = ParameterSpec(chooser_name, Kind.CHOICE, tuple(by_text))
    _require(any_of_them, given, None)
    return by_text[str(read_value(any_of_them, given[chooser_name]))]


def _is_chosen_by_omission(spec: CommandSpec, given: Mapping[str, list[str]]) -> bool:
    """Whether the parameter that tells this command may be left out beside the value of another."""
    chooser = spec.parameter(spec.chosen_by)
    if chooser is None or chooser.omit_with is None:
        return False
    beside = spec.parameter(chooser.omit_with[0])
    if beside is None:
        return False
    _require(beside, given, None)
    return read_value(beside, given[beside.name]) == chooser.omit_with[1]


def _allowed(spec: CommandSpec, name: str) -> tuple[str, ...]:
    parameter = spec.parameter(name)
    return () if parameter is None else parameter.allowed


def _require(parameter: ParameterSpec, given: Mapping[str, list[str]], key: str | None) -> None:
    if not any(name in given for name in parameter.names):
        why = f"missing; it should be {parameter.expectation}"
        raise CommandError("missing-parameter", parameter.name, why, parameter=parameter.name, key=key)


def _may_be_omitted(parameter: ParameterSpec, given: Mapping[str, list[str]]) -> bool:
    if not parameter.required:
        return True
    return parameter.omit_with is not None and [parameter.omit_with[1]] == given.get(parameter.omit_with[0])


def _texts(parameter: ParameterSpec, given: Mapping[str, list[str]], key: str) -> list[str]:
    """The texts given for a parameter under its name or an alias; none if it was rightly left out."""
    names = [name for name in parameter.names if name in given]
    if len(names) > 1:
        why = f"cannot be given beside {names[0]}, which means the same"
        raise CommandError("contradiction", names[1], why, parameter=names[1], key=key)
    if not names and not _may_be_omitted(parameter, given):
        _require(parameter, given, key)
    return given[names[0]] if names else []


def _check_range(spec: CommandSpec, values: Mapping[str, Value], *, any_length: bool) -> None:
    """Refuse a time range that ends before it starts or is longer than an hour (§6.3.2)."""
    start, end = values.get("STARTTIME"), values.get("ENDTIME")
    if not (isinstance(start, int) and isinstance(end, int)):
        return
    if end < start:
        why = "before STARTTIME"
    elif end > start + RANGE_SECONDS and not any_length:
        why = "more than an hour after STARTTIME"
    else:
        return
    raise CommandError("contradiction", "ENDTIME", why, parameter="ENDTIME", key=spec.key)


def _fixed_text(parameter: ParameterSpec, values: Mapping[str, Value]) -> list[str]:
    """What is sent for a parameter of which nothing is said."""
    if parameter.omit_with is not None and values.get(parameter.omit_with[0]) == parameter.omit_with[1]:
        return []
    match parameter.kind:
        case Kind.FIXED:
            return [parameter.allowed[0]]
        case Kind.LOGIN:
            return ["-1"]
        case Kind.NO_TIME:
            return [UNKNOWN_TIME]
        case _:
            return []


def _same_again(spec: CommandSpec, values: Mapping[str, Value], command: Command) -> None:
    """Refuse values that were written, but make another command or are read as other values."""
    for parameter in spec.parameters:
        if parameter.name not in values:
            continue
        value = values[parameter.name]
        if parameter.kind is Kind.CONTROL and isinstance(value, str):
            value = (value, CONTROL_START)
        if parameter.name not in command.values or command.values[parameter.name] != value:
            raise bad_value(parameter, str(value), spec.key)
    if command.spec is not spec:
        raise CommandError(
            "contradiction",
            spec.chosen_by,
            f"makes the command {command.key}",
            parameter=spec.chosen_by,
            key=spec.key,
        )
