"""The reference of all rules: the page docs/rules.md, and plain values for machines."""

from __future__ import annotations

from typing import Any

from nvr_emulator.findings.registry import CHAPTERS

HEAD = """\
# Rules for clients

Made by `nvr-emulator rules --markdown`. The emulator watches its clients and names each of these rules that
one breaks: [findings](findings.md) says how to get at them.

An **error** does not work on some recorder; a **warning** works at the cost of the recorder or of other
clients, or not for long; a **note** is advice. § is the section of the vendor's command interface
specification.
"""


def plain_rules() -> list[dict[str, Any]]:
    """The rules as plain values."""
    return [
        {
            "id": rule.id,
            "chapter": title,
            "section": rule.section,
            "severity": rule.severity.value,
            "title": rule.title,
            "wrong": rule.wrong,
            "instead": rule.instead,
        }
        for title, chapter in CHAPTERS.items()
        for rule in chapter.rules
    ]


def markdown() -> str:
    """The page docs/rules.md."""
    lines = [HEAD.rstrip()]
    for title, chapter in CHAPTERS.items():
        lines += ["", f"## {title}"]
        for rule in chapter.rules:
            what = f"**{rule.title}** ({rule.severity}, §{rule.section}). {rule.wrong}"
            lines += ["", f"### {rule.id}", "", what, "", f"Instead: {rule.instead}"]
    return "\n".join(lines) + "\n"
