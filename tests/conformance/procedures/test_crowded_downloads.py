"""Status 3 is the recorder's where nobody else is logged in, and may be others' where somebody is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.procedures import crowded_downloads
from nvr_conformance.procedures.crowded_downloads import is_crowded_out, others, whole_download
from nvr_conformance.reading.connection_information import UidCounts


def download(*statuses, size=0):
    parts = [SimpleNamespace(size=size) for _ in statuses]
    return SimpleNamespace(statuses=list(statuses), parts=parts)


class Session:
    def __init__(self, *, alive, logged_out=False):
        self.logged_out = logged_out
        self.is_alive = lambda: alive


def client(used, *sessions, given_up=None):
    """Of a recorder on which so many UIDs are used; `given_up`: when a download was hung up upon."""
    passed = []
    target = SimpleNamespace(
        pass_time=passed.append,
        arrival=lambda: sum(passed),
        recall=lambda kind: None if given_up is None else [str(given_up)],
        told=lambda kind, ask: ask(),
    )
    return SimpleNamespace(
        sessions=sessions,
        uid_counts=lambda: None if used is None else UidCounts(16, used),
        target=target,
        passed=passed,
    )


OURS = (Session(alive=True), Session(alive=False), Session(alive=True, logged_out=True))


@pytest.mark.parametrize(("used", "count"), [(1, 0), (4, 3), (0, 0), (None, 0)])
def test_the_uids_of_others(used, count):
    assert others(client(used, *OURS)) == count


@pytest.mark.parametrize(
    ("statuses", "used", "crowded"),
    [
        (["3"], 2, True),
        (["3", "3"], 2, True),
        (["0", "3"], 2, True),
        (["3"], 1, False),
        (["0", "0"], 2, False),
        (["3", "0"], 2, False),
        ([], 2, False),
    ],
)
def test_who_has_the_places(statuses, used, crowded):
    assert is_crowded_out(client(used, *OURS), download(*statuses)) is crowded


def test_a_file_is_given_whatever_its_status():
    assert not is_crowded_out(client(2, *OURS), download("0", "3", size=1))


def test_a_place_that_becomes_free(monkeypatch):
    answers = [["3"], ["3", "3"], ["0", "0"]]
    asked = client(2, *OURS)
    monkeypatch.setattr(crowded_downloads, "downloaded", lambda *request: download(*answers.pop(0)))
    assert whole_download(asked, 1, "MP4", 0, 60).statuses == ["0", "0"]
    assert len(asked.passed) == 2


def test_places_that_stay_taken(monkeypatch):
    monkeypatch.setattr(crowded_downloads, "downloaded", lambda *request: download("3"))
    with pytest.raises(PrerequisiteFailed, match="all places"):
        whole_download(client(2, *OURS), 1, "MP4", 0, 60)
    assert whole_download(client(1, *OURS), 1, "MP4", 0, 60).statuses == ["3"]


def test_the_place_of_what_was_given_up_may_be_taken_for_as_long_as_it_lasts(monkeypatch):
    asked = client(1, *OURS, given_up=0.0)
    monkeypatch.setattr(
        crowded_downloads, "downloaded", lambda *request: download("3" if sum(asked.passed) < 138 else "0")
    )
    assert whole_download(asked, 1, "MP4", 0, 60).statuses == ["0"]


def test_a_place_that_is_never_free_again_is_the_recorders(monkeypatch):
    asked = client(1, *OURS, given_up=0.0)
    monkeypatch.setattr(crowded_downloads, "downloaded", lambda *request: download("3"))
    assert whole_download(asked, 1, "MP4", 0, 60).statuses == ["3"]
    assert sum(asked.passed) < 200


@pytest.mark.parametrize("given_up", [-181.0, 1.0])
def test_what_was_given_up_long_ago_or_on_another_clock_takes_no_place(given_up):
    assert not is_crowded_out(client(1, *OURS, given_up=given_up), download("3"))
