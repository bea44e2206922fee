"""How true the emulator is: each behaviour with whence it is known, made from the tables. Prints
docs/fidelity.md."""

from __future__ import annotations

from collections.abc import Iterator

from nvr_emulator.configuration.variant_choice import all_variants
from nvr_protocol.commands.table import COMMANDS
from nvr_protocol.models import MODELS, SERIES, Source, Sourced

TAGS = {
    Source.DOCUMENT_1_1: "stated",
    Source.DOCUMENT_1_2: "stated",
    Source.OPERATING_MANUAL: "stated",
    Source.OBSERVED: "field",
    Source.ASSUMED: "assumed",
}

HEAD = """\
# How true the emulator is

**stated**: the vendor's document (or an operating manual) says or draws it. **field**: client developers saw
a real recorder do it. **assumed**: neither; the value is a choice, and a recorder in your hands may differ.
What is assumed or seen can be had otherwise: [variants.md](variants.md) for how,
[open-points.md](open-points.md) for what is open, [limits.md](limits.md) for what is not built.
"""


def page() -> str:
    """The page in Markdown."""
    return "\n".join((HEAD, *_commands(), "", *_choices(), "", *_series())) + "\n"


def _commands() -> Iterator[str]:
    yield "## Commands\n"
    yield "Their names, parameters, values and what they do are stated.\n"
    yield "| command | section | tag |"
    yield "|---|---|---|"
    for spec in COMMANDS:
        yield f"| `{spec.cgi}`: {spec.title} | §{', §'.join(spec.sections)} | stated |"


def _choices() -> Iterator[str]:
    yield "## Where the document leaves a choice\n"
    yield "| what | the emulator's default | tag | seen in the field instead | where |"
    yield "|---|---|---|---|---|"
    for variant in all_variants():
        default = "by model" if variant.name == "uid-digits" else variant.standard or "unlimited"
        seen = f"`{variant.seen}`" if variant.seen else ""
        what = f"{variant.text} (`{variant.name}`)"
        yield f"| {what} | `{default}` | {variant.tag} | {seen} | {variant.section} |"


def _series() -> Iterator[str]:
    yield "## Models and series\n"
    yield "| of | what | value | tag | whence |"
    yield "|---|---|---|---|---|"
    for model in MODELS.values():
        for name in ("firmware", "uid_digits", "video", "audio", "default_transport"):
            yield _row(f"MODEL {model.model.value}", name, getattr(model, name))
    for series in SERIES:
        for name in ("cameras", "main_slots", "extension_units", "extension_slots", "pan_tilt_speed"):
            yield _row(series.name, name, getattr(series, name))


def _row(of: str, name: str, sourced: Sourced[object]) -> str:
    value = sourced.value
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"| {of} | {name.replace('_', ' ')} | {text} | {TAGS[sourced.source]} | {sourced.source.value} |"
