"""What must not be told of a run, known by whoever writes of it beside the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.engine.events import Event, ScenarioFinished
from nvr_conformance.evidence.redaction import Redactor
from nvr_conformance.evidence.transcript import meet_all

if TYPE_CHECKING:
    from collections.abc import Iterable


class SecretsMet:
    """A reporter that writes nothing: its ``redactor`` knows the passwords and UIDs that scenarios met."""

    def __init__(self, passwords: Iterable[str] = ()) -> None:
        self.redactor = Redactor(passwords, uids=True)

    def __call__(self, event: Event) -> None:
        if isinstance(event, ScenarioFinished):
            meet_all(event.history, self.redactor)
