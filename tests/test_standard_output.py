"""Commands whose stdout cannot take a character, is full, or has lost its reader: what they do and what they
say of a recorder stays the same."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

JUDGE = (sys.executable, "-m", "nvr_conformance.cli.entry")
EMULATOR = (sys.executable, "-m", "nvr_emulator.cli.entry")
JUDGING = {
    "run": (*JUDGE, "run", "--select", "SES-0[1-3]", "--report", "report"),
    "run -v": (*JUDGE, "run", "-v", "--select", "SES-0[1-3]", "--report", "report"),
    "rejudge": (*JUDGE, "rejudge", "judged", "--report", "report"),
}
TELLING = {
    " ".join((program[2].partition(".")[0], *words)): (*program, *words)
    for program, words in (
        (JUDGE, ("--version",)),
        (JUDGE, ("run", "--help")),
        (JUDGE, ("list",)),
        (JUDGE, ("list", "--json")),
        (JUDGE, ("explain", "LIV-01")),
        (JUDGE, ("diff", "judged", "other")),
        (JUDGE, ("diff", "--json", "judged", "other")),
        (EMULATOR, ("--version",)),
        (EMULATOR, ("--help",)),
        (EMULATOR, ("variants",)),
        (EMULATOR, ("variants", "--json")),
        (EMULATOR, ("config", "--example")),
        (EMULATOR, ("fidelity",)),
    )
}
ENCODINGS = {
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}
FULL = "stdout cannot be written: No space left on device"


def done(words, folder, stdout=subprocess.PIPE, **variables):
    """The command, run to its end in a folder."""
    surroundings = {**os.environ, **variables}
    return subprocess.run(
        words, cwd=folder, stdout=stdout, stderr=subprocess.PIPE, env=surroundings, timeout=100
    )


@cache
def lines_in_utf8(words, folder):
    return done(words, folder, PYTHONIOENCODING="utf-8").stdout.count(b"\n")


def without_reader(words, folder):
    """As `done`, into a pipe that nobody reads any more."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        return done(words, folder, writing)
    finally:
        os.close(writing)


def on_a_full_disk(words, folder):
    """As `done`, to a device that has no room."""
    with Path("/dev/full").open("wb") as full:
        return done(words, folder, full)


def verdict(folder):
    return json.loads((folder / "report" / "result.json").read_bytes())["verdict"]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """A folder with two reports that differ."""
    folder = tmp_path_factory.mktemp("reports")
    for name, select in (("judged", "SES-0[1-3]"), ("other", "SES-02")):
        words = (*JUDGE, "run", "--select", select, "--report", name)
        assert done(words, folder).returncode == 0
    return folder


def usual(words):
    return 1 if "diff" in words else 0


@pytest.mark.parametrize("name", TELLING)
def test_a_character_that_stdout_lacks_is_told_otherwise(reports, name):
    words = TELLING[name]
    found = done(words, reports, **ENCODINGS["ascii"])  # what Latin-1 lacks, it lacks too
    assert (found.returncode, found.stderr) == (usual(words), b"")
    assert found.stdout.count(b"\n") == lines_in_utf8(words, reports)
    if "--json" in words:
        json.loads(found.stdout)


@pytest.mark.parametrize("name", TELLING)
def test_what_a_full_disk_lost_is_told_and_is_no_success(reports, name):
    found = on_a_full_disk(TELLING[name], reports)
    assert (found.returncode, found.stderr.decode().count("\n")) == (4, 1), found.stderr
    assert FULL in found.stderr.decode()


@pytest.mark.parametrize("name", TELLING)
def test_a_reader_that_has_gone_is_no_failure(reports, name):
    words = TELLING[name]
    found = without_reader(words, reports)
    assert (found.returncode, found.stderr) == (usual(words), b"")


@pytest.mark.parametrize(
    ("name", "encoding"), [*((name, "ascii") for name in JUDGING), ("run", "latin-1"), ("run", "C")]
)
def test_a_character_that_stdout_lacks_changes_no_verdict(reports, name, encoding):
    found = done(JUDGING[name], reports, **ENCODINGS[encoding])
    assert (found.returncode, found.stderr) == (0, b"")
    assert verdict(reports) == "conformant"


def test_evidence_that_stdout_cannot_say_changes_no_verdict(tmp_path):
    words = (*JUDGE, "run", "--select", "LIV-01", "--report", "report")
    found = done(words, tmp_path, PYTHONIOENCODING="ascii")
    assert (found.returncode, found.stderr, verdict(tmp_path)) == (0, b"", "conformant")


@pytest.mark.parametrize("name", JUDGING)
def test_a_stdout_that_is_gone_or_full_takes_no_verdict_and_no_report_away(reports, name):
    found = without_reader(JUDGING[name], reports)
    assert (found.returncode, found.stderr, verdict(reports)) == (0, b"", "conformant")
    (reports / "report" / "result.json").unlink()
    found = on_a_full_disk(JUDGING[name], reports)
    assert (found.returncode, verdict(reports)) == (0, "conformant")
    assert found.stderr.decode() == f"nvr-conformance: {FULL}\n"


def test_a_recorder_that_cannot_say_where_it_is_does_not_serve(tmp_path):
    found = on_a_full_disk((*EMULATOR, "serve", "--transport", "http"), tmp_path)
    assert (found.returncode, found.stderr) == (
        2,
        b"Error: standard output: cannot be written: No space left on device\n",
    )


@pytest.mark.parametrize("words", [(*JUDGE, "explain", "SES-99"), (*EMULATOR, "config")])
def test_an_error_is_one_where_stderr_is_full(tmp_path, words):
    with Path("/dev/full").open("wb") as full:
        found = subprocess.run(words, cwd=tmp_path, stdout=full, stderr=full, timeout=100)
    assert found.returncode == 2
