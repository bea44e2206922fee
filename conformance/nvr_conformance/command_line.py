"""``nvr-conformance``: judge a recorder, and explain what is judged.

Exit status: 0 conformant, 1 not conformant, 2 usage, 3 no recorder there, 4 inconclusive: the kit broke,
nothing was judged, or the run was interrupted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from nvr_conformance.diff_command import diff
from nvr_conformance.fuzz_command import fuzz, replay
from nvr_conformance.verdicts import (
    EXIT_CONFORMANT,
    EXIT_FAILURES,
    EXIT_KIT_BROKE,
    EXIT_UNREACHABLE,
    EXIT_USAGE,
)

if TYPE_CHECKING:
    from nvr_conformance.expected_failures import ExpectedFailure
    from nvr_conformance.result import Result
    from nvr_conformance.target import TargetOptions, User


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "NVR_CONFORMANCE"}
)
@click.version_option(package_name="nvrkit")
def main() -> None:
    """Judge i-PRO network disk recorders, and their stand-in, against the vendor's command interface."""


main.add_command(diff)


main.add_command(fuzz)
main.add_command(replay)


def _stop(text: str, status: int) -> NoReturn:
    click.echo(f"nvr-conformance: {text}", err=True)
    sys.exit(status)


@main.command()
@click.argument("url", required=False)
@click.option("--user", default="ADMIN", show_default=True, help="User name on the recorder.")
@click.option("--password", default="", help="Password; better given as NVR_CONFORMANCE_RUN_PASSWORD.")
@click.option(
    "--other-user",
    "other_users",
    multiple=True,
    metavar="NAME:PASSWORD:PRIORITY",
    help="A user of other priority (0 administrator … 3 viewer); may be repeated.",
)
@click.option("--model", type=click.Choice(["1", "2", "3", "auto"]), default="auto", show_default=True)
@click.option("--insecure", is_flag=True, help="Accept any certificate.")
@click.option(
    "--select", multiple=True, metavar="ID-GLOB", help="Judge these requirements alone; may be repeated."
)
@click.option(
    "--skip", multiple=True, metavar="ID-GLOB", help="Leave these requirements out; may be repeated."
)
@click.option("--allow", default="", metavar="ptz,presets,eviction,load", help="What may disturb others.")
@click.option("--report", type=click.Path(path_type=Path, file_okay=False), help="Directory for the report.")
@click.option("--redact-uids", is_flag=True, help="Replace UIDs in the report (UID-1, UID-2 …).")
@click.option(
    "--expected-failures",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A TOML file of failures that are known and excused until a date.",
)
@click.option(
    "--pace", type=click.FloatRange(0, 3600), help="Seconds between commands [3; 0 on a clock to be moved]."
)
@click.option(
    "--timeout", type=click.FloatRange(0.1, 600), default=10.0, help="Seconds an answer may take [10]."
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--control", metavar="URL", help="The control port of an emulator.")
@click.option("--control-token", help="Its bearer token.")
@click.option("--defect", "defects", multiple=True, help="Break the embedded emulator in this way.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A recorder.toml for the embedded emulator (see nvr-emulator config).",
)
@click.option(
    "--scenarios",
    type=click.Path(path_type=Path, exists=True),
    help="Scenarios of your own instead of those that come with this package.",
)
@click.option(
    "--profile-out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write what the recorder is like as a recorder.toml for nvr-emulator serve --config.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show every check as it is made.")
def run(
    url: str | None,
    user: str,
    password: str,
    other_users: tuple[str, ...],
    model: str,
    insecure: bool,
    select: tuple[str, ...],
    skip: tuple[str, ...],
    allow: str,
    report: Path | None,
    redact_uids: bool,
    expected_failures: Path | None,
    pace: float | None,
    timeout: float,
    seed: int,
    control: str | None,
    control_token: str | None,
    defects: tuple[str, ...],
    config: Path | None,
    scenarios: Path | None,
    profile_out: Path | None,
    verbose: bool,
) -> None:
    """Judge the recorder at URL; without URL, an emulated one that is started for it.

    Ctrl-C ends the run in order: streams are stopped, UIDs logged out, and the result says inconclusive.
    """
    from rich.console import Console

    from nvr_conformance.claims import SCENARIOS
    from nvr_conformance.connection import endpoint_of
    from nvr_conformance.console_report import ConsoleReport
    from nvr_conformance.engine import chosen_ids, judge
    from nvr_conformance.events import Reporter
    from nvr_conformance.outcomes import TargetUnreachableError
    from nvr_conformance.report_writer import ReportWriter
    from nvr_conformance.target import PERMISSIONS, TargetOptions

    allowed = frozenset(word.strip() for word in allow.split(",") if word.strip())
    if unknown := allowed - set(PERMISSIONS):
        raise click.BadParameter(
            f"{', '.join(sorted(unknown))}: there is {', '.join(PERMISSIONS)}", param_hint="--allow"
        )
    if url is not None and defects:
        raise click.UsageError("--defect is for the embedded emulator: leave URL out")
    if url is not None and config is not None:
        raise click.UsageError("--config is for the embedded emulator: leave URL out")
    setup = {} if config is None else _read_config(config)
    if model == "auto" and setup:
        model = str(setup["model"])
    if defects:
        from nvr_emulator.defects import all_defects

        if strange := set(defects) - {defect.name for defect in all_defects()}:
            raise click.BadParameter(f"no such defect: {', '.join(sorted(strange))}", param_hint="--defect")
    try:
        chosen_ids(select, skip)
        if url is not None:
            endpoint_of(url)
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    options = TargetOptions(
        url=url,
        user=user,
        password=password,
        model=None if model == "auto" else int(model),
        insecure=insecure,
        control=control,
        control_token=control_token,
        pace=pace,
        timeout=timeout,
        allow=allowed,
        other_users=tuple(_read_user(text) for text in other_users),
        defects=defects,
        setup=setup,
    )
    known = _read_expected(expected_failures) if expected_failures is not None else ()
    passwords = (password, *(other.password for other in options.other_users))
    console_report = ConsoleReport(Console(), verbose=verbose)
    try:
        reporters: list[Reporter] = [console_report]
        if report is not None:
            reporters.append(ReportWriter(report, passwords=passwords, redact_uids=redact_uids))
        result = judge(
            options,
            select=select,
            skip=skip,
            seed=seed,
            reporters=reporters,
            scenarios=scenarios or SCENARIOS,
            capture=report is not None,
            expected_failures=known,
        )
        if profile_out is not None:
            _write_profile(profile_out, options, seed, result)
    except TargetUnreachableError as problem:
        _stop(str(problem), EXIT_UNREACHABLE)
    except KeyboardInterrupt:
        _stop("interrupted", EXIT_KIT_BROKE)
    except Exception as problem:
        _stop(f"the kit broke: {type(problem).__name__}: {problem}", EXIT_KIT_BROKE)
    finally:
        console_report.close()
    sys.exit(result.exit_status)


def _write_profile(path: Path, options: TargetOptions, seed: int, result: Result) -> None:
    from nvr_conformance.outcomes import PrerequisiteFailed
    from nvr_conformance.profile import observe_profile
    from nvr_conformance.profile_toml import profile_toml
    from nvr_conformance.target import TargetSource

    source = TargetSource(options, seed)
    source.model = result.model
    try:
        with source.open() as target:
            profile = observe_profile(target)
        path.write_text(profile_toml(profile, result), encoding="utf-8")
    except (OSError, PrerequisiteFailed) as problem:
        _stop(f"no profile: {problem}", EXIT_KIT_BROKE)
    click.echo(f"profile in {path}: dialect {profile.dialect.name}")


def _read_expected(path: Path) -> tuple[ExpectedFailure, ...]:
    from nvr_conformance.expected_failures import read_expected_failures

    try:
        return read_expected_failures(path)
    except (OSError, ValueError) as problem:
        raise click.BadParameter(str(problem), param_hint="--expected-failures") from None


def _read_config(path: Path) -> dict[str, Any]:
    """The settings in a recorder.toml as plain data, without what it leaves to who starts the recorder."""
    import msgspec

    from nvr_emulator.configuration import ConfigurationError
    from nvr_emulator.recorder_toml import read_recorder

    try:
        settings: dict[str, Any] = msgspec.to_builtins(read_recorder(path))
    except ConfigurationError as problem:
        raise click.BadParameter(str(problem), param_hint="--config") from None
    return {key: value for key, value in settings.items() if value is not None and (value or key != "users")}


def _read_user(text: str) -> User:
    from nvr_conformance.target import User

    name, _, rest = text.partition(":")
    password, _, priority = rest.rpartition(":")
    if not name or priority not in ("0", "1", "2", "3"):
        raise click.BadParameter(
            "not NAME:PASSWORD:PRIORITY with a priority of 0 … 3", param_hint="--other-user"
        )
    return User(name, password, int(priority))


@main.command("list")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def list_requirements(as_json: bool) -> None:
    """List the requirements."""
    from nvr_conformance.requirements import requirements

    rows = list(requirements().values())
    if as_json:
        import msgspec

        click.echo(msgspec.json.format(msgspec.json.encode(rows, order="sorted"), indent=2).decode())
        return
    for row in rows:
        click.echo(f"{row.id}  {row.level.value:7}  §{row.section:18}  {row.text}")


@main.command()
@click.argument("id_", metavar="ID")
def explain(id_: str) -> None:
    """Say what a requirement asks, where it stands in the document, and which scenarios check it."""
    from nvr_conformance.claims import claims
    from nvr_conformance.outcomes import KitError
    from nvr_conformance.requirements import requirements

    row = requirements().get(id_.upper())
    if row is None:
        raise click.BadParameter(f"{id_}: no such requirement; see nvr-conformance list", param_hint="ID")
    click.echo(f"{row.id}: the recorder {row.text}")
    click.echo(f"level     {row.level.value}")
    click.echo(f"section   §{row.section} of the command interface specification")
    click.echo(f"models    {', '.join(str(model) for model in sorted(row.models))}")
    if row.untestable:
        click.echo(f"untestable: {row.untestable}")
    try:
        found = claims()
    except KitError as problem:
        _stop(f"the kit broke: {problem}", EXIT_KIT_BROKE)
    for claim in found:
        if row.id in claim.claim.ids:
            needs = f" (needs {', '.join(claim.claim.needs)})" if claim.claim.needs else ""
            click.echo(f"scenario  {claim.scenario}{needs}")
            click.echo("".join(f"            {line}\n" for line in claim.text.splitlines()), nl=False)


@main.command()
@click.option(
    "--model",
    type=click.Choice(["1", "2", "3", "all"]),
    help="[each defect on one model that shows it]",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Processes [the cores at hand].")
@click.option("--defect", "defects", multiple=True, help="This defect alone; may be repeated.")
@click.option("--select", multiple=True, metavar="ID-GLOB", help="Judge these requirements alone.")
@click.option("--skip", multiple=True, metavar="ID-GLOB", help="Leave these requirements out.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--scenarios",
    type=click.Path(path_type=Path, exists=True),
    help="Scenarios of your own instead of those that come with this package.",
)
@click.option("--timeout", type=click.FloatRange(1, 3600), default=180.0, help="Seconds a run [180].")
@click.option("--full", is_flag=True, help="Each defect against all scenarios (takes long).")
def selftest(
    model: str | None,
    jobs: int | None,
    defects: tuple[str, ...],
    select: tuple[str, ...],
    skip: tuple[str, ...],
    seed: int,
    scenarios: Path | None,
    timeout: float,
    full: bool,
) -> None:
    """Prove the judge: run it against the healthy emulator, and against one with each defect.

    Each defect meets the scenarios that check what it breaks; with --full it meets all.

    Exit status 0 only if every healthy run passes and every defect fails exactly what it breaks.
    """
    from rich.console import Console

    from nvr_conformance.claims import SCENARIOS
    from nvr_conformance.engine import chosen_ids
    from nvr_conformance.selftest import MODELS, Outcome, plan_trials, run_trials
    from nvr_conformance.selftest_report import outcome_line, print_matrix

    models = None if model is None else MODELS if model == "all" else (int(model),)
    try:
        trials = plan_trials(
            models, defects, select=select, skip=skip, seed=seed, scenarios=scenarios or SCENARIOS, full=full
        )
    except ValueError as problem:
        _stop(str(problem), EXIT_USAGE)
    if not trials:
        _stop("no such defect on this model: nothing to try", EXIT_USAGE)
    console = Console()
    outcomes: list[Outcome] = []
    runs = run_trials(trials, jobs=jobs, timeout=timeout)
    try:
        for outcome in runs:
            outcomes.append(outcome)
            console.print(f"{len(outcomes)}/{len(trials)} {outcome_line(outcome)}")
    except KeyboardInterrupt:
        runs.close()
        _stop("interrupted", EXIT_KIT_BROKE)
    print_matrix(console, outcomes, chosen_ids(select, skip))
    sys.exit(EXIT_CONFORMANT if all(outcome.good for outcome in outcomes) else EXIT_FAILURES)
