"""A requirement in words: what it holds against a recorder, what it does not, and what checks it."""

from __future__ import annotations

import shutil
import textwrap
from typing import TYPE_CHECKING

from nvr_conformance.judgement.requirements import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nvr_conformance.engine.claims import ScenarioClaim
    from nvr_conformance.judgement.requirements import Requirement

LEVELS = {
    Level.MUST: "must: a breach fails the recorder",
    Level.SHOULD: "should: a breach warns, and leaves the recorder's verdict as it is",
    Level.OBSERVE: "observe: the document is silent, so that nothing is held against a recorder",
}
WIDEST = 110


def explained(row: Requirement, claims: Sequence[ScenarioClaim]) -> str:
    """The text of ``nvr-conformance explain``. ``claims``: the scenarios that check the row."""
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    lines = [
        *textwrap.wrap(f"{row.id}: the recorder {row.text}", width),
        f"level     {LEVELS[row.level]}",
        f"section   §{row.section} of the command interface specification",
        f"models    {', '.join(str(model) for model in sorted(row.models))}",
    ]
    if row.untestable:
        lines.append(f"untestable: {row.untestable}")
    if row.basis:
        named = max(map(len, row.basis)) + 2
        entries = ((f"  {name:{named}}", words) for name, words in row.basis.items())
        lines += ["", "held against a recorder, and where the document says it:", *_entries(entries, width)]
    if row.not_held:
        entries = (("  - ", words) for words in row.not_held)
        lines += ["", "not held against it:", *_entries(entries, width)]
    for claim in claims:
        needs = f" (needs {', '.join(claim.claim.needs)})" if claim.claim.needs else ""
        lines += ["", f"scenario  {claim.scenario}{needs}"]
        lines += [f"            {line}" for line in claim.text.splitlines()]
    return "\n".join(lines)


def _entries(entries: Iterable[tuple[str, str]], width: int) -> Iterable[str]:
    for head, words in entries:
        yield from textwrap.wrap(words, width, initial_indent=head, subsequent_indent=" " * len(head))
