"""What happened in a scenario, in order: the exchanges, each with its number."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from nvr_conformance.bounds import BODIES_KEPT, EXCHANGES_KEPT
from nvr_conformance.client.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Callable

    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.capture import WireCapture
    from nvr_conformance.wire.exchange import Exchange
    from nvr_conformance.wire.live_streams import LiveStream


class History:
    """The exchanges of one scenario; older ones go when there are too many.

    ``capture`` keeps the bytes of the wire for a pcap, if there is to be one, and ``tape`` what else the
    scenario is told by its ``target``. ``clock_at``: where a manual clock stood at each exchange, by its
    number. ``streams`` are the live streams that were begun, ``secrets`` the passwords that must not be
    shown, ``names`` those of the users that have them.
    """

    def __init__(self, capture: WireCapture | None = None) -> None:
        self._numbers = itertools.count(1)
        self._clock: Callable[[], float] | None = None  # a manual one
        self.clock_at: dict[int, float] = {}
        self.exchanges: list[Exchange] = []
        self._bodies = 0  # bytes of all but the last one's body
        self.remarks: list[tuple[int, str]] = []  # after which exchange, what was checked
        self.capture = capture
        self.tape = None if capture is None else Tape(capture)
        self.target: Target | None = None
        self.streams: list[LiveStream] = []
        self.secrets: set[str] = set()
        self.names: set[str] = set()

    def follow(self, target: Target) -> None:
        """Take the times of a manual clock down, and learn what must stay secret."""
        self.target = self.target or target
        self.secrets |= {user.password for user in target.users}
        self.names |= {user.name for user in target.users}
        if target.clock == "manual":
            self._clock = target.time.now
            if self.capture is not None:
                self.capture.elapsed = target.time.now

    @property
    def clock_is_manual(self) -> bool:
        """Whether times of arrival are no times of the network."""
        return self._clock is not None

    def next_number(self) -> int:
        """The number of the next exchange, from 1."""
        number = next(self._numbers)
        if self._clock is not None:
            self.clock_at[number] = self._clock()
        return number

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange."""
        if self.exchanges:
            self._bodies += len(self.exchanges[-1].body)
        while self.exchanges and (len(self.exchanges) >= EXCHANGES_KEPT or self._bodies > BODIES_KEPT):
            self._bodies -= len(self.exchanges.pop(0).body)
        self.exchanges.append(exchange)

    def remark(self, text: str) -> None:
        """Note something between the exchanges."""
        self.remarks.append((self.last_number, text))

    @property
    def last_number(self) -> int:
        """The number of the last exchange; 0 before the first."""
        return self.exchanges[-1].number if self.exchanges else 0
