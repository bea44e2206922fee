"""Live pictures over HTTP: §2.2, §2.3.3, §2.3.4."""

from __future__ import annotations

from nvr_conformance.facts.live_multipart import one_packet_per_part, part_headers
from nvr_conformance.procedures.cameras import CAMERAS_TRIED, CODECS, camera_with_video
from nvr_conformance.procedures.checks import VIDEO_IDS, VideoChecks
from nvr_conformance.procedures.streams import wait_for_key_picture
from nvr_conformance.reading.rtp import dissect
from nvr_conformance.scenario import (
    Check,
    Client,
    Fact,
    LiveHttp,
    NotApplicable,
    NotTested,
    Require,
    Session,
    Target,
    scenario,
)

KEY_WAIT = 12.0  # seconds within which a key picture should come (LIV-32)
WATCHED = 5.0  # seconds that are judged behind it
OPENING = len("\r\n--myboundary\r\n")  # bytes that come though nothing follows
LET_GO = 10.0  # seconds that a recorder is given to notice that a client has gone


@scenario("LIV-16", "LIV-17", "LIV-18", *VIDEO_IDS, "LIV-32")
def test_live_over_http(
    target: Target,
    client: Client,
    check: Check,
    require: Require,
    not_tested: NotTested,
    not_applicable: NotApplicable,
) -> None:
    """START, the parts and STOP, for each codec that the first camera with video sends."""
    session = client.login()
    session.get("live_setup")
    judge_video = VideoChecks(check, not_tested, not_applicable)

    def brings_something(camera: int, codec: str) -> bool:
        name = f"{codec} over HTTP"
        started = target.now()
        stream = session.start_http(camera, codec)
        if not stream.wait_packets(1):
            session.stop(stream)
            stream.close()
            something = stream.received > OPENING or bool(stream.problem)
            if something:
                check("LIV-16", *_multipart(stream), f"{name}, the multipart")
            return something
        key = wait_for_key_picture(stream, KEY_WAIT - (target.now() - started))
        stream.collect(WATCHED)
        packets = stream.packets
        check("LIV-16", *_multipart(stream), f"{name}, the multipart")
        check("LIV-16", *part_headers(packets, "application/octet-stream"), f"{name}, the parts")
        if check("LIV-17", *one_packet_per_part(packets), name):
            actual = "it came" if key else "none"
            check("LIV-32", key, f"a key picture within {KEY_WAIT:.0f} s", actual, name)
            judge_video(dissect(packets), codec, camera, target.unix_time(), name)
        _stop(session, stream, target, check, name)
        return True

    for camera in target.cameras[:CAMERAS_TRIED]:
        if [codec for codec in CODECS if brings_something(camera, codec)]:
            return
    require(False, "no connected camera sends H.264 or H.265 over HTTP")


def _multipart(stream: LiveHttp) -> Fact:
    """The answer is a multipart that begins with the boundary line and was readable to the end."""
    kind = stream.exchange.content_type
    actual = f"{kind}, {stream.total} parts in {stream.received} bytes"
    if stream.problem:
        actual += f", {stream.problem}"
    right = kind.startswith("multipart/") and stream.started and stream.total > 0 and not stream.problem
    return Fact(right, "a multipart of --myboundary parts", actual)


def _stop(session: Session, stream: LiveHttp, target: Target, check: Check, name: str) -> None:
    """STOP ends this stream, and no other."""
    beside = next(
        (session.start_http(camera, stream.comp) for camera in target.cameras if camera != stream.camera),
        None,
    )
    if beside is not None:
        beside.wait_packets(1, 3)
    answer = session.stop(stream)
    check("LIV-18", answer.ok, "STOP accepted", answer, f"{name}, the answer to STOP")
    quiet = stream.is_quiet()
    check("LIV-18", quiet, "nothing behind STOP", "nothing" if quiet else "parts", f"{name}, quiet")
    ended = stream.wait_until(lambda: stream.ended, 5)
    actual = stream.end_reason or ("ended" if ended else "still open")
    check("LIV-18", stream.ended_cleanly, "the answer ends", actual, f"{name}, the end")
    if beside is None:
        return
    if beside.total:
        goes_on = bool(beside.collect(2))
        actual = "it goes on" if goes_on else "it ended"
        check("LIV-18", goes_on, "another camera's stream goes on", actual, f"{name}, beside")
    session.stop(beside)
    beside.close()


@scenario("LIV-34")
def test_a_client_that_hangs_up(target: Target, client: Client, check: Check, require: Require) -> None:
    """The client closes its connection without STOP: UID and camera are free for the next START."""
    camera, (codec, *_) = camera_with_video(target)
    session = client.login()
    session.get("live_setup")
    for round_ in ("first", "second"):
        stream = session.start_http(camera, codec)
        require(stream.wait_packets(1), "no live over HTTP")
        stream.close()
        again = _start_again(target, session, camera, codec)
        check("LIV-34", again.total > 0, "live again", again.exchange, f"hung up, {round_} time")
        session.stop(again)
        again.close()
    alive = session.is_alive()
    check("LIV-34", alive, "the UID lives on", "so" if alive else "it ended", "the UID")


def _start_again(target: Target, session: Session, camera: int, codec: str) -> LiveHttp:
    """START until pictures come, or the recorder had time enough to notice that its client has gone."""
    end = target.now() + LET_GO
    while True:
        stream = session.start_http(camera, codec)
        if stream.wait_packets(1, 2) or target.now() >= end:
            return stream
        stream.close()
        target.pass_time(0.5)
