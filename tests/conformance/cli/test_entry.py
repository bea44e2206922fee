"""`nvr-conformance` answers quickly, helps on a bare install, and says in one line what is missing."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

import nvr_emulator
from nvr_conformance.cli import entry
from nvr_conformance.cli.main import main

OF_THE_EXTRA = set(entry.NEEDED)
HEAVY = {*OF_THE_EXTRA, "aiohttp", "cryptography", "msgspec", "nvr_conformance.engine"}


def imported(*arguments, without=()):
    """What the installed command imports, and what it prints, on an install without some modules."""
    program = (
        "import atexit, sys\n"
        f"sys.modules.update(dict.fromkeys({sorted(without)}))\n"
        "from nvr_conformance.cli.entry import main\n"
        "atexit.register(lambda: print(*sorted(k for k, v in sys.modules.items() if v), file=sys.stderr))\n"
        "main()\n"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stderr.split()), done.stdout


def test_the_version_is_told_without_any_library():
    modules, printed = imported("--version", without=OF_THE_EXTRA)
    assert printed == f"nvr-conformance, version {nvr_emulator.__version__}\n"
    assert not modules & {*HEAVY, "click", "importlib.metadata"}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], *([name, "-h"] for name in ("run", "rejudge", "diff", "fuzz", "replay", "selftest"))],
)
def test_help_takes_click_alone(arguments):
    modules, printed = imported(*arguments, without=OF_THE_EXTRA)
    assert "Usage:" in printed
    assert "click" in modules
    assert not modules & HEAVY


def test_click_says_the_same_version():
    result = CliRunner().invoke(main, ["--version"])
    assert result.output == f"nvr-conformance, version {nvr_emulator.__version__}\n"


def test_a_missing_extra_is_told_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["nvr-conformance", "run"])
    monkeypatch.setattr(entry, "find_spec", lambda name: None if name in ("rich", "scapy") else object())
    with pytest.raises(SystemExit) as stopped:
        entry.main()
    assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "rich, scapy" in told
    assert "'.[conformance]'" in told


def test_with_the_extra_the_command_runs(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["nvr-conformance", "explain", "SES-06"])
    with pytest.raises(SystemExit) as stopped:
        entry.main()
    assert stopped.value.code == 0
    assert "90 s" in capsys.readouterr().out
