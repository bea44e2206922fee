"""What the commands that ask a recorder have in common: reading which one, and what may be done to it.

Each raises what click shows in one line: click.BadParameter, click.UsageError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.target import User

OTHER_USER = click.option(
    "--other-user",
    "other_users",
    multiple=True,
    metavar="NAME:PASSWORD:PRIORITY",
    help="A user of other priority (0 administrator … 3 viewer); may be repeated.",
)


def read_user(text: str) -> User:
    """``--other-user``, NAME:PASSWORD:PRIORITY: priorities can be told apart (§1.3)."""
    from nvr_conformance.target import User

    name, _, rest = text.partition(":")
    password, _, priority = rest.rpartition(":")
    if not name or priority not in ("0", "1", "2", "3"):
        raise click.BadParameter(
            "not NAME:PASSWORD:PRIORITY with a priority of 0 … 3", param_hint="--other-user"
        )
    return User(name, password, int(priority))


def read_allowed(text: str) -> frozenset[str]:
    """``--allow``: permissions with commas between them."""
    from nvr_conformance.target import PERMISSIONS

    allowed = frozenset(word.strip() for word in text.split(",") if word.strip())
    if unknown := allowed - set(PERMISSIONS):
        raise click.BadParameter(
            f"{', '.join(sorted(unknown))}: there is {', '.join(PERMISSIONS)}", param_hint="--allow"
        )
    return allowed


def check_recorder(url: str | None, defects: Sequence[str]) -> None:
    """Whether the URL is one, and the defects are there and are not planted in somebody's recorder."""
    from nvr_conformance.connection import endpoint_of

    if url is not None and defects:
        raise click.UsageError("--defect is for the embedded emulator: leave URL out")
    if defects:
        from nvr_emulator.defects import all_defects

        if strange := set(defects) - {defect.name for defect in all_defects()}:
            raise click.BadParameter(f"no such defect: {', '.join(sorted(strange))}", param_hint="--defect")
    if url is not None:
        try:
            endpoint_of(url)
        except ValueError as problem:
            raise click.UsageError(str(problem)) from None
