"""What is wrong with a URL, all of it at once, and which command was meant by it (§2 to §6).

The recorder tells the first fault and stops. Here each fault is mended as it is found, so that the next one
shows, and so that a lenient recorder's client can still be followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from nvr_protocol.commands.error import CommandError, shown
from nvr_protocol.commands.specs import Access, CommandSpec, Kind, ParameterSpec
from nvr_protocol.commands.table import COMMANDS_BY_KEY, COMMANDS_BY_PATH
from nvr_protocol.commands.urls import Command, Pairs, parse_command, read_query, write_query
from nvr_protocol.commands.values import CONTROL_START, UNKNOWN_TIME

PREFIX = "/cgi-bin/"
MOST_FAULTS = 12
BLANKS = " +\t"
EXACT = (Kind.FIXED, Kind.CHOICE, Kind.CONTROL, Kind.NO_TIME)
"""Kinds of values that are upper-case words."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a URL: the rule that it breaks, and how."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The command that was meant, as far as that can be told, and what is wrong with the URL."""

    command: Command | None
    faults: tuple[Fault, ...] = ()


@lru_cache(maxsize=1024)
def read(path: str, query: str) -> Reading:
    """Read a URL that a client sent; never raises. What is none of /cgi-bin/ is not judged."""
    if not path.lower().startswith(PREFIX):
        return Reading(None)
    faults: list[Fault] = []
    known = _path(path, faults)
    if known is None:
        return Reading(None, tuple(faults))
    try:
        pairs = read_query(query)
    except CommandError as error:
        return Reading(None, (*faults, Fault("bad-escape", str(error))))
    pairs = _names(COMMANDS_BY_PATH[known], pairs, faults)
    command = _parse(known, pairs, faults)
    if command is not None:
        _unknown(command, faults)
        if command.values.get("SCREEN") == "1X":
            faults.append(Fault("screen-1x", "SCREEN: 1X is not 16X"))
    return Reading(command, tuple(faults[:MOST_FAULTS]))


def _path(path: str, faults: list[Fault]) -> str | None:
    """The path that was meant."""
    if path in COMMANDS_BY_PATH:
        return path
    if path.lower() in COMMANDS_BY_PATH:
        faults.append(Fault("wrong-case", f"{shown(path)}: paths are lower case"))
        return path.lower()
    import difflib  # only where something is misspelt

    near = difflib.get_close_matches(path[:100], COMMANDS_BY_PATH, 1)
    faults.append(Fault("unknown-command", f"{shown(path)}{f' (is {near[0]} meant?)' if near else ''}"))
    return None


def _names(candidates: tuple[CommandSpec, ...], pairs: Pairs, faults: list[Fault]) -> Pairs:
    """The pairs with their names as the document writes them, and without blanks."""
    names = {name for spec in candidates for parameter in spec.parameters for name in parameter.names}
    mended: Pairs = []
    for given, text in pairs:
        name, value = given.strip(BLANKS), text.strip(BLANKS)
        if (name, value) != (given, text):
            faults.append(
                Fault("blank-in-query", f"{shown(name)}: a blank stands beside the name or the value")
            )
        if name not in names and name.upper() in names:
            faults.append(Fault("wrong-case", f"{shown(name)}: the parameter's name is {name.upper()}"))
            name = name.upper()
        mended.append((name, value))
    return mended


def _parse(path: str, pairs: Pairs, faults: list[Fault]) -> Command | None:
    """The command of the pairs, each fault mended where it can be."""
    while len(faults) < MOST_FAULTS:
        try:
            return parse_command(path, write_query(pairs))
        except CommandError as error:
            mended = _mend(COMMANDS_BY_PATH[path], pairs, error, faults)
        if mended is None:
            return None
        pairs = mended
    return None


def _mend(
    candidates: tuple[CommandSpec, ...], pairs: Pairs, error: CommandError, faults: list[Fault]
) -> Pairs | None:
    """Tell the fault, and give the pairs without it; None where nobody knows what was meant."""
    spec = _parameter(candidates, error)
    if spec is None:
        known = ("missing-parameter", "contradiction")
        faults.append(Fault(error.kind if error.kind in known else "bad-value", str(error)))
        return None
    texts = [text for name, text in pairs if name in spec.names]
    if error.kind == "contradiction":
        return _mend_contradiction(spec, pairs, texts, error, faults)
    if not texts or (spec.kind is Kind.CONTROL and len(texts) == 1):
        return _mend_missing(spec, pairs, texts, error, faults)
    upper = [text.upper() for text in texts]
    if spec.kind in EXACT and texts != upper and _allowed(spec, upper):
        faults.append(Fault("wrong-case", f"{spec.name}: {shown(texts[0])} is written {', '.join(upper)}"))
        return _replaced(pairs, spec, upper)
    rule, instead = _judged(spec, texts[0])
    faults.append(Fault(rule, str(error)))
    return None if instead is None else _replaced(pairs, spec, instead)


def _parameter(candidates: tuple[CommandSpec, ...], error: CommandError) -> ParameterSpec | None:
    """What the table says of the parameter to blame; of one that tells commands apart, the values of all."""
    if error.key is not None:
        return COMMANDS_BY_KEY[error.key].parameter(error.parameter or "")
    specs = [one for spec in candidates if (one := spec.parameter(error.parameter or "")) is not None]
    if not specs:
        return None
    if len(specs) == 1 or specs[0].kind is Kind.UID:
        return specs[0]
    allowed = tuple(dict.fromkeys(text for one in specs for text in one.allowed))
    return ParameterSpec(specs[0].name, Kind.CHOICE, allowed)


def _mend_contradiction(
    spec: ParameterSpec, pairs: Pairs, texts: list[str], error: CommandError, faults: list[Fault]
) -> Pairs | None:
    if spec.kind is Kind.RANGE_END and len(texts) == 1:
        rule = "range-order" if "before" in error.why else "range-over-an-hour"
        faults.append(Fault(rule, str(error)))
        return None
    keep = 2 if spec.kind is Kind.CONTROL else 1
    if len(texts) <= keep:
        faults.append(Fault("contradiction", str(error)))
        return None
    faults.append(Fault("given-twice", str(error)))
    return _replaced(pairs, spec, texts[:keep])


def _mend_missing(
    spec: ParameterSpec, pairs: Pairs, texts: list[str], error: CommandError, faults: list[Fault]
) -> Pairs | None:
    match spec.kind:
        case Kind.CONTROL if texts:
            faults.append(Fault("ctrl-once", str(error)))
            return None if texts == [CONTROL_START] else [*pairs, (spec.name, CONTROL_START)]
        case Kind.FIXED:
            faults.append(Fault("fixed-value", str(error)))
            return [*pairs, (spec.name, spec.allowed[0])]
        case Kind.NO_TIME | Kind.LOGIN:
            faults.append(Fault("fixed-value", str(error)))
            return [*pairs, (spec.name, UNKNOWN_TIME if spec.kind is Kind.NO_TIME else "-1")]
        case _:
            faults.append(Fault("missing-parameter", str(error)))
            return None


def _judged(spec: ParameterSpec, text: str) -> tuple[str, list[str] | None]:
    """The rule that a wrong value breaks, and the values that would do in its place."""
    match spec.kind:
        case Kind.UID:
            return "uid-malformed", None
        case Kind.FIXED:
            return "fixed-value", [spec.allowed[0]]
        case Kind.NO_TIME:
            return "fixed-value", [UNKNOWN_TIME]
        case Kind.LOGIN:
            return "fixed-value", ["-1"]
        case Kind.INTEGER | Kind.CAMERA if _is_integer(text):
            within = min(max(int(text), spec.minimum), spec.maximum)
            return "out-of-range", [str(within)]
        case Kind.RANGE_START if _has_seconds(text):
            return "range-seconds", [f"{text[:10]}00"]
        case Kind.RANGE_END if _has_seconds(text):
            return "range-end-seconds", [f"{text[:10]}00"]
        case Kind.CONTROL if text == CONTROL_START:
            return "ctrl-once", None
        case _:
            return "bad-value", None


def _has_seconds(text: str) -> bool:
    return len(text) == 12 and text.isascii() and text.isdigit() and text[10:] != "00"


def _is_integer(text: str) -> bool:
    figures = text.removeprefix("-")
    return figures.isascii() and figures.isdigit() and len(figures) < 20


def _allowed(spec: ParameterSpec, texts: list[str]) -> bool:
    """Whether these upper-case words are what the parameter wants."""
    match spec.kind:
        case Kind.NO_TIME:
            return texts == [UNKNOWN_TIME]
        case Kind.CONTROL:
            return texts[0] in spec.allowed and texts[1:] == [CONTROL_START]
        case _:
            return texts[0] in spec.allowed


def _replaced(pairs: Pairs, spec: ParameterSpec, texts: list[str]) -> Pairs:
    """The pairs with other values of one parameter, at the place of the first."""
    place = next(index for index, (name, _) in enumerate(pairs) if name in spec.names)
    rest = [pair for pair in pairs if pair[0] not in spec.names]
    return [*rest[:place], *((spec.name, text) for text in texts), *rest[place:]]


def _unknown(command: Command, faults: list[Fault]) -> None:
    """Parameters that the command has not; a UID beside Digest is let pass (OP-8)."""
    for name, _ in command.unknown:
        if not (name == "UID" and command.spec.access is Access.DIGEST):
            faults.append(
                Fault("unknown-parameter", f"{shown(name)}: {command.spec.cgi} has no such parameter")
            )
