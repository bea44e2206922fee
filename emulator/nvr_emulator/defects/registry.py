"""How a defect is declared, and how it puts itself around a part of the recorder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

from nvr_emulator.recorder.recorder import Recorder

Plant = Callable[[Recorder], None]


@dataclass(frozen=True)
class Defect:
    """One way to be wrong. `breaks` are requirement ids; `models` those on which it can show."""

    name: str
    text: str
    breaks: frozenset[str]
    models: frozenset[int]
    plant: Plant


def breaks(*ids: str, models: tuple[int, ...] = (1, 2, 3)) -> Callable[[Plant], Defect]:
    """Make a defect of a function: its name and docstring become the defect's."""

    def declare(plant: Plant) -> Defect:
        name = plant.__name__.replace("_", "-")
        text = (plant.__doc__ or "").strip().rstrip(".")
        return Defect(name, text, frozenset(ids), frozenset(models), plant)

    return declare


def defects_in(module: ModuleType) -> list[Defect]:
    """The defects that a module declares, in its order."""
    return [value for value in vars(module).values() if isinstance(value, Defect)]


def around(part: object, method: str, wrapper: Callable[..., Any]) -> None:
    """Replace a method of one object; the wrapper is given the original first."""
    setattr(part, method, partial(wrapper, getattr(part, method)))
