"""The Python that pages show: its names exist, and the scenario of docs/writing-scenarios.md judges."""

import ast
import importlib
import re
import textwrap
from pathlib import Path

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main as conformance

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
SCENARIOS = ROOT / "docs" / "writing-scenarios.md"
OURS = ("nvr_protocol", "nvr_emulator", "nvr_conformance", "nvr_fixtures")


def blocks(text):
    """Fenced blocks of Python, and indented ones that import something of ours."""
    yield from re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    for indented in re.findall(r"(?:^(?:    .*)?\n)+", text, re.MULTILINE):
        if re.search(rf"^    from ({'|'.join(OURS)})", indented, re.MULTILINE):
            yield textwrap.dedent(indented)


SHOWN = [
    pytest.param(block, id=f"{page.relative_to(ROOT)}:{number}")
    for page in PAGES
    for number, block in enumerate(blocks(page.read_text("utf-8")), 1)
]


def named(dotted):
    """What a dotted name stands for; LookupError where there is no such thing."""
    words = dotted.split(".")
    for length in range(len(words), 0, -1):
        try:
            found = importlib.import_module(".".join(words[:length]))
        except ModuleNotFoundError:
            continue
        for word in words[length:]:
            if not hasattr(found, word):
                raise LookupError(f"{dotted}: no {word}")
            found = getattr(found, word)
        return found
    raise LookupError(f"{dotted}: no such module")


def test_pages_show_code():
    assert len(SHOWN) >= 10


@pytest.mark.parametrize("block", SHOWN)
def test_what_it_imports_and_takes_from_modules_exists(block):
    tree = ast.parse(textwrap.dedent(block))
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(OURS):
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                named(f"{node.module}.{alias.name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            named(f"{modules[node.value.id]}.{node.attr}")


def names_in_backticks():
    """Dotted names of ours, on any page."""
    for page in PAGES:
        for found in re.findall(r"`([a-z_]+(?:\.\w+)+)", page.read_text("utf-8")):
            if found.startswith(OURS) and not found.endswith((".py", ".toml")):
                yield pytest.param(found, id=f"{page.relative_to(ROOT)}:{found}")


@pytest.mark.parametrize("dotted", list(names_in_backticks()))
def test_names_in_texts_exist(dotted):
    named(dotted)


def judging_functions():
    """The names that the page lists behind each module: `facts.rtp` …: `one two`."""
    section = (
        SCENARIOS.read_text("utf-8").partition("## Judging functions")[2].partition("They never take")[0]
    )
    module = ""
    for quoted in re.findall(r"`([^`]+)`", section.partition("\n- ")[2].replace("\n", " ")):
        for name in re.sub(r"\(.*?\)", "", quoted).split():
            if re.fullmatch(r"(facts|reading|procedures)\.[\w.]+", name):
                module = name
                yield f"nvr_conformance.{name}"
            elif module and "." not in name:
                yield f"nvr_conformance.{module}.{name}"


def test_the_judging_functions_that_the_page_lists_exist():
    listed = list(judging_functions())
    assert len(listed) > 60
    for name in listed:
        named(name)


def test_the_scenario_that_the_page_shows_judges(tmp_path):
    (tmp_path / "test_shown.py").write_text(next(blocks(SCENARIOS.read_text("utf-8"))), "utf-8")
    told = CliRunner().invoke(conformance, ["run", "--scenarios", str(tmp_path), "--model", "2"]).output
    judged = re.findall(r"^(\S+) +(?:must|should) +pass ", told, re.MULTILINE)
    assert judged == ["SES-15", "LIV-02", "LIV-03", "LIV-06", "LIV-15"], told
