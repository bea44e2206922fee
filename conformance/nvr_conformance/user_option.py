"""``--other-user``: users besides the one who judges, so that priorities can be told apart (§1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from nvr_conformance.target import User

OTHER_USER = click.option(
    "--other-user",
    "other_users",
    multiple=True,
    metavar="NAME:PASSWORD:PRIORITY",
    help="A user of other priority (0 administrator … 3 viewer); may be repeated.",
)


def read_user(text: str) -> User:
    """NAME:PASSWORD:PRIORITY; click.BadParameter for anything else."""
    from nvr_conformance.target import User

    name, _, rest = text.partition(":")
    password, _, priority = rest.rpartition(":")
    if not name or priority not in ("0", "1", "2", "3"):
        raise click.BadParameter(
            "not NAME:PASSWORD:PRIORITY with a priority of 0 … 3", param_hint="--other-user"
        )
    return User(name, password, int(priority))
