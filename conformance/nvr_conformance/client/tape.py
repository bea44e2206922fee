"""What a scenario was told while it ran, in order: the times it read, what it asked, what it waited for.

With the bytes of the wire (``wire_capture``) it is all that a scenario's course depends on. So the checks
can be made again later, without the recorder (``replay``).
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nvr_conformance.wire.capture import Flow, WireCapture
    from nvr_conformance.wire.connection import Connection
    from nvr_conformance.wire.exchange import Exchange


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a scenario was told. ``order`` is that of the wire's capture at this moment.

    ``kind``: "now", "unix" (seconds), "state" (of a control port), "pass" and "settle" (the time afterwards),
    "unread", "dropped" (bytes, datagrams in this machine), "differs" (a password from the right one),
    "refusals show" (whether answers tell),
    "exchange" (its number).
    """

    kind: str
    order: int
    value: Any


@dataclass(slots=True)
class Asked:
    """One request: on which flow it went (None: no connection), and the order of what was sent last."""

    exchange: Exchange
    flow: Flow | None = None
    order: int = 0


@dataclass
class Tape:
    """The tape of one scenario. Only the scenario's own thread writes on it, but for ``tick``."""

    capture: WireCapture
    told: list[Told] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    ticks: list[tuple[int, float]] = field(default_factory=list)
    _paused: int = 0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What is told meanwhile is no part of the scenario's course."""
        self._paused += 1
        try:
            yield
        finally:
            self._paused -= 1

    def note(self, kind: str, value: Any) -> None:
        """The scenario was told something."""
        if not self._paused:
            self.told.append(Told(kind, self.capture.order, value))

    def begin(self, exchange: Exchange) -> None:
        """A request is about to be made."""
        if not self._paused:
            self.asked.append(Asked(exchange))
            self.note("exchange", exchange.number)

    def sent(self, exchange: Exchange, connection: Connection) -> None:
        """The request went out on this connection."""
        if self._paused:
            return
        asked = next((each for each in reversed(self.asked) if each.exchange is exchange), None)
        if asked is not None:
            asked.flow, asked.order = connection.flow, self.capture.order

    def tick(self, now: float) -> None:
        """A manual clock was moved."""
        self.ticks.append((self.capture.order, now))
