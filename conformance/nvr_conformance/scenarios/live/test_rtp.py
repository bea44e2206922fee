"""Live pictures over RTP: §2.1, §2.3.1, §2.3.2."""

from __future__ import annotations

from nvr_conformance.facts import rtp as judging
from nvr_conformance.procedures.cameras import codecs_to_judge
from nvr_conformance.procedures.checks import VIDEO_IDS, VideoChecks
from nvr_conformance.procedures.streams import wait_for_key_picture
from nvr_conformance.procedures.udp_path import BLOCKED, may_be_blocked
from nvr_conformance.reading.rtp import dissect
from nvr_conformance.scenario import (
    Check,
    Client,
    Fact,
    LiveRtp,
    NotApplicable,
    NotTested,
    Require,
    Session,
    Target,
    refused,
    scenario,
)

KEY_WAIT = 12.0  # seconds within which a key picture should come (LIV-32)
WATCHED = 5.0  # seconds that are judged behind it


@scenario("LIV-01", "LIV-02", "LIV-03", *VIDEO_IDS, "LIV-32")
def test_live_over_rtp(
    target: Target,
    client: Client,
    check: Check,
    require: Require,
    not_tested: NotTested,
    not_applicable: NotApplicable,
) -> None:
    """Set up live; then START, the packets and STOP, for each codec that there is."""
    session = client.login()
    answer = session.get("live_setup")
    check("LIV-01", answer.ok and not refused(answer), "accepted", answer, "SCREEN=16X")
    judge_video = VideoChecks(check, not_tested, not_applicable)
    silent: dict[str, LiveRtp] = {}
    for codec, camera in codecs_to_judge(target).items():
        name = f"{codec} over RTP"
        started = target.now()
        stream = session.start_rtp(camera, codec)
        if not stream.wait_packets(1):
            session.stop(stream)
            silent[name] = stream
            continue
        check("LIV-02", *_sends(stream), name)
        key = wait_for_key_picture(stream, KEY_WAIT - (target.now() - started))
        check(
            "LIV-32", key, f"a key picture within {KEY_WAIT:.0f} s", _after(target, started, came=key), name
        )
        stream.collect(WATCHED)
        records = dissect(stream.packets)
        if not judging.sequence(records).ok:
            # A network may lose a packet now and then; a recorder that cannot count does it again.
            stream.forget()
            stream.collect(WATCHED)
            records = dissect(stream.packets)
        require(stream.dropped == 0, "this machine lost packets")
        judge_video(records, codec, camera, target.unix_time(), name)
        _stop(session, stream, target, check, name)
    for name, stream in silent.items():
        if may_be_blocked(target, client, stream):
            not_tested("LIV-02", f"{name}: {BLOCKED}")
            not_tested("LIV-03", f"{name}: {BLOCKED}")
        else:
            check("LIV-02", *_sends(stream), name)


def _sends(stream: LiveRtp) -> Fact:
    senders = f" from {', '.join(sorted({sender for sender, _ in stream.senders}))}" if stream.senders else ""
    actual = f"{stream.exchange}, {stream.total} packets{senders} at port {stream.port}"
    right = stream.total > 0 and not stream.refused
    return Fact(right, "accepted, and RTP at the port", actual)


def _after(target: Target, started: float, *, came: bool) -> str:
    return f"after {target.now() - started:.1f} s" if came else "none"


def _stop(session: Session, stream: LiveRtp, target: Target, check: Check, name: str) -> None:
    """STOP ends this stream at once, and no other."""
    other = next((camera for camera in target.cameras if camera != stream.camera), None)
    beside = None if other is None else session.start_rtp(other, stream.comp)
    if beside is not None:
        beside.wait_packets(1, 3)
    answer = session.stop(stream)
    check("LIV-03", answer.ok, "STOP accepted", answer, f"{name}, the answer")
    quiet = stream.is_quiet()
    check("LIV-03", quiet, "nothing behind STOP", "nothing" if quiet else "packets", name)
    if beside is None:
        return
    if beside.total:
        goes_on = bool(beside.collect(2))
        actual = "it goes on" if goes_on else "it ended"
        check("LIV-03", goes_on, "another camera's stream goes on", actual, f"{name}, beside")
    session.stop(beside)
