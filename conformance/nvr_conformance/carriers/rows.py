"""A row of the table of carriers, and the one check that walks rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nvr_conformance.judgement.fact import Fact


@dataclass(frozen=True, slots=True)
class Row:
    """One field of one carrier. ``agrees``: with what its value must agree; ``rule`` says whether it does, of
    what was captured of the carrier; the check is one of the requirement ``id``, on its ``basis``.

    ``name`` tells the checks of one id apart, behind the name of what was captured. ``comes``: whether the
    field came at all, where nothing is said of one that did not.
    """

    carrier: str
    field: str
    agrees: str
    id: str
    rule: Callable[[Any], Fact]
    basis: str = ""
    name: str = ""
    comes: Callable[[Any], bool] | None = None


class Judging(Protocol):
    """What makes a check of a fact, or says why there is none (``procedures.checks.Judge``)."""

    def __call__(
        self, id_: str, name: str, function: Callable[..., Fact], *args: object, basis: str = ""
    ) -> bool: ...


def walk(rows: Iterable[Row], judge: Judging, capture: object, name: str) -> None:
    """Check each row on what was captured."""
    for row in rows:
        if row.comes is None or row.comes(capture):
            called = ", ".join(filter(None, (name, row.name)))
            judge(row.id, called, row.rule, capture, basis=row.basis)
