"""Which lines of the emulator and of the protocol answer on the wire, and the mutants that stand in them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from nvr_conformance.selftest.mutation.operators import Mutant, mutants_of
from nvr_conformance.selftest.variant_trials import ways_left_open

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

LEFT_OUT = ("nvr_protocol", "nvr_protocol.layouts", "nvr_protocol.dialect_detection", "nvr_protocol.errors")
"""What reads for others and writes nothing, and the door: a list of names."""


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


def path_of(module: str) -> Path:
    """The file of a module that there is."""
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin)


def takes_another_way(mutant: Mutant) -> bool:
    """Whether it does nothing but take another of the ways that the document leaves open: such a recorder is
    right, and what the judge makes of it is the matter of the trials of variants."""
    if mutant.choice is None:
        return False
    name, value = mutant.choice
    return value in ways_left_open().get(name, ())


def mutants_in(package: Package, executes: Callable[[Path, int], bool]) -> list[Mutant]:
    """Every mutant in a line that a healthy run executes, but those that are no faults by their place."""
    return [
        mutant
        for module, path in modules_of(package).items()
        for mutant in mutants_of(module, path.read_text("utf-8"))
        if executes(path, mutant.line) and not takes_another_way(mutant)
    ]


def chosen(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """So many of them at random, the same for the same seed; each module by what it has."""
    draw = random.Random(seed)
    return draw.sample(list(mutants), min(count, len(mutants)))
