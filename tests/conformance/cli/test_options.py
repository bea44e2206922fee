"""Which recorder, and what may be done to it: as run and fuzz read it."""

from __future__ import annotations

from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.fuzzing.run import FuzzRun
from nvr_emulator.server.embedding import EmbeddedRecorder


def test_fuzzing_leaves_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "hypothesis.configuration.__hypothesis_home_directory_default", tmp_path / ".hypothesis"
    )
    answer = CliRunner().invoke(main, ["fuzz", "--budget", "1s"])
    assert answer.exit_code == 0, answer.output
    assert list(tmp_path.iterdir()) == []


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
