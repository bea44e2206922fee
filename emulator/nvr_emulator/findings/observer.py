"""Who watches a recorder: what happens goes into the journal, and past the rules for clients."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.findings.clients import Known
from nvr_emulator.findings.rule import Finding
from nvr_emulator.findings.watcher import FINDINGS_KEPT, Watcher
from nvr_emulator.journal.entries import Exchange, FindingMade
from nvr_emulator.journal.journal import Journal
from nvr_emulator.recorder.happenings import Happening


class Observer:
    """Keeps the journal and the findings of one recorder. `now` gives the recorder's time.

    What a request brings about stands behind it in the journal: between `request_comes` and `answered`
    happenings wait.
    """

    def __init__(self, known: Known, now: Callable[[], float]) -> None:
        self.journal = Journal()
        self._watcher = Watcher(known)
        self._now = now
        self._held: list[Happening] | None = None
        self._past: list[Finding] = []

    @property
    def findings(self) -> list[Finding]:
        """What the clients did wrong so far."""
        self._note(self._watcher.look(self._now()))
        return self._watcher.findings

    @property
    def dropped(self) -> int:
        """How many breaches found no room any more."""
        return self._watcher.dropped

    def request_comes(self) -> None:
        """A request is about to be answered."""
        self._held = []

    def answered(self, exchange: Exchange) -> Exchange:
        """It was answered; what it brought about follows."""
        held, self._held = self._held or [], None
        self._keep(exchange)
        for happening in held:
            self._keep(happening)
        return exchange

    def tell(self, happening: Happening) -> None:
        """Something happened."""
        if not happening.at:
            happening.at = self._now()
        if self._held is None:
            self._keep(happening)
        else:
            self._held.append(happening)

    def taken(self, exchange: Exchange) -> None:
        """The client has the whole answer: for the rules alone, the journal does not say it."""
        self._watcher.taken(exchange.number)

    def finish(self) -> list[Finding]:
        """The clients have left: everything that they did wrong."""
        self._note(self._watcher.finish(self._now()))
        return self._watcher.findings

    def all_findings(self) -> list[Finding]:
        """Everything that clients did wrong, those before a reset too; they have left."""
        return [*self._past, *self.finish()]

    def reset(self) -> None:
        """An empty journal, no findings. `finish` first, if the clients are to be judged as having left."""
        room = FINDINGS_KEPT - len(self._past)
        self._past += self._watcher.findings[:room]
        self.journal.clear()
        self._watcher.reset()

    def _keep(self, happening: Happening) -> None:
        self.journal.add(happening)
        self._note(self._watcher.see(happening))

    def _note(self, findings: list[Finding]) -> None:
        for found in findings:
            self.journal.add(
                FindingMade(
                    at=found.at,
                    rule=found.rule,
                    section=found.section,
                    severity=found.severity.value,
                    text=found.text,
                    instead=found.instead,
                    entries=found.entries,
                )
            )
