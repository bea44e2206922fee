from pathlib import Path

from nvr_emulator.cli.fidelity import page
from nvr_emulator.configuration.variant_choice import all_variants

PAGE = Path(__file__).parents[3] / "docs" / "fidelity.md"


def test_the_page_is_current():
    assert PAGE.read_text("utf-8") == page(), "run: nvr-emulator fidelity > docs/fidelity.md"


def test_every_row_has_a_tag():
    rows = [line for line in page().splitlines() if line.startswith("| ") and "tag" not in line]
    assert len(rows) > 100
    assert all(any(f"| {tag} |" in row for tag in ("stated", "field", "assumed")) for row in rows)


def test_what_was_seen_is_a_value():
    for variant in all_variants():
        assert not variant.seen or variant.number or variant.seen in variant.values[1:], variant.name
