"""Which lines of the emulator and of the protocol answer on the wire, and the mutants that stand in them."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import msgspec

from nvr_conformance.selftest.mutation.operators import Mutant, mutants_of

Package = Literal["emulator", "protocol"]

ROOMS: dict[Package, tuple[str, ...]] = {
    "emulator": (
        "nvr_emulator.recorder",
        "nvr_emulator.footage",
        "nvr_emulator.server.http_server",
        "nvr_emulator.server.whole_answer",
        "nvr_emulator.server.download_response",
        "nvr_emulator.server.media_pump",
        "nvr_emulator.server.sinks",
    ),
    "protocol": ("nvr_protocol",),
}
"""What answers on the wire: not the command line, the control port, the journal, the findings."""

LEFT_OUT = ("nvr_protocol.layouts", "nvr_protocol.dialect_detection", "nvr_protocol.errors")
"""What reads for others and writes nothing."""


class ExecutedError(Exception):
    """Which lines are executed could not be found out; one line says why."""


def modules_of(package: Package) -> dict[str, Path]:
    """The modules of a package that answer on the wire, and their files."""
    found: dict[str, Path] = {}
    for room in ROOMS[package]:
        spec = find_spec(room)
        if spec is None or spec.origin is None:
            continue
        if spec.submodule_search_locations is None:
            found[room] = Path(spec.origin)
            continue
        base = Path(spec.origin).parent
        for path in sorted(base.rglob("*.py")):
            parts = path.relative_to(base).with_suffix("").parts
            name = ".".join((room, *(part for part in parts if part != "__init__")))
            found[name] = path
    return {name: path for name, path in found.items() if name not in LEFT_OUT}


def executed_lines(model: int, seed: int) -> dict[str, frozenset[int]]:
    """The lines that a healthy run executes, by file; in a process of its own, where nothing is imported yet.

    ExecutedError where coverage.py is missing or the run fails.
    """
    if find_spec("coverage") is None:
        raise ExecutedError("mutants need coverage.py; pip install coverage")
    program = [sys.executable, "-m", "nvr_conformance.selftest.mutation.covering_run", str(model), str(seed)]
    done = subprocess.run(program, capture_output=True, check=False)
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise ExecutedError(f"the healthy run failed: {last}")
    lines: Mapping[str, list[int]] = msgspec.json.decode(done.stdout.rstrip().rpartition(b"\n")[2])
    return {name: frozenset(numbers) for name, numbers in lines.items()}


def mutants_in(package: Package, executed: Mapping[str, frozenset[int]]) -> list[Mutant]:
    """Every mutant in a line that a healthy run executes."""
    return [
        mutant
        for module, path in modules_of(package).items()
        for mutant in mutants_of(module, path.read_text("utf-8"))
        if mutant.line in executed.get(str(path), ())
    ]


def chosen(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many of them at random, the same for the same seed; each module by what it has."""
    draw = random.Random(seed)
    return draw.sample(list(mutants), min(count, len(mutants)))
