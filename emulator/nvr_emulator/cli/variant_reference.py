"""What `nvr-emulator variants` prints: the table of variants for people, for machines and for the docs."""

from __future__ import annotations

import json
from textwrap import wrap

from nvr_emulator.configuration.variant_choice import EXCLUDED, Variant, all_variants

WIDTH = 78


def listing() -> str:
    """For a terminal: name and values, then what it is, then whom it breaks."""
    lines = []
    for variant in all_variants():
        lines.append(f"{variant.name} = {_values(variant)}    ({variant.section})")
        lines += (f"    {line}" for line in wrap(variant.text, WIDTH))
        lines += (f"    {line}" for line in wrap(f"breaks: {variant.careless}", WIDTH))
    return "\n".join(lines)


def as_json() -> str:
    """For machines: one object a variant. `default` null: a number that is not set."""
    rows = [
        {
            "name": variant.name,
            "values": None if variant.number else list(variant.values),
            "tried": list(variant.values[1:]),
            "default": variant.standard,
            "section": variant.section,
            "text": variant.text,
            "breaks": variant.careless,
        }
        for variant in all_variants()
    ]
    return json.dumps(rows)


def markdown() -> str:
    """The page docs/variants.md."""
    rows = "\n".join(
        f"| `{variant.name}` | {_values(variant, '`')} | {_cell(variant.text)} | {_cell(variant.careless)} | "
        f"{variant.section} |"
        for variant in all_variants()
    )
    apart = "\n".join(
        f"- `{one}={value}` and `{other}={its}`: {why}." for (one, value), (other, its), why in EXCLUDED
    )
    return _PAGE.format(rows=rows, apart=apart or "All of them go together.")


def _values(variant: Variant, quote: str = "") -> str:
    if variant.number:
        return f"a whole number, say {quote}{variant.values[1]}{quote}"
    return (" / " if quote else " | ").join(f"{quote}{value}{quote}" for value in variant.values)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


_PAGE = """\
# Variants: every recorder that the document allows

Where the vendor's document is silent, two recorders may differ in everything on this page, and both are
right. The first value of each is what the emulator does by default. A client that lives through all of them
lives with every recorder that the document allows; the judge fails no recorder for one of them.

    nvr-emulator variants                                       # this table
    nvr-emulator serve --variant refusal=200-empty --variant second-stream=replaces
    nvr-emulator serve --variant rtp-extension                  # a name alone: its first other value
    nvr-emulator serve --variant all-different                  # as different as can be
    nvr-conformance run --variant strictness=lenient            # judges such a recorder

In recorder.toml: `variants = {{refusal = "close", uid-digits = 12}}`. In tests:
`@pytest.mark.nvr(variants={{ "jpeg-form": "one-soi"}})`, `variants="each"` (the test with the default,
then once for each value of each), `variants="all-different"`.

Variants combine. What cannot go together is refused by name:

{apart}

| variant | values | what it is | what it breaks in careless clients | where |
|---|---|---|---|---|
{rows}

Which JPEG decoders read two SOI markers: ffmpeg, PyAV and OpenCV do; libjpeg, Pillow, libvips, GStreamer
and browsers stop at the second one. A client that strips the first group (from the first SOI to the end of
its COM segment) reads both forms everywhere.

See [open-points.md](open-points.md) for what is open, [configuration.md](configuration.md) for recorder.toml,
and [limits.md](limits.md) for what is not built.
"""
