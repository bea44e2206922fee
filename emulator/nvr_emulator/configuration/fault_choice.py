"""How names and values become faults: from a flag, a file, a body or a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from nvr_emulator.configuration.schema import did_you_mean, problem_of
from nvr_emulator.faults.fault import Fault, FaultError
from nvr_emulator.faults.table import kinds

EXAMPLE = '"rtp-loss:rate=0.02,seed=3" or {name = "rtp-loss", rate = 0.02, seed = 3}'


def fault_of(name: object, parameters: Mapping[str, Any]) -> Fault:
    """The fault of that name. `FaultError` in one line: what is wrong, and what comes nearest."""
    kind = kinds().get(name) if isinstance(name, str) else None
    if kind is None:
        nearest = did_you_mean(str(name), kinds()) or "; see nvr-emulator faults"
        raise FaultError(f"fault {str(name)[:40]!r} is not known{nearest}")
    for key in parameters:
        if not isinstance(key, str):
            raise FaultError(f"fault {name}: {key!r} is no name of a parameter")
    try:
        return msgspec.convert({**parameters, "name": name}, kind)
    except msgspec.ValidationError as error:
        key, why = problem_of(error, kind, {**parameters})
        raise FaultError(f"fault {name}: {key}{': ' * bool(key)}{why}") from None


def parse_fault(text: str) -> Fault:
    """`NAME[:key=value,…]`, as on a command line. `FaultError` in one line."""
    if not text.isprintable():
        raise FaultError(f"fault {text[:40]!a}: must be printable: say rtp-loss:rate=0.02,seed=3")
    name, _, rest = text.partition(":")
    values: dict[str, Any] = {}
    for pair in filter(None, rest.split(",")):
        key, equals, value = pair.partition("=")
        if not equals:
            raise FaultError(f"fault {name}: {pair!r} is no key=value: say rtp-loss:rate=0.02,seed=3")
        if key in values:
            raise FaultError(f"fault {name}: {key}: given twice")
        values[key] = _value(value)
    return fault_of(name, values)


def read_fault(given: object) -> Fault:
    """A fault as it stands in a file or a marker: a text like that of the flag, or a table with its name."""
    if isinstance(given, Fault):
        return given
    if isinstance(given, str):
        return parse_fault(given)
    if isinstance(given, Mapping):
        if "name" not in given:
            raise FaultError(f"fault: name: missing: say {EXAMPLE}")
        return fault_of(given["name"], {key: value for key, value in given.items() if key != "name"})
    raise FaultError(f"fault: {str(given)[:40]!r} is none: say {EXAMPLE}")


def read_faults(given: object) -> tuple[Fault, ...]:
    """A list of faults. `FaultError` in one line."""
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise FaultError(f"must be a list: say [{EXAMPLE}]")
    return tuple(read_fault(one) for one in given)


def _value(text: str) -> Any:
    """A value of a flag: a number where it is one."""
    try:
        return msgspec.json.decode(text, type=int | float)
    except msgspec.DecodeError:
        return text
