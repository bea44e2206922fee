"""Live pictures over HTTP: §2.2, §2.3.3, §2.3.4."""

from __future__ import annotations

from nvr_conformance.facts.live_multipart import one_packet_per_part, part_headers
from nvr_conformance.facts.live_shape import shape
from nvr_conformance.procedures.cameras import CAMERAS_TRIED, CODECS, camera_with_video, further_cameras
from nvr_conformance.procedures.checks import VIDEO_IDS, VideoChecks
from nvr_conformance.procedures.recorder_clock import now_on
from nvr_conformance.procedures.streams import (
    AUDIO,
    BRIEF,
    JPEG,
    KEY_WAIT,
    goes_on,
    other_codec,
    quiet_behind,
    wait_for_key_picture,
    watched_at_once,
)
from nvr_conformance.procedures.uid_commands import AGO, playing_uid
from nvr_conformance.scenario import (
    SECOND,
    Check,
    Client,
    Fact,
    Gop,
    LiveHttp,
    LiveStream,
    NotApplicable,
    NotTested,
    Observe,
    Player,
    Require,
    Session,
    Target,
    scenario,
)

WATCHED = 5.0  # seconds that are judged behind a key picture
LONGER = 30.0  # of the first codec, where the clock can be moved: what goes wrong once in many pictures
BRIEFLY = 1.0  # seconds that are judged of other cameras
OPENING = len("\r\n--myboundary\r\n")  # bytes that come though nothing follows
LET_GO = 10.0  # seconds that a recorder is given to notice that a client has gone


@scenario(
    "LIV-16", "LIV-17", "LIV-18", *VIDEO_IDS, "LIV-32", "LIV-33", "LIV-36", setup={"rtp_wrap_after": 4.0}
)
def test_live_over_http(
    target: Target,
    client: Client,
    check: Check,
    observe: Observe,
    require: Require,
    not_tested: NotTested,
    not_applicable: NotApplicable,
) -> None:
    """START, the parts and STOP, for each codec that the first camera with video sends; then some other
    cameras at once. Another UID plays meanwhile."""
    playing_uid(target, client)
    session = client.login()
    session.get("live_setup")
    judge_video = VideoChecks(check, not_tested, not_applicable)
    judged: list[str] = []

    def brings_something(camera: int, codec: str) -> bool:
        name = f"{codec} over HTTP"
        started = target.now()
        stream = session.run("HTTP", camera, codec)
        assert isinstance(stream, LiveHttp)
        if not stream.total or other_codec(stream):
            session.stop(stream)
            stream.close()
            if stream.total:
                observe("LIV-33", f"{other_codec(stream)} instead", f"{codec} of camera {camera}")
                return False
            something = stream.received > OPENING or bool(stream.problem)
            if something:
                check("LIV-16", *_multipart(stream), f"{name}, the multipart")
            return something
        key = wait_for_key_picture(stream, KEY_WAIT - (target.now() - started))
        at_length = target.clock == "manual" and not judged
        judged.append(codec)
        stream.collect(LONGER if at_length else WATCHED)
        packets = stream.packets
        check("LIV-16", *_multipart(stream), f"{name}, the multipart")
        check("LIV-16", *part_headers(packets, "application/octet-stream"), f"{name}, the parts")
        observe("LIV-16", stream.exchange.header("Content-Type"), f"{name}, the answer's Content-Type")
        if check("LIV-17", *one_packet_per_part(packets), name):
            actual = "it came" if key else "none"
            check("LIV-32", key, f"a key picture within {KEY_WAIT:.0f} s", actual, name)
            records = target.rtp.dissect(packets)
            judge_video(records, codec, camera, now_on(target, client), name)
            for what, seen in shape(records, codec).items():
                observe("LIV-36", seen, f"{name}, {what}")
        _stop(session, stream, target, check, observe, name)
        return True

    for camera in target.cameras[:CAMERAS_TRIED]:
        if [codec for codec in CODECS if brings_something(camera, codec)]:
            break
    else:
        require(False, "no connected camera sends H.264 or H.265 over HTTP")
    for stream in watched_at_once(target, session, "HTTP", further_cameras(target, (camera,)), BRIEFLY):
        if one_packet_per_part(stream.packets).ok:
            name = f"{stream.comp} of camera {stream.camera} over HTTP"
            records = target.rtp.dissect(stream.packets)
            judge_video(records, stream.comp, stream.camera, now_on(target, client), name)


def _multipart(stream: LiveHttp) -> Fact:
    """The answer begins with the boundary line and was readable to the end."""
    actual = f"{stream.exchange.content_type}, {stream.total} parts in {stream.received} bytes"
    if stream.problem:
        actual += f", {stream.problem}"
    right = stream.started and stream.total > 0 and not stream.problem
    return Fact(right, "a multipart of --myboundary parts", actual)


def _stop(
    session: Session, stream: LiveHttp, target: Target, check: Check, observe: Observe, name: str
) -> None:
    """STOP ends this stream, and no other."""
    other = next((camera for camera in target.cameras if camera != stream.camera), None)
    beside = None if other is None else session.start_http(other, stream.comp)
    if beside is not None:
        beside.wait_packets(1, 3)
    session.stop(stream)
    check("LIV-18", *quiet_behind(target, stream), f"{name}, quiet")
    ended = stream.wait_until(lambda: stream.ended, 5)
    check("LIV-18", ended, "the answer ends", "ended" if ended else "still open", f"{name}, the end")
    if stream.end_reason:
        observe("LIV-18", stream.end_reason, f"{name}, how it ends")
    if beside is None:
        return
    if beside.total:
        check("LIV-18", *goes_on(target, beside), f"{name}, beside")
        session.stop_as_drawn(beside)
        check("LIV-18", *quiet_behind(target, beside), f"{name}, quiet behind STOP without INTERNETMODE")
    session.stop(beside)
    beside.close()


@scenario("LIV-34", besides=("EXC-03",))
def test_a_client_that_hangs_up(
    target: Target, client: Client, check: Check, not_tested: NotTested, require: Require
) -> None:
    """The client closes its connection without STOP: UID and camera are free for the next START. So with
    JPEG and audio; then the UID plays back."""
    camera, (codec, *_) = camera_with_video(target)
    moment = round(target.unix_time() - AGO) * SECOND
    session = client.login()
    session.get("live_setup")
    for round_ in ("first", "second"):
        stream = session.run("HTTP", camera, codec)
        require(stream.total, "no live over HTTP")
        stream.close()
        again = _start_again(target, session, camera, codec)
        _judge_again(client, codec, again, check, not_tested, f"hung up, {round_} time")
        session.stop(again)
        again.close()
    alive = session.is_alive()
    check("LIV-34", alive, "the UID lives on", "so" if alive else "it ended", "the UID")

    def hang_up(comp: str) -> None:
        stream = session.run("HTTP", camera, comp, BRIEF)
        stream.close()
        if stream.total:
            stream = _start_again(target, session, camera, comp)
            _judge_again(client, codec, stream, check, not_tested, f"hung up, {comp}")
        session.stop(stream)
        stream.close()

    video = session.run("HTTP", camera, codec)
    hang_up(AUDIO)
    session.stop(video)
    video.close()
    hang_up(JPEG)
    given = _played(Player(session), camera, moment)
    alone = given if given.given else _played(Player(client.login()), camera, moment)
    name = "a UID whose client hung up before"
    if alone.given:
        check("EXC-03", given.given, "playback", given, name)
    else:
        not_tested("EXC-03", f"{name}: camera {camera} plays nothing of {AGO} s ago")


def _judge_again(
    client: Client, codec: str, again: LiveStream, check: Check, not_tested: NotTested, name: str
) -> None:
    """LIV-34, unless it does not start again behind a STOP either: then hanging up is not to blame."""
    if again.total or _starts_twice(client, codec, again):
        check("LIV-34", again.total > 0, "live again", again.exchange, name)
    else:
        not_tested("LIV-34", f"{name}: it does not start again behind STOP either: {again.exchange}")


def _starts_twice(client: Client, codec: str, stream: LiveStream) -> bool:
    """Whether a UID of its own is given such a stream again that it stopped itself."""
    session = client.login()
    session.get("live_setup")
    if stream.comp == AUDIO:
        session.run("HTTP", stream.camera, codec)
    session.stop(session.run("HTTP", stream.camera, stream.comp))
    again = session.run("HTTP", stream.camera, stream.comp)
    session.logout()
    return again.total > 0


def _played(player: Player, camera: int, moment: int) -> Gop:
    player.choose(camera)
    return player.at(camera, moment)


def _start_again(target: Target, session: Session, camera: int, codec: str) -> LiveStream:
    """START until pictures come, or the recorder had time enough to notice that its client has gone."""
    end = target.now() + LET_GO
    while target.now() < end:
        stream = session.start_http(camera, codec)
        if stream.wait_packets(1, 2):
            return stream
        stream.close()
        target.pass_time(2)
    return session.run("HTTP", camera, codec)
