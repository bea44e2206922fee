"""§1.3: START that comes at once with another: the same camera is sent once, two cameras are two."""

from __future__ import annotations

from nvr_conformance.client.at_once import start_at_once
from nvr_conformance.client.session import CHURN
from nvr_conformance.facts.live_multipart import one_packet_per_part
from nvr_conformance.facts.rtp_extension import names_camera
from nvr_conformance.procedures.cameras import camera_with_video, cameras_with_video
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.streams import (
    TRANSPORTS,
    going_on,
    sending,
    wait_for_first_packets,
    who_gives_way,
)
from nvr_conformance.procedures.udp_path import BLOCKED, find_out
from nvr_conformance.scenario import (
    Check,
    Client,
    LiveStream,
    NotApplicable,
    NotTested,
    PrerequisiteFailed,
    Session,
    Target,
    scenario,
)

TRIES = 2  # a recorder may be done with one before it takes the other, by chance
LOOKED_AT = 40  # packets of a stream


@scenario("LIV-23")
def test_one_camera_started_twice_at_once(
    target: Target, client: Client, check: Check, not_tested: NotTested
) -> None:
    """A camera is started twice at once on one UID, in each way that there is."""
    camera, (codec, *_) = camera_with_video(target)
    session = client.login()
    session.get("live_setup")
    by_rtp = find_out(target, client, session, camera)
    if not by_rtp:
        not_tested("LIV-23", f"over RTP: {BLOCKED}")
    for way in TRANSPORTS if by_rtp else TRANSPORTS[:1]:
        name = f"{codec} over {way} is started twice at once"
        sent = False
        for _ in range(TRIES):
            streams = _start(target, session, way, [(camera, codec)] * 2, 1)
            one, other = sending(target, streams)
            _stop(session, streams)
            if one or other:
                sent = True
                if not check("LIV-23", not (one and other), "never both", who_gives_way(one, other), name):
                    return
        if not sent:
            not_tested("LIV-23", f"{name}: it sends nothing")


@scenario("LIV-21", besides=("LIV-12",))
def test_two_cameras_started_at_once(
    target: Target, client: Client, check: Check, not_tested: NotTested, not_applicable: NotApplicable
) -> None:
    """Two cameras are started at once on one UID: each sends, and its own pictures."""
    judge = Judge(check, not_tested, not_applicable)
    cameras = cameras_with_video(target, 2)
    if len(cameras) < 2:
        raise PrerequisiteFailed("fewer than two of the first cameras send video")
    session = client.login()
    session.get("live_setup")
    for way in TRANSPORTS if find_out(target, client, session, next(iter(cameras))) else TRANSPORTS[:1]:
        streams = _start(target, session, way, list(cameras.items()), 2)
        for stream, sends in zip(streams, going_on(target, streams), strict=True):
            name = f"camera {stream.camera} over {way}, started at once with another"
            if sends or _sends_alone(session, way, stream):
                actual = f"{stream.exchange}, {stream.total} packets"
                check("LIV-21", sends, "it sends, as it does alone", actual, name)
            packets = stream.packets[:LOOKED_AT]
            if packets and (way == "RTP" or one_packet_per_part(packets).ok):
                records = target.rtp.dissect(packets)
                judge("LIV-12", name, names_camera, records, stream.camera, basis="camera")
        _stop(session, streams)


def _start(
    target: Target, session: Session, way: str, asked: list[tuple[int, str]], most: int
) -> list[LiveStream]:
    """START at once, of which ``most`` should send, until their first packets have come. A recorder that
    refuses one may need a rest behind STOP, or do one thing at a time: it is left alone, and asked again."""
    streams: list[LiveStream] = []
    for pause in (0.0, *CHURN):
        _stop(session, streams)
        target.pass_time(pause)
        session.get("keep_alive")
        streams = start_at_once(session, way, asked)
        wait_for_first_packets(target, streams)
        if sum(stream.total > 0 for stream in streams) >= most:
            break
    return streams


def _sends_alone(session: Session, way: str, stream: LiveStream) -> bool:
    """Whether a camera that stayed silent sends where no other is started beside it."""
    session.stop(stream)
    alone = session.run(way, stream.camera, stream.comp)
    _stop(session, [alone])
    return alone.total > 0


def _stop(session: Session, streams: list[LiveStream]) -> None:
    for stream in streams:
        session.stop(stream)
        stream.close()
