"""``selftest.html``: what the self-test proves as one page, for a manager and for an engineer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from nvr_conformance.report.page import SECTIONS
from nvr_conformance.report.page_template import page_template
from nvr_conformance.selftest.console import duration
from nvr_conformance.selftest.coverage import Cell, Coverage, State, Sums
from nvr_conformance.selftest.mutation.files import GOALS, MutantsRecord
from nvr_conformance.selftest.trials import MODELS, Outcome
from nvr_conformance.selftest.variant_matrix import variant_rows

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class PageFacts:
    """What the page says of the run as a whole."""

    kit: str
    begun: str
    seconds: float
    seed: int
    full: bool
    planned: int


class Section(NamedTuple):
    """The requirements of one chapter."""

    prefix: str
    title: str
    rows: list[Coverage]


class Healthy(NamedTuple):
    """The runs of the healthy recorder of one model."""

    model: int
    seeds: list[int]
    alarms: list[Outcome]
    broke: int
    seconds: float


def render_page(
    outcomes: Sequence[Outcome],
    rows: Sequence[Coverage],
    facts: PageFacts,
    mutants: MutantsRecord | None = None,
) -> str:
    """The page as HTML text. ``mutants``: what became of faults that nobody listed, if any were made."""
    sums = Sums.of(outcomes, rows)
    verdict, sentence = _verdict(sums, rows, facts) if outcomes or not mutants else _verdict_by(mutants)
    outcomes = sorted(outcomes, key=lambda each: (each.trial.defect or "", each.trial.model, each.trial.seed))
    rows_of_variants = variant_rows(outcomes)
    return page_template(__package__, "selftest.html.jinja").render(
        verdict=verdict,
        sentence=sentence,
        sums=sums,
        facts=facts,
        models=MODELS,
        begun=_readable(facts.begun),
        took=duration(facts.seconds),
        trouble=sorted((each for each in outcomes if not each.good), key=lambda each: bool(each.problem)),
        healthy=_healthy(outcomes),
        sections=_sections(rows),
        planted=[each for each in outcomes if each.trial.defect is not None],
        liberal=[each for each in outcomes if each.trial.variants],
        variants=rows_of_variants,
        texts={each.trial.defect: each.trial.text for each in outcomes},
        mutants=mutants,
        goals=GOALS,
        mark=_mark,
        css=_css,
    )


def _verdict(sums: Sums, rows: Sequence[Coverage], facts: PageFacts) -> tuple[str, str]:
    if sums.inexact:
        return "wrong", "The judge was wrong in at least one trial: see below."
    if sums.trials < facts.planned:
        return "open", f"The self-test is not finished: {sums.trials} of {facts.planned} trials were made."
    if sums.broke:
        return "open", "At least one trial came to no verdict; those that did are as they must be."
    holes = sum(cell.state is State.UNPROVED for row in rows for cell in row.cells.values())
    if holes:
        return "open", f"Every trial is as it must be, but {holes} requirements of a model have no proof."
    return "right", "The judge was right in every trial."


def _verdict_by(mutants: MutantsRecord) -> tuple[str, str]:
    if len(mutants.mutants) < len(mutants.planned):
        tried = f"{len(mutants.mutants)} of {len(mutants.planned)} mutants were judged"
        return "open", f"The self-test is not finished: {tried}."
    if all(score.reached for score in mutants.scores):
        return "right", "The judge found as many faults that nobody listed as it is to find."
    return "open", "The judge missed more faults that nobody listed than it may."


def _healthy(outcomes: Sequence[Outcome]) -> list[Healthy]:
    found = []
    for model in MODELS:
        runs = [each for each in outcomes if each.trial.healthy and each.trial.model == model]
        if runs:
            found.append(
                Healthy(
                    model,
                    sorted(each.trial.seed for each in runs),
                    [each for each in runs if each.extra],
                    sum(bool(each.problem) for each in runs),
                    sum(each.seconds for each in runs) / len(runs),
                )
            )
    return found


def _sections(rows: Sequence[Coverage]) -> list[Section]:
    grouped: dict[str, list[Coverage]] = {}
    for row in rows:
        grouped.setdefault(row.requirement.id.partition("-")[0], []).append(row)
    return [Section(prefix, SECTIONS.get(prefix, prefix), members) for prefix, members in grouped.items()]


def _mark(cell: Cell) -> str:
    """What stands in a cell of the matrix."""
    match cell.state:
        case State.PROVED:
            return str(len(cell.defects))
        case State.UNPROVED:
            return "none"
        case State.NOT_TRIED:
            return "not tried"
        case State.NOT_APPLICABLE:
            return "n/a"
        case State.UNTESTABLE:
            return "untestable"
        case State.OBSERVED:
            return f"observe ({len(cell.defects)})" if cell.defects else "observe"


def _css(outcome: Outcome) -> str:
    return "broke" if outcome.problem else "exact" if outcome.good else "inexact"


def _readable(begun: str) -> str:
    return datetime.fromisoformat(begun).strftime("%Y-%m-%d %H:%M:%S UTC")
