"""`nvr-emulator serve` and the findings: files, lines on stderr, the exit status."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from nvr_emulator.cli.main import main


def serve(*arguments, ask=(), environment=None):
    """Serve, send commands, end it: the exit status and what stood on stderr."""
    process = subprocess.Popen(
        [sys.executable, "-m", "nvr_emulator.cli.main", "serve", "--transport", "http", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **(environment or {})},
    )
    with process:
        ready = json.loads(process.stdout.readline())
        for target in ask:
            url = ready["control"] + target if target == "/reset" else ready["http"] + "/cgi-bin/" + target
            request = urllib.request.Request(url, method="POST" if target == "/reset" else "GET")
            try:
                urllib.request.urlopen(request, timeout=10).close()
            except urllib.error.HTTPError as error:
                error.close()
        process.send_signal(signal.SIGTERM)
        told = process.stderr.read()
    return process.returncode, told


def test_what_clients_did_wrong_is_the_exit_status(tmp_path):
    files = tmp_path / "found.sarif", tmp_path / "found.xml"
    wanted = [argument for file in files for argument in ("--findings-out", str(file))]
    status, told = serve("--fail-on-findings", *wanted, ask=["snapshot.cgi", "/reset", "status.cgi?UID=7"])
    assert status == 3
    assert [line.split()[:2] for line in told.splitlines()] == [
        ["error", "unknown-command"],
        ["error", "uid-never-issued"],
        ["error", "fixed-value"],
    ]
    log = json.loads(files[0].read_text("utf-8"))
    rules = ["unknown-command", "uid-never-issued", "fixed-value"]
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == rules
    failed = ElementTree.parse(files[1]).iterfind(".//testcase[failure]")
    assert sorted(case.get("name") for case in failed) == sorted(rules)
    assert sorted(tmp_path.iterdir()) == sorted(files)


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        ((), {}),
        (("--fail-on-findings", "--ignore-finding", "unknown-command"), {}),
        (("--ignore-finding=unknown-command",), {"NVR_EMULATOR_FAIL_ON_FINDINGS": "note"}),
    ],
)
def test_what_is_not_asked_for_does_not_fail(arguments, environment):
    assert serve(*arguments, ask=["snapshot.cgi"], environment=environment) == (0, "")


def test_the_environment_asks_too():
    status, told = serve(ask=["snapshot.cgi"], environment={"NVR_EMULATOR_FAIL_ON_FINDINGS": "error"})
    assert (status, told.split()[1]) == (3, "unknown-command")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--findings-out", "found.txt"], "the name must end in .sarif or .xml (JUnit)"),
        (
            ["--findings-out", "none/found.xml"],
            "none/found.xml: cannot be written: No such file or directory",
        ),
        (["--ignore-finding", "no-logon"], "'no-logon' is no rule; see nvr-emulator rules"),
    ],
)
def test_a_wish_that_cannot_be_met_is_told_before_serving(arguments, why):
    result = CliRunner().invoke(main, ["serve", *arguments])
    assert (result.exit_code, result.output.count("\n")) == (2, 1)
    assert why in result.output


def test_findings_are_written_where_a_link_leads(tmp_path):
    link, target = tmp_path / "found.xml", tmp_path / "elsewhere.xml"
    link.symlink_to(target)
    assert serve("--findings-out", str(link)) == (0, "")
    assert link.is_symlink()
    assert ElementTree.parse(target).getroot().tag == "testsuites"


def test_links_in_a_circle_are_told_before_serving(tmp_path):
    link = tmp_path / "found.xml"
    link.symlink_to(link)
    result = CliRunner().invoke(main, ["serve", "--findings-out", str(link)])
    reason = "cannot be written: Too many levels of symbolic links"
    assert (result.exit_code, result.output) == (2, f"Error: {link}: {reason}\n")
