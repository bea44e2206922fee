"""Disagreements that were found before, in a database of hypothesis's that several machines may share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from hypothesis.database import DirectoryBasedExampleDatabase

from nvr_conformance.fuzzing.steps import FORMAT, read_found

if TYPE_CHECKING:
    from hypothesis.database import ExampleDatabase

    from nvr_conformance.fuzzing.steps import FuzzFile, Step


class Examples:
    """The steps that disagreed on recorders of a model. ``database``: any of hypothesis's."""

    def __init__(self, database: ExampleDatabase, model: int) -> None:
        self._database = database
        self._key = f"{FORMAT} MODEL {model}".encode()

    def steps(self) -> Iterator[tuple[Step, ...]]:
        """Those of all that were kept, the shortest first. What cannot be read any more is passed over."""
        for value in sorted(self._database.fetch(self._key), key=lambda each: (len(each), each)):
            try:
                yield read_found(value).steps
            except ValueError:
                continue

    def keep(self, found: FuzzFile) -> None:
        """Add one. OSError where it cannot be written."""
        self._database.save(self._key, msgspec.json.encode(found))


def examples_in(directory: Path, model: int) -> Examples:
    """Those in a directory, which is made when something is kept."""
    return Examples(DirectoryBasedExampleDatabase(directory), model)
