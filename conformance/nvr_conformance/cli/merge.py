"""``nvr-conformance merge``: parts that several machines made, joined into one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nvr_conformance.cli.options import require_selftests
from nvr_conformance.cli.stopping import stop
from nvr_conformance.cli.words import Place
from nvr_conformance.judgement.exit_status import (
    EXIT_CONFORMANT,
    EXIT_FAILURES,
    EXIT_KIT_BROKE,
    EXIT_USAGE,
    Judged,
)
from nvr_conformance.judgement.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console


@click.command()
@click.argument(
    "parts",
    nargs=-1,
    required=True,
    type=Place(file_okay=False, exists=True),
    metavar="DIR...",
)
@click.option(
    "--report",
    type=Place(file_okay=False),
    required=True,
    help="Directory for what they make together.",
)
def merge(parts: tuple[Path, ...], report: Path) -> None:
    """Join what the shards of one self-test, of its mutants or of one fuzzing left in each DIR.

    All shards must be there, once, of the same version, seed and options. Exit status as that of the whole;
    2 where they do not go together.
    """
    from nvr_conformance.report.terminal import make_console

    if report.exists() and any(report.samefile(part) for part in parts):
        raise click.UsageError(f"{plain(str(report))} is one of the parts: write the report elsewhere")
    require_selftests({"--report": report})
    console = make_console()
    try:
        # All of it is read and joined before any of it is written.
        wholes = [whole for join in (_selftests, _mutants, _fuzzings) if (whole := join(parts)) is not None]
        _require_pages(report, wholes)
        done = [whole.leave(report, console) for whole in wholes]
    except (ValueError, OSError) as problem:
        stop(str(problem), EXIT_USAGE)
    if not done:
        stop("there are no parts: a shard leaves selftest.json, mutants.json or fuzz.json", EXIT_USAGE)
    raise Judged(
        next((status for status in (EXIT_FAILURES, EXIT_KIT_BROKE) if status in done), EXIT_CONFORMANT)
    )


@dataclass(frozen=True, slots=True)
class _Whole:
    """All parts of one kind, joined. ``leave`` writes their file, prints what they come to, and gives the
    exit status of that."""

    file: str
    leave: Callable[[Path, Console], int]


def _paths(parts: tuple[Path, ...], name: str) -> list[Path]:
    """The file of that name in every part; none, if it is in none. ValueError where it is in some of them."""
    there = [path for part in parts if (path := part / name).exists()]
    if there and len(there) < len(parts):
        lacking = next(part for part in parts if part / name not in there)
        raise ValueError(f"{lacking} has no {name}, but {there[0].parent} has")
    return there


def _require_pages(report: Path, wholes: Sequence[_Whole]) -> None:
    """ValueError, in one line, where the page is to show a file besides that is there and cannot be read."""
    from nvr_conformance.selftest.files import read_selftest
    from nvr_conformance.selftest.mutation.files import read_mutants
    from nvr_conformance.selftest.place import FILE, MUTANTS

    new = {whole.file for whole in wholes}
    if MUTANTS in new and FILE not in new and (report / FILE).exists():
        read_selftest(report / FILE)
    if FILE in new and MUTANTS not in new and (report / MUTANTS).exists():
        read_mutants(report / MUTANTS)


def _selftests(parts: tuple[Path, ...]) -> _Whole | None:
    from nvr_conformance.selftest.console import print_matrix
    from nvr_conformance.selftest.files import JoinedSelftests, read_selftest
    from nvr_conformance.selftest.place import FILE

    found = {path: read_selftest(path) for path in _paths(parts, FILE)}
    if not found:
        return None
    joined = JoinedSelftests(found)

    def leave(report: Path, console: Console) -> int:
        joined.write(report)
        print_matrix(console, joined.outcomes, joined.rows)
        if any(outcome.missing or outcome.extra for outcome in joined.outcomes):
            return EXIT_FAILURES
        whole = len(joined.outcomes) == joined.planned and all(outcome.good for outcome in joined.outcomes)
        return EXIT_CONFORMANT if whole else EXIT_KIT_BROKE

    return _Whole(FILE, leave)


def _mutants(parts: tuple[Path, ...]) -> _Whole | None:
    from nvr_conformance.cli.mutants import mutants_status, print_scores
    from nvr_conformance.selftest.files import write_mutants_page
    from nvr_conformance.selftest.mutation.files import joined_mutants, read_mutants, write_mutants
    from nvr_conformance.selftest.place import MUTANTS

    found = {path: read_mutants(path) for path in _paths(parts, MUTANTS)}
    if not found:
        return None
    record = joined_mutants(found)

    def leave(report: Path, console: Console) -> int:
        write_mutants(report, record)
        write_mutants_page(report, record)
        print_scores(console, record.scores)
        return mutants_status(console, record)

    return _Whole(MUTANTS, leave)


def _fuzzings(parts: tuple[Path, ...]) -> _Whole | None:
    from nvr_conformance.cli.fuzz_summary import join_summaries, read_summary, write_summary
    from nvr_conformance.selftest.place import FUZZING

    found = {path: read_summary(path) for path in _paths(parts, FUZZING)}
    if not found:
        return None
    whole = join_summaries(found)

    def leave(report: Path, console: Console) -> int:
        write_summary(report / FUZZING, whole)
        console.print(whole.line, markup=False, soft_wrap=True)
        for text in whole.disagreements:
            console.print(f"disagreement: {text}", markup=False, soft_wrap=True)
        return EXIT_FAILURES if whole.disagreements else EXIT_CONFORMANT if whole.commands else EXIT_KIT_BROKE

    return _Whole(FUZZING, leave)
