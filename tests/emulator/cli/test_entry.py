"""The command line answers quickly: what a command does not need is not imported."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import nvr_emulator
from nvr_emulator.cli.main import main

HEAVY = {"aiohttp", "asyncio", "av", "cryptography", "msgspec", "numpy", "pytest", "scapy"}


def imported(*arguments):
    """What the installed command imports, and what it prints."""
    program = (
        "import atexit, sys\nfrom nvr_emulator.cli.entry import main\n"
        "atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))\nmain()\n"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stderr.split()), done.stdout


def test_the_version_is_told_without_any_library():
    modules, printed = imported("--version")
    assert printed == f"nvr-emulator, version {nvr_emulator.__version__}\n"
    assert not modules & {*HEAVY, "click", "importlib.metadata"}


@pytest.mark.parametrize("arguments", [["--help"], ["serve", "--help"], ["config", "--example"]])
def test_help_takes_click_alone(arguments):
    modules, printed = imported(*arguments)
    assert printed
    assert "click" in modules
    assert not modules & HEAVY


def test_click_says_the_same_version():
    result = CliRunner().invoke(main, ["--version"])
    assert result.output == f"nvr-emulator, version {nvr_emulator.__version__}\n"


def test_what_cannot_be_served_is_told_in_one_line(tmp_path: Path):
    result = CliRunner().invoke(main, ["serve", "--config", str(tmp_path / "none.toml")])
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert "none.toml: No such file or directory" in result.output
