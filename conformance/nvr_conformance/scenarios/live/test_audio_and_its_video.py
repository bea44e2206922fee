"""§2.1.2.2: audio comes beside the video of its camera, and with no other."""

from __future__ import annotations

from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.procedures.streams import (
    AUDIO,
    goes_on,
    other_codec,
    sending,
    wait_for_first_packets,
)
from nvr_conformance.scenario import (
    Check,
    Client,
    LiveStream,
    NotTested,
    Observe,
    Require,
    Session,
    Target,
    scenario,
)

WAYS = ("RTP", "HTTP")


@scenario("LIV-26")
def test_audio_beside_video_over_rtp(target: Target, client: Client, check: Check, require: Require) -> None:
    """Video and audio of a camera over RTP, each to its own port; audio over HTTP shows that there is any."""
    camera, codecs = camera_with_video(target)
    by_rtp, by_http = client.login(), client.login()
    for session, way in ((by_http, "HTTP"), (by_rtp, "RTP")):
        session.get("live_setup")
        require(session.run(way, camera, codecs[0]).total, f"no video over {way}")
    require(by_http.run("HTTP", camera, AUDIO).total, "the camera sends no audio")
    by_http.logout()  # that two UIDs may have audio is for LIV-24
    audio = by_rtp.run("RTP", camera, AUDIO)
    actual = f"{audio.exchange}, {audio.total} packets"
    check("LIV-26", audio.total, "audio at its own port", actual, "beside video over RTP")


SEND_ONE_CODEC = {
    "cameras": [
        {"number": 1, "fixture": "counter-small", "video": ["H264"], "audio": "AAC"},
        {"number": 2, "fixture": "counter-small", "recorded": "H265"},
    ]
}


@scenario("LIV-25", "LIV-33", besides=("LIV-18",), setup=SEND_ONE_CODEC)
def test_audio_and_its_video(
    target: Target,
    client: Client,
    check: Check,
    not_tested: NotTested,
    observe: Observe,
    require: Require,
) -> None:
    """A codec that the camera does not send; audio before, beside and behind its camera's video."""
    camera, *others = require(target.cameras, "no camera is connected")
    session, other_session = client.login(), client.login()
    for each in (session, other_session):
        each.get("live_setup")
    codec = require(_codecs_that_come(target, session, other_session, camera, observe), "no video comes")[0]

    before = _beside_its_video(target, session, camera, codec, require)
    require(any(took is not None for took in before), "the camera sends no audio")
    patience = 1 + max(took for took in before if took is not None)
    tries = [("nothing runs", _start_audio(target, session, camera, patience))]
    if others:
        beside = session.run("HTTP", others[0], codec, 2.0)
        tries.append(("another camera's video runs", _start_audio(target, session, camera, patience)))
        session.stop(beside)
    other_session.get("keep_alive")
    elsewhere = other_session.run("HTTP", camera, codec)
    tries.append(("its video runs on another UID", _start_audio(target, session, camera, patience)))
    other_session.stop(elsewhere)

    after = _beside_its_video(target, session, camera, codec, require)
    heard = [None not in both for both in zip(before, after, strict=True)]
    require(any(heard), "the camera sends no audio")
    for way, audios in zip(WAYS, heard, strict=True):
        if not audios:
            not_tested("LIV-25", f"over {way} no audio comes beside its video either")
    for when, streams in tries:
        for stream, way, audios in zip(streams, WAYS, heard, strict=True):
            actual = f"{stream.exchange}, {stream.total} packets"
            if audios:
                check("LIV-25", not stream.total, "no audio", actual, f"{when}, over {way}")

    video = session.run("HTTP", camera, codec)
    audio = session.run("RTP" if heard[0] else "HTTP", camera, AUDIO)
    if others:
        beside = session.run("HTTP", others[0], codec, 2.0)
        was = bool(beside.total and sending(target, [audio])[0])
        session.stop(beside)
        beside.close()
        if was:
            check("LIV-18", *goes_on(target, audio), "another camera's video stops: audio beside")
    session.stop(video)
    target.settle()
    quiet = audio.is_quiet()
    observe("LIV-33", f"audio {'stops' if quiet else 'goes on'} when its video stops", "audio and its video")
    if others:
        session.stop(audio)
        session.run("HTTP", others[0], codec, 2.0)
        silent = _start_audio(target, session, others[0], patience)[0]
        observe("LIV-33", f"{silent.exchange}, {silent.total} packets", f"audio of camera {others[0]}")


def _codecs_that_come(
    target: Target, session: Session, other_session: Session, camera: int, observe: Observe
) -> list[str]:
    """Ask for both codecs at once, on two UIDs; tell what comes of one that the camera does not send."""
    streams = [session.start_http(camera, "H264"), other_session.start_http(camera, "H265")]
    target.pass_time(8, step=2)
    target.settle()
    for stream, owner in zip(streams, (session, other_session), strict=True):
        owner.stop(stream)
        if other := other_codec(stream):
            observe("LIV-33", f"{other} instead", f"{stream.comp} of camera {camera}")
        elif not stream.total:
            told = f"{stream.exchange}, nothing in 8 s"
            observe("LIV-33", told, f"{stream.comp} of camera {camera}")
    return [stream.comp for stream in streams if stream.total and not other_codec(stream)]


def _beside_its_video(
    target: Target, session: Session, camera: int, codec: str, require: Require
) -> list[float | None]:
    """How many seconds behind START audio comes over RTP and over HTTP while its video runs; None where none
    does."""
    video = session.run("HTTP", camera, codec)
    require(video.total, "its video cannot be started")
    took = []
    for way in WAYS:
        begun = target.now()
        audio = session.start(way, camera, AUDIO)
        wait_for_first_packets(target, [audio])
        took.append(target.now() - begun if audio.total else None)
        session.stop(audio)
    session.stop(video)
    video.close()
    return took


def _start_audio(
    target: Target, session: Session, camera: int, seconds: float
) -> tuple[LiveStream, LiveStream]:
    """START over RTP, STOP, START over HTTP, STOP, so many seconds each."""
    session.get("keep_alive")
    streams = []
    for start in (session.start_rtp, session.start_http):
        stream = start(camera, AUDIO)
        target.pass_time(seconds)
        target.settle()
        session.stop(stream)
        streams.append(stream)
    return streams[0], streams[1]
