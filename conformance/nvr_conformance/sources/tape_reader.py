"""What a scenario was told, from its evidence: times, states, and the requests that it made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvr_conformance.evidence.scenario_file import kept_target
from nvr_conformance.sources.replayed_wire import EvidenceEndedError

if TYPE_CHECKING:
    from nvr_conformance.evidence.scenario_file import Evidence, ExchangeRecord, ToldRecord
    from nvr_conformance.wire.exchange import Exchange

_VARYING = re.compile(r"(?<![A-Za-z])((?:UID|PORT)=)-?[0-9]+")
"""Digits that a second run need not have: ports, and UIDs that were replaced or made up."""


class TapeReader:
    """What a scenario was told, in its order."""

    def __init__(self, evidence: Evidence) -> None:
        self._told = evidence.told
        self._records = {record.number: record for record in evidence.exchanges}
        self._place = 0
        self._last: dict[str, ToldRecord] = {}

    def next(self, kind: str) -> ToldRecord | None:
        """What was told next of this kind, ahead of the next exchange."""
        for place in range(self._place, len(self._told)):
            told = self._told[place]
            if told.kind == kind:
                self._place, self._last[kind] = place + 1, told
                return told
            if told.kind == "exchange":
                return None
        return None

    def last(self, kind: str) -> ToldRecord:
        """What was told last of this kind. EvidenceEndedError if nothing ever was."""
        if kind not in self._last:
            raise EvidenceEndedError(f"the evidence does not tell {kind!r}")
        return self._last[kind]

    def find(self, exchange: Exchange) -> ExchangeRecord:
        """The next exchange of the same request. EvidenceEndedError if there is none."""
        wanted = _varying(kept_target(exchange.target))
        for place in range(self._place, len(self._told)):
            told = self._told[place]
            record = self._records.get(told.value) if told.kind == "exchange" else None
            if record is not None and record.method == exchange.method and _varying(record.target) == wanted:
                self._place = place + 1
                return record
        raise EvidenceEndedError(f"the evidence holds no answer to {exchange.method} {exchange.target[:200]}")


def _varying(target: str) -> str:
    return _VARYING.sub(r"\1#", target)
