"""``index.html``: the report as one page that needs nothing but itself, for a manager and for an engineer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from nvr_conformance.judgement.about import kit_version
from nvr_conformance.judgement.requirements import Requirement, requirements
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.report.lifetime_plot import MeasurementPlot
from nvr_conformance.report.page_template import page_template

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nvr_conformance.judgement.result import CheckResult, RequirementResult, Result
    from nvr_conformance.report.pictures import Plot, SeenPicture

SECTIONS = {
    "SES": "Sessions: login, UIDs, their end",
    "LIV": "Live pictures and audio",
    "PLB": "Playback",
    "CTL": "Camera control",
    "INF": "Information: recorded times, logs, state",
    "DWN": "Download",
    "SEC": "Access and robustness",
    "EXC": "Exclusion: what cannot be done at the same time",
}
_SENTENCES = {
    Overall.CONFORMANT: "Every binding requirement that was tested holds.",
    Overall.NOT_CONFORMANT: "At least one binding requirement does not hold.",
    Overall.INCOMPLETE: "What was tested holds, and not all was tested that had to be.",
    Overall.INCONCLUSIVE: "This run proves nothing: it was interrupted, broke, or judged too little.",
}
_TROUBLE = (Verdict.FAIL, Verdict.ERROR, Verdict.WARN)
_JUDGED = (Verdict.PASS, Verdict.FAIL, Verdict.WARN)


@dataclass(frozen=True, kw_only=True)
class PageExtras:
    """What a page shows beyond the result. ``files``: of each scenario the evidence, as paths relative to the
    page; ``excerpts``: the exchange behind a check's evidence."""

    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    excerpts: Mapping[str, str] = field(default_factory=dict)
    pictures: Sequence[SeenPicture] = ()
    plots: Sequence[Plot] = ()


class Row(NamedTuple):
    """A requirement and its judgement, as the page shows them."""

    result: RequirementResult
    requirement: Requirement | None
    css: str
    broken: bool

    @property
    def text(self) -> str:
        return self.requirement.text if self.requirement else "(not in this version's catalogue)"

    @property
    def observations(self) -> list[CheckResult]:
        """What was seen of it where the document leaves a choice."""
        return [check for check in self.result.checks if check.verdict is Verdict.OBSERVED]


class Section(NamedTuple):
    """The rows of one chapter."""

    prefix: str
    title: str
    rows: list[Row]
    counts: list[tuple[Verdict, int]]


def render_page(result: Result, extras: PageExtras | None = None) -> str:
    """The page as HTML text."""
    extras = extras or PageExtras()
    rows = [_row(each) for each in result.requirements]
    binding = [
        row for row in rows if row.result.level == "must" and row.result.verdict is not Verdict.NOT_APPLICABLE
    ]
    tested = [row for row in binding if row.result.verdict in _JUDGED]
    return page_template(__package__, "index.html.jinja").render(
        result=result,
        sentence=_sentence(result),
        begun=_readable(result.begun),
        duration=_duration(result.seconds),
        planned=_duration(result.planned_seconds) if result.planned_seconds else "",
        observed=[row for row in rows if row.observations],
        counts=_counts(rows),
        binding=len(binding),
        tested=len(tested),
        holding=sum(row.result.verdict is Verdict.PASS for row in tested),
        trouble=sorted(
            (row for row in rows if row.broken), key=lambda row: _TROUBLE.index(row.result.verdict)
        ),
        expected=[row for row in rows if row.result.expected_failure],
        sections=_sections(rows),
        measurements=[MeasurementPlot(each) for each in result.measurements],
        extras=extras,
        scenario_of=_scenario_of,
        kit=kit_version(),
    )


def _row(result: RequirementResult) -> Row:
    css = "expected" if result.expected_failure else result.verdict.value
    broken = result.verdict in _TROUBLE and not result.expected_failure
    return Row(result, requirements().get(result.id), css, broken)


def _counts(rows: Sequence[Row]) -> list[tuple[Verdict, int]]:
    counts = Counter(row.result.verdict for row in rows)
    return [(verdict, counts[verdict]) for verdict in Verdict if counts[verdict]]


def _sections(rows: Sequence[Row]) -> list[Section]:
    grouped: dict[str, list[Row]] = {}
    for row in rows:
        grouped.setdefault(row.result.id.partition("-")[0], []).append(row)
    return [
        Section(prefix, SECTIONS.get(prefix, prefix), members, _counts(members))
        for prefix, members in grouped.items()
    ]


def _sentence(result: Result) -> str:
    expected = sum(bool(row.expected_failure) for row in result.requirements)
    if result.verdict is Overall.INCONCLUSIVE and result.expectation_errors and not result.errors:
        return (
            "What was expected to fail is not what fails: the list of expected failures is to be put right."
        )
    if result.verdict is Overall.CONFORMANT and expected:
        return (
            f"Every binding requirement that was tested holds, but for {expected} that are expected to fail."
        )
    return _SENTENCES[result.verdict]


def _readable(begun: str) -> str:
    try:
        return datetime.fromisoformat(begun).strftime("%Y-%m-%d %H:%M:%S UTC")
    except ValueError:
        return begun


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _scenario_of(evidence: str) -> str:
    """The scenario that a check's evidence names."""
    return evidence.partition(", exchange ")[0]
