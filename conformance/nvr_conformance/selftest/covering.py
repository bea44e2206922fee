"""Rows in which every two values of two settings meet at least once: a covering array of strength 2."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

Choice = tuple[str, str]
"""A setting and one of its values."""
Row = dict[str, str]
"""One value for each setting."""
Partners = dict[Choice, set[Choice]]
"""With which others each choice has not met yet."""

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
    partners: Partners = {(name, value): set() for name, values in settings.items() for value in values}
    for one, other in combinations(partners, 2):
        if one[0] != other[0] and frozenset((one, other)) not in apart:
            partners[one].add(other)
            partners[other].add(one)
    rows: list[Row] = []
    while any(partners.values()):
        start = _most_left(partners)
        tried = [_row(settings, start, partners, apart, draw) for _ in range(CANDIDATES)]
        best = max(tried, key=lambda row: sum(len(partners[each] & row.items()) for each in row.items()))
        for choice in best.items():
            partners[choice] -= best.items()
        rows.append(best)
    return rows


def _most_left(partners: Partners) -> tuple[Choice, Choice]:
    """Two that have not met, of those that have most to meet the first by name."""
    return min(
        ((one, other) for one, others in partners.items() for other in others if one < other),
        key=lambda pair: (-len(partners[pair[0]]) - len(partners[pair[1]]), pair),
    )


def _row(
    settings: Mapping[str, Sequence[str]],
    start: tuple[Choice, Choice],
    partners: Partners,
    apart: set[frozenset[Choice]],
    draw: random.Random,
) -> Row:
    """A row with these two values: each further setting takes the value that meets most of what is left."""
    row: Row = dict(start)
    others = [name for name in settings if name not in row]
    draw.shuffle(others)
    for name in others:
        allowed = [value for value in settings[name] if _goes(row, (name, value), apart)]
        row[name] = max(
            allowed or settings[name][:1],
            key=lambda value: (len(partners[name, value] & row.items()), draw.random()),
        )
    return row


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
