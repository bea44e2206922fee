"""Which trials make a self-test: the healthy emulator, each defect, recorders that take liberties."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import version
from pathlib import Path

import msgspec

from nvr_conformance.engine.claims import SCENARIOS
from nvr_conformance.engine.judge import chosen_ids
from nvr_conformance.selftest.trials import MODELS, Trial
from nvr_conformance.selftest.variant_trials import Extent, chosen_rows

FULL_HEALTHY = 20  # seeds of the healthy emulator in a full self-test


class Settings(msgspec.Struct, frozen=True):
    """What a self-test was asked to do.

    ``models`` empty: all healthy ones, and each defect on one model, MODEL 2 if it shows there. ``defects``
    narrows to these names, and so do ``select`` and ``skip`` to the requirements: a defect that breaks none
    of those is left out. ``full`` runs each defect against all scenarios, not only against those that claim
    what it breaks. ``healthy``: how many seeds, from ``seed`` on, the healthy emulator is judged with; None:
    none beside named ``defects``, else 1, or 20 if ``full``. ``variants``: how many recorders that take
    liberties; None: none beside named ``defects``, else a part, or all if ``full``. ``of_variants`` narrows
    to these, and leaves the rest of the self-test out. ``scenarios``: where they are; empty: the judge's own.
    """

    seed: int = 0
    models: tuple[int, ...] = ()
    full: bool = False
    healthy: int | None = None
    defects: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    scenarios: str = ""
    variants: Extent | None = None
    of_variants: tuple[str, ...] = ()
    kit: str = version("nvrkit")


def plan_trials(settings: Settings) -> list[Trial]:
    """The trials: the healthy emulator of each model, each choice of variants, each defect.
    ValueError for a defect, a variant or a pattern that is not known."""
    defective = _defective(settings)
    liberal = [
        _trial(settings, model, text=text, variants=chosen)
        for model, chosen, text in chosen_rows(
            _extent(settings), settings.models or MODELS, settings.of_variants, seed=settings.seed
        )
    ]
    # Those that meet all scenarios come first: what takes longest would run alone at the end.
    return liberal if settings.of_variants else [*_healthy(settings), *liberal, *defective]


def _healthy(settings: Settings) -> list[Trial]:
    seeds = settings.healthy
    if seeds is None:
        seeds = 0 if settings.defects else FULL_HEALTHY if settings.full else 1
    return [
        _trial(settings, model, seed=settings.seed + further)
        for further in range(seeds)
        for model in settings.models or MODELS
    ]


def _defective(settings: Settings) -> list[Trial]:
    from nvr_emulator import all_defects

    known = {defect.name: defect for defect in all_defects()}
    if unknown := set(settings.defects) - set(known):
        raise ValueError(f"no such defect: {', '.join(sorted(unknown))}")
    ids = chosen_ids(settings.select, settings.skip)
    trials: list[Trial] = []
    for name in settings.defects or known:
        defect = known[name]
        breaks = frozenset(defect.breaks) & ids
        if not breaks:
            continue
        shows = [model for model in settings.models or (2, 1, 3) if model in defect.models]
        trials += [
            _trial(
                settings,
                model,
                defect=name,
                breaks=breaks,
                focus=None if settings.full else breaks,
                text=defect.text,
            )
            for model in (shows if settings.models else shows[:1])
        ]
    return trials


def _extent(settings: Settings) -> Extent:
    if settings.variants is not None:
        return settings.variants
    if settings.defects:
        return "none"
    return "all" if settings.full or settings.of_variants else "part"


def _trial(
    settings: Settings,
    model: int,
    *,
    seed: int | None = None,
    defect: str | None = None,
    breaks: frozenset[str] = frozenset(),
    focus: frozenset[str] | None = None,
    text: str = "",
    variants: tuple[tuple[str, str], ...] = (),
) -> Trial:
    return Trial(
        model,
        defect,
        breaks,
        settings.select,
        settings.skip,
        settings.seed if seed is None else seed,
        Path(settings.scenarios) if settings.scenarios else SCENARIOS,
        focus,
        text,
        variants,
    )


def declared_defects() -> Counter[tuple[str, int]]:
    """How many defects there are that break a requirement on a model."""
    from nvr_emulator import all_defects

    return Counter(
        (id_, model) for defect in all_defects() for id_ in defect.breaks for model in defect.models
    )
