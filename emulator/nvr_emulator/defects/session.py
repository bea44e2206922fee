"""Defects of sessions (§1.3, §6.1, §6.2)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from nvr_emulator.defects.registry import around, breaks
from nvr_emulator.digest import Verdict
from nvr_emulator.recorder import Recorder
from nvr_emulator.replies import Answer, Reply, Request, accepted
from nvr_emulator.sessions import Ending, Session


@breaks("SES-01")
def login_without_credentials(recorder: Recorder) -> None:
    """Gives a UID to a login without credentials."""

    def check(original: Callable[..., Verdict], header: str | None, *rest: Any) -> Verdict:
        return Verdict("ADMIN") if header is None else original(header, *rest)

    around(recorder.gate, "check", check)


@breaks("SES-02")
def login_says_202(recorder: Recorder) -> None:
    """Answers a login with 202."""

    def login(original: Callable[..., Answer], *args: Any) -> Answer:
        return dataclasses.replace(original(*args), status=202)

    around(recorder, "login", login)


@breaks("SES-02")
def login_page_without_uid(recorder: Recorder) -> None:
    """Answers a login with a page that names no UID."""

    def login(original: Callable[..., Answer], *args: Any) -> Answer:
        return dataclasses.replace(original(*args), body=b"<html><body>Welcome</body></html>\r\n")

    around(recorder, "login", login)


@breaks("SES-03")
def any_password(recorder: Recorder) -> None:
    """Takes any password of a known user."""

    def check(original: Callable[..., Verdict], header: str | None, *rest: Any) -> Verdict:
        verdict = original(header, *rest)
        known = next(
            (name for name in recorder.plan.users if header and f'username="{name}"' in header), None
        )
        return Verdict(known) if known else verdict

    around(recorder.gate, "check", check)


@breaks("SES-03")
def any_user(recorder: Recorder) -> None:
    """Takes a user that is not registered for the administrator."""

    def check(original: Callable[..., Verdict], header: str | None, *rest: Any) -> Verdict:
        verdict = original(header, *rest)
        known = any(header and f'username="{name}"' in header for name in recorder.plan.users)
        return verdict if known or header is None else Verdict("ADMIN")

    around(recorder.gate, "check", check)


@breaks("SES-04")
def uid_of_twenty_digits(recorder: Recorder) -> None:
    """Prints the UID with twenty digits."""

    def login(original: Callable[..., Answer], *args: Any) -> Answer:
        answer = original(*args)
        uid = str(recorder.sessions.valid()[-1].uid).encode()
        return dataclasses.replace(answer, body=answer.body.replace(uid, uid.zfill(20)))

    around(recorder, "login", login)


@breaks("SES-05", "SES-10", "SES-11")
def same_uid_twice(recorder: Recorder) -> None:
    """Shows the second user of a UID the UID of the first."""

    def login(original: Callable[..., Answer], *args: Any) -> Answer:
        answer = original(*args)
        valid = recorder.sessions.valid()
        if len(valid) != 2:
            return answer
        return dataclasses.replace(answer, body=recorder.page_of(valid[0]))

    around(recorder, "login", login)


@breaks("SES-06")
def lifetime_of_80_s(recorder: Recorder) -> None:
    """Ends a UID after 80 s."""
    recorder.sessions.lifetime = 80.0


@breaks("SES-06")
def lifetime_of_100_s(recorder: Recorder) -> None:
    """Ends a UID after 100 s."""
    recorder.sessions.lifetime = 100.0


@breaks("SES-07", "SES-17", "LIV-31")
def keep_alive_is_ignored(recorder: Recorder) -> None:
    """Does not start the 90 s again at status.cgi."""
    _without_touch(recorder, "keep_alive")


@breaks("SES-08")
def mask_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at MASK."""
    _without_touch(recorder, "mask")


@breaks("SES-08")
def camera_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at camera.cgi."""
    _without_touch(recorder, "camera")


@breaks("SES-08")
def push_does_not_keep_alive(recorder: Recorder) -> None:
    """Does not start the 90 s again at push.cgi."""
    _without_touch(recorder, "live_http")


@breaks("SES-09", "SES-13", "INF-07")
def logout_keeps_the_uid(recorder: Recorder) -> None:
    """Stops what runs at logout.cgi, and keeps the UID valid."""

    def logout(original: Callable[..., Answer], command: Any, session: Session, *rest: Any) -> Answer:
        recorder.session_ended(session, Ending.LOGGED_OUT)
        return accepted()

    _replace_command(recorder, "logout", logout)


@breaks("SES-10")
def fifteen_uids(recorder: Recorder) -> None:
    """Keeps fifteen UIDs valid, though it says sixteen."""
    recorder.sessions.capacity = 15


@breaks("SES-11", "SES-16")
def evicts_the_newest(recorder: Recorder) -> None:
    """Throws out the newest of equal priority."""

    def choose_victim() -> Session:
        return max(recorder.sessions.valid(), key=lambda session: (session.priority, session.number))

    recorder.sessions.choose_victim = choose_victim  # type: ignore[method-assign]


@breaks("SES-11")
def seventeen_uids(recorder: Recorder) -> None:
    """Keeps seventeen UIDs valid, though it says sixteen."""
    recorder.sessions.capacity = 17


@breaks("SES-11")
def evicts_two(recorder: Recorder) -> None:
    """Throws out two UIDs where one would do."""
    original = recorder.sessions.login

    def login(user: str, priority: int, now: float) -> Session | None:
        full = recorder.sessions.used() >= recorder.sessions.capacity
        session = original(user, priority, now)
        if full and session is not None:
            recorder.sessions.end(recorder.sessions.choose_victim(), Ending.EVICTED)
        return session

    recorder.sessions.login = login  # type: ignore[method-assign]


@breaks("SES-12")
def eviction_ignores_priority(recorder: Recorder) -> None:
    """Throws out the oldest UID whatever its priority."""

    def choose_victim() -> Session:
        return min(recorder.sessions.valid(), key=lambda session: session.number)

    recorder.sessions.choose_victim = choose_victim  # type: ignore[method-assign]


@breaks("SES-13")
def mask_takes_any_uid(recorder: Recorder) -> None:
    """Accepts MASK with a UID that was never issued or has ended."""

    def obey(original: Callable[..., Reply], request: Request, now: float) -> Reply:
        return accepted() if "&MASK=" in request.query else original(request, now)

    around(recorder, "obey", obey)


@breaks("SES-14")
def streams_outlive_expiry(recorder: Recorder) -> None:
    """Goes on streaming when a UID expires."""
    _keep_streams(recorder, Ending.EXPIRED)


@breaks("SES-15")
def streams_outlive_logout(recorder: Recorder) -> None:
    """Goes on streaming after logout."""
    _keep_streams(recorder, Ending.LOGGED_OUT)


@breaks("SES-16")
def streams_outlive_eviction(recorder: Recorder) -> None:
    """Goes on streaming when a UID is thrown out."""
    _keep_streams(recorder, Ending.EVICTED)


@breaks("SES-17")
def uid_lives_five_minutes(recorder: Recorder) -> None:
    """Ends a UID five minutes after its issue, though it is kept alive."""

    def expires_at(original: Callable[[Session], float], session: Session) -> float:
        return min(original(session), session.issued + 300.0)

    around(recorder.sessions, "expires_at", expires_at)


def _keep_streams(recorder: Recorder, kept: Ending) -> None:
    def end_streams(original: Callable[..., None], session: Session, ending: Ending) -> None:
        if ending is not kept:
            original(session, ending)

    around(recorder, "end_streams", end_streams)


def _without_touch(recorder: Recorder, key: str) -> None:
    def session_of(original: Callable[..., Session], command: Any, now: float) -> Session:
        session = recorder.sessions.find(command.values["UID"])
        before = session.last_command if session else now
        session = original(command, now)
        if command.key == key:
            session.last_command = before
        return session

    around(recorder, "session_of", session_of)


def _replace_command(recorder: Recorder, key: str, wrapper: Callable[..., Reply]) -> None:
    original = recorder.commands[key]

    def handler(*args: Any) -> Reply:
        return wrapper(original, *args)

    recorder.commands[key] = handler
