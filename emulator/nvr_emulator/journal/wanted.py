"""What is looked for in a journal: a command and some of its parameters; and how nearly a request is it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from nvr_emulator.journal.entries import Exchange
from nvr_protocol.commands.table import COMMANDS_BY_KEY, COMMANDS_BY_PATH
from nvr_protocol.commands.urls import Command, CommandError, parse_command, read_query


@dataclass(frozen=True)
class Wanted:
    """A command, by its file name or its key; parameters that it must carry; the status of the answer.

    Requests that were only asked for authentication match where a status is wanted: a login is one request.
    """

    command: str
    parameters: tuple[tuple[str, str], ...] = ()
    status: int | None = None

    def matches(self, exchange: Exchange) -> bool:
        """Whether an exchange is what is looked for."""
        return self.is_command(exchange) and not self.differences(exchange)

    def is_command(self, exchange: Exchange) -> bool:
        """Whether it is the command at all."""
        if self.command in COMMANDS_BY_KEY:
            command = command_of(exchange.path, exchange.query)
            return command is not None and command.key == self.command
        return self.command in ("", exchange.name)

    def differences(self, exchange: Exchange) -> list[str]:
        """In what an exchange with the command is not what is looked for, in words."""
        given: dict[str, list[str]] = {}
        for name, value in exchange.parameters:
            given.setdefault(name, []).append(value)
        told = []
        for name, value in self.parameters:
            values = given.get(name, [])
            if value not in values:
                told.append(
                    f"{name}={', '.join(values)} instead of {value}" if values else f"{name} is missing"
                )
        if self.status is None and exchange.challenged:
            told.append("it was only asked for authentication")
        elif self.status is not None and exchange.status != self.status:
            told.append(f"status {exchange.status} instead of {self.status}")
        return told

    def __str__(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.parameters)
        status = "" if self.status is None else f" -> {self.status}"
        return f"{self.command or 'any command'}{'?' if query else ''}{query}{status}"


def wanted(command: str = "", status: int | None = None, **parameters: object) -> Wanted:
    """What is looked for: `"push.cgi?CAM=1"`, `("push.cgi", CAM=1)` and `("live_http", CAM=1)` alike.

    ValueError for a name that is no command, so that a misspelt one does not pass for one never sent.
    """
    name, _, query = command.partition("?")
    name = name.rpartition("/")[2]
    if (
        name
        and name not in COMMANDS_BY_KEY
        and f"/cgi-bin/{name}" not in COMMANDS_BY_PATH
        and "." not in name
    ):
        raise ValueError(f"{name!r} is no command: give a file name (push.cgi) or a key (live_http)")
    pairs = [*read_query(query), *_texts(parameters)]
    return Wanted(name, tuple(pairs), status)


def _texts(parameters: Mapping[str, object]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in parameters.items():
        values = value if isinstance(value, tuple | list) else (value,)
        pairs += ((name, str(one)) for one in values)
    return pairs


@lru_cache(maxsize=2048)
def command_of(path: str, query: str) -> Command | None:
    """The command of the document that a path and a query are; None if they are none."""
    try:
        return parse_command(path, query)
    except CommandError:
        return None
