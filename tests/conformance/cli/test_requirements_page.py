from pathlib import Path

from nvr_conformance.cli.requirements_page import page
from nvr_conformance.judgement.requirements import requirements

PAGE = Path(__file__).parents[3] / "docs" / "requirements.md"


def test_the_page_is_current():
    text = PAGE.read_text("utf-8")
    made = page(requirements().values())
    assert text == made, "run: nvr-conformance list --markdown > docs/requirements.md"
    assert all(f"**{id_}**" in text for id_ in requirements())
