"""``nvr-conformance fuzz`` and ``nvr-conformance replay``."""

from __future__ import annotations

import dataclasses
import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import indent
from typing import TYPE_CHECKING, Any, NoReturn

import click

from nvr_conformance.cli.options import SHARD, recorder_options, require_files, require_folders
from nvr_conformance.cli.places import require_apart
from nvr_conformance.cli.stopping import no_traceback, say, writing
from nvr_conformance.cli.words import Place
from nvr_conformance.judgement.exit_status import EXIT_CONFORMANT, EXIT_FAILURES, EXIT_KIT_BROKE, Judged
from nvr_conformance.judgement.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from nvr_conformance.client.options import TargetOptions
    from nvr_conformance.fuzzing.run import FuzzRun
    from nvr_conformance.fuzzing.shrinking import Finding
    from nvr_conformance.fuzzing.steps import Step
    from nvr_conformance.selftest.shard import Shard
    from nvr_conformance.sources.source import TargetSource

CLOCK_START = 1_760_000_040.0
"""When an embedded recorder's clock starts (Unix seconds, on the minute): a seed means the same runs."""
_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0}


class Duration(click.ParamType[float]):
    """``90``, ``90s``, ``10m``, ``1.5h``: seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        text = str(value)
        unit = _UNITS.get(text[-1:], 0.0)
        try:
            seconds = float(text[:-1]) * unit if unit else float(text)
        except ValueError:
            seconds = -1.0
        if not 1 <= seconds <= 7 * 24 * 3600:
            self.fail(f"{text!r} is no duration from 1 s to a week (say 90s, 10m, 1h)", param, ctx)
        return seconds


@click.command()
@click.option("--budget", type=Duration(), default="10m", show_default=True, help="How long: 90s, 10m, 1h.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--keep",
    type=Place(dir_okay=False),
    default=Path("nvr-fuzz.json"),
    show_default=True,
    help="Where a disagreement is kept, for nvr-conformance replay.",
)
@click.option(
    "--json",
    "summary",
    type=Place(dir_okay=False),
    metavar="FILE",
    help="Write the numbers, what was covered and what not as JSON.",
)
@click.option(
    "--examples",
    type=Place(file_okay=False),
    metavar="DIR",
    help="Do again first what disagreed before, and keep there what does; shards may share it.",
)
@SHARD
@recorder_options
def fuzz(
    options: TargetOptions,
    budget: float,
    seed: int,
    keep: Path,
    summary: Path | None,
    examples: Path | None,
    shard: Shard,
) -> None:
    """Send random commands of several users to the recorder at URL, and compare each answer with a model
    of the document.

    Without URL an emulated recorder is started for it. The first disagreement ends the run: it is shrunk,
    shown as lines for a shell and kept in a file.
    """

    require_apart({"--keep": keep, "--json": summary, "--examples": examples})
    require_files({"--keep": keep, "--json": summary})
    require_folders({"--examples": examples})

    def work(source: TargetSource) -> int:
        from nvr_conformance.cli.fuzz_summary import FuzzSettings, summary_of, write_summary
        from nvr_conformance.fuzzing.examples import examples_in
        from nvr_conformance.fuzzing.steps import FuzzFile, write_fuzz_file

        kept = None if examples is None else examples_in(examples, source.model)
        known = () if kept is None else kept.steps()
        run, channels = _fuzz_with_progress(source, budget, seed, shard, known)
        _report(source, run)
        if summary is not None:
            with writing(str(summary)):
                settings = FuzzSettings(source.judged, seed, budget)
                write_summary(summary, summary_of(run, settings, shard))
        if run.finding is None:
            return EXIT_CONFORMANT if run.commands else EXIT_KIT_BROKE
        found = FuzzFile(
            model=source.model, seed=seed, disagreement=run.finding.text, steps=run.finding.steps
        )
        _show(run.finding, channels)
        if kept is not None:
            with writing(str(examples)):
                kept.keep(found)
        with writing(str(keep)):
            write_fuzz_file(keep, found)
            say(f"kept in {keep}: nvr-conformance replay {keep}")
        return EXIT_FAILURES

    _guarded(options, work)


@click.command()
@click.argument("file", type=Place(dir_okay=False, exists=True))
@recorder_options
def replay(options: TargetOptions, file: Path) -> None:
    """Do the steps in FILE again on the recorder at URL, or on an emulated one.

    Exit status 1 if it still disagrees with the document, 0 if not.
    """
    from nvr_conformance.fuzzing.steps import read_fuzz_file

    try:
        found = read_fuzz_file(file)
    except ValueError as problem:
        raise click.BadParameter(plain(str(problem)), param_hint="FILE") from None
    if options.model is None and options.url is None:
        options = dataclasses.replace(options, model=found.model)

    def work(source: TargetSource) -> int:
        from nvr_conformance.fuzzing.shrinking import replay as run_again

        with source.open() as target:
            again, channels = run_again(target, found.steps), target.channels
        if again is None:
            say(f"{source.judged}: {len(found.steps)} steps: as the document says")
            return EXIT_CONFORMANT
        _show(again, channels)
        return EXIT_FAILURES

    _guarded(options, work)


def _fuzz_with_progress(
    source: TargetSource, budget: float, seed: int, shard: Shard, known: Iterable[Sequence[Step]]
) -> tuple[FuzzRun, int]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from nvr_conformance.fuzzing.run import fuzz as run_fuzz
    from nvr_conformance.report.terminal import make_console

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with (
        _nothing_left_here(),
        source.open() as target,
        Progress(*columns, console=make_console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("fuzzing", total=budget)

        def on_progress(run: FuzzRun) -> None:
            if run.shrinking:
                progress.update(task, description="found a disagreement, making it small")
            elif run.commands % 20 == 0 or target.pace:
                text = f"{run.commands} commands, {len(run.covered)} of {len(run.possible)} combinations"
                progress.update(task, completed=run.seconds, description=text)

        run = run_fuzz(
            target,
            budget=budget,
            seed=seed,
            shard=(shard.number, shard.of),
            known_steps=known,
            on_progress=on_progress,
        )
        return run, target.channels


@contextmanager
def _nothing_left_here() -> Iterator[None]:
    """What hypothesis keeps between runs goes where its variable says, and not into the current folder."""
    from hypothesis.configuration import set_hypothesis_home_dir

    with TemporaryDirectory(prefix="nvr-fuzz-") as folder:
        set_hypothesis_home_dir(os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY") or folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)


def _report(source: TargetSource, run: FuzzRun) -> None:
    # Making a finding small does not count.
    seconds = run.seconds if run.finding is None else run.finding.seconds
    rate = run.commands / seconds if seconds else 0.0
    click.echo(
        f"{source.judged}: {run.commands} commands in {run.examples} examples, {seconds:.1f} s "
        f"({rate:.0f} commands/s)"
    )
    covered, possible = len(run.covered), max(1, len(run.possible))
    click.echo(
        f"covered: {len(run.kinds)} of {len(run.possible_kinds)} kinds of step, {covered} of {possible} "
        f"combinations of step, situation and answer ({100 * covered // possible} %), "
        f"{len(run.successions)} successions of two kinds"
    )
    for text in run.once:
        say(f"once, and not again with the same steps (others may use the recorder): {text}")


def _show(finding: Finding, channels: int) -> None:
    from nvr_conformance.fuzzing.shell import shell_lines

    say(f"disagreement: {finding.text}")
    if not finding.again:
        why = (
            "there was no time to do the steps again"
            if finding.again is None
            else "not again with the same steps"
        )
        click.echo(f"seen once: {why}")
    click.echo("in bash, with URL=http://… and NVR=user:password set:")
    for line in shell_lines(finding.steps, channels):
        click.echo(plain(indent(line, "  "), lines=True))


def _guarded(options: TargetOptions, work: Callable[[TargetSource], int]) -> NoReturn:
    """Do the work, and make an exit status of whatever happens, as ``run`` does."""
    from nvr_conformance.sources.source import TargetSource

    if options.url is None:
        options = dataclasses.replace(options, setup={**options.setup, "clock_start": CLOCK_START})
    source = TargetSource(options)
    with no_traceback():
        source.prepare()
        status = work(source)
    raise Judged(status)
