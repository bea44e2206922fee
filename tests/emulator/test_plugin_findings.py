"""The pytest plugin and the findings, as a client's developer sees them."""

import pytest

from plugins_alone import WITHOUT_OTHERS

pytest_plugins = ["pytester"]

CLIENT = """
import urllib.error
import urllib.request

def ask(nvr, target):
    try:
        with urllib.request.urlopen(f"{nvr.url}/cgi-bin/{target}", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code
"""


def run(pytester, tests, *options):
    pytester.makepyfile(client=CLIENT, test_client="import pytest\nfrom client import ask\n" + tests)
    return pytester.runpytest_subprocess(*WITHOUT_OTHERS, *options)


def test_findings_are_there_and_asserted(pytester):
    result = run(
        pytester,
        """
def test_named(nvr):
    nvr.assert_no_findings()
    ask(nvr, "status.cgi?UID=7")
    assert [found.rule for found in nvr.findings] == ["uid-never-issued", "fixed-value"]
    with pytest.raises(AssertionError, match="(?s)2 findings.*error uid-never-issued"):
        nvr.assert_no_findings()
    nvr.assert_no_findings(ignore=["uid-never-issued", "fixed-value"])
    with pytest.raises(ValueError, match="is no rule"):
        nvr.assert_no_findings(ignore=["none"])

def test_forgotten(nvr):
    assert nvr.findings == []
""",
    )
    result.assert_outcomes(passed=2)


TWO = """
def test_wrong(nvr):
    ask(nvr, "snapshot.cgi")

def test_wrong_elsewhere(nvr_factory):
    ask(nvr_factory(model=3), "snapshot.cgi")

def test_right(nvr):
    ask(nvr, "dlogin.cgi?UID=-1")
"""


@pytest.mark.parametrize(
    ("options", "errors"),
    [
        ((), 0),
        (("--nvr-fail-on-findings",), 2),
        (("--nvr-fail-on-findings=error",), 2),
        (("--nvr-fail-on-findings", "--nvr-ignore-finding=unknown-command"), 0),
    ],
)
def test_findings_fail_where_that_is_asked_for(pytester, options, errors):
    result = run(pytester, TWO, *options)
    result.assert_outcomes(passed=3, errors=errors)
    if errors:
        result.stdout.fnmatch_lines(["*error unknown-command (§1.4) at #*: /cgi-bin/snapshot.cgi*"])


def test_a_failed_test_shows_what_its_recorder_saw(pytester):
    result = run(
        pytester,
        """
@pytest.mark.nvr(seed=77)
def test_fails(nvr, nvr_factory):
    ask(nvr, "status.cgi?UID=7&PC=AS60")
    ask(nvr_factory(model=3), "snapshot.cgi")
    assert False
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- nvr -*",
            "WJ-NU101 (MODEL 2) at http://127.0.0.1:*, seed 77",
            "the last 1 of 1 exchanges:",
            "*GET status.cgi?UID=7&PC=AS60 -> 401 (UID: 7 was never issued)",
            "findings: 1",
            "*error uid-never-issued (§6.1.1) at #*: UID=7 was never issued.*",
            "*- nvr -*",
            "WJ-NX510 (MODEL 3) at http://127.0.0.1:*, seed 0",
            "*GET snapshot.cgi -> 404*",
        ]
    )


def test_a_test_that_passes_shows_nothing(pytester):
    result = run(pytester, "def test_passes(nvr):\n    ask(nvr, 'snapshot.cgi')\n", "-rA")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*snapshot.cgi*")
