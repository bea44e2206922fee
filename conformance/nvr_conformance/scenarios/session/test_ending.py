"""§1.3, §6.1.2: a UID ends by logout, expiry or eviction, and its streams end with it."""

from __future__ import annotations

from nvr_conformance.procedures.cameras import cameras_with_video
from nvr_conformance.procedures.streams import TRANSPORTS, beside_video, goes_on, going_on
from nvr_conformance.procedures.udp_path import BLOCKED, may_be_blocked
from nvr_conformance.procedures.uid_commands import playing_uid, quick_login
from nvr_conformance.scenario import (
    Check,
    Client,
    Exchange,
    LiveStream,
    NotTested,
    Require,
    Session,
    Target,
    scenario,
)

MOST = 16
LEAP = 30.0  # seconds of the manual clock at once: streams leave out what is older than 2 s
LINGERING = 5.0  # seconds that streams are given to end behind their UID: no time is stated
QUIET_FOR = 2.0


@scenario("SES-09")
def test_logout(target: Target, client: Client, check: Check, require: Require) -> None:
    """One of two UIDs of a user logs out: it is gone at once, the other stays. Then one that plays."""
    leaving, staying = client.login(), client.login()
    require(leaving.uid != staying.uid, "two logins were given one UID")
    require(leaving.is_alive() and staying.is_alive(), "status.cgi is refused on a fresh UID")
    leaving.logout()
    answer, lives = _look(leaving)
    other, stays = _look(staying)
    require(client.login().is_alive(), "status.cgi is refused on a fresh UID")
    check("SES-09", not lives, "refused", answer, "right behind logout")
    check("SES-09", stays, "accepted", other, "another UID of the same user")
    _judge_another_user(target, client, check)
    playing = playing_uid(target, client)
    if playing is not None:
        playing.logout()
        answer, lives = _look(playing)
        check("SES-09", not lives, "refused", answer, "a UID that plays, right behind logout")


def _judge_another_user(target: Target, client: Client, check: Check) -> None:
    """UIDs of two users, where two are known: each ends by its own logout."""
    user = target.users[-1]
    if len(target.users) < 2:
        return
    staying, leaving = quick_login(client, user.name, user.password), quick_login(client)
    leaving.logout()
    answer, stays = _look(staying)
    check("SES-09", stays, "accepted", answer, "the UID of a user of lower priority")
    staying.logout()
    answer, lives = _look(staying)
    check("SES-09", not lives, "refused", answer, "another user's UID, right behind logout")


def _look(session: Session, *, doubted: bool = False) -> tuple[Exchange, bool]:
    """The answer to a keep-alive, and whether the UID is valid; ``doubted``, as it must have ended."""
    answer = session.get("keep_alive")
    return answer, session.lives_by(answer, doubted=doubted)


def _start_each(
    id_: str, target: Target, client: Client, require: Require, not_tested: NotTested
) -> tuple[Session, dict[str, LiveStream]]:
    """A UID with a stream of each kind, all running, by their name: video over HTTP and over RTP, audio of
    both, JPEG of a third camera."""
    cameras = cameras_with_video(target, 2)
    session = client.login()
    streams: dict[str, LiveStream] = {}
    session.get("live_setup")
    for name, (camera, codec) in zip(TRANSPORTS, cameras.items(), strict=False):
        start = session.start_rtp if name == "RTP" else session.start_http
        streams[name] = start(camera, codec)
    for stream in streams.values():
        stream.wait_packets(1)
    for name, stream in list(streams.items()):
        if may_be_blocked(target, client, stream):
            del streams[name]
            not_tested(id_, f"stream over {name}: {BLOCKED}")
        else:
            require(stream.total, f"no stream over {name}: {stream.exchange}")
    third = next((camera for camera in target.cameras if camera not in cameras), None)
    return session, streams | beside_video(session, list(streams.values()), third)


def _judge_silence(
    ids: tuple[str, str],
    client: Client,
    session: Session,
    streams: dict[str, LiveStream],
    check: Check,
    require: Require,
) -> None:
    """After the UID ended: it did, though it had streams, and nothing more comes on any of them."""
    id_, ending = ids
    target = client.target
    target.settle()
    marks = {name: stream.total for name, stream in streams.items()}
    target.pass_time(QUIET_FOR)
    target.settle()
    answer, lives = _look(session, doubted=True)
    require(client.login().is_alive(), "status.cgi is refused on a fresh UID")
    check(ending, not lives, "refused", answer, "a UID with live streams")
    require(not lives, "the UID did not end")
    for name, stream in streams.items():
        more = stream.total - marks[name]
        called = f"stream over {name}" if name in TRANSPORTS else name
        check(id_, more == 0, "nothing more", f"{more} packets in {QUIET_FOR:.0f} s", called)


@scenario("SES-14", "SES-06", besides=("LIV-31",))
def test_streams_at_expiry(
    target: Target, client: Client, check: Check, require: Require, not_tested: NotTested
) -> None:
    """Streams run at 60 s; nobody sends a command; at 110 s they must have stopped. What a UID has live
    that is kept alive meanwhile goes on."""
    session, streams = _start_each("SES-14", target, client, require, not_tested)
    kept = client.login()
    beside = kept.run("HTTP", *next(iter(cameras_with_video(target, 1).items())))
    target.pass_time(60, step=LEAP)
    for stream in streams.values():
        stream.forget()
    comes = going_on(target, list(streams.values()))
    for name, on in zip(list(streams), comes, strict=True):
        if not on:
            require(
                name not in TRANSPORTS, f"the stream over {name} stopped before the UID could have expired"
            )
            del streams[name]
    kept.get("keep_alive")
    target.pass_time(50, step=LEAP)
    _judge_silence(("SES-14", "SES-06"), client, session, streams, check, require)
    if beside.total:
        check(
            "LIV-31",
            *goes_on(target, beside),
            "a stream of a UID that is kept alive, when another one expires",
        )


@scenario("SES-15", "SES-09")
def test_streams_at_logout(
    target: Target, client: Client, check: Check, require: Require, not_tested: NotTested
) -> None:
    """Streams run; logout; a few seconds later nothing more comes."""
    session, streams = _start_each("SES-15", target, client, require, not_tested)
    session.logout()
    target.pass_time(LINGERING)
    _judge_silence(("SES-15", "SES-09"), client, session, streams, check, require)


@scenario("SES-16", "SES-11", needs=("eviction",))
def test_streams_at_eviction(
    target: Target, client: Client, check: Check, require: Require, not_tested: NotTested
) -> None:
    """Streams run on the oldest UID; sixteen logins and a few seconds later nothing more comes."""
    target.learn_what_tells()
    session, streams = _start_each("SES-16", target, client, require, not_tested)
    for _ in range(MOST):
        quick_login(client)
    target.pass_time(LINGERING)
    _judge_silence(("SES-16", "SES-11"), client, session, streams, check, require)
