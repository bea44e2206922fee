"""Defects of how UIDs are issued, and to whom (§1.3, §6.1)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Protocol

from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.digest import WRONG_PASSWORD, Verdict, parse_authorization, response
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Answer, Refused, Reply, Request
from nvr_emulator.recorder.sessions import Ending, OnEnd, Session
from nvr_emulator.seams import around

Check = Callable[[str | None, str, str, float], Verdict]
Issue = Callable[[str, int, float], Session | None]


class Challenges(Protocol):
    """The challenges of a gate."""

    def __call__(self, now: float, *, stale: bool = False) -> list[str]:
        """At that time (Unix seconds)."""


_ZERO = re.compile(r"\bUID=0\b")


@breaks("SES-01")
def login_without_credentials(recorder: Recorder) -> None:
    """Gives a UID to a login without credentials."""

    def check(original: Check, header: str | None, method: str, target: str, now: float) -> Verdict:
        return Verdict(_administrator(recorder)) if header is None else original(header, method, target, now)

    around(recorder.gate.check, check)


@breaks("SES-01")
def challenge_by_basic(recorder: Recorder) -> None:
    """Challenges a login by Basic authentication."""

    def challenges(original: Challenges, now: float, *, stale: bool = False) -> list[str]:
        return ['Basic realm="recorder"']

    around(recorder.gate.challenges, challenges)


@breaks("SES-01")
def challenge_without_401(recorder: Recorder) -> None:
    """Challenges a login with status 403."""

    def login(original: Callable[[Request, float], Answer], request: Request, now: float) -> Answer:
        try:
            return original(request, now)
        except Refused as refused:
            raise Refused(403, refused.reason, refused.headers) from None

    around(recorder.login_commands.login, login)


@breaks("SES-01")
def challenge_names_a_uid(recorder: Recorder) -> None:
    """Names the UID issued last in its challenge."""

    def login(original: Callable[[Request, float], Answer], request: Request, now: float) -> Answer:
        try:
            return original(request, now)
        except Refused as refused:
            if request.authorization is not None or not recorder.sessions.used():
                raise
            uid = recorder.sessions.valid()[-1].uid
            raise Refused(refused.status, f"UID={uid} is in use", refused.headers) from None

    around(recorder.login_commands.login, login)


@breaks("SES-02")
def login_says_202(recorder: Recorder) -> None:
    """Answers a login with 202."""
    _alter_page(recorder, lambda answer: dataclasses.replace(answer, status=202))


@breaks("SES-02")
def login_page_is_plain_text(recorder: Recorder) -> None:
    """Sends the page of a login as text/plain."""
    _alter_page(recorder, lambda answer: dataclasses.replace(answer, content_type="text/plain"))


@breaks("SES-02")
def login_page_without_uid(recorder: Recorder) -> None:
    """Answers a login with a page that names no UID."""
    _alter_page(recorder, lambda answer: dataclasses.replace(answer, content=b"<html>Welcome</html>\r\n"))


@breaks("SES-02")
def login_page_leads_nowhere(recorder: Recorder) -> None:
    """Names the UID in a page that does not lead to hdrctl.cgi."""
    _alter_page(
        recorder,
        lambda answer: dataclasses.replace(answer, content=answer.body.replace(b"hdrctl.cgi", b"index.cgi")),
    )


@breaks("SES-01")
def challenge_tells_a_uid(recorder: Recorder) -> None:
    """Gives the UID of who logged in last in a cookie with the challenge."""
    _set_cookie(recorder, lambda request: request.authorization is None)


@breaks("SES-03")
def a_wrong_password_is_told_a_uid(recorder: Recorder) -> None:
    """Gives the UID of who logged in last in a cookie where it refuses a wrong password."""
    _set_cookie(recorder, lambda request: request.authorization is not None)


@breaks("SES-03", "SEC-04")
def any_password(recorder: Recorder) -> None:
    """Takes any password of a known user."""

    def check(original: Check, header: str | None, method: str, target: str, now: float) -> Verdict:
        verdict = original(header, method, target, now)
        user = _fields(header).get("username", "")
        wrong = verdict.user is None and not verdict.stale and user in recorder.plan.users
        return Verdict(user) if wrong else verdict

    around(recorder.gate.check, check)


@breaks("SES-03")
def a_wrong_password_ends_a_uid(recorder: Recorder) -> None:
    """Ends the oldest UID at a login with a wrong password."""

    def check(original: Check, header: str | None, method: str, target: str, now: float) -> Verdict:
        verdict = original(header, method, target, now)
        if verdict.reason == WRONG_PASSWORD and (valid := recorder.sessions.valid()):
            recorder.sessions.end(valid[0], Ending.EVICTED, now)
        return verdict

    around(recorder.gate.check, check)


@breaks("SES-03")
def any_user(recorder: Recorder) -> None:
    """Takes a user that is not registered for the administrator."""

    def check(original: Check, header: str | None, method: str, target: str, now: float) -> Verdict:
        known = _fields(header).get("username", "") in recorder.plan.users
        return (
            original(header, method, target, now)
            if known or header is None
            else Verdict(_administrator(recorder))
        )

    around(recorder.gate.check, check)


@breaks("SES-03")
def empty_password(recorder: Recorder) -> None:
    """Takes an empty password for a right one."""
    _take_another_password(recorder, lambda password: "")


@breaks("SES-03")
def eight_characters_are_enough(recorder: Recorder) -> None:
    """Takes the first eight characters of a password for the whole."""
    _take_another_password(recorder, lambda password: password[:8])


@breaks("SES-03")
def password_in_any_case(recorder: Recorder) -> None:
    """Takes a password in capitals for a right one."""
    _take_another_password(recorder, str.upper)


@breaks("SES-04")
def uid_of_twenty_digits(recorder: Recorder) -> None:
    """Prints the UID with twenty digits."""
    _print_uid(recorder, b"%020d")


@breaks("SES-04")
def uid_of_zero(recorder: Recorder) -> None:
    """Gives 0 as the first UID."""
    zero: list[int] = []

    def alter(answer: Answer) -> Answer:
        session = recorder.sessions.valid()[-1]
        if session.number != 1:
            return answer
        zero.append(session.uid)
        return dataclasses.replace(answer, content=answer.body.replace(b"%d" % session.uid, b"0"))

    def receive(original: Callable[[Request, float], Reply], request: Request, now: float) -> Reply:
        query = _ZERO.sub(f"UID={zero[-1]}", request.query) if zero else request.query
        return original(dataclasses.replace(request, query=query), now)

    _alter_page(recorder, alter)
    around(recorder.receive, receive)


@breaks("SES-04")
def negative_uid(recorder: Recorder) -> None:
    """Prints the UID with a minus sign."""
    _print_uid(recorder, b"-%d")


@breaks("SES-05")
def same_uid_twice(recorder: Recorder) -> None:
    """Shows the UID of the fifteenth user to the first who is the sixteenth."""
    shown: list[Session] = []

    def alter(answer: Answer) -> Answer:
        valid = recorder.sessions.valid()
        if shown or len(valid) != 16:
            return answer
        shown.append(valid[-2])
        return dataclasses.replace(answer, content=recorder.login_commands.page_of(valid[-2]))

    _alter_page(recorder, alter)


@breaks("SES-10")
def fifteen_uids(recorder: Recorder) -> None:
    """Keeps fifteen UIDs valid, though it says sixteen."""
    recorder.sessions.capacity = 15


@breaks("SES-10")
def logged_out_uids_keep_their_places(recorder: Recorder) -> None:
    """Keeps the places of up to three UIDs that logged out taken until their 90 s would have been over."""
    kept: list[float] = []

    def end(original: OnEnd, session: Session, ending: Ending, now: float) -> None:
        original(session, ending, now)
        if ending is Ending.LOGGED_OUT:
            kept.append(recorder.sessions.expires_at(session))

    def login(original: Issue, user: str, priority: int, now: float) -> Session | None:
        session = original(user, priority, now)
        taken = min(3, sum(until > now for until in kept))  # with more, whoever logs in often is thrown out
        if session is not None and recorder.sessions.used() + taken > recorder.sessions.capacity:
            recorder.sessions.end(recorder.sessions.choose_victim(), Ending.EVICTED, now)
        return session

    around(recorder.sessions.end, end)
    around(recorder.sessions.login, login)


@breaks("SES-11")
def seventeen_uids(recorder: Recorder) -> None:
    """Keeps seventeen UIDs valid, though it says sixteen."""
    recorder.sessions.capacity = 17


@breaks("SES-11")
def seventeenth_login_is_refused(recorder: Recorder) -> None:
    """Refuses a login while sixteen UIDs are valid."""

    def login(original: Issue, user: str, priority: int, now: float) -> Session | None:
        full = recorder.sessions.used() >= recorder.sessions.capacity
        return None if full else original(user, priority, now)

    around(recorder.sessions.login, login)


@breaks("SES-11")
def evicts_the_newest(recorder: Recorder) -> None:
    """Throws out the newest of equal priority."""
    _choose_victim(recorder, lambda session: (session.priority, session.number))


@breaks("SES-11")
def evicts_the_longest_idle(recorder: Recorder) -> None:
    """Throws out, of equal priority, the UID whose last command is oldest."""
    used: list[int] = []

    def touch(original: Callable[[Session, float], None], session: Session, now: float) -> None:
        original(session, now)
        used.append(session.uid)

    def last_use(session: Session) -> int:
        return max((index for index, uid in enumerate(used) if uid == session.uid), default=-1)

    around(recorder.sessions.touch, touch)
    _choose_victim(recorder, lambda session: (session.priority, -last_use(session)))


@breaks("SES-11")
def evicts_the_first_place(recorder: Recorder) -> None:
    """Takes the UID in the first of its sixteen places for the oldest, though a newer one took it."""
    places: dict[int, int] = {}

    def login(original: Issue, user: str, priority: int, now: float) -> Session | None:
        session = original(user, priority, now)
        valid = {other.number for other in recorder.sessions.valid()}
        for number in places.keys() - valid:
            del places[number]
        if session is not None:
            taken = places.values()
            places[session.number] = next(place for place in range(len(valid)) if place not in taken)
        return session

    around(recorder.sessions.login, login)
    _choose_victim(recorder, lambda session: (session.priority, -places[session.number]))


@breaks("SES-11")
def evicts_two(recorder: Recorder) -> None:
    """Throws out two UIDs where one would do."""

    def login(original: Issue, user: str, priority: int, now: float) -> Session | None:
        full = recorder.sessions.used() >= recorder.sessions.capacity
        session = original(user, priority, now)
        if full and session is not None:
            recorder.sessions.end(recorder.sessions.choose_victim(), Ending.EVICTED, now)
        return session

    around(recorder.sessions.login, login)


@breaks("SES-12")
def eviction_ignores_priority(recorder: Recorder) -> None:
    """Throws out the oldest UID whatever its priority."""
    _choose_victim(recorder, lambda session: -session.number)


@breaks("SES-12")
def eviction_spares_administrators_alone(recorder: Recorder) -> None:
    """Throws out the oldest UID of whoever is not an administrator."""
    _choose_victim(recorder, lambda session: (session.priority > 0, -session.number))


@breaks("SES-12")
def eviction_of_the_highest(recorder: Recorder) -> None:
    """Throws out the UID of highest priority."""
    _choose_victim(recorder, lambda session: (-session.priority, -session.number))


def _administrator(recorder: Recorder) -> str:
    return min(recorder.plan.users.values(), key=lambda user: user.level.priority).name


def _fields(header: str | None) -> Mapping[str, str]:
    return (parse_authorization(header) if header else None) or {}


def _set_cookie(recorder: Recorder, is_meant: Callable[[Request], bool]) -> None:
    """Refuse such a login, and tell the UID of who logged in last all the same."""

    def login(original: Callable[[Request, float], Answer], request: Request, now: float) -> Answer:
        try:
            return original(request, now)
        except Refused as refused:
            if is_meant(request) and (valid := recorder.sessions.valid()):
                refused.headers = (*refused.headers, ("Set-Cookie", f"UID={valid[-1].uid}; Path=/"))
            raise

    around(recorder.login_commands.login, login)


def _alter_page(recorder: Recorder, alter: Callable[[Answer], Answer]) -> None:
    around(recorder.login_commands.login, lambda original, request, now: alter(original(request, now)))


def _print_uid(recorder: Recorder, form: bytes) -> None:
    """Write the UID of a login into its page in another form."""

    def alter(answer: Answer) -> Answer:
        uid = recorder.sessions.valid()[-1].uid
        printed = form % uid if b"%" in form else form
        return dataclasses.replace(answer, content=answer.body.replace(b"%d" % uid, printed))

    _alter_page(recorder, alter)


def _take_another_password(recorder: Recorder, other: Callable[[str], str]) -> None:
    """What is not the right answer may still be the one that another password gives."""

    def check(original: Check, header: str | None, method: str, target: str, now: float) -> Verdict:
        verdict = original(header, method, target, now)
        fields = _fields(header)
        user = recorder.plan.users.get(fields.get("username", ""))
        if verdict.user is not None or verdict.stale or user is None or not fields.get("nonce"):
            return verdict
        taken = response({"nc": "", "cnonce": "", **fields}, other(user.password), method)
        return Verdict(user.name) if taken == fields.get("response") else verdict

    around(recorder.gate.check, check)


def _choose_victim(recorder: Recorder, order: Callable[[Session], int | tuple[int, ...]]) -> None:
    """The UID that comes last in this order makes room."""
    around(recorder.sessions.choose_victim, lambda original: max(recorder.sessions.valid(), key=order))
