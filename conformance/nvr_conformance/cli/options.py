"""Options that commands have in common: which recorder, what may be done to it, what is excused.

Each raises what click shows in one line: click.BadParameter, click.UsageError.
"""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.client.options import User
    from nvr_conformance.judgement.expected_failures import ExpectedFailure

_OPTIONS = (
    click.argument("url", required=False),
    click.option("--user", default="ADMIN", show_default=True, help="User name on the recorder."),
    click.option("--password", default="", show_envvar=True, help="Password; better in the environment."),
    click.option(
        "--other-user",
        "other_users",
        multiple=True,
        metavar="NAME:PASSWORD:PRIORITY",
        help="A user of other priority (0 administrator … 3 viewer); may be repeated.",
    ),
    click.option("--model", type=click.Choice(["1", "2", "3", "auto"]), default="auto", show_default=True),
    click.option("--insecure", is_flag=True, help="Accept any certificate."),
    click.option("--allow", default="", metavar="ptz,presets,eviction,load", help="What may disturb others."),
    click.option(
        "--pace",
        type=click.FloatRange(0, 3600),
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
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A TOML file of failures that are known and excused until a date.",
)


def recorder_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say which recorder; the command gets them as one ``options``, a TargetOptions."""

    @wraps(command)
    def wrapped(
        url: str | None,
        user: str,
        password: str,
        other_users: tuple[str, ...],
        model: str,
        insecure: bool,
        allow: str,
        pace: float | None,
        control: str | None,
        control_token: str | None,
        defects: tuple[str, ...],
        variants: tuple[str, ...],
        **rest: Any,
    ) -> None:
        from nvr_conformance.client.options import TargetOptions

        allowed = read_allowed(allow)
        check_recorder(url, defects)
        options = TargetOptions(
            url=url,
            user=user,
            password=password,
            other_users=tuple(read_user(text) for text in other_users),
            model=None if model == "auto" else int(model),
            insecure=insecure,
            control=control,
            control_token=control_token,
            pace=pace,
            allow=allowed,
            defects=defects,
            setup=read_variants(url, variants),
        )
        command(options=options, **rest)

    for option in reversed(_OPTIONS):
        wrapped = option(wrapped)
    return wrapped


def read_user(text: str) -> User:
    """``--other-user``, NAME:PASSWORD:PRIORITY: priorities can be told apart (§1.3)."""
    from nvr_conformance.client.options import User

    name, _, rest = text.partition(":")
    password, _, priority = rest.rpartition(":")
    if not name or priority not in ("0", "1", "2", "3"):
        raise click.BadParameter(
            "not NAME:PASSWORD:PRIORITY with a priority of 0 … 3", param_hint="--other-user"
        )
    return User(name, password, int(priority))


def read_allowed(text: str) -> frozenset[str]:
    """``--allow``: permissions with commas between them."""
    from nvr_conformance.client.options import PERMISSIONS

    allowed = frozenset(word.strip() for word in text.split(",") if word.strip())
    if unknown := allowed - set(PERMISSIONS):
        raise click.BadParameter(
            f"{', '.join(sorted(unknown))}: there is {', '.join(PERMISSIONS)}", param_hint="--allow"
        )
    return allowed


def read_variants(url: str | None, variants: Sequence[str]) -> dict[str, Any]:
    """``--variant``: the settings of the embedded emulator that say so."""
    if not variants:
        return {}
    if url is not None:
        raise click.UsageError("--variant is for the embedded emulator: leave URL out")
    import msgspec

    from nvr_emulator.configuration import variant_choice

    try:
        chosen = variant_choice.read_variants([variant_choice.parse_choice(text) for text in variants])
    except variant_choice.VariantError as problem:
        raise click.BadParameter(str(problem), param_hint="--variant") from None
    return {"variants": msgspec.to_builtins(chosen)}


def check_recorder(url: str | None, defects: Sequence[str]) -> None:
    """Whether the URL is one, and the defects are there and are not planted in somebody's recorder."""
    from nvr_conformance.wire.endpoint import endpoint_of

    if url is not None and defects:
        raise click.UsageError("--defect is for the embedded emulator: leave URL out")
    if defects:
        from nvr_emulator import all_defects

        if strange := set(defects) - {defect.name for defect in all_defects()}:
            raise click.BadParameter(f"no such defect: {', '.join(sorted(strange))}", param_hint="--defect")
    if url is not None:
        try:
            endpoint_of(url)
        except ValueError as problem:
            raise click.UsageError(str(problem)) from None


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
        raise click.BadParameter(str(problem), param_hint="--expected-failures") from None
