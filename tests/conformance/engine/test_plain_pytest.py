"""`pytest --pyargs nvr_conformance`: the scenarios as tests among tests, in a pytest of their own."""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from argparse import ArgumentTypeError
from pathlib import Path
from types import SimpleNamespace

import pytest

import nvr_conformance
from nvr_conformance import pytest_plugin
from nvr_conformance.cli.run import run as run_command
from nvr_conformance.pytest_plugin import seconds_from
from plugins_alone import WITHOUT_OTHERS

LOGS = "test_logs"


@pytest.fixture
def run(tmp_path):
    def run(*arguments, pyargs=True, without=WITHOUT_OTHERS):
        words = ["--pyargs", "nvr_conformance"] if pyargs else []
        return subprocess.run(
            [sys.executable, "-m", "pytest", *without, *words, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=100,
        )

    return run


def test_chosen_scenarios_pass_and_junit_has_their_requirements(run, tmp_path):
    done = run("-k", LOGS, "--junitxml=j.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "embedded emulator, MODEL 2: conformant" in done.stdout
    (case,) = ElementTree.parse(tmp_path / "j.xml").iter("testcase")
    (said,) = case.iter("property")
    assert said.get("name") == "requirements"
    assert "INF-" in said.get("value")


def test_a_failed_check_is_a_failed_test_and_x_stops(run, tmp_path):
    done = run("--nvr-defect", "error-log-in-one-line", "--nvr-select", "INF-0[13]", "-x", "--junitxml=j.xml")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed" in done.stdout
    assert "stopping after 1 failures" in done.stdout
    for word in ("expected  ", "actual    ", "INF-01 (", "what was asked and answered", "not-conformant"):
        assert word in done.stdout
    root = ElementTree.parse(tmp_path / "j.xml").getroot()
    (failure,) = root.iter("failure")
    assert "expected  " in failure.text


def test_what_is_not_allowed_is_skipped_with_the_reason(run, fake_recorder):
    done = run(
        "--nvr-url", fake_recorder.url, "--nvr-pace", "0", "--nvr-model", "2", "-k", "test_speeds", "-rs"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "needs --allow" in done.stdout


@pytest.mark.parametrize(
    ("option", "bounds"), [("--nvr-pace", "from 0 to 3600"), ("--nvr-timeout", "from 0.1 to 600")]
)
def test_seconds_that_are_none_are_refused(run, option, bounds):
    done = run(f"{option}=nan")
    assert done.returncode == 4
    assert f"argument {option}: 'nan' is not a number {bounds}" in done.stderr


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "601", "0", "soon", ""])
def test_only_numbers_of_the_range_are_seconds(value):
    with pytest.raises(ArgumentTypeError, match=r"is not a number from 0\.1 to 600"):
        seconds_from(0.1, 600)(value)


def test_workers_are_refused(run):
    done = run("-n", "2", without=())
    assert done.returncode == 4
    assert "share one recorder" in done.stderr


def test_nobody_there(run):
    done = run("--nvr-url", "http://127.0.0.1:1", "-k", LOGS)
    assert done.returncode == 3
    assert "http://127.0.0.1:1: connection refused" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--nvr-select", "LOV-*"), "LOV-*"),
        (("--nvr-url=", "--nvr-user=ADMIN"), "--nvr-url: it is empty"),
        (("--nvr-user=ADMIN",), "leave --nvr-user out"),
    ],
)
def test_usage(run, words, said):
    done = run(*words)
    assert done.returncode == 4
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_other_tests_are_left_alone(run, tmp_path):
    (tmp_path / "test_own.py").write_text(
        "import pytest\n"
        "@pytest.fixture\ndef client(): return 1\n"
        "@pytest.fixture\ndef check(): return 2\n"
        "def test_own(client, check): assert (client, check) == (1, 2)\n"
    )
    alone = run(pyargs=False)
    assert alone.returncode == 0
    assert "nvr-conformance" not in alone.stdout
    beside = run("test_own.py", "-k", f"own or {LOGS}")
    assert beside.returncode == 0, beside.stdout
    assert "conformant" in beside.stdout


def test_scenarios_are_not_collected_by_chance(run):
    above = Path(nvr_conformance.__file__).parents[1]
    assert (
        run(str(above), "--collect-only", "-q", pyargs=False).returncode == pytest.ExitCode.NO_TESTS_COLLECTED
    )


@pytest.mark.parametrize("without", [(), ("-p", "no:nvr"), ("-p", "no:nvr_judge")])
def test_the_two_plugins_share_their_options(run, without):
    done = run(*without, "--help", pyargs=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("--nvr-model") == 1
    assert done.stdout.count("network disk recorders:") == 1


def test_options_are_called_as_those_of_the_command():
    class Group:
        names = set()

        def addoption(self, name, **settings):
            self.names.add(name)

    parser = SimpleNamespace(getgroup=lambda *names: Group())
    pytest_plugin.pytest_addoption(parser)
    of_the_command = {word for parameter in run_command.params for word in parameter.opts}
    named = {name.replace("--nvr-", "--") for name in Group.names}
    assert named - of_the_command == {"--url"}  # an argument there
