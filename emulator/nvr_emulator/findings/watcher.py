"""Watches a recorder's clients: what happened goes in, findings come out."""

from __future__ import annotations

from nvr_emulator.findings.chapter import Chapter
from nvr_emulator.findings.clients import Clients, Known
from nvr_emulator.findings.registry import CHAPTERS
from nvr_emulator.findings.rule import Breach, Finding
from nvr_emulator.journal.entries import ClockStepped, Exchange
from nvr_emulator.recorder.happenings import Happening

FINDINGS_KEPT = 1000


class Watcher:
    """What the clients of one recorder did wrong.

    Show it each entry of the journal in order (`see`). `dropped` counts the breaches for which there was no
    room any more.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.reset()

    def reset(self) -> None:
        """Forget everything: other clients come now."""
        self.dropped = 0
        self._clients = Clients()
        chapters = [chapter(self.known, self._clients) for chapter in CHAPTERS.values()]
        # Of each request the chapters are asked that have something to say: it is asked often.
        self._asked = [one.asked for one in chapters if has_own(one, "asked")]
        self._happened = [one.happened for one in chapters if has_own(one, "happened")]
        self._taken = [one.taken for one in chapters if has_own(one, "taken")]
        self._overdue = [one.overdue for one in chapters if has_own(one, "overdue")]
        self._finishing = [one.finished for one in chapters if has_own(one, "finished")]
        self._found: dict[tuple[str, int | str | None], Finding] = {}
        self._finished = False

    @property
    def findings(self) -> list[Finding]:
        """What was found so far, in the order of the first breach of each."""
        return list(self._found.values())

    def see(self, entry: Happening) -> list[Finding]:
        """Look at what happened; gives the findings that are new."""
        if isinstance(entry, ClockStepped):
            self._clients.clock_stepped(entry)
        new = self.look(entry.at)
        if isinstance(entry, Exchange):
            asking = self._clients.asking(entry)
            for asked in self._asked:
                for breach in asked(asking):
                    new += self._keep(breach, entry.at, entry)
            self._clients.obeyed(asking)
        else:
            for happened in self._happened:
                for breach in happened(entry):
                    new += self._keep(breach, entry.at)
            self._clients.happened(entry)
        return new

    def taken(self, exchange: int) -> None:
        """A client has the whole answer to that exchange, or went away."""
        for taken in self._taken:
            taken(exchange)

    def look(self, now: float) -> list[Finding]:
        """What a client has let pass by; gives the findings that are new."""
        new: list[Finding] = []
        for overdue in self._overdue:
            for breach in overdue(now):
                new += self._keep(breach, now)
        return new

    def finish(self, now: float) -> list[Finding]:
        """The clients have left: what they have not done. Gives the findings that are new, the first time."""
        if self._finished:
            return []
        self._finished = True
        new = self.look(now)
        for finished in self._finishing:
            for breach in finished():
                new += self._keep(breach, now)
        return new

    def _keep(self, breach: Breach, at: float, exchange: Exchange | None = None) -> list[Finding]:
        """The finding of a breach, if it is new."""
        key = (breach.rule.id, breach.uid if breach.uid is not None else breach.peer)
        if (found := self._found.get(key)) is not None:
            found.count += 1
            return []
        if len(self._found) >= FINDINGS_KEPT:
            self.dropped += 1
            return []
        found = self._found[key] = _finding(breach, at, exchange)
        return [found]


def has_own(chapter: Chapter, name: str) -> bool:
    """Whether a chapter has a method of its own, not the one that sees nothing."""
    return getattr(type(chapter), name) is not getattr(Chapter, name)


def _finding(breach: Breach, at: float, exchange: Exchange | None) -> Finding:
    rule = breach.rule
    return Finding(
        rule=rule.id,
        section=rule.section,
        severity=rule.severity,
        at=at,
        entries=breach.entries,
        text=breach.text,
        instead=rule.instead,
        uid=breach.uid,
        peer=breach.peer,
        command="" if exchange is None else f"{exchange.method} {exchange.target}",
    )
