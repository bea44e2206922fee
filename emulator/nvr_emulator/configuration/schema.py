"""What a schema (msgspec types) asks for, and in words why a value is none of it."""

from __future__ import annotations

import dataclasses
import enum
import re
import types
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

_WHERE = re.compile(r"(?P<why>.*?)(?: - at `(?:key in )?\$\.?(?P<path>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"([A-Za-z_0-9-]+)|\[(\d+)\]")
_TYPES = re.compile(r"Expected `(?P<wanted>[^`]*)`(?:, got `(?P<got>[^`]*)`)?(?P<bound> .*)?", re.DOTALL)
_BOUND = re.compile(r" (?:(of length) )?(>=|<=|>|<) (-?[0-9.e+]+)")
_PATTERN = re.compile(r"Expected `str` matching regex '(?P<pattern>.*)'", re.DOTALL)
_FIELD = re.compile(r"Object (?P<what>missing required|contains unknown) field `(?P<field>[^`]*)`", re.DOTALL)

_WORDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
    "datetime": "a date and time",
    "date": "a date",
    "time": "a time of day",
}
_THINGS = {"array": ("entry", "entries"), "str": ("character", "characters")}
_HOW = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than"}


def problem_of(error: msgspec.ValidationError, schema: Any, data: Any = None) -> tuple[str, str]:
    """The key (`cameras[2].fixture`; empty: the whole) that is wrong, and why; with the value where a choice
    is wrong and the data are given."""
    match = _WHERE.fullmatch(str(error))
    assert match is not None
    why, path = match["why"], match["path"] or ""
    if field := _FIELD.match(why):
        key = f"{path}.{field['field']}" if path else field["field"]
        if field["what"] == "missing required":
            return key, "missing"
        return key, f"unknown key{did_you_mean(field['field'], fields_of(_hint_at(schema, path)) or ())}"
    if allowed := _allowed(_hint_at(schema, path)):
        value = "must be one" if data is None else f"{_value_at(data, path)!r:.80} is none"
        return path, f"{value} of {', '.join(allowed)}"
    return path, in_words(why)


def problem_in(error: msgspec.ValidationError, schema: Any, raw: bytes) -> tuple[str, str]:
    """The same of JSON: in a table of any keys, the first is named whose value is wrong. What msgspec raises
    of bytes that are no JSON behind what is wrong first."""
    key, why = problem_of(error, schema)
    before, anywhere, _ = key.partition("[...]")
    if not anywhere:
        return key, why
    _, kind = get_args(_hint_at(schema, before))
    for name, value in _table_at(raw, before).items():
        try:
            msgspec.json.decode(value, type=kind)
        except msgspec.ValidationError:
            return ".".join(filter(None, (before, name[:40]))), why
    return before, why


def _table_at(raw: bytes, path: str) -> dict[str, msgspec.Raw]:
    """The table there; empty where the same key came again, and is none."""
    found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    try:
        for name in filter(None, path.split(".")):
            found = msgspec.json.decode(found[name], type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return {}
    return found


def in_words(why: str) -> str:
    """What msgspec says of a value, for people."""
    if "timezone" in why or "Invalid RFC3339" in why:
        return "has no offset from UTC: say 2026-11-01T05:00:00Z"
    if "out of range" in why:
        return "too big a number"
    if pattern := _PATTERN.fullmatch(why):
        return f"must match {pattern['pattern'].replace(chr(92) * 2, chr(92))}"
    match = _TYPES.fullmatch(why)
    if match is None:
        return why.replace("`", "")
    kinds = [kind for kind in match["wanted"].split(" | ") if kind != "null"]
    wanted = " or ".join(_WORDS.get(kind, kind) for kind in kinds)
    if match["got"]:
        return f"must be {wanted}, not {_WORDS.get(match['got'], match['got'])}"
    bound = _BOUND.fullmatch(match["bound"] or "")
    if bound is None:
        return f"must be {wanted}{match['bound'] or ''}"
    number = bound[3].removesuffix(".0")
    if bound[1]:
        one, many = _THINGS.get(kinds[0], ("key", "keys"))
        return f"must have {_HOW[bound[2]]} {number} {one if number == '1' else many}"
    return f"must be {wanted} of {_HOW[bound[2]]} {number}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` where one of the known words is near; else nothing."""
    import difflib  # only where something is misspelt

    near = difflib.get_close_matches(word, list(known), 1, 0.5)
    return f"; did you mean {near[0]!r}?" if near else ""


def fields_of(hint: Any) -> dict[str, Any] | None:
    """The keys of a table and their types; None where the hint is no table."""
    for choice in _choices(hint):
        if isinstance(choice, type) and issubclass(choice, msgspec.Struct):
            return {field.encode_name: field.type for field in msgspec.structs.fields(choice)}
        if isinstance(choice, type) and dataclasses.is_dataclass(choice):
            hints = get_type_hints(choice)
            return {field.name: hints[field.name] for field in dataclasses.fields(choice)}
    return None


def item_of(hint: Any) -> Any:
    """What a list holds."""
    return next((get_args(choice)[0] for choice in _choices(hint) if get_origin(choice) is tuple), None)


def _hint_at(schema: Any, path: str) -> Any:
    hint = schema
    for name, index in _STEP.findall(path):
        hint = item_of(hint) if index else (fields_of(hint) or {}).get(name)
    return hint


def _value_at(data: Any, path: str) -> Any:
    for name, index in _STEP.findall(path):
        data = data[int(index)] if index else data[name]
    return data


def _choices(hint: Any) -> tuple[Any, ...]:
    """The types that a hint allows, one by one."""
    if get_origin(hint) is Annotated:
        return _choices(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return tuple(choice for part in get_args(hint) for choice in _choices(part))
    return (hint,)


def _allowed(hint: Any) -> list[str]:
    """The values that a hint allows, where it lists them."""
    found: list[str] = []
    for choice in _choices(hint):
        if get_origin(choice) is Literal:
            found += map(str, get_args(choice))
        elif isinstance(choice, type) and issubclass(choice, enum.Enum):
            found += (str(member.value) for member in choice)
    return found
