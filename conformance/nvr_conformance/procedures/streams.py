"""Streams as several scenarios want them: one that has reached a key picture, those that send at the same
time, one that was stopped."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from nvr_conformance.client.session import FIRST_PACKET
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.reading.live_jpeg import read_jpeg_part
from nvr_conformance.reading.nal_units import KEY_KINDS, codec_in, read_payload
from nvr_conformance.reading.rtp import quick_payload
from nvr_conformance.wire.live_streams import LiveRtp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from nvr_conformance.client.session import Session
    from nvr_conformance.client.target import Target
    from nvr_conformance.wire.live_streams import CapturedPacket, LiveStream


KINDS = ("live_rtp", "live_http")
TRANSPORTS = ("HTTP", "RTP")
HANDOVER = 1.0  # seconds in which one of two streams may give way to the other
WATCHED = 2.0  # seconds without a packet that show that none comes, of a stream of the usual pace
STEP = 0.25  # seconds between two looks at streams that are waited for
MOMENT = 0.1  # seconds: packets that are less apart may be of one picture
UNDER_WAY = 0.5  # seconds behind the answer to STOP in which a packet may still be sent
KEY_WAIT = 12.0  # seconds within which a key picture should come (LIV-32)
BRIEF = 3.0  # seconds that audio and JPEG are given for what comes first
UNTIL_ENDED = 5.0  # seconds behind STOP in which an answer over HTTP ends
VIDEO_CLOCK = 90_000
AUDIO, JPEG = "AUDIO", "JPEG"
"""COMP of what is no H.264 or H.265."""


def wait_for_key_picture(stream: LiveStream, seconds: float) -> bool:
    """Let time pass until a key picture has begun to arrive; False if none does within ``seconds``."""

    def has_come() -> bool:
        payloads = (quick_payload(packet.data) for packet in stream.packets)
        units = (unit for payload in payloads for unit in read_payload(stream.comp, payload).each)
        return any(unit.kind in KEY_KINDS for unit in units)

    return stream.wait_until(has_come, seconds)


def wait_for_first_packets(target: Target, streams: Sequence[LiveStream]) -> None:
    """Let time pass until each stream that was not refused has sent something, or has had the time for it."""
    end = target.now() + FIRST_PACKET
    for stream in streams:
        if not stream.refused:
            stream.wait_packets(1, end - target.now())


def brief_stream(session: Session, kind: str, camera: int, codec: str) -> LiveStream:
    """A stream, of one of KINDS, that ran until its first packet came, or none did."""
    stream = session.run("HTTP" if kind == "live_http" else "RTP", camera, codec)
    session.stop(stream)
    stream.close()
    return stream


def watched_at_once(
    target: Target, session: Session, way: str, cameras: Mapping[int, str], seconds: float
) -> list[LiveStream]:
    """Streams of cameras, each in its codec, that ran at once on one UID for so long behind their first key
    picture; without those that sent nothing."""
    streams = [session.start(way, camera, codec) for camera, codec in cameras.items()]
    for stream in streams:
        wait_for_key_picture(stream, KEY_WAIT)
    target.pass_time(seconds)
    target.settle()
    for stream in streams:
        session.stop(stream)
        stream.close()
    return [stream for stream in streams if stream.total and not other_codec(stream)]


def other_codec(stream: LiveStream) -> str:
    """The codec of what came, where it is another than was asked for: a recorder may send what it has."""
    found = codec_in(quick_payload(packet.data) for packet in stream.packets)
    return "" if found == stream.comp else found


def sending(target: Target, streams: Sequence[LiveStream]) -> list[bool]:
    """Which of these streams send at the same time, once those that give way had time to.

    For what must not be: the time is short, if long enough for their pace as it was seen. Of one that should
    send, ``going_on`` says more.
    """
    target.pass_time(HANDOVER)
    target.settle()
    marks = [stream.total for stream in streams]
    target.pass_time(silence_of(streams))
    target.settle()
    return [stream.total > mark for stream, mark in zip(streams, marks, strict=True)]


def going_on(target: Target, streams: Sequence[LiveStream]) -> list[bool]:
    """Which of these streams send from now on: no rate is the lowest that a camera may have, so each has the
    time that a first packet has."""
    target.settle()
    marks = [stream.total for stream in streams]
    end = target.now() + FIRST_PACKET
    while (
        any(stream.total == mark and not stream.ended for stream, mark in zip(streams, marks, strict=True))
        and (left := end - target.now()) > 0
    ):
        target.pass_time(min(STEP, left))
        target.settle()
    return [stream.total > mark for stream, mark in zip(streams, marks, strict=True)]


def pictures_change(packets: Sequence[CapturedPacket]) -> bool:
    """Whether parts of live JPEG hold more than one picture: a recorder may send one that stands for none."""
    return len({read_jpeg_part(packet.data).jpeg for packet in packets}) > 1


def sends_jpeg(session: Session, camera: int) -> bool:
    """Whether a camera sends JPEG pictures of its own; live is set up."""
    stream = session.run("HTTP", camera, JPEG, BRIEF)
    stream.wait_packets(2, BRIEF)
    session.stop(stream)
    stream.close()
    return pictures_change(stream.packets)


def silence_of(streams: Sequence[LiveStream]) -> float:
    """Seconds without a packet that show that none of these streams sends: twice what lay between two packets
    of theirs, within bounds."""
    longest = max((_longest_distance(stream) for stream in streams), default=0.0)
    return min(FIRST_PACKET, max(WATCHED, 2 * longest))


def show_pace(stream: LiveStream) -> None:
    """Let time pass until a stream that runs has sent at two moments."""
    stream.wait_until(lambda: _longest_distance(stream) > MOMENT, FIRST_PACKET, STEP)


def _longest_distance(stream: LiveStream) -> float:
    arrivals = [packet.arrived for packet in stream.packets]
    return max((later - earlier for earlier, later in pairwise(arrivals)), default=0.0)


def who_gives_way(older: bool, newcomer: bool) -> str:
    """In words: which of two that cannot both be had still sends."""
    if older and newcomer:
        return "both go on"
    if older:
        return "the newcomer gets nothing"
    return "the older one ends" if newcomer else "neither goes on"


def way_of(stream: LiveStream) -> str:
    """ "RTP" or "HTTP"."""
    return "RTP" if isinstance(stream, LiveRtp) else "HTTP"


def beside_video(session: Session, videos: Sequence[LiveStream], jpeg: int | None) -> dict[str, LiveStream]:
    """What else a UID may have live, by its name: audio of cameras whose video runs there, each over what its
    video comes over, and JPEG of a further camera. Of these, the streams that send something."""
    started = {
        f"audio over {way_of(video)}": session.run(way_of(video), video.camera, AUDIO, BRIEF)
        for video in videos
    }
    if jpeg is not None:
        started["JPEG"] = session.run("HTTP", jpeg, JPEG, BRIEF)
    for stream in started.values():
        if not stream.total:
            session.stop(stream)
            stream.close()
    return {name: stream for name, stream in started.items() if stream.total}


def ends_at_stop(stream: LiveStream) -> Fact:
    """Whether an answer over HTTP ends: call it when STOP was answered."""
    ended = stream.wait_until(lambda: stream.ended, UNTIL_ENDED)
    return Fact(ended, "STOP ends the answer", "ended" if ended else "still open")


def goes_on(target: Target, stream: LiveStream) -> Fact:
    """Whether a stream sends in the next seconds."""
    (comes,) = going_on(target, [stream])
    actual = "it does" if comes else f"no packet in {FIRST_PACKET:.0f} s"
    return Fact(comes, "another stream goes on", actual)


def quiet_behind(target: Target, stream: LiveStream, clock: int = VIDEO_CLOCK) -> Fact:
    """Whether nothing is sent any more: call it when STOP was answered.

    What was sent before may still be under way, and where a relay holds packets back it may be so for long:
    its time stamps, of ``clock`` ticks a second, tell when it was sent.
    """
    expected = "nothing is sent behind STOP"
    stopped = target.now()
    target.settle()
    before = stream.packets
    late = stream.collect(silence_of([stream]))
    if not late:
        return Fact(True, expected, "nothing came")
    before = [packet for packet in before if packet.number < late[0].number]
    last = max(_sent(before, late, clock), default=None)
    if last is not None and last <= stopped + UNDER_WAY:
        return Fact(True, expected, f"{len(late)} packets that were under way")
    return Fact(False, expected, f"{len(late)} packets")


def _sent(before: Sequence[CapturedPacket], late: Sequence[CapturedPacket], clock: int) -> list[float]:
    """When the late packets were sent, by their time stamps and the packet that was under way for the
    shortest time."""
    if not before:
        return []
    base = _timestamp(before[0])
    least = min(packet.arrived - _ahead(packet, base, clock) for packet in before)
    return [_ahead(packet, base, clock) + least for packet in late]


def _ahead(packet: CapturedPacket, base: int, clock: int) -> float:
    """Seconds that a time stamp is ahead of another one, over the wrap."""
    ticks: int = (_timestamp(packet) - base + 0x8000_0000) % 0x1_0000_0000 - 0x8000_0000
    return ticks / clock


def _timestamp(packet: CapturedPacket) -> int:
    return int.from_bytes(packet.data[4:8], "big")


def ways_that_bring(session: Session, camera: int, codec: str) -> list[str]:
    """Those of HTTP and RTP over which one stream alone comes."""
    found = []
    for transport in TRANSPORTS:
        stream = session.run(transport, camera, codec)
        if stream.total:
            found.append(transport)
        session.stop(stream)
        stream.close()
    return found
