"""§1.3, §6.2: a UID lives 90 s, and every command that carries it starts them again."""

from __future__ import annotations

from nvr_conformance.scenario import Check, Client, NotTested, Require, Session, Target, refused, scenario
from nvr_conformance.uid_commands import UidCommand, quick_login, uid_commands

LIFETIME = 90.0
IDLE = 60.0  # seconds without a command: well within the lifetime, and twice it is well beyond


def _margin(target: Target) -> float:
    """How near to 90 s the judge dares to look, in seconds."""
    return 0.1 if target.clock == "manual" else 5.0


def _wait_until(target: Target, moment: float) -> None:
    left = moment - target.now()
    if left > 0:
        target.pass_time(left)


@scenario("SES-06")
def test_idle_uid(target: Target, client: Client, check: Check, require: Require) -> None:
    """UIDs left alone, after a login and after a keep-alive: alive just before 90 s, gone just after."""
    margin = _margin(target)
    require(quick_login(client).is_alive(), "status.cgi is refused on a fresh UID")
    logins = []
    for _ in range(3):
        session = quick_login(client)
        logins.append((session, target.now()))
    (alive, alive_since), (gone, gone_since), (kept, _) = logins
    target.pass_time(50)
    was_kept, kept_since = kept.is_alive(), target.now()

    _wait_until(target, alive_since + LIFETIME - margin)
    answer = alive.get("keep_alive")
    check("SES-06", answer.ok, "accepted", answer, f"{LIFETIME - margin:.1f} s after login")
    _wait_until(target, gone_since + LIFETIME + margin)
    answer = gone.get("keep_alive")
    require(client.login().is_alive(), "status.cgi is refused on a fresh UID")
    check("SES-06", refused(answer), "refused", answer, f"{LIFETIME + margin:.1f} s after login")
    if was_kept:
        _wait_until(target, kept_since + LIFETIME + margin)
        answer = kept.get("keep_alive")
        check("SES-06", refused(answer), "refused", answer, f"{LIFETIME + margin:.1f} s after a keep-alive")


@scenario("SES-07")
def test_keep_alive(target: Target, client: Client, check: Check, require: Require) -> None:
    """status.cgi after 60 s: alive 60 s later, and for as long as a UID that was issued at that time."""
    idle, kept, kept_long = (quick_login(client) for _ in range(3))
    target.pass_time(IDLE)
    fresh, fresh_since = client.login(), target.now()
    require(kept.is_alive() and kept_long.is_alive(), f"status.cgi is refused {IDLE:.0f} s after login")
    target.pass_time(IDLE)
    answer = kept.get("keep_alive")
    require(not idle.is_alive(), f"a UID lives {2 * IDLE:.0f} s even without a keep-alive")
    check("SES-07", answer.ok, "accepted", answer, f"{IDLE:.0f} s after a keep-alive")
    _wait_until(target, fresh_since + LIFETIME - _margin(target))
    answer = kept_long.get("keep_alive")
    if fresh.is_alive():
        check("SES-07", answer.ok, "accepted", answer, "as long as a fresh UID")


@scenario("SES-17")
def test_many_keep_alives(target: Target, client: Client, check: Check) -> None:
    """A keep-alive every 30 s: ten minutes on a manual clock, four on a real one."""
    count = 20 if target.clock == "manual" else 8
    session = client.login()
    begun = target.now()
    for _ in range(count):
        target.pass_time(30)
        answer = session.get("keep_alive")
        if not answer.ok:
            break
    check("SES-17", answer.ok, "accepted", answer, f"{target.now() - begun:.0f} s after login")


@scenario("SES-08")
def test_every_command_keeps_alive(
    target: Target, client: Client, check: Check, not_tested: NotTested
) -> None:
    """Each command on a UID of its own, 60 s after login: the UID must be alive another 60 s later."""
    commands = [command for command in uid_commands(target) if command.name not in ("keep_alive", "logout")]
    at_once = 12 if target.clock == "manual" else 6  # within the 16 UIDs, and within 90 s at 3 s a command
    for first in range(0, len(commands), at_once):
        _judge_group(commands[first : first + at_once], target, client, check, not_tested)


def _judge_group(
    commands: list[UidCommand], target: Target, client: Client, check: Check, not_tested: NotTested
) -> None:
    idle = quick_login(client)
    waiting: list[tuple[UidCommand, Session, float]] = []
    for command in commands:
        if command.permission and not target.allows(command.permission):
            not_tested("SES-08", f"{command.name} needs --allow {command.permission}")
            continue
        session = quick_login(client)
        if command.prepare is not None:
            command.prepare(session)
        waiting.append((command, session, target.now()))
    sent = []
    for command, session, since in waiting:
        _wait_until(target, since + IDLE)
        answer = command.send(session)
        if answer.ok:
            sent.append((command, session, target.now()))
        else:
            not_tested("SES-08", f"{command.name}: {answer}")
            session.logout()
    kept = []
    for command, session, since in sent:
        _wait_until(target, since + IDLE)
        kept.append((command, session.get("keep_alive")))
        session.logout()
    if idle.is_alive():
        not_tested("SES-08", f"a UID lives {2 * IDLE:.0f} s even without a command")
        return
    for command, answer in kept:
        check("SES-08", answer.ok, "alive", answer, f"{IDLE:.0f} s after {command.name}")
