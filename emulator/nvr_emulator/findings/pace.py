"""How fast commands come (§1.3). Requests for played back data have no pace: they are made over and over."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from nvr_emulator.findings.chapter import Chapter, by
from nvr_emulator.findings.clients import Asking, Clients, Known
from nvr_emulator.findings.rule import Breach, Rule, Severity
from nvr_emulator.journal.entries import Exchange
from nvr_emulator.recorder.happenings import Happening, SessionEnded, SessionIssued
from nvr_protocol.commands.specs import COMMAND_INTERVAL, CONTROL_INTERVAL

SOURCES_REMEMBERED = 2000
TOLERANCE = 0.98
"""Timers and networks are not exact: so much of the interval is enough."""

PACE = Rule(
    "pace",
    "1.3",
    Severity.NOTE,
    "Commands closer than 3 s",
    "Commands of one UID came less than 3 s apart. The recorder answers all the same, and has the less "
    "time for others.",
    "Leave 3 s between two commands; keep one UID for all cameras, so that there are few.",
)
CONTROL_PACE = Rule(
    "control-pace",
    "1.3",
    Severity.NOTE,
    "Camera control closer than 0.2 s",
    "Camera control commands of one UID came less than 0.2 s apart.",
    "Send a joystick's position every 0.2 s at most, and leave out what has changed again by then.",
)


class Pace(Chapter):
    """Watches the intervals of each UID, and of each address where a command carries no UID."""

    rules = (PACE, CONTROL_PACE)

    def __init__(self, known: Known, clients: Clients) -> None:
        super().__init__(known, clients)
        self._last: OrderedDict[tuple[object, ...], Exchange] = OrderedDict()

    def asked(self, asking: Asking) -> Iterator[Breach]:
        """Compare with the command before; one that was only asked for authentication is none."""
        command, exchange = asking.command, asking.exchange
        if command is None or not command.spec.interval or exchange.challenged or command.key == "login":
            return
        control = command.spec.interval == CONTROL_INTERVAL
        if asking.valid is not None:
            source: tuple[object, ...] = (asking.uid, control)
        elif not command.spec.needs_uid:
            source = (exchange.peer, command.key)
        else:
            return
        before = self._last.get(source)
        self._keep(source, exchange)
        interval = CONTROL_INTERVAL if control else COMMAND_INTERVAL
        if before is None or (gap := self.clients.elapsed(before, exchange)) >= interval * TOLERANCE:
            return
        rule = CONTROL_PACE if control else PACE
        text = f"{exchange.name} came {gap:.2f} s after {before.name}; {interval:g} s are asked for"
        yield by(asking, rule, text, before.number)

    def happened(self, entry: Happening) -> tuple[Breach, ...]:
        """The login is the first command of a UID."""
        if isinstance(entry, SessionIssued) and self.clients.latest is not None:
            self._keep((entry.uid, False), self.clients.latest)
        elif isinstance(entry, SessionEnded):
            self._last.pop((entry.uid, False), None)
            self._last.pop((entry.uid, True), None)
        return ()

    def _keep(self, source: tuple[object, ...], exchange: Exchange) -> None:
        self._last[source] = exchange
        if len(self._last) > SOURCES_REMEMBERED:
            self._last.popitem(last=False)
