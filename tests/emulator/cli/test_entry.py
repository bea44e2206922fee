"""The command line answers quickly: what a command does not need is not imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import nvr_emulator
from nvr_emulator.cli.main import main
from nvr_emulator.server.certificates import self_signed

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


@pytest.mark.parametrize("given", [True, False])
def test_a_process_that_serves_reads_no_certificates_of_authorities_for_aiohttp(given, tmp_path):
    """Whoever asks for them later finds them where they were."""
    authority = tmp_path / "authority.pem"
    authority.write_bytes(self_signed(()))
    program = (
        "import os, ssl\nfrom nvr_emulator.cli.quick_start import import_aiohttp\n"
        "original, made = ssl.create_default_context, []\n"
        "ssl.create_default_context = lambda *given: made.append(original(*given)) or made[-1]\n"
        "import_aiohttp()\n"
        "import aiohttp\n"
        "print([len(context.get_ca_certs()) for context in made])\n"
        "print(os.environ.get('SSL_CERT_FILE'), len(original().get_ca_certs()))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "SSL_CERT_FILE"}
    if given:
        environment["SSL_CERT_FILE"] = str(authority)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    of_aiohttp, later = done.stdout.splitlines()
    assert of_aiohttp == "[0]"
    if given:
        assert later == f"{authority} 1"
    else:
        assert later.startswith("None ")
