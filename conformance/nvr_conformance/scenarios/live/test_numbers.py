"""Sequence numbers of many streams: where they start, and the wrap at 65535 (§2.3.1)."""

from __future__ import annotations

from functools import partial

from nvr_conformance.facts.live_multipart import one_packet_per_part
from nvr_conformance.facts.rtp import random_starts, sequence_numbers
from nvr_conformance.procedures.cameras import camera_with_video
from nvr_conformance.reading.rtp import quick_sequence
from nvr_conformance.scenario import Check, Client, Fact, LiveHttp, Require, Session, Target, scenario

UIDS = 4  # each with a stream of
CAMERAS = 4  # each of so many cameras
FIRST_PACKETS = 5.0  # seconds that they are given to begin
ROUNDS = 6  # START of so many streams, at most
HUNT = 60.0  # seconds of the target's time after which no further round begins
FOLLOW_SECONDS = 60.0  # how long one stream is followed towards the wrap, at most
FOLLOW_PACKETS = 8000
BEYOND = 50  # packets that are looked at behind the wrap
LOOKED_AT = 6  # starts that are compared: among 65536 numbers, so few differ all but certainly

BUSY_CAMERAS = tuple({"number": number, "fixture": "counter"} for number in range(1, CAMERAS + 1))
"""They send some hundred packets a second, where the recorder is an emulated one."""


@scenario("LIV-07", "LIV-08", setup={"cameras": BUSY_CAMERAS})
def test_sequence_numbers(target: Target, client: Client, check: Check, require: Require) -> None:
    """START many streams, over HTTP, where no network loses packets; follow one that is soon to wrap."""
    first, (codec, *_) = camera_with_video(target)
    cameras = (first, *(camera for camera in target.cameras if camera != first))[:CAMERAS]
    sessions = [client.login() for _ in range(UIDS)]
    begun = target.now()
    starts: list[int] = []
    packets = 0
    for round_ in range(ROUNDS):
        streams = _start(target, sessions, cameras, codec)
        if not streams and round_:  # so many START and STOP may be too much for a while
            break
        require(streams, "no live over HTTP")
        for _, stream in streams:
            require(one_packet_per_part(stream.packets).ok, "parts that are not one packet each")
        starts += [quick_sequence(stream.packets[0].data) for _, stream in streams]
        if round_ == 0:
            check("LIV-08", *_random(starts), f"{codec} over HTTP")
        nearest = _soonest(target, [stream for _, stream in streams])
        facts = []
        for session, stream in sorted(streams, key=lambda pair: pair[1] is nearest):
            if stream is nearest:
                session.get("keep_alive")
                stream.wait_until(partial(_has_wrapped, stream), FOLLOW_SECONDS)
            session.stop(stream)
            target.settle()
            stream.close()
            facts.append(sequence_numbers([quick_sequence(packet.data) for packet in stream.packets]))
            packets += stream.total
        wrong = next((fact for fact in facts if not fact.ok), None)
        if wrong is not None:
            check("LIV-07", *wrong, "many streams")
            return
        if nearest is not None and _has_wrapped(nearest):
            check("LIV-07", *facts[-1], "over the wrap at 65535")
            return
        if target.now() - begun >= HUNT:
            break
    actual = f"{packets} packets of {len(starts)} streams; the wrap did not come by: not seen"
    check("LIV-07", True, "+1 per packet", actual, "many streams, the wrap not among them")


def _start(
    target: Target, sessions: list[Session], cameras: tuple[int, ...], codec: str
) -> list[tuple[Session, LiveHttp]]:
    """START each camera on each UID; those that send."""
    streams = [(session, session.start_http(camera, codec)) for session in sessions for camera in cameras]
    streams[0][1].wait_until(lambda: all(stream.total > 1 for _, stream in streams), FIRST_PACKETS)
    streams[0][1].collect(0.25)
    for session, stream in streams:
        if stream.total < 2:
            session.stop(stream)
            stream.close()
    return [(session, stream) for session, stream in streams if stream.total >= 2]


def _random(starts: list[int]) -> Fact:
    """The first ones are random, or, as chance may make two alike, the next ones."""
    first = random_starts(starts[:LOOKED_AT])
    more = starts[LOOKED_AT : 2 * LOOKED_AT]
    return first if first.ok or len(more) < LOOKED_AT else random_starts(more)


def _soonest(target: Target, streams: list[LiveHttp]) -> LiveHttp | None:
    """The stream that wraps first, if it does so within what it is worth to wait."""

    def seconds(stream: LiveHttp) -> float:
        left = 65536 - quick_sequence(stream.packets[-1].data)
        if left > FOLLOW_PACKETS:
            return FOLLOW_SECONDS
        running = max(target.now() - stream.packets[0].arrived, 0.5)
        return 1.2 * (left + BEYOND) * running / stream.total

    nearest = min(streams, key=seconds)
    return nearest if seconds(nearest) < FOLLOW_SECONDS else None


def _has_wrapped(stream: LiveHttp) -> bool:
    packets = stream.packets
    first, last = quick_sequence(packets[0].data), quick_sequence(packets[-1].data)
    return BEYOND <= last < first
