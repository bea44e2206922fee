"""§1.3, §6.2: a UID lives 90 s, and every command that carries it starts them again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nvr_conformance.procedures.uid_ages import LIFETIME, IdleUid, age_between, span_of
from nvr_conformance.procedures.uid_commands import (
    UidCommand,
    first_camera,
    playing_uid,
    quick_login,
    uid_commands,
    with_other_values,
)
from nvr_conformance.procedures.uid_lifetime import LifetimeMeasuring
from nvr_conformance.procedures.uid_lifetime_search import contradicting
from nvr_conformance.scenario import MINUTE, Check, Client, NotTested, Require, Target, scenario

if TYPE_CHECKING:
    from nvr_conformance.scenario import Measure

LATE = 3.0  # seconds before the end of a UID
IDLE = 60.0  # seconds without a command: well within the lifetime, and twice it is well beyond
HUNG_UP = 1.0  # seconds behind START at the latest
NAME = "lifetime of an idle UID"
_TIMEF = re.compile(r"TIMEF=[0-9]+")


def _margin(target: Target) -> float:
    """How near to 90 s the judge dares to look, in seconds."""
    return 0.1 if target.clock == "manual" else 5.0


@scenario("SES-06")
def test_idle_uid(
    target: Target, client: Client, check: Check, require: Require, not_tested: NotTested, measure: Measure
) -> None:
    """UIDs left alone, after a login, a keep-alive behind live that was stopped, one behind live whose client
    hung up, and a picture of playback behind a download: alive just before 90 s, gone just after."""
    margin = _margin(target)
    require(quick_login(client).is_alive(), "status.cgi is refused on a fresh UID")
    young, old, kept, lost = (IdleUid(target, quick_login(client)) for _ in range(4))
    others = _of_the_last_user(target, client, 2)
    target.pass_time(50)
    for camera in target.cameras[:1]:
        stream = kept.session.start_http(camera, "H264")
        kept.session.stop(stream)
        stream.close()
        stream = lost.session.start_http(camera, "H264")
        stream.wait_packets(1, HUNG_UP)
        stream.close()
    was_kept, was_lost = kept.send().alive, lost.send().alive
    playing = playing_uid(target, client)
    played = None if playing is None else IdleUid(target, playing)
    if played is not None:
        minute = int(target.unix_time()) // MINUTE * MINUTE
        played.session.get(
            "download", KIND="LIST", CAM=target.cameras[0], STARTTIME=minute - MINUTE, ENDTIME=minute
        )
        played.restart()

    young.wait(LIFETIME - margin)
    alive = young.look()
    name = f"{LIFETIME - margin:.1f} s after login"
    if alive.age.most < LIFETIME:
        check("SES-06", alive.alive, "accepted", alive.told("login"), name)
    else:
        not_tested("SES-06", f"{name}: {alive.told('login')}, which may be too late")
    for other in others[1:]:
        asked = other.look()
        if asked.age.most < LIFETIME:
            check("SES-06", asked.alive, "accepted", asked.told("login"), f"{name} of another user")
    old.wait(LIFETIME + margin)
    gone = old.look()
    samples = [sample for asked in (alive, gone) if (sample := asked.sample())]
    how = (
        f"UIDs left alone after login, looked at {LIFETIME - margin:.1f} and {LIFETIME + margin:.1f} s later"
    )
    measure("SES-06", NAME, samples, unit="s", stated=LIFETIME, how=how)
    left = [(other, "login", "login of another user") for other in others[:1]]
    if was_kept:
        left.append((kept, "a keep-alive", "a keep-alive behind live that was stopped"))
    if was_lost:
        left.append((lost, "a keep-alive", "a keep-alive behind live whose client hung up"))
    if played is not None:
        left.append((played, "httpdl.cgi", "a picture of playback and a download"))
    looked_at = [("login", gone.alive, gone.told("login"))]
    for uid, since, name in left:
        uid.wait(LIFETIME + margin)
        asked = uid.look()
        looked_at.append((name, asked.alive, asked.told(since)))
    # Behind all of them: who logs in may be given the UID of one that has ended.
    require(client.login().is_alive(), "status.cgi is refused on a fresh UID")
    for name, is_alive, told in looked_at:
        check("SES-06", is_alive is False, "refused", told, f"{LIFETIME + margin:.1f} s after {name}")


def _of_the_last_user(target: Target, client: Client, count: int) -> list[IdleUid]:
    """Fresh UIDs of the user of the lowest priority, where another than the first is known."""
    if len(target.users) < 2:
        return []
    user = target.users[-1]
    return [IdleUid(target, quick_login(client, user.name, user.password)) for _ in range(count)]


@scenario("SES-06", needs=("load",))
def test_measured_lifetime(
    target: Target, client: Client, check: Check, require: Require, not_tested: NotTested, measure: Measure
) -> None:
    """How long a UID lives that is left alone after its login: to 0.1 s on a manual clock, to 1 s on a real
    one."""
    measuring = LifetimeMeasuring(target, client)
    measuring.run()
    samples, tolerance = measuring.samples, measuring.search.resolution
    require(samples, "no answer tells whether a UID is alive")
    rounds = f"{measuring.rounds} round{'s' if measuring.rounds > 1 else ''}"
    how = f"{measuring.uids} UIDs left alone after login, each looked at once, in {rounds}"
    measurement = measure("SES-06", NAME, samples, unit="s", stated=LIFETIME, how=how)
    wrong = contradicting(samples, LIFETIME, tolerance)
    if wrong and measurement.unclear and target.clock == "real" and not any(each.alive for each in wrong):
        not_tested("SES-06", f"{measurement.text}; others, logging in, may have thrown a UID out")
        return
    expected = f"{LIFETIME:.0f} s ± {tolerance:.1f} s"
    check("SES-06", not wrong, expected, f"{measurement.text} ({how})", "measured lifetime")


@scenario("SES-06")
def test_what_is_refused_ends_no_uid(target: Target, client: Client, check: Check, require: Require) -> None:
    """Commands that are wrong in one thing, each with a valid UID: it stays valid."""
    session = client.login()
    session.get("live_setup")
    require(session.is_alive(), "status.cgi is refused on a fresh UID")
    absent = (*target.unregistered, target.channels + 1)[0]
    camera = first_camera(target)
    minute = int(target.unix_time()) // 60 * 60
    wrong = {
        "START of a camera that is not there": session.start_of_http(absent, "H264"),
        "JPEG of a camera that is not there": session.start_of_http(absent, "JPEG"),
        "START of no codec": session.start_of_http(camera, "H264").replace("COMP=H264", "COMP=H26"),
        "START without a codec": session.start_of_http(camera, "H264").replace("&COMP=H264", ""),
        "AUDIO without video": session.start_of_http(camera, "AUDIO"),
        "STOP of what does not run": session.path("live_http", CAM=camera, CMD="STOP", COMP="H265"),
        "camera.cgi without PLAYCMD": session.path("camera", CAM=camera),
        "camera.cgi of a camera that is not there": session.path("camera", CAM=absent),
        "playaudio.cgi of a camera that is not there": session.path("playaudio", CAM=absent),
        "a MASK of twos": session.path("mask", MASK="2" * target.digits),
        "no PLAYCMD": session.path("play").replace("=PLAY&", "=PLAX&"),
        "a TIMEF of letters": _TIMEF.sub("TIMEF=yymmdd", session.path("goto", TIMEF=minute * 100)),
        "a file of no kind": session.path(
            "download", KIND="LIST", STARTTIME=minute - 120, ENDTIME=minute - 60, CAM=camera
        ).replace("KIND=LIST", "KIND=LOST"),
        "a file of a camera that is not there": session.path(
            "download", KIND="LIST", STARTTIME=minute - 120, ENDTIME=minute - 60, CAM=absent
        ),
    }
    for name, path in wrong.items():
        stream = session.open_http(path)
        stream.close()
        alive = session.is_alive()
        if not check("SES-06", alive, "valid", "valid" if alive else f"ended: {stream.exchange}", name):
            return


@scenario("SES-07")
def test_keep_alive(target: Target, client: Client, check: Check, require: Require) -> None:
    """status.cgi after 60 s: alive 60 s later, and for as long as a UID that was issued at that time."""
    idle, kept, kept_long, late = (IdleUid(target, quick_login(client)) for _ in range(4))
    others = _of_the_last_user(target, client, 1)
    target.pass_time(IDLE)
    fresh = IdleUid(target, client.login())
    both = kept.send().alive and kept_long.send().alive
    require(both, f"status.cgi is refused {IDLE:.0f} s after login")
    kept_others = [other for other in others if other.send().alive]
    late.wait(LIFETIME - LATE)
    kept_late = late.send().alive
    target.pass_time(IDLE - (LIFETIME - LATE - IDLE))
    # First who must have ended: it shows whether answers tell.
    require(not idle.look().alive, f"a UID lives {2 * IDLE:.0f} s even without a keep-alive")
    asked = kept.look()
    name = f"{IDLE:.0f} s after a keep-alive"
    check("SES-07", asked.alive, "accepted", asked.told("a keep-alive"), name)
    for other in kept_others:
        asked = other.look()
        check("SES-07", asked.alive, "accepted", asked.told("a keep-alive"), f"{name} of another user")
    if kept_late:
        late.wait(IDLE)
        asked = late.look()
        name = f"{IDLE:.0f} s after a keep-alive that came {LATE:.0f} s before the end"
        check("SES-07", asked.alive, "accepted", asked.told("a keep-alive"), name)
    fresh.wait(LIFETIME - _margin(target))
    asked = kept_long.look()
    if fresh.look().alive:
        check("SES-07", asked.alive, "accepted", asked.told("a keep-alive"), "as long as a fresh UID")


@scenario("SES-17")
def test_many_keep_alives(target: Target, client: Client, check: Check) -> None:
    """A keep-alive every 30 s: ten minutes on a manual clock, four on a real one."""
    count = 20 if target.clock == "manual" else 8
    session = client.login()
    uid, issued = IdleUid(target, session), span_of(target, session.page)
    for number in range(count):
        target.pass_time(30)
        asked = uid.send() if number < count - 1 else uid.look()
        if not asked.alive:
            break
    whole = age_between(issued, span_of(target, asked.answer))
    actual = f"{asked.told('the command before')}, {whole} after login"
    check("SES-17", asked.alive, "accepted", actual, f"{whole.least:.0f} s after login")


@scenario("SES-08")
def test_every_command_keeps_alive(
    target: Target, client: Client, check: Check, not_tested: NotTested
) -> None:
    """Each command on a UID of its own, 60 s after login: the UID must be alive another 60 s later."""
    commands = [command for command in uid_commands(target) if command.name not in ("keep_alive", "logout")]
    commands += with_other_values(target)
    at_once = 12 if target.clock == "manual" else 6  # within the 16 UIDs, and within 90 s at 3 s a command
    for first in range(0, len(commands), at_once):
        _judge_group(commands[first : first + at_once], target, client, check, not_tested)


def _judge_group(
    commands: list[UidCommand], target: Target, client: Client, check: Check, not_tested: NotTested
) -> None:
    idle = IdleUid(target, quick_login(client))
    waiting: list[tuple[UidCommand, IdleUid]] = []
    for command in commands:
        if command.permission and not target.allows(command.permission):
            not_tested("SES-08", f"{command.name} needs --allow {command.permission}")
            continue
        uid = IdleUid(target, quick_login(client))
        if command.prepare is not None:
            command.prepare(uid.session)
            uid.restart()
        waiting.append((command, uid))
    sent = []
    for command, uid in waiting:
        uid.wait(IDLE)
        answer = uid.send(command.send).answer
        if answer.ok:
            sent.append((command, uid))
        else:
            not_tested("SES-08", f"{command.name}: {answer}")
            uid.session.logout()
    kept = []
    for command, uid in sent:
        uid.wait(IDLE)
        kept.append((command, uid.look()))
        uid.session.logout()
    if idle.look().alive:
        not_tested("SES-08", f"a UID lives {2 * IDLE:.0f} s even without a command")
        return
    for command, asked in kept:
        name = f"{IDLE:.0f} s after {command.name}"
        check("SES-08", asked.alive, "alive", asked.told(command.name), name)
