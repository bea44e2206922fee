"""Which scenarios there are, and what each claims to check; found without running anything."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nvr_conformance.engine.claim import Claim, claim_of
from nvr_conformance.judgement.outcomes import KitError

if TYPE_CHECKING:
    from collections.abc import Collection

SCENARIOS = Path(__file__).parents[1] / "scenarios"


@dataclass(frozen=True, slots=True)
class ScenarioClaim:
    """One scenario: its name, what it claims, its docstring, and its file."""

    scenario: str
    claim: Claim
    text: str
    path: Path


@cache
def claims(directory: Path = SCENARIOS) -> tuple[ScenarioClaim, ...]:
    """The claims of all scenario files of a directory, in order of file and place. KitError for one that
    cannot be imported."""
    found = []
    for path in sorted(directory.rglob("test_*.py")):
        spec = importlib.util.spec_from_file_location(f"_claims_{path.parent.name}_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # dataclasses look their module up
        try:
            spec.loader.exec_module(module)
        except Exception as problem:
            raise KitError(f"{path.name}: {type(problem).__name__}: {problem}") from problem
        for name, function in vars(module).items():
            claim = claim_of(function)
            if claim is not None:
                found.append(ScenarioClaim(name, claim, inspect.getdoc(function) or "", path))
    return tuple(found)


def files_claiming(directory: Path, ids: Collection[str], *, besides: bool = False) -> tuple[Path, ...]:
    """The files of a directory with a scenario that meets one of these ids (``Claim.meets``): to collect all
    the others costs more than many a scenario takes."""
    found = [each.path for each in claims(directory) if each.claim.meets(ids, besides=besides)]
    return tuple(dict.fromkeys(found))
