"""A file in TOML: what is none, and what would cost too much to read, is told in one line."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from nvr_emulator.configuration.settings import ConfigurationError

LARGEST = 1024 * 1024
"""Bytes of a file."""
MOST_DOTS = 1000
"""In a line: what reading a key costs grows with the square of its parts."""
NESTING = 64
"""Lists and tables within one another."""


def read_toml(path: Path) -> dict[str, Any]:
    """What a file holds. `ConfigurationError` with its name."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    except ValueError:
        raise ConfigurationError(f"{str(path)[:80]!a} is no path") from None
    if len(data) > LARGEST:
        raise ConfigurationError(f"{path}: larger than {LARGEST >> 10} KiB")
    if any(line.count(b".") > MOST_DOTS for line in data.splitlines()):
        raise ConfigurationError(f"{path}: a line has more than {MOST_DOTS} dots")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except ValueError as error:  # no UTF-8, no TOML, a number of thousands of digits
        raise ConfigurationError(f"{path}: not TOML: {error}") from None
    except RecursionError:
        raise ConfigurationError(f"{path}: nested too deep") from None
    if _depth_exceeds(table, NESTING):
        raise ConfigurationError(f"{path}: nested too deep")
    return table


def _depth_exceeds(value: Any, most: int) -> bool:
    level = [value]
    for _ in range(most):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)
