"""How many live streams a UID and a camera may have (§1.3), and which cameras there are."""

from __future__ import annotations

from itertools import product

from nvr_conformance.client.at_once import start_at_once
from nvr_conformance.client.mask import digits_taken
from nvr_conformance.facts.live_multipart import one_packet_per_part
from nvr_conformance.facts.rtp import one_ssrc, sequence
from nvr_conformance.procedures.cameras import camera_with_video, further_cameras
from nvr_conformance.procedures.checks import Judge
from nvr_conformance.procedures.streams import (
    JPEG,
    KEY_WAIT,
    going_on,
    pictures_change,
    sending,
    sends_jpeg,
    show_pace,
    wait_for_first_packets,
    ways_that_bring,
    who_gives_way,
)
from nvr_conformance.procedures.udp_path import BLOCKED
from nvr_conformance.scenario import (
    CapturedPacket,
    Check,
    Client,
    Fact,
    LiveRtp,
    LiveStream,
    NotApplicable,
    NotTested,
    Observe,
    PrerequisiteFailed,
    Require,
    Session,
    Target,
    scenario,
)

MOST = 16  # live streams on one UID
FIRST_PACKET = 12.0  # seconds that a camera is given for its first packet
LOOKED_AT = 40  # packets of the older of two streams, from the last ahead of the second START on
REFUSED = 2  # STARTs ahead of as many streams as may be
SILENCE = 2.0  # seconds without a packet that show that none comes
NOUGHT = "/cgi-bin/push.cgi?UID={uid}&CAM=0&CMD=START"


@scenario("LIV-21", "LIV-22", "LIV-24")
def test_sixteen_streams(
    target: Target,
    client: Client,
    check: Check,
    observe: Observe,
    require: Require,
    not_applicable: NotApplicable,
) -> None:
    """As many streams as a UID may have, then one more, then one on another UID."""
    first, (codec, *_) = camera_with_video(target)
    cameras = target.cameras
    session = client.login()
    session.get("live_setup")
    ways = require(ways_that_bring(session, first, codec), "no live at all")
    _refused_starts(target, session, codec)
    require(session.is_alive(), "a START that is refused ends the UID")
    streams = _start_all(target, session, cameras[:MOST], codec, ways)
    check("LIV-21", *_all_send(target, streams, "at once"), f"{len(streams)} streams")
    if len(cameras) <= MOST:
        not_applicable("LIV-22", f"{len(cameras)} cameras are connected: no more than a UID may have streams")
        return
    running = sum(stream.total > 0 for stream in streams.values())
    require(running == MOST, f"fewer than {MOST} streams run: {running}")
    another = client.login()
    elsewhere = another.run("HTTP", first, streams[first].comp)
    check("LIV-24", elsewhere.total, "live", elsewhere.exchange, f"beside {MOST} streams of another UID")
    elsewhere.close()
    beyond = cameras[MOST]
    asked = [(transport, target.live_codecs(beyond)[0]) for transport in ways]
    if sends_jpeg(another, beyond):
        asked.append(("HTTP", JPEG))
    for transport, comp in asked:
        name = f"stream {MOST + 1} over {transport}{', JPEG' * (comp == JPEG)}"
        seventeenth = session.start(transport, beyond, comp)
        *older, newcomer = sending(target, [*streams.values(), seventeenth])
        newcomer = newcomer and (comp != JPEG or pictures_change(seventeenth.packets))
        count = sum(older) + newcomer
        check("LIV-22", count <= MOST, f"at most {MOST} send", f"{count} of {MOST + 1} send", name)
        if count < MOST:
            target.pass_time(KEY_WAIT)  # the newcomer may wait for its first key picture
            count = sum(sending(target, [*streams.values(), seventeenth]))
        check("LIV-21", count >= MOST, f"{MOST} send", f"{count} send", f"beside {name}, the others")
        observe("LIV-22", f"{seventeenth.exchange}, {who_gives_way(all(older), newcomer)}", name)
        if newcomer or not all(older):
            return
        session.stop(seventeenth)
        seventeenth.close()
    stopped = streams.pop(first, None)
    if stopped is not None:
        session.stop(stopped)
        others = sending(target, [*streams.values()])
        actual = f"{sum(others)} of {len(others)} send"
        check("LIV-21", all(others), "the others go on", actual, f"behind STOP of camera {first}")
        stopped.close()
        streams[first] = session.run(ways[0], first, stopped.comp)
        told = _all_send(target, streams, "at once")
        check("LIV-21", *told, "one started again, behind others that were refused")
    last = streams.pop(cameras[MOST - 1], None)
    if last is not None:
        session.stop(last)
        last.close()
        pair = start_at_once(session, "HTTP", [(last.camera, last.comp), (beyond, asked[0][1])])
        wait_for_first_packets(target, pair)
        count = sum(sending(target, [*streams.values(), *pair]))
        name = f"streams {MOST} and {MOST + 1}, started at once"
        check("LIV-22", count <= MOST, f"at most {MOST} send", f"{count} of {MOST + 1} send", name)


@scenario("LIV-21", "LIV-23", besides=("LIV-07", "LIV-09"))
def test_one_camera_live_twice(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested, require: Require
) -> None:
    """A second START of a camera that streams on this UID, in each way that there is. Another one goes
    on."""
    judge = Judge(check, not_tested)
    camera, codecs = camera_with_video(target)
    finding = client.login()
    finding.get("live_setup")
    ways = require(ways_that_bring(finding, camera, codecs[0]), "no live at all")
    asked = [*product(codecs, ways), *([(JPEG, "HTTP")] if sends_jpeg(finding, camera) else [])]
    finding.logout()
    if "RTP" not in ways:
        not_tested("LIV-23", f"over RTP: {BLOCKED}")
    for transport in ways:
        session = client.login()
        session.get("live_setup")
        beside = [session.run(transport, *other) for other in further_cameras(target, (camera,), 1).items()]
        first = session.run(transport, camera, codecs[0])
        require(first.total, f"no live over {transport}")
        show_pace(first)
        for codec, again in asked:
            name = f"{codecs[0]} over {transport} runs, {codec} over {again} is asked for"
            before = first.total - 1
            second = session.start(again, camera, codec)
            older, newcomer, *others = sending(target, [first, second, *beside])
            newcomer = newcomer and (codec != JPEG or pictures_change(second.packets))
            for stream, sends in zip(beside, others, strict=True):
                if stream.total:
                    on = sends or any(going_on(target, [stream]))
                    told = "goes on" if on else "ends"
                    check("LIV-21", on, "goes on", told, f"camera {stream.camera}: {name}")
            check("LIV-23", not (older and newcomer), "never both", who_gives_way(older, newcomer), name)
            if older and newcomer:
                return
            if older:
                _is_the_same(target, judge, first.since(before)[:LOOKED_AT], name)
            observe("LIV-23", f"{second.exchange}, {who_gives_way(older, newcomer)}", name)
            if not older:
                session.stop(second)
                session.stop(first)
                first.close()
                first = session.run(transport, camera, codecs[0])
                require(first.total, f"no live over {transport} any more")
                show_pace(first)
            second.close()
        session.logout()


def _is_the_same(target: Target, judge: Judge, packets: list[CapturedPacket], name: str) -> None:
    """Whether the older stream goes on as it did ahead of the second START."""
    if all(packet.part is None for packet in packets) or one_packet_per_part(packets).ok:
        records = target.rtp.dissect(packets)
        judge("LIV-07", f"{name}, the older", sequence, records)
        judge("LIV-09", f"{name}, the older", one_ssrc, records)


WIDTHS = (2**8, 2**16, 2**32)
"""What a number of so many bits loses."""


@scenario("LIV-30")
def test_a_camera_that_is_not_there(
    target: Target, client: Client, check: Check, observe: Observe, not_tested: NotTested, require: Require
) -> None:
    """START of cameras that are not registered, and of numbers that no camera can have; the same START with a
    camera that is there works before and after."""
    camera, (codec, *_) = camera_with_video(target)
    session = client.login()
    session.get("live_setup")
    absent = target.unregistered
    wrong = {f"camera {number}, not registered": number for number in absent[:1] + absent[-1:]}
    asking = client.login()
    beyond = (digits_taken(asking, target.channels) + 1, *(width + camera for width in WIDTHS))
    asking.logout()
    wrong |= {f"camera {number}, out of range": number for number in beyond}
    ways = require(ways_that_bring(session, camera, codec), "no live at all")
    if "RTP" not in ways:
        not_tested("LIV-30", f"over RTP: {BLOCKED}")
    for transport in ways:
        asked = {name: session.start(transport, number, codec) for name, number in wrong.items()}
        target.pass_time(SILENCE)
        target.settle()
        for stream in asked.values():
            session.stop(stream)
            stream.close()
        _require_live(session, camera, codec, transport, require)
        for name, stream in asked.items():
            check("LIV-30", *_nothing(stream), f"{name}, {transport}")
            observe("LIV-30", stream.exchange, f"{name}, {transport}, the answer")
    pictures = {name: session.start_http(number, JPEG) for name, number in wrong.items()}
    target.pass_time(SILENCE)
    target.settle()
    for name, stream in pictures.items():
        session.stop(stream)
        stream.close()
        told = f"{stream.exchange}, {stream.total} packets"
        check("LIV-30", not pictures_change(stream.packets), "no pictures of a camera", told, f"{name}, JPEG")
    nought = session.open_http(f"{NOUGHT}&COMP={codec}&INTERNETMODE=ON".format(uid=session.uid_text))
    target.pass_time(SILENCE)
    target.settle()
    _require_live(session, camera, codec, "HTTP", require)
    check("LIV-30", *_nothing(nought), "camera 0, out of range, HTTP")


def _require_live(session: Session, camera: int, codec: str, transport: str, require: Require) -> None:
    stream = session.run(transport, camera, codec)
    require(stream.total, f"no live over {transport}")
    session.stop(stream)
    stream.close()


def _refused_starts(target: Target, session: Session, codec: str) -> None:
    """STARTs that bring nothing, of a camera that is not there: they take none of the places."""
    absent = (*target.unregistered, target.channels + 1)[0]
    for _ in range(REFUSED):
        session.start("HTTP", absent, codec).close()


def _start_all(
    target: Target, session: Session, cameras: tuple[int, ...], codec: str, transports: list[str]
) -> dict[int, LiveStream]:
    """START each camera, over each transport in turn; those that stay silent again, in the other codec. A
    camera that sends no video by itself either is left out."""
    ways = {camera: transports[index % len(transports)] for index, camera in enumerate(cameras)}
    streams = {camera: session.start(ways[camera], camera, codec) for camera in cameras}
    end = target.now() + FIRST_PACKET
    while target.now() < end and not all(stream.total for stream in streams.values()):
        target.pass_time(0.5)
        target.settle()
    for camera, stream in list(streams.items()):
        if not stream.total and stream.exchange.status == 204:  # it may need a rest behind STOP
            stream.close()
            stream = streams[camera] = session.run(ways[camera], camera, codec)
        if stream.total:
            continue
        session.get("keep_alive")  # to find out what a camera sends may take half a minute
        codecs = _codecs(target, camera)
        if codec in codecs:
            continue
        session.stop(stream)
        stream.close()
        if codecs:
            streams[camera] = session.start(ways[camera], camera, codecs[0])
        else:
            del streams[camera]
    return streams


def _codecs(target: Target, camera: int) -> tuple[str, ...]:
    try:
        return target.live_codecs(camera)
    except PrerequisiteFailed:
        return ()


def _all_send(target: Target, streams: dict[int, LiveStream], name: str) -> Fact:
    """Every stream brings packets at the same time, which over RTP can be read as such."""
    marks = {camera: stream.total for camera, stream in streams.items()}
    target.pass_time(SILENCE)
    target.settle()
    going_on(target, [stream for camera, stream in streams.items() if stream.total == marks[camera]])
    silent = [camera for camera, stream in streams.items() if not _brings(target, stream, marks[camera])]
    actual = f"nothing from {', '.join(map(str, silent))}: {streams[silent[0]].exchange}" if silent else "so"
    return Fact(not silent, f"packets from each of {len(streams)} cameras {name}".rstrip(), actual)


def _brings(target: Target, stream: LiveStream, mark: int) -> bool:
    if stream.total == mark:
        return False
    packets = stream.since(mark) if isinstance(stream, LiveRtp) else []
    return not packets or not all(record.problem for record in target.rtp.read_many(packets))


def _nothing(stream: LiveStream) -> Fact:
    """Whether no media come, whatever the answer is."""
    return Fact(not stream.total, "no media", f"{stream.exchange}, {stream.total} packets")
