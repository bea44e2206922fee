"""The commands that pages show: each is understood, with all its options, and the harmless ones are run."""

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main as conformance
from nvr_emulator.cli.main import main as emulator

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
PROGRAMS = {"nvr-emulator": emulator, "nvr-conformance": conformance}
HARMLESS = {"variants", "rules", "models", "defects", "commands", "explain", "list", "config", "faults"}


def shown():
    for page in PAGES:
        lines = page.read_text("utf-8").replace("\\\n", " ").splitlines()
        for number, line in enumerate(lines, 1):
            if not line.startswith("    "):
                continue
            text = re.sub(r"^\s*\$ ", "", line).split("  #")[0]
            for part in re.split(r" \| | &$| && | & |; |> ", text):
                words = part.strip().split(maxsplit=1)
                name = words[0].rpartition("/")[2] if words else ""
                if name in PROGRAMS and len(words) > 1 and "[OPTIONS]" not in part:
                    yield pytest.param(name, words[1], id=f"{page.relative_to(ROOT)}:{number}")


COMMANDS = list(shown())


def arguments(text):
    return [word.replace("…", "x") for word in shlex.split(text)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where shown files exist."""
    monkeypatch.chdir(tmp_path)
    for name in ("recorder.toml", "street.mp4", "failures.toml", "expected.toml", "failure.json"):
        (tmp_path / name).write_text("")
    for name in ("report", "old-report", "new-report", "selftest", "monday", "tuesday", "before", "after"):
        (tmp_path / name).mkdir()
    return tmp_path


def test_pages_show_commands():
    assert len(COMMANDS) > 40
    assert {param.values[0] for param in COMMANDS} == set(PROGRAMS)


@pytest.mark.parametrize(("program", "text"), COMMANDS)
def test_a_shown_command_is_understood(program, text, folder):
    words = arguments(text)
    group = PROGRAMS[program]
    if words[0].startswith("-"):
        assert CliRunner().invoke(group, words).exit_code == 0
        return
    around = click.Context(group, **group.context_settings)
    command = group.get_command(around, words[0])
    assert command is not None, f"{program} has no command {words[0]}"
    problem = None
    try:
        # Within its group: a command keeps the names of its help option from its first context.
        command.make_context(words[0], words[1:], parent=around)
    except click.UsageError as error:
        problem = error
    # Files and addresses that the page only names are not there.
    assert problem is None or re.search(r"does not exist|No such file|is not known", str(problem)), problem


@pytest.mark.parametrize(
    ("program", "text"), [param for param in COMMANDS if param.values[1].split()[0] in HARMLESS]
)
def test_a_harmless_one_does_what_the_page_says(program, text, folder):
    answer = CliRunner().invoke(PROGRAMS[program], arguments(text))
    assert answer.exit_code == 0, answer.output
