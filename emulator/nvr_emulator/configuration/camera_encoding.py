"""Which footage stands for a camera that encodes otherwise: GOPs of another length, slices, CRA, a rate that
varies."""

from __future__ import annotations

from nvr_emulator.configuration.variants import Variants
from nvr_fixtures import names
from nvr_fixtures.folders import is_folder

SHAPED = "counter-small"
"""The fixture that was recorded in all these ways."""


def fixture_for(fixture: str, variants: Variants) -> str:
    """The fixture to take instead of that which a camera names; itself where nothing is asked of it."""
    shape = "".join(
        (
            {"1": "", "5": "-gop5", "varying": "-gopmixed"}[variants.gop_seconds],
            "-slices4" if variants.slices == "4" else "",
            "-cra" if variants.key_pictures == "cra" else "",
        )
    )
    night = "-night" if variants.picture_rate == "varying" else ""
    if is_folder(fixture):
        return fixture
    if shape:
        return SHAPED + shape + night
    return fixture + night if fixture + night in names() else fixture


def encoding_problem(fixture: str, variants: Variants) -> str | None:
    """Why footage of one's own cannot take these variants; None where it can."""
    asked = {
        "gop-seconds": variants.gop_seconds != "1",
        "slices": variants.slices != "1",
        "key-pictures": variants.key_pictures != "idr",
        "picture-rate": variants.picture_rate != "fixed",
    }
    names_asked = [name for name, wanted in asked.items() if wanted]
    if is_folder(fixture) and names_asked:
        return f"{fixture!r} is encoded as it is; it cannot take variants {', '.join(names_asked)}"
    return None
