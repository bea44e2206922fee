"""A rule that the document gives to clients, a breach of it, and the finding that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """How bad a breach is."""

    ERROR = "error"
    """The document says that it must not be so: on some recorder it will not work."""
    WARNING = "warning"
    """It works, at the cost of the recorder or of other clients, or not for long."""
    NOTE = "note"
    """Advice."""

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)

    def at_least(self, other: Severity) -> bool:
        """Whether it is as bad as `other`, or worse."""
        return self.rank <= other.rank


@dataclass(frozen=True, slots=True)
class Rule:
    """What the document asks of clients. `wrong`: what a client did that breaks it; `instead`: what it should
    do."""

    id: str
    section: str
    severity: Severity
    title: str
    wrong: str
    instead: str


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach as a chapter of rules sees it. `entries`: numbers of the journal's entries that show it."""

    rule: Rule
    text: str
    entries: tuple[int, ...]
    uid: int | None = None
    peer: str = ""


class Finding(msgspec.Struct, kw_only=True):
    """A rule that a client broke, kept once for each UID (or, without one, for each address) with a count.

    `at` is the recorder's time of the first breach in Unix seconds, `entries` are numbers of the journal,
    `command` is the request line that shows it, "" where none does.
    """

    rule: str
    section: str
    severity: Severity
    at: float
    entries: tuple[int, ...]
    text: str
    instead: str
    uid: int | None = None
    peer: str = ""
    command: str = ""
    count: int = 1

    def __str__(self) -> str:
        times = f" ({self.count} times)" if self.count > 1 else ""
        where = ", ".join(f"#{number}" for number in self.entries)
        return f"{self.severity} {self.rule} (§{self.section}){times} at {where}: {self.text}. {self.instead}"
