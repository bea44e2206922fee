"""§1.3: never live and playback together on one UID; another UID may do what this one may not."""

from __future__ import annotations

from dataclasses import dataclass

from nvr_conformance.client.player import mask_of, whole
from nvr_conformance.procedures.cameras import camera_with_video, cameras_with_video
from nvr_conformance.procedures.udp_path import BLOCKED, may_be_blocked
from nvr_conformance.scenario import (
    Check,
    Client,
    Exchange,
    Fact,
    LiveStream,
    NotTested,
    PrerequisiteFailed,
    Require,
    Session,
    Target,
    player_in_recording,
    refused,
    scenario,
)


@dataclass(frozen=True)
class Ground:
    """What is known to work: a camera's recording at a moment, a camera's live pictures in a codec."""

    recorded: int
    moment: int
    live: int
    codec: str


def _play(target: Target, session: Session, ground: Ground) -> Exchange:
    """MASK, GOTODATE, PLAY, camera.cgi: the answer to the last."""
    session.get("mask", MASK=mask_of([ground.recorded], target.channels))
    session.get("goto", TIMEF=ground.moment)
    session.get("play")
    return session.get("camera", CAM=ground.recorded)


def _stop_playing(target: Target, session: Session) -> None:
    session.get("stop", TIMEF=int(target.unix_time()) * 100)


def _gives_media(answer: Exchange) -> bool:
    return answer.ok and bool(answer.body)


def _start(session: Session, camera: int, codec: str) -> LiveStream:
    """A stream over HTTP that runs."""
    session.get("live_setup")
    stream = session.start_http(camera, codec)
    if stream.refused or not stream.wait_packets(1):
        raise PrerequisiteFailed(f"no live: {stream.exchange}")
    return stream


def _goes_on(streams: list[LiveStream]) -> Fact:
    """Whether packets of all of them come in the next two seconds."""
    marks = [stream.total for stream in streams]
    streams[0].collect(2)
    came = [stream.total - mark for stream, mark in zip(streams, marks, strict=True)]
    return Fact(all(came), "packets of each stream", f"{came} in 2 s")


def _require_both(target: Target, client: Client, require: Require) -> Ground:
    """Live and playback, each alone on a UID of its own, work."""
    live, (codec, *_) = camera_with_video(target)
    player, first = player_in_recording(target, client, codecs=("H264", "H265", "JPEG"))
    ground = Ground(first.camera, whole(first.start or 0), live, codec)
    player.session.logout()
    playing = client.login()
    answer = _play(target, playing, ground)
    require(_gives_media(answer), f"no playback on a UID that has nothing else: {answer}")
    playing.logout()
    living = client.login()
    _start(living, live, codec).close()
    living.logout()
    return ground


@scenario("EXC-01", "EXC-03")
def test_playback_beside_live(target: Target, client: Client, check: Check, require: Require) -> None:
    """Live runs; playback is asked for, while all of it runs, while a part still runs, and behind its end."""
    ground = _require_both(target, client, require)
    running = cameras_with_video(target, 2)
    session = client.login()
    streams = [_start(session, camera, codec) for camera, codec in running.items()]
    answer = _play(target, session, ground)
    check("EXC-01", refused(answer), "refused", answer, "live runs")
    check("EXC-01", *_goes_on(streams), "live goes on")
    if len(streams) > 1:
        session.stop(streams[1])
        if _goes_on(streams[:1]).ok:
            answer = _play(target, session, ground)
            check("EXC-01", refused(answer), "refused", answer, "one of two live streams was stopped")
            check("EXC-01", *_goes_on(streams[:1]), "the other goes on")
    for stream in streams:
        session.stop(stream)
    answer = _play(target, session, ground)
    check("EXC-03", _gives_media(answer), "a picture", answer, "live was stopped")


@scenario("EXC-02", "EXC-04")
def test_live_beside_playback(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """Playback runs; live is asked for over HTTP and RTP; then playback is stopped."""
    ground = _require_both(target, client, require)
    session = client.login()
    answer = _play(target, session, ground)
    require(_gives_media(answer), f"no playback: {answer}")
    for name, start in (("HTTP", session.start_http), ("RTP", session.start_rtp)):
        stream = start(ground.live, ground.codec)
        stream.collect(2)
        if may_be_blocked(target, client, stream):
            not_tested("EXC-02", f"{name}: {BLOCKED}")
        else:
            check("EXC-02", not stream.total, "no media", f"{stream.exchange}, {stream.total} packets", name)
        if not stream.refused:
            session.stop(stream)
        stream.close()
        answer = session.get("camera", CAM=ground.recorded)
        check("EXC-02", _gives_media(answer), "the next picture", answer, f"playback goes on behind {name}")
    _stop_playing(target, session)
    stream = session.start_http(ground.live, ground.codec)
    check("EXC-04", stream.wait_packets(1), "live", stream.exchange, "playback was stopped")


@scenario("EXC-05")
def test_two_uids(target: Target, client: Client, check: Check, require: Require) -> None:
    """One UID has live, another plays back: whichever began."""
    ground = _require_both(target, client, require)
    living, playing = client.login(), client.login()
    require(living.uid != playing.uid, "two logins were given one UID")
    stream = _start(living, ground.live, ground.codec)
    answer = _play(target, playing, ground)
    check("EXC-05", _gives_media(answer), "a picture", answer, "live first, then playback")
    check("EXC-05", *_goes_on([stream]), "live goes on")
    living.stop(stream)
    answer = _play(target, playing, ground)
    require(_gives_media(answer), f"no playback on a UID that has nothing else: {answer}")
    again = living.start_http(ground.live, ground.codec)
    check("EXC-05", again.wait_packets(1), "live", again.exchange, "playback first, then live")
    answer = playing.get("camera", CAM=ground.recorded)
    check("EXC-05", _gives_media(answer), "the next picture", answer, "playback goes on")
