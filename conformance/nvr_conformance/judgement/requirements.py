"""The catalogue of requirements: what a recorder must do, row by row.

The rows live in ``requirements.toml`` beside this module. They are read once per process.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable


class Level(StrEnum):
    """How binding a row is."""

    MUST = "must"  # the document states it
    SHOULD = "should"  # the document advises it
    OBSERVE = "observe"  # the document is silent: what the recorder does is recorded, never judged


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the catalogue. ``section`` numbers the chapters of the vendor's document."""

    id: str
    level: Level
    section: str
    models: frozenset[int]
    text: str
    untestable: str = ""


class _Catalogue(msgspec.Struct, forbid_unknown_fields=True):
    requirement: list[Requirement]


@cache
def requirements() -> dict[str, Requirement]:
    """All rows by id, in the order of the catalogue."""
    data = tomllib.loads(files("nvr_conformance.judgement").joinpath("requirements.toml").read_text("utf-8"))
    rows = msgspec.convert(data, _Catalogue).requirement
    table = {row.id: row for row in rows}
    if len(table) != len(rows):
        raise ValueError("requirements.toml: an id appears twice")
    return table


def matching(globs: Iterable[str]) -> frozenset[str]:
    """The ids that match any of the shell-style patterns (``LIV-*``), case ignored.

    A pattern that matches no row is a ValueError: a slip of the pen would select nothing and prove nothing.
    """
    chosen: set[str] = set()
    for glob in globs:
        found = {id_ for id_ in requirements() if fnmatchcase(id_, glob.strip().upper())}
        if not found:
            raise ValueError(f"no requirement matches {glob!r}")
        chosen |= found
    return frozenset(chosen)
