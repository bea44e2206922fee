"""No option writes what another one reads or writes: said before anything starts, and nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.cli.places import require_apart
from nvr_conformance.report.writer import ReportWriter

SCENARIOS = """from nvr_conformance.scenario import scenario


@scenario("SES-01")
def test_it(check):
    check("SES-01", True)
"""
FILES = {
    "rec.toml": "model = 2\n",
    "known.toml": "# nothing is known\n",
    "own/test_own.py": SCENARIOS,
    "own/more/test_more.py": SCENARIOS,
    "judged/evidence/run.json": "{}",
    "steps.json": "{}",
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "link").symlink_to("rec.toml")
    (tmp_path / "way").symlink_to("judged")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        "run --config rec.toml --profile-out rec.toml",
        "run --config rec.toml --profile-out ./own/../rec.toml",
        "run --config rec.toml --profile-out link",
        "run --config link --profile-out rec.toml",
        "run --expected-failures known.toml --profile-out known.toml",
        "run --scenarios own/test_own.py --profile-out own/test_own.py",
        "run --scenarios own --profile-out own/more/test_more.py",
        "run --report new --profile-out new",
        "run --report new --profile-out new/result.json",
        "run --report new --profile-out new/index.html",
        "run --report new --profile-out new/evidence/test_it.txt",
        "run --report new --expected-failures known.toml --profile-out new/unfinished.json",
        "rejudge judged --report judged",
        "rejudge judged --report way",
        "rejudge judged --report judged/evidence",
        "fuzz --keep a --json a",
        "fuzz --keep a --json own/../a",
        "fuzz --examples a --json a",
        "fuzz --examples a --keep a",
        "fuzz --json nvr-fuzz.json",
    ],
)
def test_what_would_be_lost_is_told_before_anything_starts(place, words):
    before = sorted(place.rglob("*"))
    answer = CliRunner().invoke(main, words.split())
    assert answer.exit_code == 2, answer.output
    assert "name another place" in answer.output
    assert answer.stdout == ""
    assert sorted(place.rglob("*")) == before
    assert {name: (place / name).read_text() for name in FILES} == FILES


def test_beside_one_another_there_is_room(place):
    new = Path("new")
    require_apart({"--report": new, "--profile-out": new / "rec.toml"}, {"--config": new / "own.toml"})
    require_apart({"--report": Path("own")}, {"--scenarios": Path("own")})
    require_apart({"--keep": new / "found.json", "--examples": new, "--json": None})
    require_apart({"--report": new}, {"REPORT": Path("judged")})
    require_apart({"--keep": Path(os.devnull), "--json": Path(os.devnull)})


@pytest.mark.parametrize(
    "command", ["run", "run --plan", "rejudge /", "selftest", "fuzz", "replay /dev/null"]
)
def test_a_working_directory_that_is_gone_is_told_in_one_line(tmp_path, monkeypatch, command):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    answer = CliRunner().invoke(main, command.split())
    assert answer.exit_code == 2, answer.output
    assert answer.output == (
        "nvr-conformance: the working directory: No such file or directory; start in one that is there\n"
    )


@pytest.mark.parametrize(
    "words",
    [
        "run --report new",
        "rejudge judged --report new",
        "selftest --report new",
        "selftest --mutants 1 --report new",
        "merge judged --report new",
    ],
)
def test_where_another_run_is_writing_none_starts(place, words):
    writer = ReportWriter(place / "new")
    answer = CliRunner().invoke(main, words.split())
    assert answer.exit_code == 2, answer.output
    assert "new: another run is writing its report there" in " ".join(answer.output.split())
    assert answer.stdout == ""
    assert writer.problem == ""
