"""``--other-user``, of run and of fuzz."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from nvr_conformance.command_line import main
from nvr_conformance.target import User
from nvr_conformance.user_option import read_user
from nvr_emulator.embedding import EmbeddedRecorder
from nvr_emulator.machine_state import state_of


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
    """At least one login of each, on a recorder that is known by its URL alone."""
    with EmbeddedRecorder(clock="real") as recorder:
        seen = set()
        login = recorder.machine.recorder.sessions.login

        def noted(user, priority, now):
            seen.add(user)
            return login(user, priority, now)

        monkeypatch.setattr(recorder.machine.recorder.sessions, "login", noted)
        others = ("--other-user", "MANAGER:manager12345:1", "--other-user", "VIEWER:viewer12345:3")
        command = ["fuzz", recorder.url, "--password", recorder.password, "--pace", "0", "--budget", "4s"]
        answer = CliRunner().invoke(main, [*command, *others])
        assert answer.exit_code == 0, answer.output
        assert seen == {"ADMIN", "MANAGER", "VIEWER"}
        assert state_of(recorder.machine)["sessions"] == []
