"""§1.3: a UID that was never issued, has expired, was given back or thrown out opens nothing."""

from __future__ import annotations

from typing import Any

from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.procedures.streams import KINDS, brief_stream
from nvr_conformance.procedures.udp_path import why_silent
from nvr_conformance.procedures.uid_commands import UidCommand, quick_login, uid_commands
from nvr_conformance.scenario import (
    Check,
    Client,
    Exchange,
    NotTested,
    Observe,
    Session,
    Target,
    refused,
    scenario,
)

MOST = 16
LONG_GONE = 120.0
CHANGING = ("live_http STOP", "live_rtp STOP", "mask", "goto", "stop", "logout")  # what the state would show


@scenario("SES-13", "SES-19")
def test_commands_without_a_valid_uid(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested
) -> None:
    """Every command: with a valid UID, then with each that is not, then with the valid one again."""
    strangers = _strangers(target, client, not_tested)
    live, playing = client.login(), client.login()
    strangers["never issued"] = client.adopt(_near(playing, client))
    for command in uid_commands(target):
        if command.permission and not target.allows(command.permission):
            not_tested("SES-13", f"{command.name} needs --allow {command.permission}")
            continue
        if command.name.endswith("START"):
            continue  # its refusal is seen by its media: the scenario below
        if target.clock == "real":  # at 3 s a command the other one would expire
            for session in (live, playing):
                session.get("keep_alive")
        valid = live if command.is_live else playing
        answer, before, after = _between(command, valid, strangers, target, client)
        if answer is not None:
            not_tested("SES-13", f"{command.name} with a valid UID: {answer}")
            continue
        for cause, exchange in before.items():
            check("SES-13", refused(exchange), "refused", exchange, f"{command.name}, UID {cause}")
        if after:
            was, now = after
            check("SES-13", was == now, was, now, f"{command.name}: nothing changes")
        if command.name == "logout":
            alive = playing.is_alive() and live.is_alive()
            actual = "both valid" if alive else "one ended"
            check("SES-13", alive, "both valid", actual, f"{command.name}: other UIDs stay")
    for cause, stranger in strangers.items():
        refusal = stranger.get("keep_alive")
        text = refusal.text.replace(stranger.uid_text, "(UID)")  # which is another one in each run
        observe("SES-19", f"{refusal}: {text[:100]}", f"UID {cause}")


def _between(
    command: UidCommand, valid: Session, strangers: dict[str, Session], target: Target, client: Client
) -> tuple[Exchange | None, dict[str, Exchange], tuple[object, object] | None]:
    """The answers to the strangers, and the recorder's state before and after; or the answer to the valid UID
    that makes them prove nothing."""
    ending = command.name == "logout"
    answer = command.run(quick_login(client) if ending else valid)
    if refused(answer):
        return answer, {}, None
    was = _state(target) if command.name in CHANGING else None
    answers = {cause: command.send(stranger) for cause, stranger in strangers.items()}
    now = _state(target) if was is not None else None
    answer = command.run(quick_login(client) if ending else valid)
    if refused(answer):
        return answer, {}, None
    return None, answers, None if was is None else (was, now)


def _state(target: Target) -> object:
    """What commands change, where the recorder tells; without what time changes."""
    state = target.state()
    if state is None:
        return None
    changing = ("idle", "pictures", "packets", "stood")
    return {
        part: [_without(entry, changing) for entry in state.get(part, [])]
        for part in ("sessions", "live", "playback")
    }


def _without(entry: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name not in names}


@scenario("SES-13", "SES-19")
def test_live_without_a_valid_uid(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested
) -> None:
    """START over RTP and HTTP with a valid UID, then with each that is not: no media."""
    camera, (codec, *_) = camera_with_video(target)
    strangers = _strangers(target, client, not_tested)
    valid = client.login()
    before = {kind: brief_stream(client.login(), kind, camera, codec) for kind in KINDS}
    strangers["never issued, near a valid one"] = client.adopt(_near(valid, client))
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
    for cause, (_, by_http) in streams.items():
        observe("SES-19", f"START: {by_http.exchange}", f"UID {cause}")


def _strangers(target: Target, client: Client, not_tested: NotTested) -> dict[str, Session]:
    """UIDs that are not valid, by their cause. On return no UID of ours is valid."""
    found: dict[str, Session] = {}
    if target.allows("eviction"):
        found["evicted"] = client.login()
        for _ in range(MOST - 1):
            quick_login(client)
    found["expired"] = client.login()
    if "evicted" in found and found["evicted"].is_alive():
        not_tested("SES-13", "one more login than UIDs does not end the first")
        del found["evicted"]
    target.pass_time(LONG_GONE)
    found["logged out"] = client.login()
    found["logged out"].logout()
    for cause in ("expired", "logged out"):
        if found[cause].is_alive():
            not_tested("SES-13", f"a UID that should be {cause} is alive")
            found[cause].logout()
            del found[cause]
    digits = len(client.sessions[-1].uid_text)
    issued = {session.uid for session in client.sessions}
    free = (target.random.randrange(10 ** (digits - 1), 10**digits) for _ in range(100))
    found["never issued"] = client.adopt(next(uid for uid in free if uid not in issued))
    return found


def _near(valid: Session, client: Client) -> int:
    """A UID that differs from a valid one in its last digit alone, and was not issued."""
    tens = valid.uid // 10 * 10
    issued = {session.uid for session in client.sessions}
    return next(uid for uid in range(tens, tens + 10) if uid not in issued and uid > 0)
