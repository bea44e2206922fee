"""What happened in a scenario, in order: the exchanges, each with its number."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nvr_conformance.client.tape import Tape
from nvr_conformance.evidence.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.capture import WireCapture
    from nvr_conformance.wire.exchange import Exchange
    from nvr_conformance.wire.live_streams import LiveStream

EXCHANGE_LIMIT = 5000  # kept of one scenario
TRANSCRIPT_LIMIT = 5 * 1024 * 1024  # characters
_BODY_KEPT = 2000  # characters of a text body in the transcript
_BYTES_KEPT = 64  # bytes of another


class History:
    """The exchanges of one scenario; older ones go when there are too many.

    ``capture`` keeps the bytes of the wire for a pcap, if there is to be one, and ``tape`` what else the
    scenario is told by its ``target``. ``streams`` are the live streams that were begun, ``secrets`` the
    passwords that must not be shown.
    """

    def __init__(self, capture: WireCapture | None = None) -> None:
        self._numbers = itertools.count(1)
        self._clock: Callable[[], float] | None = None  # a manual one
        self._clock_at: dict[int, float] = {}
        self.exchanges: list[Exchange] = []
        self.remarks: list[tuple[int, str]] = []  # after which exchange, what was checked
        self.capture = capture
        self.tape = None if capture is None else Tape(capture)
        self.target: Target | None = None
        self._packets: Mapping[int, int] = {}
        self.streams: list[LiveStream] = []
        self.secrets: set[str] = set()

    def follow(self, target: Target) -> None:
        """Take the times of a manual clock down, and learn what must stay secret."""
        self.target = self.target or target
        self.secrets |= {user.password for user in target.users}
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
            self._clock_at[number] = self._clock()
        return number

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange."""
        self.exchanges.append(exchange)
        if len(self.exchanges) > EXCHANGE_LIMIT:
            del self.exchanges[0]

    def remark(self, text: str) -> None:
        """Note something between the exchanges."""
        self.remarks.append((self.last_number, text))

    @property
    def last_number(self) -> int:
        """The number of the last exchange; 0 before the first."""
        return self.exchanges[-1].number if self.exchanges else 0

    def transcript(self, redactor: Redactor | None = None, packets: Mapping[int, int] | None = None) -> str:
        """All of it as text, without what must stay secret. ``packets``: which packet of the pcap carries the
        request of each exchange."""
        redactor = redactor or Redactor()
        redactor.learn(self.secrets)
        self._packets = packets or {}
        lines: list[str] = []
        size = 0
        for line in self._lines(redactor):
            size += len(line) + 1
            if size > TRANSCRIPT_LIMIT:
                lines.append(f"(cut: a transcript has at most {TRANSCRIPT_LIMIT} characters)")
                break
            lines.append(line)
        return "".join(line + "\n" for line in lines)

    def excerpt(self, number: int, redactor: Redactor) -> str:
        """One exchange as the transcript has it; empty if it is not kept."""
        exchange = next((each for each in reversed(self.exchanges) if each.number == number), None)
        if exchange is None:
            return ""
        redactor.learn(self.secrets)
        return "\n".join(self._exchange_lines(exchange, exchange.started, redactor))

    def _lines(self, redactor: Redactor) -> Iterator[str]:
        remarks = list(self.remarks)
        begun = self.exchanges[0].started if self.exchanges else 0.0
        if self.exchanges:
            wall = time.time() - time.monotonic() + begun
            yield f"begun {datetime.fromtimestamp(wall, UTC).isoformat(timespec='milliseconds')}"
        for exchange in self.exchanges:
            while remarks and remarks[0][0] < exchange.number:
                yield f"    {redactor.text(remarks.pop(0)[1])}"
            yield from self._exchange_lines(exchange, begun, redactor)
        for _, text in remarks:
            yield f"    {redactor.text(text)}"

    def _exchange_lines(self, exchange: Exchange, begun: float, redactor: Redactor) -> Iterator[str]:
        clock = self._clock_at.get(exchange.number)
        moved = "" if clock is None else f" (clock moved {clock:.3f} s)"
        target = redactor.text(exchange.target)
        packet = self._packets.get(exchange.number)
        place = "" if packet is None else f" (packet {packet})"
        when = f"+{exchange.started - begun:.3f} s{moved}{place}"
        yield f"#{exchange.number} {when}  {exchange.method} {target}"
        for name, value in exchange.request_headers:
            yield f"  > {name}: {redactor.header(name, value)}"
        yield f"  = {redactor.text(str(exchange))} after {exchange.ended - exchange.started:.3f} s"
        for name, value in exchange.headers:
            yield f"  < {name}: {redactor.header(name, value)}"
        for label, body in (("|", exchange.body), ("behind the answer |", exchange.extra)):
            if body and exchange.content_type.startswith("text/"):
                text = body.decode("utf-8", "replace")
                yield from (f"  {label} {line}" for line in redactor.text(text)[:_BODY_KEPT].splitlines())
            elif body:
                yield f"  {label} {redactor.wire(body[: 4 * _BYTES_KEPT])[:_BYTES_KEPT].hex(' ')}"
        if exchange.status is None and exchange.raw_start:
            yield f"  raw | {redactor.wire(exchange.raw_start)[:_BYTES_KEPT].hex(' ')}"
