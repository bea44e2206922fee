"""What a judging function says."""

from __future__ import annotations

from typing import NamedTuple


class Fact(NamedTuple):
    """Whether something holds, what was expected, and what was there. Made for ``check("LIV-06", *fact)``."""

    ok: bool
    expected: str
    actual: str
