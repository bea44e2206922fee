"""Words of the command line that are more than text."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

EMPTY = "it is empty: is a variable not set?"


class Place(click.Path):
    """A file or a folder. Nothing is none: to Python it would be the current folder."""

    def __init__(self, **how: Any) -> None:
        super().__init__(path_type=Path, **how)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail(EMPTY, param, ctx)
        return super().convert(value, param, ctx)


class Scenarios(Place):
    """A file of scenarios, or a folder with some."""

    def __init__(self) -> None:
        super().__init__(exists=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        path = super().convert(value, param, ctx)
        if path.is_dir():
            if not any(path.rglob("test_*.py")):
                self.fail(f"{path}: there is no file test_*.py with scenarios in it", param, ctx)
        elif path.suffix != ".py":
            self.fail(f"{path}: is no file test_*.py with scenarios, and no folder of such", param, ctx)
        return path


class Number(click.FloatRange):
    """A number of a range, of which what is no number is no part."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no number", param, ctx)
        return number
