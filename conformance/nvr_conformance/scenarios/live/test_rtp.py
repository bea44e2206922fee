"""Live pictures over RTP: §2.1, §2.3.1, §2.3.2."""

from __future__ import annotations

from nvr_conformance.facts import rtp
from nvr_conformance.procedures.cameras import codecs_to_judge, further_cameras
from nvr_conformance.procedures.checks import VIDEO_IDS, VideoChecks
from nvr_conformance.procedures.recorder_clock import now_on
from nvr_conformance.procedures.streams import (
    KEY_WAIT,
    goes_on,
    quiet_behind,
    wait_for_key_picture,
    watched_at_once,
)
from nvr_conformance.procedures.udp_path import BLOCKED, is_proven_open, may_be_blocked
from nvr_conformance.reading.rtp import RtpRecord
from nvr_conformance.scenario import (
    Check,
    Client,
    Fact,
    LiveRtp,
    LiveStream,
    NotApplicable,
    NothingToJudge,
    NotTested,
    Observe,
    Require,
    Session,
    Target,
    scenario,
)

WATCHED = 5.0  # seconds that are judged behind a key picture
BRIEFLY = 1.0  # seconds that are judged of other cameras
PORTS = (65535, 1)  # the ends of what a port number can be; nothing needs to arrive there


@scenario("LIV-01", "LIV-02", "LIV-03", *VIDEO_IDS, "LIV-32", setup={"rtp_wrap_after": 4.0})
def test_live_over_rtp(
    target: Target,
    client: Client,
    check: Check,
    observe: Observe,
    require: Require,
    not_tested: NotTested,
    not_applicable: NotApplicable,
) -> None:
    """Set up live; then START, the packets, STOP and START again, for each codec that there is; then another
    camera."""
    session = client.login()
    answer = session.get("live_setup")
    check("LIV-01", answer.ok, "accepted", answer, "SCREEN=16X")
    judge_video = VideoChecks(check, not_tested, not_applicable)
    silent: dict[str, tuple[LiveStream, bool]] = {}
    judged: list[int] = []
    for codec, camera in codecs_to_judge(target).items():
        name = f"{codec} over RTP"
        started = target.now()
        stream = session.run("RTP", camera, codec)
        if not stream.total:
            silent[name] = stream, may_be_blocked(target, client, stream)
            session.stop(stream)
            continue
        judged.append(camera)
        check("LIV-02", *_sends(stream), name)
        key = wait_for_key_picture(stream, KEY_WAIT - (target.now() - started))
        came = f"after {target.now() - started:.1f} s" if key else "none"
        check("LIV-32", key, f"a key picture within {KEY_WAIT:.0f} s", came, name)
        records = _watch(target, stream)
        require(isinstance(stream, LiveRtp) and not stream.dropped, "this machine lost packets")
        judge_video(records, codec, camera, now_on(target, client), name)
        _observe_network(stream, observe, name)
        _stop(session, stream, target, check, name, "HTTP" if len(judged) > 1 else "RTP")
        _judge_ports(session, codec, camera, check)
    further = further_cameras(target, judged, 1)
    for stream in watched_at_once(target, session, "RTP", further, BRIEFLY) if judged else ():
        assert isinstance(stream, LiveRtp)
        if not stream.dropped:
            name = f"{stream.comp} of camera {stream.camera} over RTP"
            records = target.rtp.dissect(stream.packets)
            judge_video(records, stream.comp, stream.camera, now_on(target, client), name)
    for name, (stream, may_be_under_way) in silent.items():
        if may_be_under_way and not is_proven_open(target, client):
            not_tested("LIV-02", f"{name}: {BLOCKED}")
            not_tested("LIV-03", f"{name}: {BLOCKED}")
        else:
            check("LIV-02", *_sends(stream), name)


def _sends(stream: LiveStream) -> Fact:
    assert isinstance(stream, LiveRtp)
    senders = f" from {', '.join(sorted({sender for sender, _ in stream.senders}))}" if stream.senders else ""
    actual = f"{stream.exchange}, {stream.total} packets{senders} at port {stream.port}"
    return Fact(stream.total > 0, "RTP at the port", actual)


def _watch(target: Target, stream: LiveStream) -> list[RtpRecord]:
    """The packets from the start on; where the network lost some, those of a second try."""
    stream.collect(WATCHED)
    records = target.rtp.dissect(stream.packets)
    try:
        counts = rtp.sequence(records).ok
    except NothingToJudge:
        counts = False
    if counts:
        return records
    # A network may lose a packet now and then; a recorder that cannot count does it again.
    stream.forget()
    stream.collect(WATCHED)
    return target.rtp.dissect(stream.packets)


def _observe_network(stream: LiveStream, observe: Observe, name: str) -> None:
    """What was undone of what a network does."""
    assert isinstance(stream, LiveRtp)
    counts = {
        "late": stream.sieve.late,
        "came twice": stream.sieve.copies,
        "of other senders": stream.sieve.strangers,
    }
    undone = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    if undone:
        observe("LIV-07", f"{undone}, of {stream.total} packets", f"{name}, the network")


def _stop(
    session: Session, stream: LiveStream, target: Target, check: Check, name: str, beside_it: str
) -> None:
    """STOP ends this stream, and no other. ``beside_it``: over what another one runs."""
    other = next((camera for camera in target.cameras if camera != stream.camera), None)
    beside = None if other is None else session.start(beside_it, other, stream.comp)
    if beside is not None:
        beside.wait_packets(1, 3)
    session.stop(stream)
    check("LIV-03", *quiet_behind(target, stream), name)
    if beside is None:
        return
    if beside.total:
        check("LIV-03", *goes_on(target, beside), f"{name}, beside another one over {beside_it}")
    session.stop(beside)


def _judge_ports(session: Session, codec: str, camera: int, check: Check) -> None:
    """LIV-02: START is accepted with the highest and the lowest port number, and then again with one of
    ours."""
    for port in PORTS:
        started = session.get("live_rtp", CAM=camera, CMD="START", COMP=codec, PORT=port)
        check("LIV-02", started.ok, "accepted", started, f"{codec}, PORT={port}", basis="number")
        session.get("live_rtp", CAM=camera, CMD="STOP", COMP=codec, PORT=port)
    again = session.run("RTP", camera, codec)
    check("LIV-02", *_sends(again), f"{codec} over RTP, started again")
    session.stop(again)
