"""The header fields of the document's example answers (INF-08): pure, over an exchange.

Names and values compare without case, in any order, among any others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from nvr_conformance.wire.exchange import Exchange


def as_drawn(exchange: Exchange, content_type: str, *, caching: bool) -> Fact:
    """INF-08: Connection: Keep-Alive and this Content-Type; where the example has it (``caching``),
    Cache-Control: no-cache."""
    if not exchange.ok:
        raise NothingToJudge(f"no answer whose header could be read: {exchange}")
    wanted = {"Connection": "keep-alive", **({"Cache-Control": "no-cache"} if caching else {})}
    expected = ", ".join([content_type, *(f"{name}: {value}" for name, value in wanted.items())])
    said = {name: ", ".join(exchange.all_headers(name)) for name in ("Content-Type", *wanted)}
    right = exchange.content_type == content_type and all(
        value in _words(said[name]) for name, value in wanted.items()
    )
    actual = ", ".join(f"{name}: {value or 'absent'}" for name, value in said.items())
    return Fact(right, expected, actual)


def _words(value: str) -> list[str]:
    return [word.strip().lower() for word in value.split(",")]
