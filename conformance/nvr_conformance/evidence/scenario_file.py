"""The evidence of one scenario as it lies in a report: beside the transcript (.txt) and what went over the
wire (.pcap) a .json that says what the scenario was told, and when in the pcap.

Moments are numbers of packets in the pcap: how many of them had gone by. So what happened can be followed in
Wireshark, and the checks can be made again from these files alone (``replay``).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Any

import msgspec

from nvr_conformance.bounds import is_shallow, read_json
from nvr_conformance.wire.exchange import WireProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from nvr_conformance.client.history import History
    from nvr_conformance.client.tape import Asked
    from nvr_conformance.client.target import Target
    from nvr_conformance.evidence.redaction import Redactor
    from nvr_conformance.wire.capture import Flow
    from nvr_conformance.wire.endpoint import Endpoint

FORMAT = "nvrkit-evidence-1"
_TOLD: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("now", "unix", "pass", "settle"), (int, float)),
    **dict.fromkeys(("unread", "dropped", "exchange"), int),
    **dict.fromkeys(("differs", "same host"), bool),
}
"""What a scenario can be told, by its kind; of others the scenario must know."""
TARGET_LIMIT = 2000  # characters kept of a path and query


class Failure(msgspec.Struct, frozen=True, array_like=True):
    """Waiting for more brought this: after how many packets, and what."""

    packets: int
    kind: WireProblem
    text: str


class FlowRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One connection, or one UDP port of ours. ``packets``: how many had gone by when it was opened."""

    local: tuple[str, int]
    packets: int
    udp: bool = False
    failures: tuple[Failure, ...] = ()


class ExchangeRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request. ``flow``: its connection (an index; None: there was none, and ``error`` says why).
    ``packets``: how many had gone by when it was sent. Times in seconds of one clock."""

    number: int
    method: str
    target: str
    started: float
    ended: float
    flow: int | None = None
    packets: int = 0
    error: WireProblem | None = None
    error_text: str = ""


class ToldRecord(msgspec.Struct, frozen=True, array_like=True):
    """What the scenario was told (``tape.Told``), after how many packets."""

    kind: str
    packets: int
    value: Any


class TargetRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The target as the scenario saw it. ``users``: name and priority, never a password."""

    url: str
    clock: str
    pace: float
    timeout: float
    users: tuple[tuple[str, int], ...]
    allowed: tuple[str, ...]
    https_alone: bool | None
    endpoint: tuple[str, int, bool]
    other: tuple[str, int, bool] | None
    knowledge: dict[str, Any]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The .json of one scenario. ``clock_start`` makes a real clock's seconds of the pcap's times; ``ticks``:
    how a manual one moved (packets, seconds)."""

    format: str = FORMAT
    scenario: str
    target: TargetRecord
    clock_start: float
    ticks: tuple[tuple[int, float], ...]
    flows: tuple[FlowRecord, ...]
    exchanges: tuple[ExchangeRecord, ...]
    told: tuple[ToldRecord, ...]


def evidence_json(scenario: str, history: History, orders: Sequence[int], redactor: Redactor) -> bytes:
    """The .json of a scenario that was captured. ``orders`` of the packets of its pcap, as ``write_pcap``
    gave them."""
    capture, tape, target = history.capture, history.tape, history.target
    assert capture is not None
    assert tape is not None
    assert target is not None

    def gone_by(order: int) -> int:
        return bisect_right(orders, order)

    indices = {id(flow): index for index, flow in enumerate(capture.flows)}
    evidence = Evidence(
        scenario=scenario,
        target=_target_record(target, redactor),
        clock_start=capture.start,
        ticks=tuple((gone_by(order), now) for order, now in tape.ticks),
        flows=tuple(_flow_record(flow, gone_by, redactor) for flow in capture.flows),
        exchanges=tuple(
            _exchange_record(asked, indices.get(id(asked.flow)), gone_by, redactor) for asked in tape.asked
        ),
        told=tuple(
            ToldRecord(told.kind, gone_by(told.order), redactor.value(told.value)) for told in tape.told
        ),
    )
    return msgspec.json.encode(evidence) + b"\n"


def packet_numbers(history: History, orders: Sequence[int]) -> dict[int, int]:
    """Which packet of the pcap carries each exchange's request, as Wireshark counts them: from 1."""
    if history.tape is None:
        return {}
    known = set(orders)
    return {
        asked.exchange.number: bisect_left(orders, asked.order) + 1
        for asked in history.tape.asked
        if asked.flow is not None and asked.order in known
    }


def kept_target(target: str) -> str:
    """A path and query as it is kept: cut."""
    return target[:TARGET_LIMIT]


def _flow_record(flow: Flow, gone_by: Callable[[int], int], redactor: Redactor) -> FlowRecord:
    return FlowRecord(
        local=(flow.local[0], flow.local[1]),
        packets=gone_by(flow.order - 1),
        udp=flow.udp,
        failures=tuple(
            Failure(gone_by(order), kind, redactor.digits(text)) for order, kind, text in flow.failures
        ),
    )


def _exchange_record(
    asked: Asked, flow: int | None, gone_by: Callable[[int], int], redactor: Redactor
) -> ExchangeRecord:
    exchange = asked.exchange
    return ExchangeRecord(
        number=exchange.number,
        method=exchange.method,
        target=redactor.digits(kept_target(exchange.target)),
        started=exchange.started,
        ended=exchange.ended,
        flow=flow,
        packets=gone_by(asked.order),
        error=exchange.error if flow is None else None,
        error_text=redactor.digits(exchange.error_text) if flow is None else "",
    )


def _target_record(target: Target, redactor: Redactor) -> TargetRecord:
    other = target.http if target.endpoint.tls else target.https
    return TargetRecord(
        url=target.url,
        clock=target.clock,
        pace=target.pace,
        timeout=target.timeout,
        users=tuple((user.name, user.priority) for user in target.users),
        allowed=tuple(sorted(target.allowed)),
        https_alone=target.https_alone,
        endpoint=_endpoint_record(target.endpoint),
        other=None if other is None else _endpoint_record(other),
        knowledge=redactor.value(target.knowledge),
    )


def _endpoint_record(endpoint: Endpoint) -> tuple[str, int, bool]:
    return endpoint.host, endpoint.port, endpoint.tls is not None


def read_evidence(data: bytes, name: str) -> Evidence:
    """What ``evidence_json`` wrote. ValueError in one line, with the file's name, for anything else."""
    try:
        evidence = read_json(data, Evidence)
    except ValueError as problem:
        raise ValueError(f"{name}: {problem}") from None
    if evidence.format != FORMAT:
        raise ValueError(f"{name}: format {evidence.format!r}, expected {FORMAT!r}")
    if not is_shallow([evidence.target.knowledge, *(told.value for told in evidence.told)]):
        raise ValueError(f"{name}: nested too deep")
    for told in evidence.told:
        if not isinstance(told.value, _TOLD.get(told.kind, object)):
            raise ValueError(f"{name}: {told.kind!r} cannot be {told.value!r:.40}")
    for exchange in evidence.exchanges:
        if exchange.flow is not None and not 0 <= exchange.flow < len(evidence.flows):
            raise ValueError(f"{name}: exchange {exchange.number} has no flow {exchange.flow}")
    return evidence
