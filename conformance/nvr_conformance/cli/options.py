"""Options that commands have in common: which recorder, what may be done to it, what is excused.

Each raises what click shows in one line: click.BadParameter, click.UsageError.
"""

from __future__ import annotations

import os
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nvr_conformance.cli.places import require_working_directory
from nvr_conformance.cli.words import Number, Place
from nvr_conformance.evidence import whole_files
from nvr_conformance.judgement.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from nvr_conformance.judgement.expected_failures import ExpectedFailure
    from nvr_conformance.report.writer import ReportWriter
    from nvr_conformance.selftest.shard import Shard

_OPTIONS = (
    click.argument("url", required=False),
    click.option("--user", help="User name on the recorder [ADMIN]."),
    click.option("--password", show_envvar=True, help="Password; better in the environment."),
    click.option(
        "--other-user",
        "other_users",
        multiple=True,
        metavar="NAME:PASSWORD:PRIORITY",
        help="A user of other priority (0 administrator … 3 viewer); may be repeated.",
    ),
    click.option("--model", type=click.Choice(["1", "2", "3", "auto"]), default="auto", show_default=True),
    click.option("--insecure", is_flag=True, help="Accept any certificate, and TLS as old as it may be."),
    click.option("--allow", metavar="ptz,presets,eviction,load", help="What may disturb others."),
    click.option(
        "--pace",
        type=Number(0, 3600),
        help="Seconds between commands [3; 0 on a clock to be moved].",
    ),
    click.option("--control", metavar="URL", help="The control port of an emulator."),
    click.option("--control-token", help="Its bearer token."),
    click.option("--defect", "defects", multiple=True, help="Break the embedded emulator in this way."),
    click.option(
        "--variant",
        "variants",
        multiple=True,
        metavar="NAME[=VALUE]",
        help="Let the embedded emulator take this liberty (see nvr-emulator variants).",
    ),
)

EXPECTED_FAILURES = click.option(
    "--expected-failures",
    type=Place(dir_okay=False, exists=True),
    help="A TOML file of failures that are known and excused until a date.",
)


class ShardType(click.ParamType["Shard"]):
    """``K/N``."""

    name = "shard"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Shard:
        from nvr_conformance.selftest.shard import Shard, read_shard

        if isinstance(value, Shard):
            return value
        try:
            return read_shard(str(value))
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


SHARD = click.option(
    "--shard",
    type=ShardType(),
    default="1/1",
    metavar="K/N",
    help="The K-th of N parts alone; merge joins what they leave.",
)


def recorder_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which recorder; the command gets them as one ``options``, a TargetOptions."""

    @wraps(command)
    def wrapped(
        url: str | None,
        user: str | None,
        password: str | None,
        other_users: tuple[str, ...],
        model: str,
        insecure: bool,
        allow: str | None,
        pace: float | None,
        control: str | None,
        control_token: str | None,
        defects: tuple[str, ...],
        variants: tuple[str, ...],
        **rest: Any,
    ) -> None:
        from nvr_conformance.sources.target_options import OptionError, read_target_options

        require_working_directory()
        try:
            options = read_target_options(
                url=url,
                user=user,
                password=password,
                other_users=other_users,
                model=None if model == "auto" else int(model),
                insecure=insecure,
                control=control,
                control_token=control_token,
                pace=pace,
                allow=allow,
                defects=defects,
                variants=variants,
            )
        except OptionError as problem:
            hint = "URL" if problem.option == "url" else f"--{problem.option}"
            raise click.BadParameter(str(problem), param_hint=hint) from None
        command(options=options, **rest)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def read_known(path: Path | None) -> tuple[ExpectedFailure, ...]:
    """``--expected-failures``: what the file excuses; nothing where none was given.

    click.BadParameter for one that cannot be read.
    """
    from nvr_conformance.judgement.expected_failures import read_expected_failures

    if path is None:
        return ()
    try:
        return read_expected_failures(path)
    except (OSError, ValueError) as problem:
        raise click.BadParameter(plain(str(problem)), param_hint="--expected-failures") from None


def require_files(places: Mapping[str, Path | None]) -> None:
    """Look whether the files of these options can be written. click.BadParameter where not."""
    _require(places, whole_files.require_writable)


def require_folders(places: Mapping[str, Path | None]) -> None:
    """Make the directories of these options. click.BadParameter where they cannot be written in."""
    _require(places, whole_files.require_folder)


def report_writers(report: Path | None, **how: Any) -> list[ReportWriter]:
    """Who writes what ``--report`` asks for; nobody where nothing was given. ``how``: as ReportWriter has it.

    click.BadParameter where none can be written there, where what is there is no report, and where another
    run is writing its own.
    """
    from nvr_conformance.report.writer import ReportWriter

    try:
        return [] if report is None else [ReportWriter(report, **how)]
    except OSError as problem:
        raise click.BadParameter(plain(str(problem)), param_hint="--report") from None


def require_selftests(places: Mapping[str, Path | None]) -> None:
    """As ``require_folders``; click.BadParameter also where they hold files that are no self-test's.
    Until the command ends they are its own: where another one writes, click.BadParameter too."""
    from nvr_conformance.report.place import hold
    from nvr_conformance.selftest.place import require_place

    def keep(folder: Path) -> None:
        whole_files.require_folder(folder)
        held = hold(folder)
        if held is not None:
            click.get_current_context().call_on_close(partial(os.close, held))
        require_place(folder)

    _require(places, keep)


def _require(places: Mapping[str, Path | None], look: Callable[[Path], None]) -> None:
    for option, path in places.items():
        try:
            if path is not None:
                look(path)
        except OSError as problem:
            raise click.BadParameter(plain(str(problem)), param_hint=option) from None
