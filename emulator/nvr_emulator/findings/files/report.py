"""What stands beside a failed test: the last exchanges, the findings, and which recorder it was."""

from __future__ import annotations

from collections.abc import Sequence

from nvr_emulator.findings.rule import Finding
from nvr_emulator.journal.entries import line
from nvr_emulator.journal.journal import Journal

EXCHANGES_TOLD = 20


def report(kind: str, journal: Journal, findings: Sequence[Finding]) -> str:
    """The text. `kind`: the recorder in words, its seed among them."""
    exchanges = journal.exchanges()
    last = exchanges[-EXCHANGES_TOLD:]
    told = [kind, f"the last {len(last)} of {len(exchanges)} exchanges:"]
    told += [f"  {line(one)}" for one in last]
    told += [f"findings: {len(findings) or 'none'}"]
    told += [f"  {one}" for one in findings]
    return "\n".join(told)
