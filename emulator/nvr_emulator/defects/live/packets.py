"""How defects of live packets are planted: before, around and behind the packets of one picture."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import Footage
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.timestamps import Ticks

HEADER = 12
"""Bytes of an RTP header without its extension."""
EXTENSION = 4 + 28
"""Bytes of the header extension of video."""

Packets = list[bytes]


Extend = Callable[[LiveStream, Packets, Ticks], Packets]
"""What makes packets of a picture's payloads: stream, payloads, when it was taken (ticks)."""
Start = Callable[[int, int, str, Footage | Audio | None, tuple[str, int] | None, float], LiveStream]
"""What starts a stream: UID, camera, COMP, source, destination, when (Unix seconds)."""


def each_stream(recorder: Recorder, alter: Callable[[LiveStream], None]) -> None:
    """Alter each live stream once it has started."""

    def start(
        original: Start,
        uid: int,
        camera: int,
        comp: str,
        source: Footage | Audio | None,
        destination: tuple[str, int] | None,
        now: float,
    ) -> LiveStream:
        stream = original(uid, camera, comp, source, destination, now)
        alter(stream)
        return stream

    around(recorder.live.start, start)


def each_packet(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    each_picture(recorder, lambda stream, packets: [change(packet) for packet in packets])


def each_picture(recorder: Recorder, change: Callable[[LiveStream, Packets], Packets]) -> None:
    def packets(original: Extend, stream: LiveStream, payloads: Packets, taken: Ticks) -> Packets:
        return change(stream, original(stream, payloads, taken))

    around(recorder.live.video.packets, packets)


def before_each_picture(recorder: Recorder, act: Callable[[LiveStream], None]) -> None:
    def packets(original: Extend, stream: LiveStream, payloads: Packets, taken: Ticks) -> Packets:
        act(stream)
        return original(stream, payloads, taken)

    around(recorder.live.video.packets, packets)
