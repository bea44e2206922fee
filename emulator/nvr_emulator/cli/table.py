"""Tables for people: each column as wide as what stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(rows: Iterable[Sequence[object]], heads: Sequence[str] = ()) -> str:
    """Rows as lines, two blanks between columns; numbers stand to the right."""
    found = [tuple(row) for row in rows]
    lines = [tuple(heads)] if heads else []
    lines += [tuple(map(str, row)) for row in found]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    numbers = [isinstance(value, int) for value in found[0]] if found else [False] * len(widths)
    return "\n".join(
        "  ".join(
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(line, widths, numbers, strict=True)
        ).rstrip()
        for line in lines
    )
