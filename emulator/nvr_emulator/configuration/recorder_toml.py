"""`recorder.toml`: a recorder in a file. What is wrong with it is said in one line: file, key, reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from nvr_emulator.configuration.fault_choice import read_faults
from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.schema import did_you_mean, fields_of, item_of, problem_of
from nvr_emulator.configuration.settings import (
    CameraError,
    CameraSettings,
    ConfigurationError,
    RecorderSettings,
    UserSettings,
)
from nvr_emulator.configuration.toml_file import read_toml
from nvr_emulator.configuration.variant_choice import VariantError, read_variants
from nvr_emulator.configuration.variants import Variants
from nvr_emulator.faults.fault import FaultError
from nvr_fixtures.folders import is_folder
from nvr_protocol.dialect import dialect_from_name
from nvr_protocol.errors import ProtocolError
from nvr_protocol.models import CAMERA_LIMIT, SERIES_BY_NAME

_RANGE = re.compile(r"\s*(\d{1,4})\s*-\s*(\d{1,4})\s*")
_ANYBODY = (UserSettings("ADMIN", "admin12345"),)


class _KeyProblem(Exception):  # noqa: N818 - the file is wrong, not this module
    """A key (`cameras[2].fixture`) and what is wrong with it."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}" if path else why)


def read_recorder(path: Path) -> RecorderSettings:
    """The settings in a file; without users where it names none. `ConfigurationError` in one line."""
    data = read_toml(path)
    try:
        return settings_of(beside(data, path.parent))
    except (_KeyProblem, ConfigurationError) as problem:
        raise ConfigurationError(f"{path}: {problem}") from None


def read_document(document: Mapping[str, Any]) -> RecorderSettings:
    """The settings in a document like recorder.toml. `ConfigurationError` in one line: key and reason."""
    try:
        return settings_of(document)
    except _KeyProblem as problem:
        raise ConfigurationError(str(problem)) from None


def settings_of(data: Mapping[str, Any]) -> RecorderSettings:
    """The settings in a TOML document, checked against each other. Raises with the key and the reason."""
    _refuse_unknown_keys({**data, "variants": {}, "faults": []}, RecorderSettings, "")
    data = dict(data)
    dialect = data.pop("dialect", {})
    variants = _variants(data.pop("variants", {}))
    faults = _faults(data.pop("faults", []))
    spans = _camera_ranges(data)
    plain = {**data, "users": data.get("users", []), "dialect": {} if isinstance(dialect, str) else dialect}
    if isinstance(start := data.get("clock_start"), datetime):
        if start.tzinfo is None:
            raise _KeyProblem("clock_start", "has no offset from UTC: say 2026-11-01T05:00:00Z")
        plain["clock_start"] = start.timestamp()
    if spans:
        plain["cameras"] = [
            {**camera, "number": spans[index].start} if index in spans else camera
            for index, camera in enumerate(data["cameras"])
        ]
    series = SERIES_BY_NAME.get(data["series"]) if isinstance(data.get("series"), str) else None
    if series is not None and "model" not in data:
        plain["model"] = series.model.value
    settings = _converted(plain)
    settings = msgspec.structs.replace(settings, variants=variants, faults=faults)
    if isinstance(dialect, str):
        try:
            settings = msgspec.structs.replace(settings, dialect=dialect_from_name(dialect))
        except ProtocolError as error:
            raise _KeyProblem(error.what.replace(" ", "."), error.why) from None
    return _checked(settings, spans)


def _variants(table: Any) -> Variants:
    if not isinstance(table, dict):
        raise _KeyProblem("variants", 'is no table: say {refusal = "close"}')
    try:
        return read_variants(table)
    except VariantError as error:
        raise _KeyProblem("variants", str(error)) from None


def _faults(given: Any) -> tuple[Any, ...]:
    try:
        return read_faults(given)
    except FaultError as error:
        raise _KeyProblem("faults", str(error)) from None


def _camera_ranges(data: Mapping[str, Any]) -> dict[int, range]:
    """The numbers of the tables of `cameras` that have a range like "1-16", by their place."""
    spans = {}
    tables = data.get("cameras", [])
    for index, camera in enumerate(tables if isinstance(tables, list) else []):
        number = camera.get("number") if isinstance(camera, dict) else None
        if not isinstance(number, str):
            continue
        match = _RANGE.fullmatch(number)
        if match is None or not 1 <= int(match[1]) <= int(match[2]) <= CAMERA_LIMIT:
            why = f'{number!r} is neither a number nor a range like "1-16" within {CAMERA_LIMIT}'
            raise _KeyProblem(f"cameras[{index}].number", why)
        spans[index] = range(int(match[1]), int(match[2]) + 1)
    return spans


def _converted(data: Mapping[str, Any]) -> RecorderSettings:
    try:
        return msgspec.convert(data, RecorderSettings)
    except msgspec.ValidationError as error:
        raise _KeyProblem(*problem_of(error, RecorderSettings, data)) from None


def _checked(settings: RecorderSettings, spans: Mapping[int, range]) -> RecorderSettings:
    """The settings with every camera of every range, if they make a recorder."""
    expanded = [
        (index, msgspec.structs.replace(camera, number=number))
        for index, camera in enumerate(settings.cameras)
        for number in spans.get(index, (camera.number,))
    ]
    cameras: tuple[CameraSettings, ...] = tuple(camera for _, camera in expanded)
    settings = msgspec.structs.replace(settings, cameras=cameras)
    try:
        plan(msgspec.structs.replace(settings, users=settings.users or _ANYBODY))
    except CameraError as error:
        # Where a number stands twice, it is the later table that is too much.
        index = [index for index, camera in expanded if camera.number == error.number][-1]
        raise _KeyProblem(f"cameras[{index}].{error.key}", error.why) from None
    return settings


def _refuse_unknown_keys(value: Any, hint: Any, path: str) -> None:
    fields = fields_of(hint)
    if isinstance(value, dict) and fields is not None:
        for key, inner in value.items():
            if not isinstance(key, str):  # of a program: no file has any
                raise _KeyProblem(path, f"{key!r} is no name of a key")
            here = f"{path}.{key}" if path else key
            if key not in fields:
                raise _KeyProblem(here, f"unknown key{did_you_mean(key, fields)}")
            _refuse_unknown_keys(inner, fields[key], here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _refuse_unknown_keys(inner, item_of(hint), f"{path}[{index}]")


def beside(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A recorder.toml in which paths of fixtures are seen from the folder that it lies in."""
    moved = dict(document)
    for key in ("cameras", "recordings"):
        if isinstance(tables := document.get(key), list):
            moved[key] = [_moved(table, folder) for table in tables]
    return moved


def _moved(table: Any, folder: Path) -> Any:
    fixture = table.get("fixture") if isinstance(table, dict) else None
    if not isinstance(fixture, str) or not is_folder(fixture):
        return table
    return {**table, "fixture": str(folder.absolute() / fixture)}
