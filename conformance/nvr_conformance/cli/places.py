"""Places that options name: what one of them writes takes the place of nothing that another has."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from nvr_conformance.cli.stopping import stop
from nvr_conformance.judgement.exit_status import EXIT_USAGE
from nvr_conformance.judgement.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_REPORTS = ("--report", "REPORT")


class _Claim(NamedTuple):
    """A place that an option has; ``whole``: with whatever is in it. ``real``: where its links lead."""

    option: str
    place: Path
    real: Path
    whole: bool

    def meets(self, other: _Claim) -> bool:
        return (
            self.real == other.real
            or (self.whole and self.real in other.real.parents)
            or (other.whole and other.real in self.real.parents)
        )


def require_working_directory() -> None:
    """End the command, in one line, where the folder that it was started in is gone: pytest starts there."""
    try:
        Path.cwd()
    except OSError as problem:
        stop(f"the working directory: {problem.strerror}; start in one that is there", EXIT_USAGE)


def require_apart(written: Mapping[str, Path | None], read: Mapping[str, Path | None] | None = None) -> None:
    """click.UsageError where an option would write what another one reads or writes as well.

    Files and folders by the options that name them. Of a report its own files count, of a folder of scenarios
    the scenarios: beside them there is room.
    """
    taken = list(_claims(read or {}))
    for option, path in written.items():
        claims = list(_claims({option: path}))
        for claim in claims:
            other = next((each for each in taken if each.meets(claim)), None)
            if other is not None:
                raise click.UsageError(
                    f"{option} would write {plain(str(claim.place))}, which is of {other.option}: "
                    "name another place"
                )
        taken += claims


def _claims(places: Mapping[str, Path | None]) -> Iterator[_Claim]:
    for option, path in places.items():
        if path is None or (path.exists() and not (path.is_file() or path.is_dir())):
            continue  # nothing takes the place of a device or a pipe
        if option == "--scenarios" and path.is_dir():
            yield from (_claim(option, each) for each in path.rglob("*.py"))
            continue
        yield _claim(option, path)
        if option in _REPORTS:
            yield from _of_report(option, path)


def _of_report(option: str, folder: Path) -> Iterable[_Claim]:
    from nvr_conformance.report.place import EVIDENCE, FILES

    yield _claim(option, folder / EVIDENCE, whole=True)
    yield from (_claim(option, folder / name) for name in FILES)


def _claim(option: str, place: Path, *, whole: bool = False) -> _Claim:
    return _Claim(option, place, Path(os.path.realpath(place)), whole)
