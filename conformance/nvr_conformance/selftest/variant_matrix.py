"""What a self-test shows of variants: by value and model, how often it was judged, what was held against it,
and which observations named it. The mirror of the matrix of defects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nvr_conformance.selftest.trials import MODELS

if TYPE_CHECKING:
    from nvr_conformance.selftest.trials import Outcome


@dataclass(frozen=True, slots=True)
class VariantCell:
    """One value on one model. ``trials`` that it was part of; ``held``: the ids that failed or warned in one
    of them; ``observed``: the ids whose observations differ from the healthy recorder's, where it stood
    alone."""

    trials: int = 0
    broke: int = 0
    held: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether it was judged, and nothing was held against it."""
        return self.trials > self.broke and not self.held and not self.broke


@dataclass(frozen=True, slots=True)
class VariantRow:
    """One value of one variant."""

    name: str
    value: str
    cells: Mapping[int, VariantCell]


def variant_rows(outcomes: Sequence[Outcome]) -> list[VariantRow]:
    """A row for each value of a variant that was judged, in the order of the trials."""
    healthy: dict[int, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for outcome in outcomes:
        if outcome.trial.healthy and not outcome.problem:
            for what, digest in outcome.observed.items():
                healthy[outcome.trial.model][what].add(digest)
    found: dict[tuple[str, str], dict[int, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for outcome in outcomes:
        for choice in outcome.trial.variants:
            found[choice][outcome.trial.model].append(outcome)
    return [
        VariantRow(name, value, {model: _cell(by_model.get(model, ()), healthy[model]) for model in MODELS})
        for (name, value), by_model in found.items()
    ]


def _cell(outcomes: Sequence[Outcome], healthy: Mapping[str, set[str]]) -> VariantCell:
    held = {id_ for outcome in outcomes for id_ in outcome.extra}
    observed = {
        what.partition(" ")[0]
        for outcome in outcomes
        if len(outcome.trial.variants) == 1 and not outcome.problem
        for what, digest in outcome.observed.items()
        if digest not in healthy.get(what, {digest} if not healthy else set())
    }
    return VariantCell(
        len(outcomes),
        sum(bool(outcome.problem) for outcome in outcomes),
        tuple(sorted(held)),
        tuple(sorted(observed)),
    )
