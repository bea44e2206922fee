"""Which recorder, and what may be done to it: as run and fuzz read it."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.cli.options import read_user
from nvr_conformance.client.options import User
from nvr_conformance.fuzzing.run import FuzzRun
from nvr_emulator.server.embedding import EmbeddedRecorder


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("VIEWER:viewer12345:3", User("VIEWER", "viewer12345", 3)),
        ("A:with:colons:0", User("A", "with:colons", 0)),
        ("A::1", User("A", "", 1)),
    ],
)
def test_what_it_says(text, user):
    assert read_user(text) == user


@pytest.mark.parametrize("text", ["VIEWER", "VIEWER:viewer12345", "VIEWER:viewer12345:4", ":x:1", ""])
def test_what_it_does_not_say(text):
    with pytest.raises(click.BadParameter, match="NAME:PASSWORD:PRIORITY"):
        read_user(text)


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
