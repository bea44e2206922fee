"""Defects that some users meet and others do not (§1.3, §6)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.commands import Asked
from nvr_emulator.recorder.digest import Verdict, parse_authorization
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, accepted
from nvr_emulator.recorder.sessions import Ending, OnEnd, Session
from nvr_emulator.seams import around

Check = Callable[[str | None, str, str, float], Verdict]
Login = Callable[[str, int, float], Session | None]


@breaks("SES-03")
def any_password_of_lower_users(recorder: Recorder) -> None:
    """Takes any password of a user who is no administrator."""

    def check(original: Check, header: str | None, method: str, target: str, now: float) -> Verdict:
        verdict = original(header, method, target, now)
        user = (parse_authorization(header) or {}).get("username", "") if header else ""
        known = recorder.plan.users.get(user)
        lower = known is not None and known.level.priority > 0
        return Verdict(user) if lower and verdict.user is None and not verdict.stale else verdict

    around(recorder.gate.check, check)


@breaks("SES-06")
def lower_users_live_80_s(recorder: Recorder) -> None:
    """Ends a UID of a user who is no administrator after 80 s."""
    _live(recorder, 80.0)


@breaks("SES-06")
def lower_users_live_two_minutes(recorder: Recorder) -> None:
    """Ends a UID of a user who is no administrator after 120 s."""
    _live(recorder, 120.0)


@breaks("SES-07")
def lower_users_are_not_kept_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at commands of a user who is no administrator."""

    def touch(original: Callable[[Session, float], None], session: Session, now: float) -> None:
        if session.priority == 0:
            original(session, now)

    around(recorder.sessions.touch, touch)


@breaks("SES-09")
def logout_of_lower_users_is_ignored(recorder: Recorder) -> None:
    """Accepts logout.cgi of a user who is no administrator, and keeps the UID valid."""

    def logout(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        return accepted() if asked.session.priority else original(asked)

    around(recorder.login_commands.logout, logout)


@breaks("SES-09")
def logout_ends_lower_users(recorder: Recorder) -> None:
    """Ends the UIDs of all users of lower priority at logout.cgi, too."""

    def logout(original: Callable[[Asked], Answer], asked: Asked) -> Answer:
        for session in recorder.sessions.valid():
            if session.priority > asked.session.priority:
                recorder.sessions.end(session, Ending.LOGGED_OUT, asked.now)
        return original(asked)

    around(recorder.login_commands.logout, logout)


@breaks("SES-11")
def sixteen_uids_a_user(recorder: Recorder) -> None:
    """Keeps sixteen UIDs of each user valid."""
    most = recorder.sessions.capacity

    def login(original: Login, user: str, priority: int, now: float) -> Session | None:
        valid = recorder.sessions.valid()
        mine = sum(session.user == user for session in valid)
        recorder.sessions.capacity = most if mine >= most else len(valid) + 1
        session = original(user, priority, now)
        recorder.sessions.capacity = most
        return session

    around(recorder.sessions.login, login)


@breaks("SES-11")
def evicts_the_newest_of_lower_users(recorder: Recorder) -> None:
    """Throws out the newest UID of the lowest priority where not all are administrators."""

    def choose_victim(original: Callable[[], Session]) -> Session:
        victim = original()
        equals = [one for one in recorder.sessions.valid() if one.priority == victim.priority]
        return equals[-1] if victim.priority else victim

    around(recorder.sessions.choose_victim, choose_victim)


@breaks("SES-10")
def expired_uids_keep_their_places(recorder: Recorder) -> None:
    """Keeps the places of the first three UIDs that have expired taken."""
    least = recorder.sessions.capacity - 3

    def end(original: OnEnd, session: Session, ending: Ending, now: float) -> None:
        original(session, ending, now)
        if ending is Ending.EXPIRED:
            recorder.sessions.capacity = max(least, recorder.sessions.capacity - 1)

    around(recorder.sessions.end, end)


def _live(recorder: Recorder, seconds: float) -> None:
    def expires_at(original: Callable[[Session], float], session: Session) -> float:
        return session.last_command + seconds if session.priority else original(session)

    around(recorder.sessions.expires_at, expires_at)
