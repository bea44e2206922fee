"""§5.3.1: MAXUID and USEDUID, on a recorder that other clients use as well."""

from __future__ import annotations

from dataclasses import dataclass

from nvr_conformance.procedures.uid_commands import quick_login
from nvr_conformance.scenario import (
    Check,
    Client,
    Fact,
    NothingToJudge,
    NotTested,
    Require,
    Session,
    Target,
    scenario,
)

ROUNDS = 3  # in which a difference must be wrong, and in the same way, before it is the recorder's
AT_ONCE = 2  # UIDs that are begun and ended together
KEPT = 60.0  # seconds after which the UID that is to stay is kept alive, and the others are not
GONE = 45.0  # seconds behind that: the others have been idle for more than 90


@dataclass(frozen=True)
class Change:
    """By how much USEDUID went up, as it was and as it should have been; None: not told."""

    expected: int
    actual: int | None


@scenario("INF-07")
def test_counts(
    target: Target, client: Client, check: Check, require: Require, not_tested: NotTested
) -> None:
    """MAXUID; by how much USEDUID changes at logins, logouts and expiry.

    Other clients log in and out meanwhile as they like: only a difference that is wrong several times, and
    each time by as much, is the recorder's. The number itself is judged where the control port knows it.
    """
    counts = client.uid_counts()
    require(counts is not None, "as_getinfo.cgi does not tell MAXUID and USEDUID")
    assert counts is not None
    check("INF-07", counts.maximum == 16, "MAXUID=16", f"MAXUID={counts.maximum}", "MAXUID", basis="most")
    known = known_counts(target, client)
    if known is not None:
        valid, said = known
        check("INF-07", said == valid, valid, said, "at first", basis="used")
    require(counts.used + AT_ONCE + 1 <= counts.maximum, f"{counts.used} UIDs of others are in use")

    by_login: list[Change] = []
    by_logout: list[Change] = []
    while len(by_login) < ROUNDS and not (_is_right(by_login) and _is_right(by_logout)):
        before = _used(client)
        sessions = _logins(client, require)
        during = _used(client)
        for session in sessions:
            session.logout()
        ended = not any(session.is_alive() for session in sessions)
        by_login.append(_change(AT_ONCE, before, during))
        if ended:
            by_logout.append(_change(-AT_ONCE, during, _used(client)))
        else:
            not_tested("INF-07", "logout does not end the UID")
            break
    _judge(check, not_tested, by_login, f"{AT_ONCE} logins")
    if by_logout:
        _judge(check, not_tested, by_logout, f"{AT_ONCE} logouts")

    by_expiry: list[Change] = []
    while len(by_expiry) < ROUNDS and not _is_right(by_expiry):
        found = _expire(target, client, require)
        if found is None:
            not_tested("INF-07", f"not exactly {AT_ONCE} of {AT_ONCE + 1} UIDs have expired")
            return
        by_expiry.append(found)
    _judge(check, not_tested, by_expiry, f"{AT_ONCE} of {AT_ONCE + 1} expired")


def known_counts(target: Target, client: Client) -> tuple[int, int | None] | None:
    """How many UIDs are valid by the control port, and how many the recorder says, while none came or went;
    None without a control port, or where others come and go all the time."""
    for _ in range(ROUNDS):
        before, said, after = _valid_uids(target), _used(client), _valid_uids(target)
        if before is None or after is None:
            return None
        if before == after:
            return len(before), said
    return None


def _valid_uids(target: Target) -> list[int] | None:
    state = target.state()
    return None if state is None else [session["uid"] for session in state["sessions"]]


def _expire(target: Target, client: Client, require: Require) -> Change | None:
    """Let UIDs expire beside one that is kept alive; None if others ended than should have."""
    expiring, staying = _logins(client, require), client.login()
    target.pass_time(KEPT)
    kept = staying.is_alive()
    before = _used(client)
    target.pass_time(GONE)
    after = _used(client)
    gone = not any(session.is_alive(doubted=True) for session in expiring)
    right = kept and gone and staying.is_alive()
    for session in (*expiring, staying):
        session.logout()
    return _change(-AT_ONCE, before, after) if right else None


def _logins(client: Client, require: Require) -> list[Session]:
    """UIDs of several users, where those are known."""
    users = client.target.users
    chosen = [users[-number % len(users)] for number in range(AT_ONCE)]
    sessions = [quick_login(client, user.name, user.password) for user in chosen]
    require(len({session.uid for session in sessions}) == AT_ONCE, "two logins were given one UID")
    require(all(session.is_alive() for session in sessions), "status.cgi is refused on a fresh UID")
    return sessions


def _used(client: Client) -> int | None:
    counts = client.uid_counts()
    return None if counts is None else counts.used


def _change(expected: int, before: int | None, after: int | None) -> Change:
    return Change(expected, None if before is None or after is None else after - before)


def _is_right(changes: list[Change]) -> bool:
    return any(change.actual == change.expected for change in changes)


def _judge(check: Check, not_tested: NotTested, changes: list[Change], name: str) -> None:
    try:
        check("INF-07", *judge_changes(changes), name, basis="used")
    except NothingToJudge as nothing:
        not_tested("INF-07", f"{name}: {nothing.reason}")


def judge_changes(changes: list[Change]) -> Fact:
    """INF-07: right once, when others were still; wrong each time and alike; else it is others' doing."""
    expected = f"USEDUID {changes[-1].expected:+d}"
    found = [change.actual for change in changes]
    actual = ", then ".join("not told" if change is None else f"{change:+d}" for change in found)
    if _is_right(changes):
        return Fact(True, expected, actual)
    if len(set(found)) > 1 or len(found) < ROUNDS:
        raise NothingToJudge(f"other clients came and went meanwhile: USEDUID {actual}")
    return Fact(False, expected, actual)
