"""What came over the wire in one scenario, from its pcap: connections and streams that it can read again."""

from __future__ import annotations

import bisect
from typing import TYPE_CHECKING, cast

from nvr_conformance.judgement.outcomes import ScenarioStopped
from nvr_conformance.sources.replayed_sockets import ReplayedReceiver, ReplayedSocket
from nvr_conformance.wire.connection import Connection, WireError
from nvr_conformance.wire.endpoint import Endpoint

if TYPE_CHECKING:
    import socket

    from nvr_conformance.evidence.pcap_reading import Arrival, Pcap
    from nvr_conformance.evidence.scenario_file import Evidence


class EvidenceEndedError(ScenarioStopped):
    """The evidence does not say what the scenario asks for."""


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

    def _datagrams(self, pcap: Pcap, index: int) -> list[Arrival]:
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
        self._sock = sock

    def send(self, data: bytes, deadline: float) -> None:
        """It was sent."""

    def receive(self, deadline: float) -> bytes:
        """What came next; WireError for what came instead."""
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
