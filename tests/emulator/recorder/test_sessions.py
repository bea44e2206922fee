"""§1.3, §6.1, §6.2: how UIDs are issued, kept alive, thrown out and ended."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.recorder.sessions import Ending, Session, SessionTable


class Ended:
    def __init__(self):
        self.all, self.when = [], []

    def __call__(self, session: Session, ending: Ending, now: float) -> None:
        self.all.append((session.user, ending))
        self.when.append(now)


@pytest.fixture
def ended():
    return Ended()


@pytest.fixture
def table(ended):
    return SessionTable(10, random.Random(1), ended)


def test_a_uid_is_valid_while_idle_for_less_than_90_s(table, ended):
    session = table.login("A", 0, 1000.0)
    table.expire(1089.999)
    assert table.find(session.uid) is session
    table.expire(1095.0)
    assert table.find(session.uid) is None
    assert ended.when == [1090.0]
    assert table.ending(session.uid) is Ending.EXPIRED
    assert ended.all == [("A", Ending.EXPIRED)]


def test_a_command_starts_the_90_s_again(table):
    session = table.login("A", 0, 0.0)
    table.touch(session, 80.0)
    table.expire(169.0)
    assert table.find(session.uid)
    assert table.next_expiry() == 170.0


def test_the_seventeenth_login_throws_out_the_first_among_equals(table, ended):
    sessions = [table.login(f"U{number}", 1, float(number)) for number in range(16)]
    table.touch(sessions[0], 50.0)
    assert table.login("new", 1, 60.0) is not None
    assert ended.all == [("U0", Ending.EVICTED)]
    assert table.used() == 16


def test_the_lowest_priority_goes_before_the_oldest(table, ended):
    table.login("administrator", 0, 0.0)
    for number in range(14):
        table.login("operator", 2, 1.0 + number)
    table.login("viewer", 3, 20.0)
    table.login("new", 0, 30.0)
    assert ended.all == [("viewer", Ending.EVICTED)]


def test_a_newcomer_below_everyone_is_refused(table, ended):
    for number in range(16):
        table.login("administrator", 0, float(number))
    assert table.login("viewer", 3, 20.0) is None
    assert ended.all == []


@pytest.mark.parametrize("digits", [5, 10, 19])
def test_a_uid_has_the_digits_of_its_model(digits, ended):
    table = SessionTable(digits, random.Random(2), ended, capacity=500)
    uids = [table.login("A", 0, 0.0).uid for _ in range(300)]
    assert {len(str(uid)) for uid in uids} == {digits}
    assert len(set(uids)) == 300
    assert max(uids) < 2**63


class FewDraws(random.Random):
    """A thousand numbers, and no more."""

    left = 1000

    def randint(self, low, high):
        self.left -= 1
        assert self.left, "it goes on and on"
        return super().randint(low, high)


def test_of_two_digits_there_are_uids_enough(ended):
    table = SessionTable(2, FewDraws(7), ended)
    uids = [table.login("ADMIN", 0, 0.0).uid for _ in range(200)]
    assert len(ended.all) == 184
    assert len(set(uids[-17:])) == 17


def test_an_ended_uid_says_why(table):
    session = table.login("A", 0, 0.0)
    table.end(session, Ending.LOGGED_OUT, 1.0)
    assert table.ending(session.uid) is Ending.LOGGED_OUT
    assert table.ending(12345) is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["login", "touch", "wait", "logout"]), st.integers(0, 120)), max_size=60
    )
)
def test_there_are_never_more_than_sixteen_and_none_is_idle_for_90_s(steps):
    table, now = SessionTable(10, random.Random(3), Ended()), 0.0
    for step, number in steps:
        sessions = table.valid()
        match step:
            case "login":
                table.login("A", number % 4, now)
            case "wait":
                now += number
                table.expire(now)
            case "touch" if sessions:
                table.touch(sessions[number % len(sessions)], now)
            case "logout" if sessions:
                table.end(sessions[number % len(sessions)], Ending.LOGGED_OUT, now)
        assert table.used() <= 16
        assert all(now - session.last_command < 90 for session in table.valid())


def issued(reuse, digits=10):
    """Logs in, ends some, logs in again: the UIDs ahead of it, and behind it."""
    table = SessionTable(digits, random.Random(1), Ended(), reuse=reuse)
    before = [table.login("A", 0, 0.0) for _ in range(4)]
    for number in (2, 0, 1):
        table.end(before[number], Ending.LOGGED_OUT, 1.0)
    after = [table.login("A", 0, 2.0).uid for _ in range(4)]
    assert [session.uid for session in table.valid()] == [before[3].uid, *after]
    return [session.uid for session in before], after


def test_a_uid_that_ended_is_issued_again_where_the_recorder_does_so():
    before, after = issued("none")
    assert not set(before) & set(after)
    before, after = issued("places")
    assert after[:3] == before[:3]
    assert after[3] not in before
    before, after = issued("last-freed")
    assert after[:3] == [before[1], before[0], before[2]]
    assert after[3] not in before


def test_a_uid_that_is_issued_again_has_not_ended():
    table = SessionTable(10, random.Random(1), Ended(), reuse="last-freed")
    uid = table.login("A", 0, 0.0).uid
    table.end(table.find(uid), Ending.LOGGED_OUT, 1.0)
    assert table.login("B", 0, 2.0).uid == uid
    assert table.ending(uid) is None
    assert table.find(uid).user == "B"


@pytest.mark.parametrize("reuse", ["places", "last-freed"])
def test_sixteen_uids_are_enough_for_any_number_of_logins(reuse):
    table = SessionTable(10, random.Random(1), Ended(), reuse=reuse)
    uids = {table.login("A", 0, float(number)).uid for number in range(100)}
    assert len(uids) == 16
    assert table.used() == 16
