"""Kinds of values of flags that click has none of."""

from __future__ import annotations

import math
import os
import stat
from pathlib import Path
from typing import Any

import click


class Number(click.FloatRange):
    """A number within bounds; NaN, which every comparison lets pass, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{str(value)[:40]!r} is no number.", param, ctx)
        return number


class NamedPath(click.Path):
    """The name of a file or folder; the empty one would be that of the current folder. `regular`: what is
    there must be a regular file: it is read more than once, and a pipe keeps its reader waiting."""

    def __init__(self, *, regular: bool = False, **chosen: Any) -> None:
        super().__init__(**chosen)
        self.regular = regular

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name."""
        if not os.fspath(value):
            self.fail("an empty name names nothing.", param, ctx)
        if self.regular and is_other_than_a_file(Path(value)):
            self.fail(f"{os.fspath(value)!r} is no regular file.", param, ctx)
        return super().convert(value, param, ctx)


def is_other_than_a_file(path: Path) -> bool:
    """Whether a pipe, a device or the like is there."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):  # whoever opens it tells why it cannot
        return False
