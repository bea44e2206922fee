"""How to judge a recorder: what is asked of it, and what is kept of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nvr_conformance.engine.claims import SCENARIOS
from nvr_conformance.judgement.expected_failures import ExpectedFailure


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """How to judge.

    ``select`` and ``skip`` are id patterns (``LIV-*``). ``focus`` leaves out the scenarios that are not for
    one of these ids (``besides``: that do not check one besides); all that the others find counts. ``only``:
    the scenarios of these names alone, in this order, whatever they claim to be first or last. ``seed`` makes
    what is chosen at random repeatable. ``scenarios`` is the directory (or file) of the scenarios.
    ``expected_failures`` are excused. ``capture``
    keeps the bytes of the wire for reporters that write them down; ``verbose`` lets pytest tell what it does.
    ``problems`` that are known ahead leave the result inconclusive at best; ``planned_seconds`` were foreseen
    for the run, and are told in the result. ``required``: what must be tested, else the run fails
    (``completeness.read_required``). ``notes`` stand in the result as they are. ``doubtful``: scenarios in
    which a breach proves nothing, and why.
    """

    select: Sequence[str] = ()
    skip: Sequence[str] = ()
    focus: frozenset[str] | None = None
    besides: bool = False
    only: Sequence[str] | None = None
    seed: int = 0
    scenarios: Path = SCENARIOS
    expected_failures: Sequence[ExpectedFailure] = ()
    capture: bool = False
    verbose: bool = False
    problems: Sequence[str] = ()
    planned_seconds: float | None = None
    required: Sequence[str] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    doubtful: Mapping[str, str] = field(default_factory=dict)
