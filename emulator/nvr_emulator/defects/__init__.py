"""Named defects: a recorder that breaks one requirement, to prove the judge.

A defect is a function that alters one thing in a recorder before it serves. It declares the
requirements that it breaks: its own, and those that cannot hold without it. Every module in here is asked for
the defects that it declares.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from functools import cache
from types import ModuleType

from nvr_emulator.configuration.schema import did_you_mean
from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.defects.registry import Defect, defects_in
from nvr_emulator.recorder.recorder import Recorder

CHAPTERS = ("session", "live", "playback", "camera_control", "information", "download")
"""The packages and modules that declare defects, in the order of the catalogue."""


@cache
def all_defects() -> tuple[Defect, ...]:
    """Every defect, in the order of the catalogue."""
    return tuple(
        defect
        for chapter in CHAPTERS
        for module in _modules(importlib.import_module(f"{__name__}.{chapter}"))
        for defect in defects_in(module)
    )


def apply_defects(recorder: Recorder, names: Sequence[str]) -> None:
    """Plant defects in a recorder; `ConfigurationError` names what is not known."""
    known = {defect.name: defect for defect in all_defects()}
    for name in names:
        if name not in known:
            nearest = did_you_mean(name, known) or "; see nvr-emulator defects"
            raise ConfigurationError(f"defect: {name!r} is not known{nearest}")
        if recorder.plan.model not in known[name].models:
            raise ConfigurationError(f"defect: {name!r} cannot show on MODEL {recorder.plan.model}")
        known[name].plant(recorder)


def _modules(module: ModuleType) -> Iterator[ModuleType]:
    """A module, and those in it if it is a package."""
    yield module
    for found in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{module.__name__}."):
        yield importlib.import_module(found.name)
