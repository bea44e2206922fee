"""A pytest inside of a process that may be another's: what the surroundings have is kept out, and left as it
was."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


@contextmanager
def own_pytest() -> Iterator[None]:
    """Keep pytest options and plugins of the surroundings out."""
    ours = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
    before = {name: os.environ.get(name) for name in (*ours, "PYTEST_CURRENT_TEST")}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def own_modules(root: Path) -> Iterator[None]:
    """Scenarios below ``root`` are imported anew, and forgotten again: pytest takes a module that is there
    already, by its name alone, be it of another folder, of what the caller tests, or as it was before an
    edit."""
    aside = {name: module for name, module in sys.modules.items() if _may_be_taken(name)}
    for name in aside:
        del sys.modules[name]
    before = set(sys.modules)
    try:
        yield
    finally:
        new = set(sys.modules) - before
        ours = {name for name in new if _stands_below(root, sys.modules[name])}
        parents = {name for name in new if any(each.startswith(f"{name}.") for each in ours)}
        for name in ours | parents:
            del sys.modules[name]
        sys.modules.update(aside)


def _may_be_taken(name: str) -> bool:
    last = name.rpartition(".")[2]
    return last.startswith("test_") or last == "conftest"


def _stands_below(root: Path, module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).resolve().is_relative_to(root.resolve())
