"""A scenario's exchanges as text, without what must stay secret."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from nvr_conformance.evidence.redaction import Redactor
from nvr_conformance.judgement.plain_text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nvr_conformance.client.history import History
    from nvr_conformance.wire.exchange import Exchange

TRANSCRIPT_LIMIT = 5 * 1024 * 1024  # characters
_BODY_KEPT = 2000  # characters of a text body
_BYTES_KEPT = 64  # bytes of another


def transcript(
    history: History, redactor: Redactor | None = None, packets: Mapping[int, int] | None = None
) -> str:
    """All of it, cut at TRANSCRIPT_LIMIT. ``packets``: which packet of the pcap carries the request of each
    exchange."""
    redactor = redactor or Redactor()
    redactor.learn(history.secrets, history.names)
    lines: list[str] = []
    size = 0
    for line in map(plain, _lines(history, redactor, packets or {})):
        size += len(line) + 1
        if size > TRANSCRIPT_LIMIT:
            lines.append(f"(cut: a transcript has at most {TRANSCRIPT_LIMIT} characters)")
            break
        lines.append(line)
    return "".join(line + "\n" for line in lines)


def meet_all(history: History, redactor: Redactor) -> None:
    """Make the secrets and the UIDs of a scenario known, in the order in which its transcript has them."""
    redactor.learn(history.secrets, history.names)
    remarks = list(history.remarks)
    for exchange in history.exchanges:
        while remarks and remarks[0][0] < exchange.number:
            redactor.meet(remarks.pop(0)[1])
        redactor.meet(exchange.target)
        for _, value in exchange.request_headers:
            redactor.meet(value)
        redactor.meet(str(exchange))
        for _, value in exchange.headers:
            redactor.meet(value)
        if exchange.content_type.startswith("text/"):
            for body in (exchange.body, exchange.extra):
                redactor.meet(body.decode("utf-8", "replace"))
    for _, text in remarks:
        redactor.meet(text)


def excerpt(history: History, number: int, redactor: Redactor, packets: Mapping[int, int]) -> str:
    """One exchange as the transcript has it; empty if it is not kept."""
    exchange = next((each for each in reversed(history.exchanges) if each.number == number), None)
    if exchange is None:
        return ""
    redactor.learn(history.secrets, history.names)
    first = _first_line(history, exchange, exchange.started, redactor, packets)
    return "\n".join(plain(line) for line in (first, *_exchange_lines(exchange, redactor)))


def _lines(history: History, redactor: Redactor, packets: Mapping[int, int]) -> Iterator[str]:
    remarks = list(history.remarks)
    begun = history.exchanges[0].started if history.exchanges else 0.0
    if history.exchanges:
        wall = time.time() - time.monotonic() + begun
        yield f"begun {datetime.fromtimestamp(wall, UTC).isoformat(timespec='milliseconds')}"
    for exchange in history.exchanges:
        while remarks and remarks[0][0] < exchange.number:
            yield f"    {redactor.text(remarks.pop(0)[1])}"
        yield _first_line(history, exchange, begun, redactor, packets)
        yield from _exchange_lines(exchange, redactor)
    for _, text in remarks:
        yield f"    {redactor.text(text)}"


def _first_line(
    history: History, exchange: Exchange, begun: float, redactor: Redactor, packets: Mapping[int, int]
) -> str:
    clock, packet = history.clock_at.get(exchange.number), packets.get(exchange.number)
    moved = "" if clock is None else f" (clock moved {clock:.3f} s)"
    place = "" if packet is None else f" (packet {packet})"
    when = f"+{exchange.started - begun:.3f} s{moved}{place}"
    return f"#{exchange.number} {when}  {exchange.method} {redactor.text(exchange.target)}"


def _exchange_lines(exchange: Exchange, redactor: Redactor) -> Iterator[str]:
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
