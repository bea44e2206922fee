"""§1.3: sixteen UIDs, and who makes room for one more."""

from __future__ import annotations

from nvr_conformance.client.http_client import LOGIN
from nvr_conformance.procedures.uid_commands import playing_uid, quick_login
from nvr_conformance.reading.login_page import read_uid
from nvr_conformance.scenario import Check, Client, Observe, Require, Session, Target, User, scenario

MOST = 16
AT_ONCE = 2
LEAVING = 3  # that log out again
LONG_GONE = 120.0  # seconds
THEIRS = "and {} of others were valid at first: they may have logged in again"


@scenario("SES-05", "SES-10", "SES-11", "INF-07", besides=("SES-03",), needs=("eviction",))
def test_seventeen_logins(target: Target, client: Client, check: Check, require: Require) -> None:
    """Sixteen logins of one user, all valid; the seventeenth throws out the first, and no other, and one more
    the second.

    Behind the first of them some others log in and out: whoever logged out must leave his place. Behind the
    last of them somebody has a wrong password: he takes no place, and nobody's.
    Somebody else who was logged in is thrown out, and may log in again meanwhile: then it is not known who
    threw out whom.
    """
    target.learn_what_tells()
    others = _others(client)
    if target.clock == "manual":
        _let_some_expire(target, client)
    sessions = [playing_uid(target, client) or quick_login(client)]  # playback spares nobody
    leaving = [quick_login(client) for _ in range(LEAVING)]
    for session in leaving:
        session.logout()
    sessions += [session for session in leaving if session.is_alive()]  # a UID still: that is for SES-09
    sessions += [quick_login(client) for _ in range(MOST - len(sessions))]
    texts = [session.uid_text for session in sessions]
    different = len(set(texts)) == MOST
    require(different or not others, f"two logins were given one UID, {THEIRS.format(others)}")
    check("SES-05", different, "all different", texts, f"{MOST} logins")
    require(different, "two logins were given one UID")
    alive = sum(session.is_alive() for session in sessions)
    require(alive == MOST or not others, f"{alive} of {MOST} UIDs are valid, {THEIRS.format(others)}")
    check(
        "SES-10",
        alive == MOST,
        f"{MOST} valid",
        f"{alive} valid",
        f"{MOST} logins of one user, and {LEAVING} that logged out",
    )
    require(alive == MOST, f"of {MOST} UIDs {alive} are valid")
    _judge_count(client, check, others, "all are taken")

    stranger = client.get_digest(LOGIN, password=f"not {target.password}")
    require(not stranger.ok or read_uid(stranger) is None, "a wrong password is given a UID")
    first_lives = sessions[0].is_alive()
    if not others:
        actual = "so" if first_lives else f"the first one ended: {stranger}"
        check("SES-03", first_lives, "nobody's UID ends", actual, "a wrong password where all are taken")
    require(
        first_lives,
        f"the first UID ended by itself, or by another login: {others} of others were valid at first",
    )  # now it is not the one idle longest
    newcomer = client.try_login()
    given = check("SES-11", newcomer.uid_text is not None, "a UID", newcomer.page, "one more login")
    require(given, "the seventeenth login is refused")
    answer = client.sessions[-1].get("keep_alive")
    check("SES-11", client.sessions[-1].lives_by(answer), "valid", answer, "the newcomer's UID")
    ended = [
        number for number, session in enumerate(sessions, 1) if not session.is_alive(doubted=number == 1)
    ]
    require(ended == [1] or not others, f"UIDs {ended} of {MOST} end, {THEIRS.format(others)}")
    check("SES-11", len(ended) == 1, "one UID ends", f"{len(ended)} end: {ended}", "exactly one ends")
    if ended:
        check("SES-11", 1 in ended, "number 1", f"number {ended}", "the one issued first ends")
    if len(ended) == 1:
        _judge_count(client, check, others, "all are taken, behind the one that was thrown out")
    if ended == [1]:
        _judge_one_more(client, check, require, sessions, others)


def _judge_one_more(
    client: Client, check: Check, require: Require, sessions: list[Session], others: int
) -> None:
    """SES-11: the eighteenth login throws out the second, and not the newest, whichever place that took."""
    seventeenth = client.sessions[-1]
    eighteenth = client.try_login()
    if not check("SES-11", eighteenth.uid_text is not None, "a UID", eighteenth.page, "another login"):
        return
    looked_at = {2: sessions[1], 3: sessions[2], MOST: sessions[-1], MOST + 1: seventeenth}
    ended = [number for number, session in looked_at.items() if not session.is_alive()]
    require(ended == [2] or not others, f"another login ends {ended}, {THEIRS.format(others)}")
    if check("SES-11", ended == [2], [2], ended, "another login: the one issued first ends"):
        _judge_at_once(client, check, require, sessions[2:], others)


def _judge_at_once(
    client: Client, check: Check, require: Require, oldest: list[Session], others: int
) -> None:
    """SES-11: two logins at once throw out two, the ``oldest``, and no more."""
    newcomers = client.logins_at_once(AT_ONCE)
    if len({session.uid for session in newcomers}) < AT_ONCE:
        return  # that is for SES-05
    looked_at = [*oldest[: AT_ONCE + 1], *newcomers]
    ended = [number for number, session in enumerate(looked_at, 1) if not session.is_alive()]
    require(ended == [1, 2] or not others, f"{AT_ONCE} logins at once end {ended}, {THEIRS.format(others)}")
    name = f"{AT_ONCE} more logins at once: of the three oldest and of these"
    check("SES-11", ended == [1, 2], [1, 2], ended, name)


def _judge_count(client: Client, check: Check, others: int, name: str) -> None:
    """INF-07 where as many UIDs are valid as may be: another number may be the doing of others."""
    counts = client.uid_counts()
    if counts is not None and (counts.used == MOST or not others):
        used = f"USEDUID={counts.used}"
        check("INF-07", counts.used == MOST, f"USEDUID={MOST}", used, name, basis="used")


def _let_some_expire(target: Target, client: Client) -> None:
    """UIDs that have expired leave their places, as those do that logged out. (Where time is real it is too
    dear.)"""
    expired = [quick_login(client) for _ in range(LEAVING)]
    target.pass_time(LONG_GONE)
    for session in expired:
        session.logged_out = True


@scenario("SES-11", "SES-12", "SES-20", needs=("eviction",))
def test_priorities(target: Target, client: Client, check: Check, require: Require, observe: Observe) -> None:
    """Sixteen UIDs of several priorities, the higher the older: the lower ones must end first."""
    target.learn_what_tells()
    others = _others(client)
    levels = _one_of_each_priority(target)
    require(len(levels) > 1, "users of one priority alone are known (--other-user)")
    order = [level for level in levels[1:] for _ in range(2)]
    order = [levels[0], *order, *[levels[0]] * (MOST - 1 - len(order))]
    valid = [(user, quick_login(client, user.name, user.password)) for user in order]
    twice = any(session.reissued for _, session in valid)
    require(others or not twice, "two logins were given one UID")
    counts = client.uid_counts()
    full = not others and counts is not None and counts.used == MOST
    lost = 0
    for step in range(1, len(levels)):
        newcomers = [quick_login(client, levels[0].name, levels[0].password)]
        _first_of_the_lowest(valid).is_alive(doubted=True)  # it must have ended: whether answers tell shows
        if step == 1 and full and target.clock == "manual":
            _judge_first_of_equals(valid, check)
        newcomers.append(quick_login(client, levels[0].name, levels[0].password))
        ended, valid = _sort_out(valid)
        if step == 1 and full:
            actual = f"{len(ended)} ended"
            check("SES-11", len(ended) == 2, "2 ended", actual, "2 logins too many, of several users")
        lost += len(ended)
        require(valid, "no UID is valid, of none it is known who threw it out")
        lowest = max(user.priority for user, _ in valid)
        wrongly = sorted(user.name for user, _ in ended if user.priority < lowest)
        names = sorted({user.name for user, _ in valid if user.priority == lowest})
        expected = f"nobody above {', '.join(names)} ends"
        require(not (wrongly and others), f"{', '.join(wrongly)} ended, {THEIRS.format(others)}")
        if ended:
            actual = f"ended: {', '.join(wrongly) or 'none above'}"
            check("SES-12", not wrongly, expected, actual, f"{2 * step} logins too many")
        for newcomer in newcomers:
            newcomer.is_alive()  # at 3 s a command it would expire before its turn comes
        valid += [(levels[0], newcomer) for newcomer in newcomers]
    require(lost, "no UID ended, however many logins")

    if {user.priority for user, _ in valid} != {levels[0].priority} or len(valid) < MOST:
        observe("SES-20", "could not be seen: lower ones are left", "a newcomer of lowest priority")
        return
    below = client.try_login(levels[-1].name, levels[-1].password)
    ended, _ = _sort_out(valid)
    outcome = f"{below.page}; {len(ended)} of the {len(valid)} others ended"
    observe("SES-20", outcome, "a newcomer of lowest priority")


def _judge_first_of_equals(valid: list[tuple[User, Session]], check: Check) -> None:
    """SES-11: one login too many ends the UID issued first of those of the lowest priority."""
    lowest = max(user.priority for user, _ in valid)
    first = 1 + [session for _, session in valid].index(_first_of_the_lowest(valid))
    ended = [number for number, (_, session) in enumerate(valid, 1) if not session.is_alive()]
    if any(valid[number - 1][0].priority < lowest for number in ended):
        return  # that is for SES-12
    check("SES-11", ended == [first], [first], ended, "of several priorities, the one issued first ends")


def _first_of_the_lowest(valid: list[tuple[User, Session]]) -> Session:
    """Of the lowest priority, the UID issued first: the next one to end."""
    lowest = max(user.priority for user, _ in valid)
    return next(session for user, session in valid if user.priority == lowest)


def _others(client: Client) -> int:
    """How many UIDs are in use ahead of ours."""
    counts = client.uid_counts()
    return 0 if counts is None else counts.used


def _one_of_each_priority(target: Target) -> list[User]:
    """Users, highest priority first."""
    return [
        next(user for user in target.users if user.priority == priority)
        for priority in sorted({user.priority for user in target.users})
    ]


def _sort_out(
    sessions: list[tuple[User, Session]],
) -> tuple[list[tuple[User, Session]], list[tuple[User, Session]]]:
    """Those that have ended, and those that are alive."""
    alive = [(user, session) for user, session in sessions if session.is_alive()]
    return [entry for entry in sessions if entry not in alive], alive
