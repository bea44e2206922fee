"""A chapter of rules: what it looks at, and what it keeps of each UID."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from nvr_emulator.findings.clients import Asking, Clients, Known, WatchedUid
from nvr_emulator.findings.rule import Breach, Rule
from nvr_emulator.recorder.happenings import Happening


class Chapter:
    """Rules that belong together, and the state that they need. Each method gives the breaches that it sees.

    Requests are looked at before they take effect on `clients`, other happenings too.
    """

    rules: ClassVar[tuple[Rule, ...]] = ()

    def __init__(self, known: Known, clients: Clients) -> None:
        self.known = known
        self.clients = clients

    def asked(self, asking: Asking) -> Iterable[Breach]:
        """A request was answered."""
        return ()

    def happened(self, entry: Happening) -> Iterable[Breach]:
        """Something else happened."""
        return ()

    def taken(self, exchange: int) -> None:
        """A client has the whole answer to that exchange, or went away."""

    def overdue(self, now: float) -> Iterable[Breach]:
        """What did not come in time, where something is awaited."""
        return ()

    def finished(self) -> Iterable[Breach]:
        """The client has left: what it has not done."""
        return ()

    def faults(self, asking: Asking) -> Iterator[Breach]:
        """The faults of the URL that are breaches of this chapter's rules."""
        for fault in asking.reading.faults:
            for rule in self.rules:
                if rule.id == fault.rule:
                    yield by(asking, rule, fault.text)


def by(asking: Asking, rule: Rule, text: str, *earlier: int) -> Breach:
    """A breach by a request; `earlier`: numbers of entries that it contradicts."""
    exchange = asking.exchange
    return Breach(rule, text, (*earlier, exchange.number), asking.uid, exchange.peer)


def on(watched: WatchedUid, rule: Rule, text: str, *entries: int) -> Breach:
    """A breach on a UID."""
    return Breach(rule, text, entries, watched.uid, watched.peer)
