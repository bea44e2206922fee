"""The catalogue as a page: docs/requirements.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nvr_conformance.judgement.requirements import Requirement

CHAPTERS = {
    "SES": "Sessions",
    "LIV": "Live",
    "EXC": "Live or playback",
    "PLB": "Playback",
    "CTL": "Camera control",
    "INF": "Recorder information",
    "DWN": "Download",
    "SEC": "Transport and access",
}

HEAD = """\
# What is judged

`must`: the vendor's document states it; a breach fails the recorder. `should`: it follows from the
document, or is advised there; a breach warns. `observe`: the document is silent; what the recorder does
is recorded. Below each row stands what is held against a recorder, and where the document says it; and
what is not held against it. `nvr-conformance explain ID` shows the same, and which scenarios check it.
See also [open-points.md](open-points.md) and [judging-a-recorder.md](judging-a-recorder.md).
"""


def page(rows: Iterable[Requirement]) -> str:
    """The page in Markdown."""
    text = [HEAD]
    chapter = ""
    for row in rows:
        prefix = row.id.partition("-")[0]
        if prefix != chapter:
            chapter = prefix
            text.append(f"\n## {prefix}: {CHAPTERS.get(prefix, prefix)}\n")
        models = "" if len(row.models) == 3 else f", MODEL {', '.join(map(str, sorted(row.models)))}"
        text.append(f"\n**{row.id}** ({row.level.value}, §{row.section}{models}): the recorder {row.text}.\n")
        if row.untestable:
            text.append(f"\nUntestable: {row.untestable}.\n")
        if row.basis:
            text.append("\nHeld against it:\n\n")
            text += (f"- *{name}*: {words}\n" for name, words in row.basis.items())
        if row.not_held:
            text.append("\nNot held against it:\n\n")
            text += (f"- {words}\n" for words in row.not_held)
    return "".join(text)
