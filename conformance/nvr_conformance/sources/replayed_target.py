"""A target made of kept evidence: it answers a scenario as the recorder did, from the files alone.

Requests are found again by their path and query; times, and what else a scenario was told, come in the order
in which they came. Where a scenario asks for more than there is, it ends, and what it did not check is not
tested.
"""

from __future__ import annotations

import bisect
import random
import re
from typing import TYPE_CHECKING, Any, TypeVar, cast

from nvr_conformance.client.clock import STEP, TargetTime
from nvr_conformance.client.target import Target, TargetOptions, User
from nvr_conformance.evidence.scenario_file import kept_target
from nvr_conformance.judgement.outcomes import ScenarioStopped
from nvr_conformance.sources.replayed_sockets import ReplayedReceiver, ReplayedSocket
from nvr_conformance.wire.connection import Connection, WireError
from nvr_conformance.wire.endpoint import Endpoint
from nvr_conformance.wire.exchange import WireProblem

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from nvr_conformance.evidence.pcap_reading import Pcap
    from nvr_conformance.evidence.scenario_file import Evidence, ExchangeRecord, ToldRecord
    from nvr_conformance.wire.capture import Flow, WireCapture
    from nvr_conformance.wire.exchange import Exchange
    from nvr_conformance.wire.receiver import Receiver

T = TypeVar("T")

_VARYING = re.compile(r"(?<![A-Za-z])((?:UID|PORT)=)-?\d+")
"""Digits that a second run need not have: ports, and UIDs that were replaced or made up."""


class EvidenceEndedError(ScenarioStopped):
    """The evidence does not say what the scenario asks for."""


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


class Wire:
    """What came over the wire in one scenario, let through as far as ``packets`` of the pcap have gone by."""

    def __init__(self, evidence: Evidence, pcap: Pcap) -> None:
        self.evidence = evidence
        self.packets = 0
        self.receivers: list[ReplayedReceiver] = []
        self._at = 0.0  # Unix seconds of what is being read
        self._reading = 0
        self._ticks = [packets for packets, _ in evidence.ticks]
        connections = iter(pcap.connections)
        self.sockets = [
            ReplayedSocket(
                self,
                flow.local,
                self._datagrams(pcap, index) if flow.udp else next(connections, []),
                flow.failures,
                udp=flow.udp,
            )
            for index, flow in enumerate(evidence.flows)
        ]

    def _datagrams(self, pcap: Pcap, index: int) -> list[Any]:
        """Those of one port, up to when it was opened again."""
        flow = self.evidence.flows[index]
        later = (
            other.packets
            for other in self.evidence.flows[index + 1 :]
            if other.udp and other.local[1] == flow.local[1]
        )
        end = next(later, pcap.packets)
        return [each for each in pcap.datagrams.get(flow.local[1], ()) if flow.packets <= each.packet < end]

    def go_to(self, packets: int) -> None:
        """So many packets have gone by: read what came on the streams meanwhile, in its order."""
        self.packets = max(self.packets, packets)
        while True:
            due = [found for receiver in self.receivers if (found := receiver.first_due()) is not None]
            if not due:
                return
            _, sock, receiver = min(due, key=lambda found: found[0])
            receiver.read(sock)

    def note_reading(self, packet: int, at: float) -> None:
        """This is being read now."""
        self._reading, self._at = packet, at

    def arrival(self) -> float:
        """The time of what is being read, on the scenario's clock."""
        if self.evidence.target.clock == "real":
            return self._at - self.evidence.clock_start
        place = bisect.bisect_right(self._ticks, self._reading)
        return self.evidence.ticks[place - 1][1] if place else 0.0


class ReplayedConnection(Connection):
    """The connection of one exchange: what came on it behind the request."""

    def __init__(self, endpoint: Endpoint, sock: ReplayedSocket) -> None:
        self.endpoint = endpoint
        self.socket = cast("socket.socket", sock)
        self.flow = None
        self.may_be_kept = False
        self._pending = b""
        self._sock = sock

    def send(self, data: bytes, deadline: float) -> None:
        """It was sent."""

    def receive(self, deadline: float) -> bytes:
        """What came next; WireError for what came instead."""
        if self._pending:
            data, self._pending = self._pending, b""
            return data
        arrival = self._sock.take()
        if isinstance(arrival, WireError):
            raise arrival
        if arrival is None:
            raise EvidenceEndedError("the evidence holds no more of this answer")
        if arrival.cut:
            raise EvidenceEndedError("the evidence was cut here: there was too much of it")
        return arrival.data

    def wait_readable(self, timeout: float) -> None:
        """It was waited for."""

    def close(self) -> None:
        """Nothing to drop."""


class ReplayedTarget(Target):
    """One scenario's recorder, from its evidence."""

    def __init__(self, evidence: Evidence, pcap: Pcap, model: int, seed: int, name: str) -> None:
        record = evidence.target
        endpoint = _endpoint(record.endpoint)
        self._time = _ToldTime(record.clock)
        super().__init__(
            TargetOptions(model=model, pace=record.pace, timeout=record.timeout),
            endpoint,
            url=record.url,
            users=tuple(User(name, f"{name} not kept", priority) for name, priority in record.users),
            control=None,
            time=self._time,
            allowed=frozenset(record.allowed),
            seed=seed,
            knowledge=_knowledge(record.knowledge),
            other=None if record.other is None else _endpoint(record.other),
            https_alone=record.https_alone,
        )
        self.random = random.Random(f"{seed} {name}")
        self._evidence = evidence
        self._wire = Wire(evidence, pcap)
        self._tape = TapeReader(evidence)
        self._found: dict[int, ExchangeRecord] = {}

    # --- what was told --------------------------------------------------------------------------------

    def told(self, kind: str, ask: Callable[[], T]) -> T:
        if kind == "now":
            self._go_on("now")
            return cast("T", self._time.value)
        return cast("T", self._heard(self._tape.next(kind) or self._tape.last(kind)).value)

    def note(self, kind: str, value: object) -> None:
        """It is noted already."""

    def pass_time(self, seconds: float, *, step: float = STEP) -> None:
        if not self._go_on("pass"):
            self._time.value += seconds

    def settle(self) -> None:
        self._go_on("settle")

    def _go_on(self, kind: str) -> bool:
        """Take the time from what was told next; whether there is something."""
        told = self._tape.next(kind)
        if told is not None:
            self._time.value = self._heard(told).value
        return told is not None

    def _heard(self, told: ToldRecord) -> ToldRecord:
        self._wire.go_to(told.packets)
        return told

    def keep_pace(self, pace: float | None = None) -> None:
        """The pace was kept."""

    def arrival(self) -> float:
        return self._wire.arrival()

    # --- what came over the wire ----------------------------------------------------------------------

    def begin(self, exchange: Exchange) -> None:
        record = self._tape.find(exchange)
        self._found[exchange.number] = record
        exchange.started = record.started
        self._wire.go_to(record.packets)

    def connect(
        self,
        exchange: Exchange,
        timeout: float,
        capture: WireCapture | None = None,
        receive_buffer: int | None = None,
    ) -> Connection:
        record = self._found[exchange.number]
        if record.flow is None:
            raise WireError(record.error or WireProblem.UNREACHABLE, record.error_text)
        sock = self._wire.sockets[record.flow]
        sock.skip_to(record.packets)
        return ReplayedConnection(self.endpoint, sock)

    def sent(self, exchange: Exchange, connection: Connection) -> None:
        """It was sent."""

    def end(self, exchange: Exchange) -> None:
        exchange.ended = self._found[exchange.number].ended

    def open_udp(self, capture: WireCapture | None = None) -> tuple[socket.socket, Flow | None]:
        sock = next((each for each in self._wire.sockets if each.is_fresh_udp), None)
        if sock is None:
            raise EvidenceEndedError("the evidence holds no more RTP")
        sock.opened = True
        return cast("socket.socket", sock), None

    def make_receiver(self) -> Receiver:
        return cast("Receiver", ReplayedReceiver(self._wire))

    def attach(self, receiver: Receiver) -> None:
        self._wire.receivers.append(cast("ReplayedReceiver", receiver))

    def detach(self, receiver: Receiver) -> None:
        self._wire.receivers.remove(cast("ReplayedReceiver", receiver))


class _ToldTime(TargetTime):
    """The time as the scenario was told last; it goes on by what is on the tape alone."""

    def __init__(self, clock: str) -> None:
        super().__init__()
        self.clock = "manual" if clock == "manual" else "real"
        self.value = 0.0

    def now(self) -> float:
        return self.value

    def unix(self) -> float:
        return self.value

    def pass_time(self, seconds: float, step: float = STEP) -> None:
        self.value += seconds

    def settle(self) -> None:
        """All that has gone by is read."""

    def keep_apart(self, since: float, seconds: float) -> float:
        return since


def _endpoint(record: tuple[str, int, bool]) -> Endpoint:
    from nvr_conformance.wire.endpoint import tls_context

    host, port, tls = record
    return Endpoint(host, port, tls_context(insecure=True) if tls else None)


def _knowledge(kept: dict[str, Any]) -> dict[str, Any]:
    """As it was before it went through JSON."""
    return {
        key: {int(number): state for number, state in value.items()}
        if isinstance(value, dict)
        else tuple(value)
        if isinstance(value, list)
        else value
        for key, value in kept.items()
    }


def _varying(target: str) -> str:
    return _VARYING.sub(r"\1#", target)
