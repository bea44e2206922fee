"""What is written must be no file that is read, and none that is written besides."""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path

from nvr_emulator.cli.ending import EXIT_USAGE, ended

Named = tuple[str, Path | None]
"""An option, and the file that it names."""


def refuse_clashes(written: Iterable[Named], read: Iterable[Named]) -> None:
    """`ClickException` where what is written would take the place of another file, by whatever names and
    links both are reached. What is read may be read twice."""
    outputs, inputs = _real(written), _real(read)
    pairs = [*combinations(outputs, 2), *((one, other) for one in outputs for other in inputs)]
    for (option, path, there), (other, _, elsewhere) in pairs:
        if there == elsewhere:
            reason = f"{option}: {path} is the file of {_named(other, option)} too: name another"
            raise ended(reason, EXIT_USAGE)


def _real(files: Iterable[Named]) -> list[tuple[str, Path, str]]:
    return [(option, path, os.path.realpath(path)) for option, path in files if path is not None]


def _named(other: str, option: str) -> str:
    return f"another {other}" if other == option else other
