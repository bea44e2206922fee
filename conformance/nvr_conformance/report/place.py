"""The folder of a report: what in it is a report's, so that the next one may take it away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.bounds import read_file, read_json
from nvr_conformance.evidence.index import NAME as INDEX
from nvr_conformance.evidence.index import read_index
from nvr_conformance.evidence.whole_files import require_folder, write_file

try:
    import fcntl
except ImportError:  # on Windows nobody is kept out
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

EVIDENCE = "evidence"
SUFFIXES = (".txt", ".pcap", ".json")
"""Of the files of a scenario."""
UNFINISHED = "unfinished.json"
"""There while a report is being made: what it may have left, should it be cut off."""
_FORMAT = "nvrkit-unfinished-1"
FILES = ("index.html", "result.json", "declaration.json", "junit.xml", f"{EVIDENCE}/{INDEX}", UNFINISHED)


class Unfinished(msgspec.Struct, frozen=True):
    """Names of files of the evidence."""

    format: str
    files: tuple[str, ...]


def require_place(folder: Path) -> None:
    """Make a folder for a report. OSError, in words for a user, where none can be written there, and where
    one would take the place of files that are no report."""
    require_folder(folder)
    require_folder(folder / EVIDENCE)
    ours, markers = _older(folder)
    fixed = () if markers else FILES
    foreign = [name for name in fixed if (folder / name).exists()]
    foreign += [
        f"{EVIDENCE}/{path.name}"
        for path in sorted((folder / EVIDENCE).glob("test*"))
        if path.suffix in SUFFIXES and path.name not in ours
    ]
    if foreign:
        more = f" and {len(foreign) - 5} more" if len(foreign) > 5 else ""
        named = ", ".join(foreign[:5])
        raise OSError(f"{folder} holds files that are no report: {named}{more}; name another directory")


def hold(folder: Path) -> int | None:
    """Keep other runs out of a folder: two reports in one would be neither. OSError, in words for a user,
    where another run is in it.

    Closing the handle lets them in, and so does the end of the process, whatever ends it: the folder itself
    is locked, and no file tells of it. None: its filesystem has no locks.
    """
    if fcntl is None:
        return None
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except PermissionError:  # of a folder that can be written in and not read
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OSError(
            f"{folder}: another run is writing its report there; name another directory, or wait for its end"
        ) from None
    except OSError:
        os.close(handle)
        return None
    return handle


def begin(folder: Path, files: Iterable[str]) -> None:
    """Take an older report away: if this one breaks, its verdict must not be mistaken for this one's.

    ``files``: names of the evidence that this one may have.
    """
    older, _ = _older(folder)
    try:
        unfinished = Unfinished(_FORMAT, tuple(sorted({*older, *files})))
        write_file(folder / UNFINISHED, msgspec.json.encode(unfinished) + b"\n")
    finally:
        for name in (*FILES[:-1], *(f"{EVIDENCE}/{name}" for name in older)):
            (folder / name).unlink(missing_ok=True)


def end(folder: Path) -> None:
    """The report is whole."""
    (folder / UNFINISHED).unlink(missing_ok=True)


def _older(folder: Path) -> tuple[frozenset[str], bool]:
    """The evidence that an older report has or had, and whether there is one: what says so is whole."""
    found: set[str] = set()
    there = False
    try:
        found |= read_index(folder / EVIDENCE).files.keys()
        there = True
    except ValueError:
        pass
    try:
        unfinished = read_json(read_file(folder / UNFINISHED), Unfinished)
        there |= unfinished.format == _FORMAT
        found |= set(unfinished.files) if unfinished.format == _FORMAT else set()
    except (OSError, ValueError):
        pass
    return frozenset(name for name in found if _is_plain(name)), there


def _is_plain(name: str) -> bool:
    """Whether it is a file in the folder of the evidence: who wrote the list may be anybody."""
    return "/" not in name and "\0" not in name and name.startswith("test") and name.endswith(SUFFIXES)
