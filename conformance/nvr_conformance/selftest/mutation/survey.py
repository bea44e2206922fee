"""What a healthy recorder executes, answers and is checked for in each scenario: what mutants are compared
with. ``python -m … MODEL SEED`` prints it as JSON."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.selftest.mutation.sites import ROOMS, modules_of
from nvr_conformance.selftest.mutation.trial import Fate, Judged, Scene, Watcher, judge_scenes

if TYPE_CHECKING:
    import coverage

    from nvr_conformance.engine.events import Event
    from nvr_conformance.selftest.mutation.operators import Mutant

IMPORTED = "import"
_KEEPING = type(cache(len))  # what functools makes of a function that keeps its results
TIMEOUT = 600.0  # seconds for the survey: coverage makes it slow


class SurveyError(Exception):
    """What a healthy recorder does could not be found out; one line says why."""


class Survey(msgspec.Struct, frozen=True):
    """A healthy run. ``scenes``: its scenarios, by name; ``lines``: of each file, each line that was executed
    and the scenarios in which it was, IMPORTED for when its module, or another one, was imported."""

    scenes: dict[str, Scene]
    lines: dict[str, dict[int, tuple[str, ...]]]

    def executes(self, path: Path, line: int) -> bool:
        """Whether a healthy run executes a line."""
        return line in self.lines.get(str(path), ())

    def scenarios(self, path: Path, mutant: Mutant) -> tuple[str, ...]:
        """The scenarios in which a mutant can show, the shortest first: those that execute its line; all,
        where it is done once for all of them."""
        names = self.lines.get(str(path), {}).get(mutant.line, ())
        found = self.scenes if mutant.at_import or IMPORTED in names else names
        return tuple(sorted(found, key=lambda name: self.scenes[name].seconds))


def survey(model: int, seed: int) -> Survey:
    """Judge a healthy recorder, in a process of its own where nothing of it is imported yet.

    SurveyError where coverage.py is missing, the run fails, or the recorder is not judged conformant.
    """
    if find_spec("coverage") is None:
        raise SurveyError("mutants need coverage.py; pip install coverage")
    program = [sys.executable, "-m", __name__, str(model), str(seed)]
    try:
        done = subprocess.run(program, capture_output=True, check=False, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise SurveyError(f"the healthy run did not end within {TIMEOUT:.0f} s") from None
    last = (done.stderr if done.returncode else done.stdout).rstrip().rpartition(b"\n")[2]
    if done.returncode:
        raise SurveyError(f"the healthy run failed: {last.decode(errors='replace')}")
    return msgspec.json.decode(last, type=Survey)


class Contexts:
    """Tells coverage.py which scenario runs. What the recorder kept of those before is emptied: what is
    prepared once in a process would be put down to the first scenario that asked for it alone, and a mutant
    judged by no other."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self._measured = measured

    def __call__(self, event: Event) -> None:
        from nvr_conformance.engine.events import ScenarioStarted

        if isinstance(event, ScenarioStarted):
            for package in ("nvr_emulator", "nvr_protocol"):
                _empty_caches(package)
            self._measured.switch_context(event.name)


def _empty_caches(package: str) -> None:
    """Empty what functions of this package's modules keep of their results."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == package:
            for value in list(vars(module).values()):
                if isinstance(value, _KEEPING):
                    value.cache_clear()


def _surveyed(model: int, seed: int) -> tuple[Judged, Survey]:
    import coverage

    sources = [
        str(Path(spec.origin).parent)
        for name in ("nvr_emulator", "nvr_protocol")
        if (spec := find_spec(name)) is not None and spec.origin is not None
    ]
    measured = coverage.Coverage(data_file=None, source=sources, config_file=False, concurrency=["thread"])
    measured.start()
    measured.switch_context(IMPORTED)
    for package in ROOMS:
        for module in modules_of(package):
            import_module(module)
    watcher = Watcher(to_the_end=True)
    judged = judge_scenes(model, seed, None, watcher, Contexts(measured))
    measured.stop()
    data = measured.get_data()
    lines = {
        name: {line: tuple(filter(None, names)) for line, names in data.contexts_by_lineno(name).items()}
        for name in data.measured_files()
    }
    return judged, Survey(watcher.scenes, lines)


def main() -> None:
    """Print the survey; exit with one line where the healthy recorder is not judged conformant."""
    judged, found = _surveyed(*map(int, sys.argv[1:]))
    if judged.fate is not Fate.SURVIVED:
        what = ", ".join(judged.by) or judged.reason
        sys.exit(f"the healthy recorder was not judged conformant: {what}")
    print()
    print(msgspec.json.encode(found).decode())


if __name__ == "__main__":
    main()
