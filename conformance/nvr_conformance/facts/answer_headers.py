"""Status and header fields of the document's example answers (INF-08, PLB-02), and what Keep-Alive promises:
pure, over exchanges.

Names and values compare without case, in any order, among any others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nvr_conformance.wire.exchange import Exchange

OK = 200


def as_drawn(exchange: Exchange, content_type: str, *, caching: bool) -> Fact:
    """INF-08: 200, Connection: Keep-Alive and this Content-Type; where the example has it (``caching``),
    Cache-Control: no-cache."""
    if not exchange.ok:
        raise NothingToJudge(f"no answer whose header could be read: {exchange}")
    wanted = {"Connection": "keep-alive", **({"Cache-Control": "no-cache"} if caching else {})}
    expected = ", ".join(["200", content_type, *(f"{name}: {value}" for name, value in wanted.items())])
    said = {name: ", ".join(exchange.all_headers(name)) for name in ("Content-Type", *wanted)}
    right = (
        exchange.content_type == content_type
        and exchange.promises_more
        and (not caching or "no-cache" in _words(said["Cache-Control"]))
    )
    actual = ", ".join(f"{name}: {value or 'absent'}" for name, value in said.items())
    return Fact(right and exchange.status == OK, expected, f"{exchange.status}, {actual}")


def kept(exchanges: Sequence[Exchange]) -> Fact:
    """INF-08, PLB-02, PLB-25: a connection whose answer said Connection: Keep-Alive takes a second request;
    or where nothing of the kind comes through, one whose answer promises it by its version. One of several
    is enough: any server may close some for reasons of its own. Ask with ``prove_end``."""
    said = [exchange for exchange in exchanges if exchange.goes_on is not None and exchange.promises_more]
    if not said:
        raise NothingToJudge("no answer said Connection: Keep-Alive, of a recorder or of a proxy ahead of it")
    count = sum(exchange.goes_on is True for exchange in said)
    return Fact(count > 0, "a second request on the connection is answered", f"{count} of {len(said)} are")


def _words(value: str) -> list[str]:
    return [word.strip().lower() for word in value.split(",")]
