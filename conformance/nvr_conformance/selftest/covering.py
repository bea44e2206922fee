"""Rows in which every two values of two settings meet at least once: a covering array of strength 2."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

Choice = tuple[str, str]
"""A setting and one of its values."""
Row = dict[str, str]
"""One value for each setting."""

CANDIDATES = 8
"""Rows that are tried for each one that is taken: more make fewer rows, and take longer."""


def covering_rows(
    settings: Mapping[str, Sequence[str]], *, barred: Iterable[tuple[Choice, Choice]] = (), seed: int = 0
) -> list[Row]:
    """Rows that hold every two values that may go together; each row has one value of every setting.

    `settings`: the values of each, first the one that goes with everything. `barred`: pairs that do not go.
    The same arguments give the same rows.
    """
    apart = {frozenset(pair) for pair in barred}
    draw = random.Random(seed)
    left = {
        frozenset(((one, value), (other, its)))
        for one, other in combinations(settings, 2)
        for value in settings[one]
        for its in settings[other]
    } - apart
    by_choice: dict[Choice, set[frozenset[Choice]]] = {}
    for pair in left:
        for choice in pair:
            by_choice.setdefault(choice, set()).add(pair)
    rows: list[Row] = []
    while left:
        # Sets come in another order in each process: the first by name makes it the same everywhere.
        start = min(left, key=lambda pair: (-sum(len(by_choice[choice]) for choice in pair), sorted(pair)))
        tried = [_row(settings, start, left, apart, draw) for _ in range(CANDIDATES)]
        best = max(tried, key=lambda row: len(left & _pairs(row)))
        met = left & _pairs(best)
        left -= met
        for pair in met:
            for choice in pair:
                by_choice[choice].discard(pair)
        rows.append(best)
    return rows


def _pairs(row: Row) -> set[frozenset[Choice]]:
    return {frozenset(pair) for pair in combinations(row.items(), 2)}


def _row(
    settings: Mapping[str, Sequence[str]],
    start: frozenset[Choice],
    left: set[frozenset[Choice]],
    apart: set[frozenset[Choice]],
    draw: random.Random,
) -> Row:
    """A row with these two values: each further setting takes the value that meets most of what is left."""
    row: Row = dict(sorted(start))
    others = [name for name in settings if name not in row]
    draw.shuffle(others)
    for name in others:
        allowed = [value for value in settings[name] if _goes(row, (name, value), apart)]
        score = _score(row, name, left)
        row[name] = max(allowed or settings[name][:1], key=lambda value: (score(value), draw.random()))
    return row


def _score(row: Row, name: str, left: set[frozenset[Choice]]) -> Callable[[str], int]:
    return lambda value: sum(frozenset((choice, (name, value))) in left for choice in row.items())


def _goes(row: Row, choice: Choice, apart: set[frozenset[Choice]]) -> bool:
    return not apart or all(frozenset((other, choice)) not in apart for other in row.items())


def different_rows(
    settings: Mapping[str, Sequence[str]], *, barred: Iterable[tuple[Choice, Choice]] = (), seed: int = 0
) -> list[Row]:
    """Rows in which as many settings as can be differ from their first value, each other value at least once.

    As many rows as the setting with most values needs, more where values are barred.
    """
    apart = {frozenset(pair) for pair in barred}
    draw = random.Random(seed)
    left = {(name, value) for name, values in settings.items() for value in values[1:]}
    rows: list[Row] = []
    while left:
        row: Row = {}
        names = sorted(
            settings, key=lambda name: (all((name, value) not in left for value in settings[name]), name)
        )
        for name in names:
            others = [value for value in settings[name][1:] if _goes(row, (name, value), apart)]
            fresh = [value for value in others if (name, value) in left]
            row[name] = (
                (fresh or [*others, settings[name][0]])[0] if fresh or not others else draw.choice(others)
            )
        met = left & set(row.items())
        if not met:  # what is left goes with nothing else
            name, value = min(left)
            row = {other: settings[other][0] for other in settings} | {name: value}
            met = {(name, value)}
        left -= met
        rows.append(row)
    return rows
