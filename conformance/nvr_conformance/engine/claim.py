"""What a scenario says of itself: the requirements that it can check, and what it needs for that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from nvr_conformance.client.options import PERMISSIONS
from nvr_conformance.judgement.outcomes import KitError

Place = Literal["", "first", "last"]
NEEDS = (*PERMISSIONS, "state", "manual-clock")
Function = TypeVar("Function", bound="Callable[..., None]")


@dataclass(frozen=True)
class Claim:
    """What ``@scenario`` says of a test; it hangs on the function as its attribute ``nvr_scenario``.

    ``ids``: all that it checks; ``besides``: those of them that another scenario checks for their own sake.
    """

    ids: tuple[str, ...]
    models: tuple[int, ...]
    needs: tuple[str, ...]
    setup: Mapping[str, Any]
    place: Place = ""
    besides: tuple[str, ...] = ()

    def meets(self, focus: Collection[str], *, besides: bool = False) -> bool:
        """Whether it is for one of these ids that it is there, or (``besides``) checks one besides."""
        own = self.besides if besides else set(self.ids) - set(self.besides)
        return not set(focus).isdisjoint(own)


def scenario(
    *ids: str,
    besides: tuple[str, ...] = (),
    models: tuple[int, ...] = (1, 2, 3),
    needs: tuple[str, ...] = (),
    setup: Mapping[str, Any] | None = None,
    place: Place = "",
) -> Callable[[Function], Function]:
    """Declare a scenario and the ids of the requirements that it can check.

    ``besides``: further ones, of which another scenario is the one to ask first; a self-test asks this one
    for a defect that the others do not see. ``models``: where it makes sense; elsewhere its ids are
    not-applicable, unless another scenario checks them. ``needs``: of ``NEEDS``; a permission (``--allow``),
    ``"state"`` (a control port), ``"manual-clock"``; without it the ids are not-tested. ``setup``: settings
    of the emulated recorder that it is run against (the fields of ``nvr_emulator.RecorderSettings`` as plain
    data); a real recorder is taken as it is. ``place``: "first" or "last" of all; such a one is run whatever
    is selected, and if the last does not come to its end, the result is inconclusive at best.
    """
    ids = (*ids, *besides)
    if not ids:
        raise KitError("a scenario must declare the requirements that it checks")
    if unknown := set(needs) - set(NEEDS):
        raise KitError(f"a scenario cannot need {', '.join(sorted(unknown))}: there is {', '.join(NEEDS)}")
    claim = Claim(ids, models, needs, dict(setup or {}), place, besides)

    def declare(function: Function) -> Function:
        function.nvr_scenario = claim  # type: ignore[attr-defined]
        return function

    return declare


def claim_of(function: object) -> Claim | None:
    """What a function claims, if it is a scenario."""
    claim = getattr(function, "nvr_scenario", None)
    return claim if isinstance(claim, Claim) else None
