"""A target made of kept evidence: it answers a scenario as the recorder did, from the files alone.

Requests are found again by their path and query; times, and what else a scenario was told, come in the order
in which they came. Where a scenario asks for more than there is, it ends, and what it did not check is not
tested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from nvr_conformance.client.clock import STEP, TargetTime
from nvr_conformance.client.options import User
from nvr_conformance.client.target import Access, Target
from nvr_conformance.sources import discovery
from nvr_conformance.sources.replayed_sockets import ReplayedReceiver
from nvr_conformance.sources.replayed_wire import EvidenceEndedError, ReplayedConnection, Wire
from nvr_conformance.sources.tape_reader import TapeReader
from nvr_conformance.wire.connection import Connection, WireError
from nvr_conformance.wire.endpoint import Endpoint, tls_context
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


class ReplayedTarget(Target):
    """One scenario's recorder, from its evidence."""

    def __init__(self, evidence: Evidence, pcap: Pcap, model: int, seed: int, name: str) -> None:
        record = evidence.target
        self._time = _ToldTime(record.clock)
        access = Access(
            url=record.url,
            endpoint=_endpoint(record.endpoint),
            users=tuple(User(user, f"{user} not kept", priority) for user, priority in record.users),
            other=None if record.other is None else _endpoint(record.other),
            https_alone=record.https_alone,
        )
        super().__init__(
            access,
            model=model,
            time=self._time,
            allowed=frozenset(record.allowed),
            pace=record.pace,
            timeout=record.timeout,
            scout=discovery,
            seed=seed,
            name=name,
            knowledge=_knowledge(record.knowledge),
        )
        self._wire = Wire(evidence, pcap)
        self._reader = TapeReader(evidence)
        self._found: dict[int, ExchangeRecord] = {}

    # --- what was told --------------------------------------------------------------------------------

    def told(self, kind: str, ask: Callable[[], T]) -> T:
        if kind == "now":
            self._go_on("now")
            return cast("T", self._time.value)
        return cast("T", self._heard(self._reader.next(kind) or self._reader.last(kind)).value)

    def note(self, kind: str, value: object) -> None:
        """It is noted already."""

    def pass_time(self, seconds: float, *, step: float = STEP) -> None:
        if not self._go_on("pass"):
            self._time.value += seconds

    def settle(self) -> None:
        self._go_on("settle")

    def _go_on(self, kind: str) -> bool:
        """Take the time from what was told next; whether there is something."""
        told = self._reader.next(kind)
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
        record = self._reader.find(exchange)
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
