"""§1.3: a UID that was never issued, has expired, was given back or thrown out opens nothing."""

from __future__ import annotations

from collections.abc import Callable

from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.procedures.strangers import Strangers
from nvr_conformance.procedures.streams import JPEG, KINDS, brief_stream
from nvr_conformance.procedures.udp_path import why_silent
from nvr_conformance.procedures.uid_commands import playing_uid, quick_login
from nvr_conformance.scenario import (
    Check,
    Client,
    LiveStream,
    NotTested,
    Observe,
    Session,
    Target,
    scenario,
)

MOST = 16
LONG_GONE = 120.0  # seconds without a command
LEFT_ALONE = 70.0  # seconds of them within which the UID is still valid, and is issued to nobody else
GIVEN_AGAIN = "a later login was given it again"
MOST_DIGITS = 19


@scenario("SES-13", "SES-19")
def test_commands_without_a_valid_uid(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested
) -> None:
    """Every command with each UID that is not valid, between two with a valid one: nothing is given to them,
    though they were given pictures of playback, and nothing changes for others."""
    by_cause, (living, playing) = _strangers(target, client, not_tested, 2, plays=True)
    by_cause["never issued"] = client.adopt(_near(playing, client))
    strangers = Strangers(
        "SES-13",
        target,
        client,
        check,
        not_tested,
        living,
        playing,
        {f"UID {cause}": stranger for cause, stranger in by_cause.items()},
    )
    strangers.judge()
    for name, answer in strangers.accepted.items():
        observe("SES-19", answer, name)
    for cause, stranger in by_cause.items():
        refusal = stranger.get("keep_alive")
        text = refusal.text.replace(stranger.uid_text, "(UID)")  # which is another one in each run
        observe("SES-19", f"{refusal}: {text[:100]}", f"UID {cause}")


@scenario("SES-13", "SES-19")
def test_live_without_a_valid_uid(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested
) -> None:
    """START over RTP and HTTP with a valid UID, then with each that is not: no media."""
    camera, (codec, *_) = camera_with_video(target)
    before = {kind: brief_stream(client.login(), kind, camera, codec) for kind in KINDS}
    jpeg = brief_stream(client.login(), "live_http", camera, JPEG)
    # Two of the UIDs do nothing else: what is started on them by mistake is seen.
    strangers, (valid, wrapped, longer) = _strangers(target, client, not_tested, 3)
    strangers["never issued, near a valid one"] = client.adopt(_near(valid, client))
    strangers["never issued, a valid one and 2^32"] = client.adopt(wrapped.uid + 2**32)
    if len(longer.uid_text) < MOST_DIGITS:
        strangers["never issued, a valid one with a digit more"] = client.adopt(longer.uid * 10 + 1)
    streams = {
        cause: (stranger.start_rtp(camera, codec), stranger.start_http(camera, codec))
        for cause, stranger in strangers.items()
    }
    target.pass_time(2)
    target.settle()
    counts = {cause: (by_rtp.total, by_http.total) for cause, (by_rtp, by_http) in streams.items()}
    for by_rtp, by_http in streams.values():
        by_rtp.close()
        by_http.close()
    for kind, name in enumerate(KINDS):
        stream = brief_stream(valid, name, camera, codec)
        if not (stream.total and before[name].total):
            why = why_silent(target, client, stream, f"{stream.exchange}, no media")
            not_tested("SES-13", f"{name} START with a valid UID: {why}")
            continue
        for cause, total_of in counts.items():
            total = total_of[kind]
            check("SES-13", total == 0, "no media", f"{total} packets", f"{name} START, UID {cause}")
    for cause, stranger in strangers.items() if jpeg.total else ():
        total = _brief_total(target, stranger.start_http(camera, JPEG))
        check("SES-13", total == 0, "no media", f"{total} packets", f"live_http START of JPEG, UID {cause}")
    for cause, (_, by_http) in streams.items():
        observe("SES-19", f"START: {by_http.exchange}", f"UID {cause}")


def _brief_total(target: Target, stream: LiveStream) -> int:
    """How many packets come of it in two seconds."""
    target.pass_time(2)
    target.settle()
    stream.close()
    return stream.total


def _strangers(
    target: Target, client: Client, not_tested: NotTested, hosts: int, *, plays: bool = False
) -> tuple[dict[str, Session], list[Session]]:
    """UIDs that are not valid, by their cause, and so many that are; no others of ours are. ``plays``:
    whether playback ran on each until it ended.

    Who logs in may be given the UID of one that has ended: so those that are to be valid log in ahead, where
    they can.
    """
    found: dict[str, Session] = {}

    def begin() -> Session:
        return (plays and playing_uid(target, client)) or client.login()

    if target.allows("eviction") and (evicted := _evicted(client, not_tested, begin)) is not None:
        found["evicted"] = evicted
    found["expired"] = begin()
    target.pass_time(LEFT_ALONE)
    valid = [quick_login(client) for _ in range(hosts)]
    found["logged out"] = begin()
    target.pass_time(LONG_GONE - LEFT_ALONE)
    found["logged out"].logout()
    for cause in ("expired", "logged out"):
        if found[cause].is_alive(doubted=True):
            not_tested("SES-13", f"a UID that should be {cause} is alive")
            found[cause].logout()
            del found[cause]
    valid = [session if session.is_alive() else client.login() for session in valid]
    for cause in [cause for cause, session in found.items() if session.reissued]:
        not_tested("SES-13", f"UID {cause}: {GIVEN_AGAIN}")
        del found[cause]
    digits = len(client.sessions[-1].uid_text)
    issued = {session.uid for session in client.sessions}
    # Where UIDs are short they may all have been issued: then one digit more.
    widths = [digits] * 100 + [digits + 1] * 100
    free = (target.random.randrange(10 ** (width - 1), 10**width) for width in widths)
    found["never issued"] = client.adopt(next(uid for uid in free if uid not in issued))
    return found, valid


def _evicted(client: Client, not_tested: NotTested, begin: Callable[[], Session]) -> Session | None:
    """A UID that was thrown out and is nobody's; those that threw it out have left."""
    client.target.learn_what_tells()
    first = begin()
    crowd = [quick_login(client) for _ in range(MOST)]
    why = GIVEN_AGAIN if first.reissued else ""
    if not why and first.is_alive(doubted=True):
        why = "one more login than UIDs does not end the first"
    for session in crowd:
        if not session.reissued:
            session.logout()
    if why:
        not_tested("SES-13", f"UID evicted: {why}")
    return None if why else first


def _near(valid: Session, client: Client) -> int:
    """A UID that differs from a valid one in its last digit alone, and was not issued; where all of these
    were, as by a recorder that counts, in its last digits."""
    tens = valid.uid // 10 * 10
    issued = {session.uid for session in client.sessions}
    near: int = next(uid for uid in range(tens, tens + 1000) if uid not in issued and uid > 0)
    return near
