"""Rounds in turn, and their spread: whatever else the machine does meets every contestant alike."""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Iterable, Mapping
from typing import Any

ROUNDS = 9
"""Rounds of a benchmark that is not brief."""

Round = Callable[[], float]
"""Does the work once and gives what it cost, in whichever unit."""


def arguments(what: str | None) -> argparse.ArgumentParser:
    """A parser that knows `--rounds` and `--brief`; `what` is the text of the script."""
    parser = argparse.ArgumentParser(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each ({ROUNDS})")
    parser.add_argument("--brief", action="store_true", help="one short round: is it alive?")
    return parser


def in_turn(contestants: Mapping[str, Round], rounds: int) -> dict[str, list[float]]:
    """What each cost in each round. Every other round goes backwards, so that nobody is always the first."""
    costs: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants)
        for name in reversed(names) if number % 2 else names:
            costs[name].append(contestants[name]())
    return costs


def spread(values: Iterable[float], digits: int = 2) -> dict[str, float]:
    """Least, median and greatest."""
    kept = sorted(values)
    return {
        "min": round(kept[0], digits),
        "median": round(statistics.median(kept), digits),
        "max": round(kept[-1], digits),
    }


def ratio(costs: Mapping[str, list[float]], ours: str, peer: str) -> dict[str, float]:
    """How many times the peer's cost ours is, round by round."""
    return spread(one / other for one, other in zip(costs[ours], costs[peer], strict=True))


def tell(**row: Any) -> None:
    """Print a row of results, a line of JSON."""
    print(json.dumps(row), flush=True)
