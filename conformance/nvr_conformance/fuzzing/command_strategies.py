"""hypothesis strategies for commands: valid, nearly valid and wild. Public as
``nvr_conformance.strategies``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from hypothesis import strategies as st

from nvr_protocol.commands.specs import (
    CAMERA_MAXIMUM,
    RANGE_SECONDS,
    UID_DIGITS,
    CommandSpec,
    Kind,
    ParameterSpec,
)
from nvr_protocol.commands.table import COMMANDS, COMMANDS_BY_KEY
from nvr_protocol.commands.urls import build_command, write_query
from nvr_protocol.commands.values import Value, write_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

FIRST_SECOND = 1_640_995_200
"""2022-01-01, the first moment that TIMEF can name (Unix seconds, UTC)."""
LAST_SECOND = 2_082_758_399
"""2035-12-31 23:59:59, the last one."""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Request:
    """Path and raw query of a request. ``fault``: what is wrong with it, "" for a valid command."""

    key: str
    path: str
    query: str
    fault: str = ""

    @property
    def target(self) -> str:
        """As it stands in the request line."""
        return f"{self.path}?{self.query}" if self.query else self.path


def parameter_values(parameter: ParameterSpec) -> SearchStrategy[Value]:
    """Values that a parameter allows, as ``build_command`` takes them. The two ends of a download's range are
    drawn by ``command_values``, as they depend on each other."""
    match parameter.kind:
        case Kind.FIXED | Kind.CHOICE:
            return st.sampled_from(parameter.allowed)
        case Kind.CONTROL:
            return st.sampled_from(parameter.allowed).map(lambda text: (text, "START"))
        case Kind.LOGIN:
            return st.just(-1)
        case Kind.UID:
            return st.integers(1, 10**UID_DIGITS - 1)
        case Kind.CAMERA | Kind.INTEGER:
            return st.integers(parameter.minimum, parameter.maximum)
        case Kind.MASK:
            return st.text("01", min_size=1, max_size=128)
        case Kind.TIME:
            return st.integers(FIRST_SECOND, LAST_SECOND).map(lambda seconds: seconds * 100)
        case Kind.PICTURE_TIME:
            return st.integers(FIRST_SECOND * 100, LAST_SECOND * 100 + 99)
        case Kind.NO_TIME:
            return st.none()
        case Kind.RANGE_START | Kind.RANGE_END:
            minutes = st.integers(FIRST_SECOND // 60, LAST_SECOND // 60)
            return minutes.map(lambda minute: minute * 60)


@st.composite
def command_values(draw: DrawFn, /, key: str, **given: Value) -> dict[str, Value]:
    """Values for one command of the table, all that it must have and some that it may have; ``given`` ones
    are taken as they are."""
    spec = COMMANDS_BY_KEY[key]
    values: dict[str, Value] = {}
    for parameter in spec.parameters:
        if parameter.name in given:
            values[parameter.name] = given[parameter.name]
        elif parameter.required or draw(st.booleans()):
            values[parameter.name] = draw(parameter_values(parameter))
    start = values.get("STARTTIME")
    if isinstance(start, int) and "ENDTIME" not in given:
        room = min(RANGE_SECONDS, LAST_SECOND - start) // 60
        values["ENDTIME"] = start + 60 * draw(st.integers(0, room))
    for parameter in spec.parameters:
        beside = parameter.omit_with
        if beside is not None and values.get(beside[0]) == beside[1] and draw(st.booleans()):
            values.pop(parameter.name, None)
    return values


@st.composite
def valid_commands(draw: DrawFn, /, keys: Sequence[str] = tuple(COMMANDS_BY_KEY), **given: Value) -> Request:
    """Commands that ``parse_command`` reads: parameters in documented order, fixed values as documented."""
    key = draw(st.sampled_from(keys))
    named = {name: value for name, value in given.items() if COMMANDS_BY_KEY[key].parameter(name)}
    path, _, query = build_command(key, **draw(command_values(key, **named))).partition("?")
    return Request(key, path, query)


FAULTS = ("missing", "twice", "value", "lower case", "path", "range")
"""What ``nearly_valid_commands`` does wrong."""


@st.composite
def nearly_valid_commands(
    draw: DrawFn, /, keys: Sequence[str] = tuple(COMMANDS_BY_KEY), **given: Value
) -> Request:
    """Commands with exactly one fault; ``parse_command`` refuses each of them."""
    key = draw(st.sampled_from(keys))
    spec = COMMANDS_BY_KEY[key]
    named = {name: value for name, value in given.items() if spec.parameter(name)}
    values = draw(command_values(key, **named))
    written = {
        parameter.name: write_value(parameter, values[parameter.name])
        for parameter in spec.parameters
        if parameter.name in values
    }
    fault = draw(st.sampled_from([name for name in FAULTS if _applies(name, spec, written)]))
    path, what = spec.path, fault
    if fault == "path":
        path = draw(st.sampled_from((spec.path[:-1], spec.path + "/", spec.path.upper(), "/" + spec.cgi)))
    elif fault == "range":
        start = draw(st.integers(FIRST_SECOND // 60 + 1, LAST_SECOND // 60 - 120)) * 60
        end = start + 60 * draw(st.sampled_from((-1, 61, 119)))
        for name, moment in (("STARTTIME", start), ("ENDTIME", end)):
            parameter = spec.parameter(name)
            assert parameter is not None
            written[name] = write_value(parameter, moment)
    else:
        parameter = draw(st.sampled_from(_to_blame(fault, spec, written)))
        what = f"{fault}: {parameter.name}"
        _spoil(draw, fault, parameter, written)
    pairs = [(name, text) for name, texts in written.items() for text in texts]
    return Request(key, path, write_query(pairs), what)


def _applies(fault: str, spec: CommandSpec, written: dict[str, list[str]]) -> bool:
    if fault == "path":
        return True
    if fault == "range":
        return spec.parameter("STARTTIME") is not None
    return bool(_to_blame(fault, spec, written))


def _to_blame(fault: str, spec: CommandSpec, written: dict[str, list[str]]) -> list[ParameterSpec]:
    """The parameters with which a fault can be made that leaves no other command."""
    present = [parameter for parameter in spec.parameters if parameter.name in written]
    if fault in ("twice", "value"):
        return present
    stops = written.get("CMD") == ["STOP"] and spec.cgi == "push.cgi"
    return [
        parameter
        for parameter in present
        # A STOP of push.cgi is a command without PORT and without INTERNETMODE.
        if parameter.required and not (stops and parameter.name in ("PORT", "INTERNETMODE"))
    ]


def _spoil(draw: DrawFn, fault: str, parameter: ParameterSpec, written: dict[str, list[str]]) -> None:
    if fault == "missing":
        del written[parameter.name]
    elif fault == "lower case":
        written[parameter.name.lower()] = written.pop(parameter.name)
    elif fault == "twice":
        written[parameter.name] = written[parameter.name] + written[parameter.name][-1:]
    else:
        texts = written[parameter.name]
        written[parameter.name] = [draw(wrong_texts(parameter)), *texts[1:]]


def wrong_texts(parameter: ParameterSpec) -> SearchStrategy[str]:
    """Texts that are close to what a parameter allows, and not allowed."""
    return st.sampled_from([text for text in _close_to(parameter) if text not in parameter.allowed])


def _close_to(parameter: ParameterSpec) -> tuple[str, ...]:
    match parameter.kind:
        case Kind.FIXED | Kind.CHOICE | Kind.CONTROL | Kind.NO_TIME:
            text = parameter.allowed[0] if parameter.allowed else "AS60_KNOWN"
            return "", text + "0", " " + text, text[:-1] + "x", "0x" + text
        case Kind.LOGIN:
            return "", "-2", "0", "1", "+-1"
        case Kind.UID:
            return "", "0", "-5", "1x", "0x10", "1.5", "1" + "0" * UID_DIGITS
        case Kind.CAMERA:
            return "", "0", "-1", str(CAMERA_MAXIMUM + 1), "1x", "1.0", "９"
        case Kind.INTEGER:
            return "", str(parameter.minimum - 1), str(parameter.maximum + 1), "1x", "--1", "1e1"
        case Kind.MASK:
            return "", "2", "10x1", "-1", "0b1"
        case Kind.TIME:
            return "", "AS60_UNKNOWN", "24010100000001", "240101000000", "24023000000000", "21010100000000"
        case Kind.PICTURE_TIME:
            return "", "AS60_UNKNOWN", "2401010000000x", "240101000000", "24010125000000", "36010100000000"
        case Kind.RANGE_START | Kind.RANGE_END:
            return "", "240101000001", "24010100000000", "241301000000", "210101000000", "now"


_PIECES = (
    "UID",
    "CAM",
    "CMD",
    "START",
    "H264",
    "PLAYCMD",
    "MASK",
    "-1",
    "0",
    "%",
    "&",
    "=",
    "#",
    "\0",
    "É",
    "🎥",
)


@st.composite
def wild_requests(draw: DrawFn, uid: str | None = None) -> Request:
    """Paths and queries of any kind that can stand in a request line. With ``uid`` some of them carry it."""
    text = st.text(max_size=30) | st.lists(st.sampled_from(_PIECES), max_size=6).map("".join)
    path = draw(
        st.sampled_from([spec.path for spec in COMMANDS]) | text.map(lambda name: "/cgi-bin/" + _line(name))
    )
    pairs: Pairs = draw(st.lists(st.tuples(st.sampled_from(_PIECES) | text, text), max_size=6))
    if uid is not None:
        pairs.insert(draw(st.integers(0, len(pairs))), ("UID", uid))
    raw = draw(st.booleans())
    query = "&".join(f"{_line(name)}={_line(value)}" for name, value in pairs) if raw else write_query(pairs)
    return Request("", path, query, "wild")


def _line(text: str) -> str:
    """What of a text may stand in a request line; percent signs stay as they are."""
    return quote(text, safe="%=+!*'();:@,/[]", errors="replace").replace("?", "%3F")


@st.composite
def client_sessions(
    draw: DrawFn, clients: int = 3, longest: int = 20, *, nearly_valid: bool = True
) -> list[tuple[int, Request]]:
    """What several clients send, one after the other: (client, request), each client's login first.

    The UID in a request is the client's number from 1 on: replace it by the one that the recorder gave.
    """
    keys = [spec.key for spec in COMMANDS if spec.needs_uid]
    logged_in: set[int] = set()
    requests = []
    for client in draw(st.lists(st.integers(1, clients), min_size=1, max_size=longest)):
        if client not in logged_in:
            logged_in.add(client)
            requests.append((client, draw(valid_commands(("login",)))))
            continue
        good = valid_commands(keys, UID=client)
        request = draw(good | nearly_valid_commands(keys, UID=client) if nearly_valid else good)
        if request.key == "logout" and not request.fault:
            logged_in.discard(client)
        requests.append((client, request))
    return requests
