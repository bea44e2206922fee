"""``--expected-failures`` of the commands that judge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nvr_conformance.judgement.expected_failures import ExpectedFailure

EXPECTED_FAILURES = click.option(
    "--expected-failures",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A TOML file of failures that are known and excused until a date.",
)


def read_known(path: Path | None) -> tuple[ExpectedFailure, ...]:
    """What the file excuses; nothing where none was given. click.BadParameter for one that cannot be read."""
    from nvr_conformance.judgement.expected_failures import read_expected_failures

    if path is None:
        return ()
    try:
        return read_expected_failures(path)
    except (OSError, ValueError) as problem:
        raise click.BadParameter(str(problem), param_hint="--expected-failures") from None
