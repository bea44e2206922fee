"""The folder of a self-test's report: what in it is one's own, so that the next may take its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.bounds import read_file, read_json
from nvr_conformance.evidence.whole_files import require_folder

if TYPE_CHECKING:
    from pathlib import Path

FILE, PAGE = "selftest.json", "selftest.html"
MUTANTS, FUZZING = "mutants.json", "fuzz.json"


class _Settings(msgspec.Struct, frozen=True):
    kit: str


class _Record(msgspec.Struct, frozen=True):
    """What the records of all versions have."""

    settings: _Settings


def require_place(folder: Path) -> None:
    """Make a folder for a report. OSError, in words for a user, where none can be written there, and where
    one would take the place of files that are no self-test's."""
    require_folder(folder)
    there = [name for name in (FILE, MUTANTS, FUZZING) if (folder / name).exists()]
    foreign = [name for name in there if not _is_ours(folder / name)]
    if (folder / PAGE).exists() and set(there) <= {*foreign, FUZZING}:
        foreign.append(PAGE)
    if foreign:
        raise OSError(
            f"{folder} holds files that are no self-test's: {', '.join(foreign)}; name another directory"
        )


def _is_ours(path: Path) -> bool:
    try:
        read_json(read_file(path), _Record)
    except (OSError, ValueError):
        return False
    return True
