"""Which variants there are, and how names and values become settings that go together."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from nvr_emulator.configuration.variants import Variants
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.playback.chunk_form import ChunkForm


@dataclass(frozen=True)
class Variant:
    """One row of the table. `values`: the default first; of a number, the values that trials take."""

    name: str
    field: str
    values: tuple[str, ...]
    standard: str | int | None
    number: bool
    section: str
    text: str
    careless: str
    dialect: str
    tag: str
    """Whence the default is known: stated, field or assumed."""
    seen: str
    """The value that a real recorder was seen to have, where it is not the default."""


class VariantError(ValueError):
    """No variant of that name, no such value, or two that cannot go together; one line says which."""


ALL_DIFFERENT = "all-different"
"""In a choice: every variant with another value than its default."""

EXCLUDED: tuple[tuple[tuple[str, str], tuple[str, str], str], ...] = ()
"""Two values that cannot go together, and why."""

IN_THE_DIALECT: dict[tuple[str, str], Any] = {
    ("access-unit-id", "ff04"): 0xFF04,
    ("chunk-length", "other"): "length-to-reserved",
    ("packet-length", "other"): "length-to-padding",
    ("data-size", "other"): "headers-and-data",
    ("zone-info", "other"): "middle-bits",
}
"""What the dialect calls values of variants that have another name there."""


@cache
def all_variants() -> tuple[Variant, ...]:
    """The table, in its order."""
    hints = get_type_hints(Variants, include_extras=True)
    rows = []
    for field in msgspec.structs.fields(Variants):
        kind, *metas = get_args(hints[field.name])
        extra: dict[str, Any] = metas[-1].extra
        number = get_origin(kind) is not Literal
        rows.append(
            Variant(
                name=field.encode_name,
                field=field.name,
                values=("unset", *extra["tried"]) if number else get_args(kind),
                standard=field.default,
                number=number,
                section=extra["section"],
                text=metas[-1].description or "",
                careless=extra["careless"],
                dialect=extra["dialect"],
                tag=extra["tag"],
                seen=extra["seen"],
            )
        )
    return tuple(rows)


@cache
def _by_name() -> dict[str, Variant]:
    return {variant.name: variant for variant in all_variants()}


def read_variants(chosen: Mapping[str, object] | Iterable[tuple[str, object]]) -> Variants:
    """The settings for names and values as they stand on a command line or in a file. `VariantError` names
    what is not known, what comes nearest, and what cannot go together."""
    pairs = list(chosen.items() if isinstance(chosen, Mapping) else chosen)
    values: dict[str, str | int | None] = {}
    for name, value in pairs:
        variant = _by_name().get(name)
        if variant is None:
            raise VariantError(f"variant {name!r} is not known{_nearest(str(name), _by_name())}")
        if variant.field in values:
            raise VariantError(f"variant {name}: given twice")
        values[variant.field] = _value(variant, value)
    try:
        made = msgspec.convert({_name_of(field): value for field, value in values.items()}, Variants)
    except msgspec.ValidationError as error:
        raise VariantError(f"variants: {error}") from None
    if problem := excluded(made):
        raise VariantError(problem)
    return made


def chosen(variants: Variants) -> dict[str, str]:
    """What differs from the default: name and value, in the order of the table."""
    return {
        variant.name: str(value)
        for variant in all_variants()
        if (value := getattr(variants, variant.field)) != variant.standard
    }


def parse_choices(texts: Iterable[str]) -> list[tuple[str, str]]:
    """What a command line chooses: each text as `parse_choice` reads it; `all-different` stands for the
    variants that no other text names."""
    listed = list(texts)
    named = [parse_choice(text) for text in listed if text != ALL_DIFFERENT]
    if len(named) == len(listed):
        return named
    return [*named, *((name, value) for name, value in all_different().items() if name not in dict(named))]


def parse_choice(text: str) -> tuple[str, str]:
    """`NAME=VALUE`, or `NAME` alone for the first value that is not the default."""
    name, equals, value = text.partition("=")
    if not equals:
        variant = _by_name().get(name)
        value = variant.values[1] if variant else ""
    return name, value


def excluded(variants: Variants) -> str:
    """Why these values cannot go together; empty where they can."""
    values = {variant.name: str(getattr(variants, variant.field)) for variant in all_variants()}
    for (one, value), (other, its), why in EXCLUDED:
        if values[one] == value and values[other] == its:
            return f"variants {one}={value} and {other}={its} cannot go together: {why}"
    return ""


def dialect_of(variants: Variants, base: Dialect = DEFAULT) -> Dialect:
    """The dialect with what the variants say of it."""
    changes: dict[str, Any] = {}
    for variant in all_variants():
        value = getattr(variants, variant.field)
        if variant.dialect and value != variant.standard:
            changes[variant.dialect] = IN_THE_DIALECT.get((variant.name, value), value)
    return dataclasses.replace(base, **changes)


def chunk_form_of(variants: Variants) -> ChunkForm:
    """What chunks have by these variants."""
    return ChunkForm(
        recorder_ids=variants.recorder_ids,
        camera_information=variants.camera_information,
        camera_information_place=variants.camera_information_place,
        reserved_bytes=variants.reserved_bytes,
        padding_bytes=variants.padding_bytes,
        jpeg_compression_id=variants.jpeg_compression_id,
    )


def each_variant() -> Iterator[Variants]:
    """Every value of every variant alone, but the defaults."""
    for variant in all_variants():
        for value in variant.values[1:]:
            yield read_variants({variant.name: value})


def all_different() -> dict[str, str]:
    """Names and values that differ from the defaults wherever they can together: of each variant another of
    its values in turn."""
    made: dict[str, str] = {}
    barred = {frozenset((one, other)) for one, other, _ in EXCLUDED}
    for number, variant in enumerate(all_variants()):
        others = variant.values[1:]
        turn = number % len(others)
        for value in (*others[turn:], *others[:turn]):
            if not any(frozenset(((variant.name, value), pair)) in barred for pair in made.items()):
                made[variant.name] = value
                break
    return made


def _value(variant: Variant, value: object) -> str | int | None:
    if variant.number:
        text = str(value)
        if text == "unset":
            return None
        if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) < 8):
            raise VariantError(f"variant {variant.name}: {value!r} is no whole number")
        return int(text)
    text = str(value)
    if isinstance(value, bool) or text not in variant.values:
        allowed = ", ".join(variant.values)
        raise VariantError(
            f"variant {variant.name}: {text!r} is none of {allowed}{_nearest(text, variant.values)}"
        )
    return text


def _nearest(name: str, names: Iterable[str]) -> str:
    import difflib  # only where something is misspelt

    near = difflib.get_close_matches(name, list(names), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _name_of(field: str) -> str:
    return field.replace("_", "-")


def pairs() -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Every two values of two variants that can go together."""
    barred = {frozenset((one, other)) for one, other, _ in EXCLUDED}
    for one, other in combinations(all_variants(), 2):
        for value in one.values:
            for its in other.values:
                if frozenset(((one.name, value), (other.name, its))) not in barred:
                    yield (one.name, value), (other.name, its)
