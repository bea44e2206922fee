"""What happened in a scenario, in order: the exchanges, each with its number."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nvr_conformance.exchange import Exchange

EXCHANGE_LIMIT = 5000  # kept of one scenario
_BODY_KEPT = 2000  # characters of a text body in the transcript
_SECRET_HEADERS = ("authorization",)


class History:
    """The exchanges of one scenario; older ones go when there are too many."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.exchanges: list[Exchange] = []
        self.remarks: list[tuple[int, str]] = []  # after which exchange, what was checked

    def next_number(self) -> int:
        """The number of the next exchange, from 1."""
        return next(self._numbers)

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

    def transcript(self) -> str:
        """All of it as text, without what must stay secret."""
        lines: list[str] = []
        remarks = list(self.remarks)
        begun = self.exchanges[0].started if self.exchanges else 0.0
        for exchange in self.exchanges:
            while remarks and remarks[0][0] < exchange.number:
                lines.append(f"    {remarks.pop(0)[1]}")
            lines += [
                f"#{exchange.number} +{exchange.started - begun:.3f} s  {exchange.method} {exchange.target}"
            ]
            lines += [f"  > {name}: {_redacted(name, value)}" for name, value in exchange.request_headers]
            lines += [f"  = {exchange} after {exchange.ended - exchange.started:.3f} s"]
            lines += [f"  < {name}: {value}" for name, value in exchange.headers]
            if exchange.body:
                text = exchange.content_type.startswith("text/")
                body = exchange.text[:_BODY_KEPT] if text else exchange.body[:64].hex(" ")
                lines += [f"  | {line}" for line in body.splitlines()]
        lines += [f"    {text}" for _, text in remarks]
        return "".join(line + "\n" for line in lines)


def _redacted(name: str, value: str) -> str:
    return f"{value.partition(' ')[0]} (not shown)" if name.lower() in _SECRET_HEADERS else value
