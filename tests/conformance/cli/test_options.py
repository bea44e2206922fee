"""Which recorder, and what may be done to it: as run and fuzz read it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.fuzzing.run import FuzzRun
from nvr_conformance.fuzzing.steps import FuzzFile, LogIn, write_fuzz_file
from nvr_emulator.server.embedding import EmbeddedRecorder


def test_fuzzing_leaves_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "hypothesis.configuration.__hypothesis_home_directory_default", tmp_path / ".hypothesis"
    )
    answer = CliRunner().invoke(main, ["fuzz", "--budget", "1s"])
    assert answer.exit_code == 0, answer.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("command", "cameras"), [("fuzz", {}), ("fuzz", {1: 0, 2: 2}), ("replay", {})])
def test_a_recorder_that_names_no_camera_is_no_fault_of_the_kit(
    fake_recorder, tmp_path, monkeypatch, command, cameras
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nvr_conformance.sources.discovery.cameras_in", lambda text: cameras)
    steps = tmp_path / "steps.json"
    write_fuzz_file(steps, FuzzFile(model=2, seed=0, disagreement="x", steps=(LogIn("s1"),)))
    words = [command, *([str(steps)] if command == "replay" else []), fake_recorder.url, "--pace", "0"]
    answer = CliRunner().invoke(main, [*words, "--model", "2"])
    assert answer.exit_code == 4, answer.output
    assert answer.output.strip().startswith("nvr-conformance: inconclusive: as_getinfo.cgi names no camera")
    assert answer.output.strip().count("\n") == 0


def test_other_users_are_fuzzed_with(monkeypatch):
    """Those of highest priority first, on a recorder that is known by its URL alone."""
    users = []

    def fuzz(target, **options):
        users.extend(target.users)
        return FuzzRun(commands=1)

    monkeypatch.setattr("nvr_conformance.fuzzing.run.fuzz", fuzz)
    with EmbeddedRecorder(clock="real") as recorder:
        others = ("--other-user", "VIEWER:viewer12345:3", "--other-user", "MANAGER:manager12345:1")
        command = ["fuzz", recorder.url, "--password", recorder.password, "--pace", "0", "--budget", "4s"]
        answer = CliRunner().invoke(main, [*command, *others])
    assert answer.exit_code == 0, answer.output
    assert [user.name for user in users] == ["ADMIN", "MANAGER", "VIEWER"]
