"""Trials of recorders that take liberties, the mirror of those with defects: nothing may be held against
them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from itertools import cycle
from typing import Literal

from nvr_conformance.selftest.covering import Row, covering_rows, different_rows

Extent = Literal["none", "part", "all"]
"""How many: none; as many as a few minutes hold; or each value alone, every two together, all at once."""
PART = 1  # rows of pairs in a part, beside those in which everything differs

REFUSED_WHERE_FIXED = ("fixed-camera-control", "refused")
"""Shows where a fixed camera is ahead of those that move."""

Chosen = tuple[tuple[str, str], ...]
"""Names and values of variants, without those that have their default."""


def chosen_rows(
    extent: Extent, models: Sequence[int], names: Sequence[str] = (), *, seed: int = 0
) -> list[tuple[int, Chosen, str]]:
    """Which variants are judged on which model, and what that is called. ``names`` narrows to these variants.

    All: on each model each value alone, rows in which every two values meet, and rows in which as much as
    can be is different. A part: the last kind, each row on one model, and some rows of the second kind.
    """
    if extent == "none" and not names:
        return []
    from nvr_emulator.configuration.variant_choice import EXCLUDED, all_variants

    known = {variant.name: variant for variant in all_variants()}
    if unknown := set(names) - set(known):
        raise ValueError(f"no such variant: {', '.join(sorted(unknown))}")
    table = {name: variant.values for name, variant in known.items() if not names or name in names}
    barred = [(one, other) for one, other, _ in EXCLUDED if one[0] in table and other[0] in table]
    standard = {name: variant.values[0] for name, variant in known.items()}

    def short(row: Row) -> Chosen:
        return tuple((name, value) for name, value in row.items() if value != standard[name])

    different = [short(row) for row in different_rows(table, barred=barred, seed=seed)]
    pairs = [short(row) for row in covering_rows(table, barred=barred, seed=seed)] if len(table) > 1 else []
    if extent == "part":
        named = [
            *(
                (f"as different as can be, {number} of {len(different)}", row)
                for number, row in enumerate(different, 1)
            ),
            *((f"pairs, row {number} of {len(pairs)}", row) for number, row in enumerate(pairs[:PART], 1)),
        ]
        return [(model, row, name) for model, (name, row) in zip(cycle(models), named, strict=False)]
    rows = [
        (model, chosen, f"as different as can be, {number} of {len(different)}")
        for model in models
        for number, chosen in enumerate(different, 1)
    ]
    alone = [((name, value),) for name, values in table.items() for value in values[1:]]
    rows = [(model, chosen, f"{chosen[0][0]}={chosen[0][1]}") for model in models for chosen in alone] + rows
    return rows + [
        (model, chosen, f"pairs, row {number} of {len(pairs)}")
        for model in models
        for number, chosen in enumerate(pairs, 1)
    ]


def setup_of(chosen: Chosen, model: int | None = None) -> dict[str, object]:
    """The settings of an emulated recorder with these variants, as plain data; for a ``model`` with cameras
    for which they make a difference."""
    import msgspec

    from nvr_emulator import small_recorder
    from nvr_emulator.configuration.variant_choice import read_variants

    setup = {"variants": msgspec.to_builtins(read_variants(chosen))} if chosen else {}
    if model is not None and REFUSED_WHERE_FIXED in chosen:
        first, *others = small_recorder(model).cameras  # type: ignore[arg-type]
        setup["cameras"] = msgspec.to_builtins([msgspec.structs.replace(first, ptz=False), *others])
    return setup


@cache
def ways_left_open() -> Mapping[str, Collection[object]]:
    """What a recorder may do in several ways, and which: the variants, by the names of their fields, and what
    the dialect has besides."""
    from nvr_emulator.configuration.variant_choice import all_variants
    from nvr_protocol.dialect import ALTERNATIVES

    return {**ALTERNATIVES, **{variant.field: variant.values for variant in all_variants()}}
