"""``evidence/run.json``: what was judged, and what the files of the evidence are, so that a change shows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.bounds import read_file, read_json
from nvr_conformance.judgement.about import About

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = "nvrkit-run-1"
NAME = "run.json"
SUFFIXES = ("txt", "pcap", "json")  # of the files of a scenario
_MODELS = (1, 2, 3)


class RunIndex(msgspec.Struct, frozen=True, kw_only=True):
    """A run: its target, what was selected, which needs of scenarios were met (``--allow`` and so on), the
    scenarios that were to run with the stem of each one's files (empty: it was not run), the SHA-256 of each
    file, the circumstances, and in how many places of a scenario's evidence a password was ``masked``."""

    format: str = FORMAT
    target: str
    model: int
    seed: int
    selected: tuple[str, ...]
    needs: tuple[str, ...]
    scenarios: dict[str, str]
    files: dict[str, str]
    about: About = About()
    masked: dict[str, int] = {}


def index_json(index: RunIndex) -> bytes:
    """As it lies in the folder of the evidence."""
    return msgspec.json.format(msgspec.json.encode(index), indent=2) + b"\n"


def read_index(folder: Path) -> RunIndex:
    """The index of a folder of evidence. ValueError, in one line, where there is none or not such a one."""
    path = folder / NAME
    try:
        index = read_json(read_file(path), RunIndex)
    except FileNotFoundError:
        raise ValueError(f"{path}: there is none; was the report made by run --report?") from None
    except (OSError, ValueError) as problem:
        raise ValueError(f"{path}: {problem}") from None
    if index.format != FORMAT:
        raise ValueError(f"{path}: format {index.format!r}, expected {FORMAT!r}")
    if index.model not in _MODELS:
        raise ValueError(f"{path}: there is no MODEL {index.model}; there are 1, 2 and 3")
    for name in (*index.files, *index.scenarios.values()):
        if "/" in name or "\0" in name:
            raise ValueError(f"{path}: {name!r} is no file of this folder")
    return index


def digest_of(data: bytes) -> str:
    """What the index keeps of a file."""
    return hashlib.sha256(data).hexdigest()


def changed_files(folder: Path, index: RunIndex) -> list[str]:
    """What is wrong with each file that is not as the run left it; of one that the index does not name
    nobody knows."""
    named = (f"{stem}.{suffix}" for stem in index.scenarios.values() if stem for suffix in SUFFIXES)
    found = [
        f"evidence/{name} is not among the files of {NAME}: was it changed?"
        for name in named
        if name not in index.files
    ]
    for name, digest in index.files.items():
        path = folder / name
        try:
            data = read_file(path)
        except FileNotFoundError:
            found.append(f"evidence/{name} is not there")
            continue
        except OSError as problem:
            found.append(f"evidence/{name} cannot be read: {problem.strerror or problem}")
            continue
        if digest_of(data) != digest:
            found.append(f"evidence/{name} is not what the run left: its SHA-256 differs")
    return found
