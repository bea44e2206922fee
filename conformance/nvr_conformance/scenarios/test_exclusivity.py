"""§1.3: never live and playback together on one UID; another UID may do what this one may not."""

from __future__ import annotations

from nvr_conformance.scenario import (
    Check,
    Client,
    Exchange,
    Fact,
    LiveStream,
    PrerequisiteFailed,
    Require,
    Session,
    Target,
    refused,
    scenario,
)


def _play(target: Target, session: Session) -> Exchange:
    """MASK, PLAY, camera.cgi: the answer to the last, of the first camera."""
    camera = target.cameras[0]
    digits = ("1" if number == camera else "0" for number in range(1, target.channels + 1))
    session.get("mask", MASK="".join(digits))
    session.get("play")
    return session.get("camera", CAM=camera)


def _stop_playing(target: Target, session: Session) -> None:
    session.get("stop", TIMEF=int(target.unix_time()) * 100)


def _gives_media(answer: Exchange) -> bool:
    return answer.ok and bool(answer.body)


def _start(target: Target, session: Session, camera: int) -> LiveStream:
    """A stream over HTTP that runs."""
    session.get("live_setup")
    stream = session.start_http(camera, target.live_codecs(camera)[0])
    if stream.refused or not stream.wait_packets(1):
        raise PrerequisiteFailed(f"no live: {stream.exchange}")
    return stream


def _goes_on(streams: list[LiveStream]) -> Fact:
    """Whether packets of all of them come in the next two seconds."""
    marks = [stream.total for stream in streams]
    streams[0].collect(2)
    came = [stream.total - mark for stream, mark in zip(streams, marks, strict=True)]
    return Fact(all(came), "packets of each stream", f"{came} in 2 s")


def _require_both(target: Target, client: Client, require: Require) -> None:
    """Live and playback, each alone on a UID of its own, work."""
    playing = client.login()
    answer = _play(target, playing)
    require(_gives_media(answer), f"no playback on a UID that has nothing else: {answer}")
    playing.logout()
    living = client.login()
    _start(target, living, target.cameras[0]).close()
    living.logout()


@scenario("EXC-01", "EXC-03")
def test_playback_beside_live(target: Target, client: Client, check: Check, require: Require) -> None:
    """Live runs; playback is asked for, while all of it runs, while a part still runs, and behind its end."""
    _require_both(target, client, require)
    session = client.login()
    streams = [_start(target, session, camera) for camera in target.cameras[:2]]
    answer = _play(target, session)
    check("EXC-01", refused(answer), "refused", answer, "live runs")
    check("EXC-01", *_goes_on(streams), "live goes on")
    if len(streams) > 1:
        session.stop(streams[1])
        if _goes_on(streams[:1]).ok:
            answer = _play(target, session)
            check("EXC-01", refused(answer), "refused", answer, "one of two live streams was stopped")
            check("EXC-01", *_goes_on(streams[:1]), "the other goes on")
    for stream in streams:
        session.stop(stream)
    answer = _play(target, session)
    check("EXC-03", _gives_media(answer), "a picture", answer, "live was stopped")


@scenario("EXC-02", "EXC-04")
def test_live_beside_playback(target: Target, client: Client, check: Check, require: Require) -> None:
    """Playback runs; live is asked for over HTTP and RTP; then playback is stopped."""
    _require_both(target, client, require)
    session = client.login()
    answer = _play(target, session)
    require(_gives_media(answer), f"no playback: {answer}")
    codec = target.live_codecs(target.cameras[0])[0]
    for name, start in (("HTTP", session.start_http), ("RTP", session.start_rtp)):
        stream = start(target.cameras[0], codec)
        stream.collect(2)
        check("EXC-02", not stream.total, "no media", f"{stream.exchange}, {stream.total} packets", name)
        if not stream.refused:
            session.stop(stream)
        stream.close()
        answer = session.get("camera", CAM=target.cameras[0])
        check("EXC-02", _gives_media(answer), "the next picture", answer, f"playback goes on behind {name}")
    _stop_playing(target, session)
    stream = session.start_http(target.cameras[0], codec)
    check("EXC-04", stream.wait_packets(1), "live", stream.exchange, "playback was stopped")


@scenario("EXC-05")
def test_two_uids(target: Target, client: Client, check: Check, require: Require) -> None:
    """One UID has live, another plays back: whichever began."""
    _require_both(target, client, require)
    living, playing = client.login(), client.login()
    require(living.uid != playing.uid, "two logins were given one UID")
    stream = _start(target, living, target.cameras[0])
    answer = _play(target, playing)
    check("EXC-05", _gives_media(answer), "a picture", answer, "live first, then playback")
    check("EXC-05", *_goes_on([stream]), "live goes on")
    living.stop(stream)
    answer = _play(target, playing)
    require(_gives_media(answer), f"no playback on a UID that has nothing else: {answer}")
    again = living.start_http(target.cameras[0], stream.comp)
    check("EXC-05", again.wait_packets(1), "live", again.exchange, "playback first, then live")
    answer = playing.get("camera", CAM=target.cameras[0])
    check("EXC-05", _gives_media(answer), "the next picture", answer, "playback goes on")
