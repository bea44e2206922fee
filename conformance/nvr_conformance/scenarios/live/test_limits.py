"""How many live streams a UID and a camera may have (§1.3), and which cameras there are."""

from __future__ import annotations

from itertools import product

from nvr_conformance.procedures.cameras import camera_count, camera_with_video
from nvr_conformance.scenario import (
    Check,
    Client,
    Fact,
    LiveStream,
    NotApplicable,
    PrerequisiteFailed,
    Require,
    Session,
    Target,
    scenario,
)

MOST = 16  # live streams on one UID
FIRST_PACKET = 12.0  # seconds that a camera is given for its first packet
SILENCE = 2.0  # seconds without a packet that show that none comes
NOUGHT = "/cgi-bin/push.cgi?UID={uid}&CAM=0&CMD=START"


@scenario("LIV-21", "LIV-22", "LIV-24")
def test_sixteen_streams(
    target: Target, client: Client, check: Check, require: Require, not_applicable: NotApplicable
) -> None:
    """As many streams as a UID may have, then one more, then one on another UID."""
    first, (codec, *_) = camera_with_video(target)
    cameras = target.cameras
    session = client.login()
    session.get("live_setup")
    ways = require(_ways(session, first, codec), "no live at all")
    streams = _start_all(target, session, cameras[:MOST], codec, ways)
    check("LIV-21", *_all_send(target, streams, "at once"), f"{len(streams)} streams")
    if len(cameras) <= MOST:
        not_applicable("LIV-22", f"{len(cameras)} cameras are connected: no more than a UID may have streams")
        return
    running = sum(stream.total > 0 for stream in streams.values())
    require(running == MOST, f"fewer than {MOST} streams run: {running}")
    elsewhere = client.login().start_http(first, streams[first].comp)
    came = elsewhere.wait_packets(1)
    check("LIV-24", came, "live", elsewhere.exchange, f"beside {MOST} streams of another UID")
    elsewhere.close()
    beyond = cameras[MOST]
    own_codec = target.live_codecs(beyond)[0]
    for transport in ("HTTP", "RTP"):
        seventeenth = _start(session, beyond, own_codec, transport)
        fact = _all_send(target, streams, "as before")
        check("LIV-22", *_refusal(seventeenth), f"stream {MOST + 1} over {transport}")
        check("LIV-22", *fact, f"behind the refusal over {transport}")
        seventeenth.close()
        if seventeenth.total:
            return
    session.stop(streams[first])
    room = _start(session, beyond, own_codec, "HTTP")
    check("LIV-22", room.wait_packets(1), "live, after one was stopped", room.exchange, "room again")


@scenario("LIV-23")
def test_one_camera_live_twice(target: Target, client: Client, check: Check, require: Require) -> None:
    """A second START of a camera that streams on this UID, in each way that there is."""
    camera, codecs = camera_with_video(target)
    session = client.login()
    session.get("live_setup")
    for transport in ("HTTP", "RTP"):
        first = _start(session, camera, codecs[0], transport)
        require(first.wait_packets(1), f"no live over {transport}")
        for codec in codecs:
            for again in ("HTTP", "RTP"):
                name = f"{codecs[0]} over {transport} runs, {codec} over {again} is asked for"
                second = _start(session, camera, codec, again)
                goes_on = bool(first.collect(SILENCE))
                check("LIV-23", *_refusal(second), name)
                check("LIV-23", goes_on, "the first goes on", "so" if goes_on else "it ended", name)
                second.close()
                if second.total or not goes_on:
                    return
        session.stop(first)
        free = _start(session, camera, codecs[-1], transport)
        check("LIV-23", free.wait_packets(1), "live, after the first was stopped", free.exchange, transport)
        session.stop(free)


@scenario("LIV-24")
def test_one_camera_for_two(target: Target, client: Client, check: Check, require: Require) -> None:
    """Two UIDs watch one camera; one stops."""
    camera, (codec, *_) = camera_with_video(target)
    one, two = client.login(), client.login()
    ways = require(_ways(one, camera, codec), "no live at all")
    for first_way, second_way in product(ways, ways):
        name = f"{first_way} and {second_way}"
        first = _start(one, camera, codec, first_way)
        require(first.wait_packets(1), f"no live over {first_way} any more")
        second = _start(two, camera, codec, second_way)
        check("LIV-24", second.wait_packets(1), "live on the second UID", second.exchange, name)
        goes_on = bool(first.collect(1))
        check("LIV-24", goes_on, "the first UID's stream goes on", "so" if goes_on else "it ended", name)
        one.stop(first)
        target.settle()
        if second.total:
            goes_on = bool(second.collect(1.5))
            actual = "so" if goes_on else "it ended"
            check("LIV-24", goes_on, "the second goes on when the first stops", actual, name)
        two.stop(second)


@scenario("LIV-30")
def test_a_camera_that_is_not_there(target: Target, client: Client, check: Check, require: Require) -> None:
    """START of cameras that are not registered, and of numbers that no camera can have; the same START with a
    camera that is there works before and after."""
    camera, (codec, *_) = camera_with_video(target)
    session = client.login()
    session.get("live_setup")
    absent = target.unregistered
    wrong = {f"camera {number}, not registered": number for number in absent[:1] + absent[-1:]}
    asking = client.login()
    beyond = (camera_count(asking, target.channels) + 1, 256 + camera)
    asking.logout()
    wrong |= {f"camera {number}, out of range": number for number in beyond}
    for transport in ("HTTP", "RTP"):
        _require_live(session, camera, codec, transport, require)
        asked = {name: _start(session, number, codec, transport) for name, number in wrong.items()}
        target.pass_time(SILENCE)
        target.settle()
        for stream in asked.values():
            session.stop(stream)
            stream.close()
        _require_live(session, camera, codec, transport, require)
        for name, stream in asked.items():
            check("LIV-30", *_refusal(stream), f"{name}, {transport}")
    nought = session.open_http(f"{NOUGHT}&COMP={codec}&INTERNETMODE=ON".format(uid=session.uid_text))
    target.pass_time(SILENCE)
    target.settle()
    _require_live(session, camera, codec, "HTTP", require)
    check("LIV-30", *_refusal(nought), "camera 0, out of range, HTTP")


def _start(session: Session, camera: int, codec: str, transport: str) -> LiveStream:
    if transport == "RTP":
        return session.start_rtp(camera, codec)
    return session.start_http(camera, codec)


def _require_live(session: Session, camera: int, codec: str, transport: str, require: Require) -> None:
    stream = _start(session, camera, codec, transport)
    require(stream.wait_packets(1), f"no live over {transport}")
    session.stop(stream)
    stream.close()


def _ways(session: Session, camera: int, codec: str) -> list[str]:
    """Those of HTTP and RTP over which one stream alone comes."""
    found = []
    for transport in ("HTTP", "RTP"):
        stream = _start(session, camera, codec, transport)
        if stream.wait_packets(1):
            found.append(transport)
        session.stop(stream)
        stream.close()
    return found


def _start_all(
    target: Target, session: Session, cameras: tuple[int, ...], codec: str, transports: list[str]
) -> dict[int, LiveStream]:
    """START each camera, over each transport in turn; those that stay silent again, in the other codec. A
    camera that sends no video by itself either is left out."""
    ways = {camera: transports[index % len(transports)] for index, camera in enumerate(cameras)}
    streams = {camera: _start(session, camera, codec, ways[camera]) for camera in cameras}
    end = target.now() + FIRST_PACKET
    while target.now() < end and not all(stream.total for stream in streams.values()):
        target.pass_time(0.5)
        target.settle()
    for camera, stream in list(streams.items()):
        if stream.total:
            continue
        session.get("keep_alive")  # to find out what a camera sends may take half a minute
        codecs = _codecs(target, camera)
        if codec in codecs:
            continue
        session.stop(stream)
        stream.close()
        if codecs:
            streams[camera] = _start(session, camera, codecs[0], ways[camera])
        else:
            del streams[camera]
    return streams


def _codecs(target: Target, camera: int) -> tuple[str, ...]:
    try:
        return target.live_codecs(camera)
    except PrerequisiteFailed:
        return ()


def _all_send(target: Target, streams: dict[int, LiveStream], name: str) -> Fact:
    """Every stream brings packets at the same time."""
    marks = {camera: stream.total for camera, stream in streams.items()}
    target.pass_time(SILENCE)
    target.settle()
    silent = [camera for camera, stream in streams.items() if stream.total == marks[camera]]
    actual = f"nothing from {', '.join(map(str, silent))}: {streams[silent[0]].exchange}" if silent else "so"
    return Fact(not silent, f"packets from each of {len(streams)} cameras {name}".rstrip(), actual)


def _refusal(stream: LiveStream) -> Fact:
    """An error status, an empty answer, or over HTTP one in which nothing comes; and no media."""
    refused = stream.refused or stream.exchange.streaming
    actual = f"{stream.exchange}, {stream.total} packets"
    return Fact(refused and not stream.total, "refused, and no media", actual)
