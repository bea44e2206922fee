"""What a lenient recorder makes of a command that the document would not have sent (OP-41).

Fixed values may be missing or other, letter case does not count, numbers out of range are clamped,
parameters that the command has not are ignored. What names the command, the UID, cameras and times must
still be there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from nvr_protocol.commands.specs import CommandSpec, Kind, ParameterSpec
from nvr_protocol.commands.table import COMMANDS_BY_PATH
from nvr_protocol.commands.urls import Pairs, read_query, write_query
from nvr_protocol.commands.values import CONTROL_START, UNKNOWN_TIME

_BY_LOWER_PATH = {path.lower(): path for path in COMMANDS_BY_PATH}


def mend_command(path: str, query: str) -> tuple[str, str]:
    """Path and query as the document would have them, as far as it can be told what is meant; the rest as it
    came.

    CommandError where the query cannot be read at all.
    """
    path = _BY_LOWER_PATH.get(path.lower(), path)
    candidates = COMMANDS_BY_PATH.get(path)
    if candidates is None:
        return path, query
    names = {name.upper() for spec in candidates for parameter in spec.parameters for name in parameter.names}
    pairs = [(name.upper() if name.upper() in names else name, text) for name, text in read_query(query)]
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        given.setdefault(name, []).append(text)
    spec = _meant(candidates, given)
    if spec is None:
        return path, write_query(pairs)
    return path, write_query(_mended(spec, given))


def _meant(candidates: tuple[CommandSpec, ...], given: Mapping[str, list[str]]) -> CommandSpec | None:
    """The command that most speaks for: the parameter that tells it is there, with one of its values."""
    if len(candidates) == 1:
        return candidates[0]
    told = [
        spec
        for spec in candidates
        if (texts := given.get(spec.chosen_by))
        and (chooser := spec.parameter(spec.chosen_by)) is not None
        and (
            chooser.kind is not Kind.FIXED or _is_alone(spec, candidates) or _same(texts[0], chooser.allowed)
        )
        and (chooser.kind is not Kind.CHOICE or _same(texts[0], chooser.allowed))
    ]
    if told:
        return told[0]
    # Without what tells them apart: the one that has nothing but fixed values to add.
    return next((spec for spec in candidates if _fixed_alone(spec, given)), None)


def _is_alone(spec: CommandSpec, candidates: tuple[CommandSpec, ...]) -> bool:
    """Whether no other command is told by the same parameter: then any value of it will do."""
    return sum(other.chosen_by == spec.chosen_by for other in candidates) == 1


def _fixed_alone(spec: CommandSpec, given: Mapping[str, list[str]]) -> bool:
    chooser = spec.parameter(spec.chosen_by)
    needed = [
        parameter for parameter in spec.parameters if parameter.required and parameter.kind is not Kind.FIXED
    ]
    return (
        chooser is not None
        and chooser.kind is Kind.FIXED
        and chooser.name == "INTERNETMODE"
        and all(any(name in given for name in parameter.names) for parameter in needed)
    )


def _mended(spec: CommandSpec, given: Mapping[str, list[str]]) -> Pairs:
    pairs: Pairs = []
    for parameter in spec.parameters:
        name = next((name for name in parameter.names if name in given), None)
        if name is None:
            if parameter.kind is Kind.FIXED:
                pairs.append((parameter.name, parameter.allowed[0]))
            elif parameter.kind is Kind.NO_TIME:
                pairs.append((parameter.name, UNKNOWN_TIME))
            continue
        pairs += ((name, text) for text in _texts(parameter, given[name]))
    return pairs


def _texts(parameter: ParameterSpec, texts: list[str]) -> list[str]:
    match parameter.kind:
        case Kind.FIXED:
            return [_same(texts[0], parameter.allowed) or parameter.allowed[0]]
        case Kind.CHOICE:
            return [_same(texts[0], parameter.allowed) or texts[0]]
        case Kind.CONTROL:
            values = [value for text in texts if (value := _same(text, parameter.allowed))]
            return [*(values[:1] or texts[:1]), CONTROL_START]
        case Kind.NO_TIME:
            return [UNKNOWN_TIME]
        case Kind.INTEGER:
            return [_clamped(texts[0], parameter.minimum, parameter.maximum)]
        case _:
            return texts[:1]


def _same(text: str, allowed: Iterable[str]) -> str | None:
    """The allowed value that a text is but for its letter case."""
    return next((value for value in allowed if value.upper() == text.upper()), None)


def _clamped(text: str, minimum: int, maximum: int) -> str:
    figures = text.removeprefix("-")
    if not (figures.isascii() and figures.isdigit() and len(figures) < 20):
        return text
    return str(min(max(int(text), minimum), maximum))
