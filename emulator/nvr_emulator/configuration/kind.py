"""What kind of recorder a test asks for: anything that recorder.toml can say, and how it is run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from nvr_emulator.configuration.plan import usual_cameras
from nvr_emulator.configuration.recorder_toml import beside, read_document
from nvr_emulator.configuration.schema import problem_of
from nvr_emulator.configuration.settings import ConfigurationError, RecorderSettings
from nvr_emulator.configuration.small_recorder import USERS, USUAL_CHANNELS
from nvr_emulator.configuration.toml_file import read_toml
from nvr_protocol.models import SERIES_BY_NAME, Model

ClockName = Literal["manual", "real", "fast"]
USUAL_SPEED = 10.0
"""How many times faster than real time the fast clock runs."""


class Running(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How a recorder is run. `speed`: how many times faster than real time the fast clock runs."""

    clock: ClockName = "manual"
    speed: Annotated[float, msgspec.Meta(gt=0, le=1000)] = USUAL_SPEED
    defects: tuple[str, ...] = ()


def kind_of(wanted: Mapping[str, Any]) -> tuple[RecorderSettings, Running]:
    """The kind that a marker or a call asks for: `clock`, `speed`, `defects`, `config` (a file, or a table),
    and the keys of recorder.toml, which go before those of `config`.

    What is not said is that of a small recorder, with `seed` 0. `ConfigurationError` in one line: name and
    reason.
    """
    said = {name: value for name, value in wanted.items() if value is not None or name == "seed"}
    names = Running.__struct_fields__
    running = {name: _plain(said.pop(name)) for name in names if name in said}
    try:
        run = msgspec.convert(running, Running)
    except msgspec.ValidationError as error:
        raise ConfigurationError(": ".join(problem_of(error, Running, running))) from None
    document = _document(said.pop("config", {}))
    # One says either: what is nearer counts for both.
    if "model" in said:
        document.pop("series", None)
    elif "series" in said:
        document.pop("model", None)
    document |= {name: _plain(value) for name, value in said.items()}
    seed = document.pop("seed", 0)
    settings = read_document(document if seed is None else {**document, "seed": seed})
    changes: dict[str, Any] = {}
    if "users" not in document:
        changes["users"] = USERS
    if "cameras" not in document:
        room = settings.channels or _channels(settings)
        changes["cameras"] = usual_cameras(
            min(USUAL_CHANNELS[settings.model], room), "counter-small", model=Model(settings.model)
        )
    return msgspec.structs.replace(settings, **changes), run


def _channels(settings: RecorderSettings) -> int:
    series = SERIES_BY_NAME.get(settings.series or "")
    return USUAL_CHANNELS[settings.model] if series is None else series.cameras.value


def _document(config: object) -> dict[str, Any]:
    if isinstance(config, Mapping):
        return {name: _plain(value) for name, value in config.items()}
    if not isinstance(config, str | os.PathLike):
        raise ConfigurationError(f"config: {str(config)[:40]!r} is neither a file nor a table")
    if not os.fspath(config):
        raise ConfigurationError("config: is empty: leave it out, or name a file")
    path = Path(config)
    try:
        return beside(read_toml(path), path.parent)
    except ConfigurationError as error:
        raise ConfigurationError(f"config: {error}") from None


def _plain(value: object) -> Any:
    """A value of Python as TOML would have it."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    try:
        return msgspec.to_builtins(value, builtin_types=(datetime, date))
    except (TypeError, ValueError):
        return value
