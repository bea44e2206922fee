"""The judge's list of commands that carry a UID, against the command table and a small recorder."""

from __future__ import annotations

import pytest

from nvr_conformance.client.client import Client
from nvr_conformance.client.http_client import LOGIN
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.procedures.uid_commands import quick_login, uid_commands, written_uid
from nvr_conformance.sources.source import TargetSource
from nvr_conformance.wire.exchange import Exchange
from nvr_protocol.commands.table import COMMANDS


@pytest.fixture
def target():
    source = TargetSource(TargetOptions(model=2), model=2)
    with source.open() as target:
        yield target


@pytest.fixture
def client(target):
    client = Client(target)
    yield client
    client.close()


def test_every_command_with_a_uid_is_there(target):
    listed = {command.name.partition(" ")[0] for command in uid_commands(target)}
    assert listed == {spec.key for spec in COMMANDS if spec.needs_uid}


def test_live_has_start_and_stop_of_both_kinds(target):
    names = [command.name for command in uid_commands(target)]
    assert len(names) == len(set(names))
    assert {name for name in names if " " in name} == {
        f"live_{kind} {word}" for kind in ("rtp", "http") for word in ("START", "STOP")
    }


def test_quick_logins_give_different_uids_for_one_exchange_each(client):
    uids = {quick_login(client).uid for _ in range(16)}
    assert len(uids) == 16
    assert len(client.history.exchanges) == 17


def test_a_login_without_a_challenge_proves_nothing():
    options = TargetOptions(defects=("login-without-credentials",))
    with TargetSource(options, model=2).open() as target:
        client = Client(target)
        with pytest.raises(PrerequisiteFailed):
            quick_login(client)
        client.close()


def test_counts_are_read(client):
    quick_login(client)
    counts = client.uid_counts()
    assert (counts.maximum, counts.used) == (16, 1)


@pytest.mark.parametrize(
    ("status", "body", "written"),
    [
        (200, b'this.location.href = "./hdrctl.cgi?UID=123&HTML=x";', "123"),
        (200, b'this.location.href = "./hdrctl.cgi?UID=-5&HTML=x";', "-5"),
        (200, b"this.location.href='./hdrctl.cgi?UID=12a'", "12a"),
        (200, b'this.location.href = "./hdrctl.cgi?UID=&HTML=x";', None),
        (200, b'<a href="dlogin.cgi?UID=-1">again</a>', None),
        (401, b'this.location.href = "./hdrctl.cgi?UID=123&HTML=x";', None),
    ],
)
def test_what_stands_in_the_place_of_the_uid(status, body, written):
    page = Exchange(1, "GET", LOGIN)
    page.status, page.body = status, body
    assert written_uid(page) == written
