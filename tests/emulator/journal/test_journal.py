"""The journal: order, bounds, questions, and what a failing question says."""

import threading

import pytest

from nvr_emulator.journal.entries import Exchange, headers_kept, iso, line, plain
from nvr_emulator.journal.journal import Journal
from nvr_emulator.recorder.happenings import SessionEnded, SessionIssued

UID = 1234567890


def exchange(target, status=200, **more):
    path, _, query = f"/cgi-bin/{target}".partition("?")
    return Exchange(at=0.0, peer="127.0.0.1", method="GET", path=path, query=query, status=status, **more)


@pytest.fixture
def journal():
    journal = Journal()
    for target, more in (
        (
            "dlogin.cgi?UID=-1",
            {"status": 401, "reason": "Digest authentication is required", "challenged": True},
        ),
        ("dlogin.cgi?UID=-1", {}),
        (f"hdrctl.cgi?UID={UID}&SCREEN=16X&PC=AS60", {}),
        (f"push.cgi?UID={UID}&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON", {}),
        (f"push.cgi?UID={UID}&CAM=2&CMD=START&COMP=H265&PORT=5004", {}),
        (f"push.cgi?CMD=STOP&COMP=H264&CAM=1&UID={UID}", {}),
    ):
        journal.add(exchange(target, **more))
    return journal


def test_entries_are_numbered_and_the_oldest_are_forgotten():
    journal = Journal(kept=3)
    for second in range(5):
        journal.add(SessionEnded(at=second, uid=UID, user="A", ending="expired", last_command=0))
    assert [entry.number for entry in journal] == [3, 4, 5]
    assert [entry.number for entry in journal.since(4)] == [5]
    journal.clear()
    assert journal.add(exchange("dlogin.cgi")).number == 6
    assert len(journal) == 1


def test_kinds_are_told_apart(journal):
    journal.add(SessionIssued(at=1, uid=UID, user="A"))
    assert len(journal.exchanges()) == 6
    assert [entry.uid for entry in journal.of(SessionIssued)] == [UID]


@pytest.mark.parametrize(
    ("asked", "parameters", "count"),
    [
        ("dlogin.cgi", {}, 1),
        ("/cgi-bin/dlogin.cgi", {}, 1),
        ("push.cgi", {}, 3),
        ("push.cgi?CAM=1", {}, 2),
        ("push.cgi", {"CAM": 1, "CMD": "START"}, 1),
        ("push.cgi?CMD=START", {"CAM": 1}, 1),
        ("live_rtp", {}, 1),
        ("live_http", {}, 2),
        ("live_http?CAM=1", {"status": 200}, 2),
        ("dlogin.cgi", {"status": 401}, 1),
        ("logout.cgi", {}, 0),
        ("", {}, 5),
    ],
)
def test_commands_are_found(journal, asked, parameters, count):
    assert journal.count(asked, **parameters) == count
    last = journal.last(asked, **parameters)
    assert (last is None) == (count == 0)
    assert [entry.number for entry in journal.find(asked, **parameters)][-1:] == (
        [last.number] if last else []
    )


def test_a_misspelt_command_is_no_silent_zero(journal):
    with pytest.raises(ValueError, match="'livertp' is no command"):
        journal.count("livertp")


def test_what_was_sent_is_asserted(journal):
    assert len(journal.assert_sent("push.cgi", CMD="START")) == 2
    assert len(journal.assert_sent("push.cgi", times=3)) == 3
    journal.assert_sent("logout.cgi", times=0)


def test_a_failing_assertion_shows_the_nearest_miss_first_and_what_came(journal):
    with pytest.raises(AssertionError) as failure:
        journal.assert_sent("push.cgi", CAM=2, CMD="START", COMP="H264")
    told = str(failure.value).splitlines()
    assert told[0] == "push.cgi?CAM=2&CMD=START&COMP=H264 was not sent"
    assert told[1] == "nearest:"
    assert told[2].endswith("COMP=H265 instead of H264")
    assert "#5" in told[2]
    assert told[3].endswith("CAM=1 instead of 2")
    assert told[5] == "the last 6 of 6 requests:"
    with pytest.raises(AssertionError, match=r"dlogin\.cgi was sent once, not 2 times") as failure:
        journal.assert_sent("dlogin.cgi", times=2)
    assert "it was only asked for authentication" in str(failure.value)
    with pytest.raises(AssertionError, match=r"push\.cgi was sent 3 times, not once"):
        journal.assert_sent("push.cgi", times=1)
    with pytest.raises(AssertionError, match="nothing was sent at all"):
        Journal().assert_sent("push.cgi")


def test_an_order_is_expected(journal):
    found = journal.expect(["dlogin.cgi", "hdrctl.cgi?SCREEN=16X", "push.cgi?CAM=1", "push.cgi?CMD=STOP"])
    assert [entry.number for entry in found] == [2, 3, 4, 6]
    with pytest.raises(AssertionError) as failure:
        journal.expect(["dlogin.cgi", "push.cgi?CMD=STOP", "hdrctl.cgi?SCREEN=16X"])
    told = str(failure.value)
    assert told.startswith("hdrctl.cgi?SCREEN=16X step 3 of 3 did not come")
    assert "behind #6, nothing came" in told
    with pytest.raises(AssertionError) as failure:
        journal.expect(["dlogin.cgi", "push.cgi?CAM=1"], nothing_else=True)
    assert "step 2 of 2 did not come next" in str(failure.value)
    assert "#3" in str(failure.value)
    with pytest.raises(AssertionError, match="nothing more was expected"):
        journal.expect(["dlogin.cgi"], nothing_else=True)
    journal.expect(["dlogin.cgi", "live_setup", "live_http", "live_rtp", "live_http"], nothing_else=True)


def test_what_comes_later_is_waited_for(journal):
    timer = threading.Timer(0.05, lambda: journal.add(exchange(f"logout.cgi?UID={UID}")))
    timer.start()
    assert journal.wait_for("logout.cgi", timeout=10).number == 7
    timer.join()
    with pytest.raises(AssertionError, match=r"logout.cgi\?UID=1 did not come within 0 s"):
        journal.wait_for("logout.cgi", UID=1, timeout=0)


def test_listeners_hear_each_entry_until_they_leave():
    journal, heard = Journal(), []
    leave = journal.listen(heard.append)
    first = journal.add(exchange("dlogin.cgi"))
    leave()
    leave()
    journal.add(exchange("dlogin.cgi"))
    assert heard == [first]


def test_entries_are_readable(journal):
    text = repr(journal)
    assert text.startswith(
        "<Journal: 6 entries:\n  #1 1970-01-01T00:00:00.000Z GET dlogin.cgi?UID=-1 -> 401 asks"
    )
    assert text.count("\n") == 6
    refused = exchange("status.cgi?UID=1", 401, reason="UID: 1 was never issued")
    assert line(refused).endswith("GET status.cgi?UID=1 -> 401 (UID: 1 was never issued)")
    ended = SessionEnded(at=90.5, uid=UID, user="A", ending="expired", last_command=0.5)
    assert line(ended) == (
        "#0 1970-01-01T00:01:30.500Z session ended: uid 1234567890, user A, ending expired, last_command 0.5"
    )
    assert plain(ended) == {
        "number": 0,
        "kind": "session ended",
        "at": 90.5,
        "time": "1970-01-01T00:01:30.500Z",
        "uid": str(UID),
        "user": "A",
        "ending": "expired",
        "last_command": 0.5,
    }
    assert iso(1e18) == "1000000000000000000.000"


def test_headers_are_bounded_and_passwords_hidden():
    kept = headers_kept([(b"Authorization", b"Basic QURNSU46YWRtaW4="), (b"A", b"b"), (b"C", b"d" * 9000)])
    assert kept == ((b"Authorization", b"Basic (hidden)"), (b"A", b"b"))
    sent = exchange("dlogin.cgi", raw_headers=((b"HOST", b"a:1"), (b"X", b"\xff")))
    assert sent.header("Host") == "a:1"
    assert sent.header("Accept") is None
    assert plain(sent)["headers"] == (("HOST", "a:1"), ("X", "\ufffd"))
