"""``nvr-conformance run``: judge one recorder."""

from __future__ import annotations

import dataclasses
import hashlib
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvr_conformance.cli.options import (
    EXPECTED_FAILURES,
    read_known,
    recorder_options,
    report_writers,
    require_files,
)
from nvr_conformance.cli.places import require_apart
from nvr_conformance.cli.stopping import no_traceback, say, tell
from nvr_conformance.cli.words import Number, Place, Scenarios
from nvr_conformance.judgement.exit_status import EXIT_CONFORMANT, EXIT_KIT_BROKE, Judged
from nvr_conformance.judgement.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from nvr_conformance.client.options import TargetOptions
    from nvr_conformance.engine.rehearsal import Plan
    from nvr_conformance.engine.run_options import RunOptions
    from nvr_conformance.evidence.redaction import Redactor
    from nvr_conformance.judgement.result import Result
    from nvr_conformance.sources.source import TargetSource


@click.command()
@recorder_options
@click.option(
    "--select", multiple=True, metavar="ID-GLOB", help="Judge these requirements alone; may be repeated."
)
@click.option(
    "--skip", multiple=True, metavar="ID-GLOB", help="Leave these requirements out; may be repeated."
)
@click.option("--report", type=Place(file_okay=False), help="Directory for the report.")
@click.option(
    "--note",
    "notes",
    multiple=True,
    metavar="KEY=VALUE",
    help="Stands in the report: who, where, which firmware; may be repeated.",
)
@click.option(
    "--require-tested",
    "required",
    multiple=True,
    metavar="N|ID-GLOB",
    help="Fail unless so many, or these, were tested; may be repeated.",
)
@click.option(
    "--redact-uids/--show-uids",
    default=True,
    help="Whether UIDs are replaced in the report (UID-1, UID-2 …) [they are].",
)
@EXPECTED_FAILURES
@click.option("--timeout", type=Number(0.1, 600), default=10.0, help="Seconds an answer may take [10].")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--config",
    type=Place(dir_okay=False),
    help="A recorder.toml for the embedded emulator (see nvr-emulator config).",
)
@click.option(
    "--scenarios",
    type=Scenarios(),
    help="Scenarios of your own instead of those that come with this package.",
)
@click.option(
    "--profile-out",
    type=Place(dir_okay=False),
    metavar="FILE",
    help="Write what the recorder is like as a recorder.toml for nvr-emulator serve --config.",
)
@click.option(
    "--plan",
    "plan_only",
    is_flag=True,
    help="Say what would be run and how long it takes, and judge nothing.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show every check as it is made.")
def run(
    options: TargetOptions,
    select: tuple[str, ...],
    skip: tuple[str, ...],
    report: Path | None,
    notes: tuple[str, ...],
    required: tuple[str, ...],
    redact_uids: bool,
    expected_failures: Path | None,
    timeout: float,
    seed: int,
    config: Path | None,
    scenarios: Path | None,
    profile_out: Path | None,
    plan_only: bool,
    verbose: bool,
) -> None:
    """Judge the recorder at URL; without URL, an emulated one that is started for it.

    A run that takes its time is played through on an emulated recorder first, in half a minute: so it is
    known how long it takes. --plan stops there.

    Ctrl-C ends the run in order: streams are stopped, UIDs logged out, and the result says inconclusive.
    """
    from nvr_conformance.engine.claims import SCENARIOS
    from nvr_conformance.engine.judge import chosen_ids, judge_source
    from nvr_conformance.engine.run_options import RunOptions
    from nvr_conformance.judgement.completeness import read_required
    from nvr_conformance.report.console import ConsoleReport
    from nvr_conformance.report.meeting import SecretsMet
    from nvr_conformance.report.terminal import make_console
    from nvr_conformance.sources.source import TargetSource

    if plan_only:
        judging: dict[str, object] = {
            "--report": report,
            "--profile-out": profile_out,
            "--show-uids": not redact_uids,
        }
        judging |= {"--note": notes, "--require-tested": required}
        judging |= {"--expected-failures": expected_failures, "--verbose": verbose}
        _refuse_idle(judging, "--plan judges nothing")
    elif report is None:
        reporting = {"--show-uids": not redact_uids, "--note": notes}
        _refuse_idle(reporting, "for a report, and none is asked for by --report")
    require_apart(
        {"--report": report, "--profile-out": profile_out},
        {"--config": config, "--expected-failures": expected_failures, "--scenarios": scenarios},
    )
    options = _with_config(dataclasses.replace(options, timeout=timeout), config)
    wanted = RunOptions(
        select=select,
        skip=skip,
        seed=seed,
        scenarios=scenarios or SCENARIOS,
        expected_failures=read_known(expected_failures),
        capture=report is not None,
        required=required,
        notes=_read_notes(notes),
    )
    try:
        chosen_ids(wanted.select, wanted.skip)
        read_required(required)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    passwords = (options.password, *(other.password for other in options.other_users))
    writers = report_writers(report, passwords=passwords, redact_uids=redact_uids)
    require_files({"--profile-out": profile_out})
    console = make_console()
    with closing(ConsoleReport(console, verbose=verbose)) as console_report, no_traceback():
        source = TargetSource(options, seed)
        source.prepare()
        if plan_only:
            plan = _plan(console, source, wanted, alone=True)
            sys.exit(EXIT_CONFORMANT if plan is not None else EXIT_KIT_BROKE)
        if source.takes_its_time and options.pace != 0:
            plan = _plan(console, source, wanted)
            wanted = dataclasses.replace(wanted, planned_seconds=None if plan is None else plan.seconds)
        met = [] if profile_out is None else [SecretsMet(passwords)]
        result = judge_source(source, wanted, reporters=[*writers, *met, console_report])
        for writer in writers:
            tell(writer.problem)
        if profile_out is not None and not result.interrupted:
            _write_profile(profile_out, source, result, met[0].redactor)
    raise Judged(result.exit_status)


def _refuse_idle(given: Mapping[str, object], why: str) -> None:
    """Refuse options that would have no effect."""
    if idle := [name for name, value in given.items() if value]:
        raise click.UsageError(f"{why}: leave {', '.join(idle)} out")


def _read_notes(words: tuple[str, ...]) -> dict[str, str]:
    """``--note``."""
    pairs = [word.partition("=") for word in words]
    for word, (key, equals, value) in zip(words, pairs, strict=True):
        if not (key.strip() and equals and value.strip()):
            raise click.BadParameter(f"{word!r} is not KEY=VALUE", param_hint="--note")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _with_config(options: TargetOptions, path: Path | None) -> TargetOptions:
    """With the settings of ``--config``, where it is given."""
    if path is None:
        return options
    if options.url is not None:
        raise click.UsageError("--config is for the embedded emulator: leave URL out")
    setup = _read_config(path)
    return dataclasses.replace(
        options,
        setup={**setup, **options.setup},
        model=options.model or setup["model"],
        configuration=f"{path}, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}",
    )


def _plan(console: Console, source: TargetSource, wanted: RunOptions, *, alone: bool = False) -> Plan | None:
    """Rehearse, and say what would be run and how long it takes; ``alone``: nothing else is wanted."""
    from nvr_conformance.report.plan import print_plan

    plan = _rehearse(console, source, wanted)
    if alone and not source.takes_its_time:
        console.print("The clock of this recorder is moved: judging it takes seconds. Of a real one:")
    if plan is not None:
        print_plan(console, plan, whole=alone)
    return plan


def _rehearse(console: Console, source: TargetSource, wanted: RunOptions) -> Plan | None:
    """The plan of a run; where there can be none, why."""
    from nvr_conformance.engine.rehearsal import rehearse
    from nvr_conformance.judgement.outcomes import PrerequisiteFailed
    from nvr_conformance.report.terminal import marked, moving_line

    try:
        with moving_line(console, "rehearsing on an emulated recorder, to know how long it takes"):
            return rehearse(source, wanted)
    except PrerequisiteFailed as problem:
        console.print(f"no plan: {marked(problem.reason)}")
        return None


def _write_profile(path: Path, source: TargetSource, result: Result, redactor: Redactor) -> None:
    from nvr_conformance.evidence.whole_files import write_file
    from nvr_conformance.judgement.outcomes import PrerequisiteFailed
    from nvr_conformance.profile.observing import observe_profile
    from nvr_conformance.profile.recorder_toml import profile_toml

    try:
        with source.open() as target:
            profile = observe_profile(target)
        write_file(path, redactor.text(profile_toml(profile, result)).encode())
    except OSError as problem:
        tell(f"no profile in {path}: {problem.strerror or problem}")
        return
    except PrerequisiteFailed as problem:
        tell(f"no profile: {problem}")
        return
    say(f"profile in {path}: dialect {profile.dialect.name}")


def _read_config(path: Path) -> dict[str, Any]:
    """The settings in a recorder.toml as plain data, without what it leaves to who starts the recorder."""
    import msgspec

    from nvr_emulator import ConfigurationError
    from nvr_emulator.configuration.recorder_toml import read_recorder

    try:
        settings: dict[str, Any] = msgspec.to_builtins(read_recorder(path))
    except ConfigurationError as problem:
        raise click.BadParameter(plain(str(problem)), param_hint="--config") from None
    return {key: value for key, value in settings.items() if value is not None and (value or key != "users")}
