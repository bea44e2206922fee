"""How a defect is declared, and how it puts itself around a part of the recorder."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Reply, Request
from nvr_emulator.seams import around
from nvr_protocol.commands.values import Value

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


def moment_of(recorder: Recorder) -> Callable[[], float]:
    """When the request that is being obeyed came, for a defect whose seam is not told it."""
    came = [float("-inf")]

    def obey(original: Callable[[Request, float], Reply], request: Request, now: float) -> Reply:
        came[0] = now
        return original(request, now)

    around(recorder.obey, obey)
    return lambda: came[0]


def with_values(asked: Asked, **values: Value) -> Asked:
    """The same command with other values of parameters."""
    command = dataclasses.replace(asked.command, values={**asked.command.values, **values})
    return dataclasses.replace(asked, command=command)


def defects_in(module: ModuleType) -> list[Defect]:
    """The defects that a module declares, in its order."""
    return [value for value in vars(module).values() if isinstance(value, Defect)]
