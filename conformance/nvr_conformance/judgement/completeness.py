"""Whether enough was tested: a verdict says nothing of what was not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.judgement.requirements import Level, matching
from nvr_conformance.judgement.verdicts import Overall, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from nvr_conformance.judgement.result import RequirementResult, Result


def read_required(words: Iterable[str]) -> tuple[str, ...]:
    """``--require-tested``: a number of requirements, or a pattern of ids. ValueError for neither."""
    required = tuple(word.strip() for word in words)
    matching(word for word in required if not _is_number(word))
    return required


def hold_complete(result: Result, required: Sequence[str], *, claimed: frozenset[str], whole: bool) -> Result:
    """The result with what was not tested though it had to be (``untested``); what would conform is
    incomplete then.

    ``required`` as ``read_required`` gives it. On a recorder where nothing keeps scenarios from running
    (``whole``: every need of theirs is met) each "must" that one of them claimed has to be tested, too.
    """
    globs = [word for word in required if not _is_number(word)]
    wanted = matching(globs) if globs else frozenset()
    lacking = [
        row
        for row in result.requirements
        if row.verdict in (Verdict.NOT_TESTED, Verdict.ERROR)
        and (row.id in wanted or (whole and row.level == Level.MUST and row.id in claimed))
    ]
    said = [f"{row.id} ({row.level}) was not tested: {row.reason}" for row in lacking]
    tested = sum(map(is_tested, result.requirements))
    said += [
        f"{tested} tested, {number} required"
        for number in map(int, filter(_is_number, required))
        if tested < number
    ]
    conformant = result.verdict is Overall.CONFORMANT
    verdict = Overall.INCOMPLETE if said and conformant else result.verdict
    return msgspec.structs.replace(result, untested=tuple(said), verdict=verdict)


def is_tested(row: RequirementResult) -> bool:
    """Whether something is said of the recorder."""
    return row.verdict not in (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE, Verdict.ERROR)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 6
