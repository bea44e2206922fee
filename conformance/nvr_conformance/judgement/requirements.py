"""The catalogue of requirements: what a recorder must do, row by row.

The rows live in the files of ``catalogue/``, one for each chapter. They are read once per process.
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

CHAPTERS = (
    "session",
    "live",
    "exclusion",
    "playback",
    "camera_control",
    "information",
    "download",
    "access",
)


class Level(StrEnum):
    """How binding a row is."""

    MUST = "must"  # the document states it: a breach fails the recorder
    SHOULD = "should"  # it follows from the document, or is advised there: a breach warns
    OBSERVE = "observe"  # the document is silent: what the recorder does is recorded, never judged


class Requirement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row of the catalogue. ``section`` numbers the chapters of the vendor's document.

    ``basis``: where the document says it and in which words, cell or figure, by a short name. Whatever is
    checked of a row stands on one of its bases; a row without any is only observed. ``not_held``: what the
    document leaves open beside it, so that no recorder fails for it. ``untestable``: why no scenario can
    ever check the row.
    """

    id: str
    level: Level
    section: str
    text: str
    models: frozenset[int] = frozenset((1, 2, 3))
    basis: dict[str, str] = {}
    not_held: tuple[str, ...] = ()
    untestable: str = ""


@cache
def requirements() -> dict[str, Requirement]:
    """All rows by id, in the order of the catalogue."""
    table: dict[str, Requirement] = {}
    for chapter in CHAPTERS:
        text = files("nvr_conformance.judgement").joinpath(f"catalogue/{chapter}.toml").read_text("utf-8")
        for id_, row in tomllib.loads(text).items():
            if id_ in table:
                raise ValueError(f"catalogue/{chapter}.toml: {id_} is in another chapter too")
            table[id_] = msgspec.convert({"id": id_, **row}, Requirement)
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
