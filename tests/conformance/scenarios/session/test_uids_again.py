"""Recorders that issue a UID again that has ended: it is nobody's fault, and what is wrong is found all the
same."""

from __future__ import annotations

import pytest

from nvr_conformance.client.client import Client
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Verdict
from nvr_conformance.procedures.uid_commands import quick_login
from nvr_conformance.selftest.variant_trials import setup_of
from nvr_conformance.sources.source import TargetSource

REUSE = ["places", "last-freed"]
SESSIONS = ("SES-05", "SES-06", "SES-07", "SES-08", "SES-09", "SES-1[0-7]", "SES-20", "INF-07")


def judged(reuse, *defects, select=SESSIONS):
    setup = setup_of((("uid-reuse", reuse),))
    return judge(TargetOptions(model=2, defects=defects, setup=setup), RunOptions(select=select))


@pytest.fixture(params=REUSE)
def client(request):
    source = TargetSource(TargetOptions(model=2, setup=setup_of((("uid-reuse", request.param),))))
    source.prepare()
    with source.open() as target:
        client = Client(target)
        yield client
        client.close()


def test_a_session_whose_uid_is_issued_again_has_ended(client):
    first = client.login()
    first.logout()
    assert not first.is_alive()
    second = quick_login(client)
    assert second.uid == first.uid
    assert second.is_alive()
    assert not first.is_alive()
    assert not first.lives_by(second.get("keep_alive"))
    assert (first.reissued, second.reissued) == (True, False)


def test_it_is_left_to_its_new_owner(client):
    first = client.login()
    client.target.pass_time(100)
    second = client.login()
    assert first.uid == second.uid
    assert first.logged_out
    assert not second.logged_out
    client.close()
    assert client.target.state()["sessions"] == []


@pytest.mark.parametrize("reuse", REUSE)
def test_uids_may_be_issued_again(reuse):
    result = judged(reuse)
    assert not result.broken
    assert not result.ids(Verdict.ERROR)
    untested = {row.id: row.reason for row in result.requirements if row.verdict is Verdict.NOT_TESTED}
    assert not {id_ for id_, reason in untested.items() if not reason}
    assert result.ids(Verdict.PASS) >= {"SES-05", "SES-06", "SES-09", "SES-10", "SES-11", "SES-12", "SES-13"}


@pytest.mark.parametrize(
    ("reuse", "defect", "id_"),
    [
        ("places", "same-uid-twice", "SES-05"),
        ("last-freed", "lower-users-live-two-minutes", "SES-06"),
        ("last-freed", "logout-keeps-the-uid", "SES-09"),
        ("places", "evicts-the-newest", "SES-11"),
        ("last-freed", "eviction-ignores-priority", "SES-12"),
        ("places", "plays-for-an-expired-uid", "SES-13"),
    ],
)
def test_what_is_wrong_is_found_all_the_same(reuse, defect, id_):
    assert judged(reuse, defect).broken == {id_}
