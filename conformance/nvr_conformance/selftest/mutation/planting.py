"""A mutant in the process at hand: the module is compiled from the changed tree when it is imported."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import CodeType, ModuleType
from typing import Any

from nvr_conformance.selftest.mutation.operators import mutated


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, number: int) -> None:
        super().__init__(name, path)
        self._number = number

    def get_code(self, fullname: str) -> CodeType:
        source = self.get_data(self.get_filename(fullname)).decode()
        code: CodeType = compile(mutated(source, self._number), self.path, "exec", dont_inherit=True)
        return code


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, number: int) -> None:
        self._module, self._number = module, number

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._module:
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None or spec.origin is None:
            return None
        loader: Any = _Loader(fullname, spec.origin, self._number)
        locations = spec.submodule_search_locations
        return importlib.util.spec_from_file_location(
            fullname, spec.origin, loader=loader, submodule_search_locations=locations
        )


RECORDER = ("nvr_emulator", "nvr_protocol", "nvr_fixtures")
"""The packages that are imported anew."""


def forget() -> None:
    """Have all of the recorder imported anew. What was imported of it before must not be used afterwards."""
    for name in [name for name in sys.modules if name.partition(".")[0] in RECORDER]:
        del sys.modules[name]


def plant(module: str, number: int) -> None:
    """Have a module that is not imported yet come with its mutant of that number.

    RuntimeError where it is imported already: the mutant would have no effect, and survive for that reason.
    """
    if module in sys.modules:
        raise RuntimeError(f"{module} is imported already: a mutant in it would not be seen")
    sys.meta_path.insert(0, _Finder(module, number))
