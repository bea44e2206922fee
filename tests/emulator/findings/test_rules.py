"""The rules themselves: one id each, whole texts, and the page that lists them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from nvr_emulator.cli.main import main
from nvr_emulator.findings.files.reference import markdown
from nvr_emulator.findings.registry import CHAPTERS, RULES

PAGE = Path(__file__).parents[3] / "docs" / "rules.md"


def test_no_two_rules_have_one_id():
    assert len(RULES) == sum(len(chapter.rules) for chapter in CHAPTERS.values())


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_what_is_wrong_and_what_to_do(rule):
    assert rule.id == rule.id.lower().replace(" ", "-")
    assert rule.section.replace(".", "").isdigit()
    assert not rule.title.endswith(".")
    assert rule.wrong.endswith(".")
    assert rule.instead.endswith(".")


def test_the_page_is_current():
    assert PAGE.read_text("utf-8") == markdown(), "run: nvr-emulator rules --markdown > docs/rules.md"


def test_the_command_lists_all_of_them():
    lines = CliRunner().invoke(main, ["rules"]).output.splitlines()
    assert [line.split()[0] for line in lines] == list(RULES)
    assert [rule["id"] for rule in json.loads(CliRunner().invoke(main, ["rules", "--json"]).output)] == list(
        RULES
    )
    assert CliRunner().invoke(main, ["rules", "--markdown"]).output == markdown()
