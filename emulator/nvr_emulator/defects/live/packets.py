"""How defects of live packets are planted: before, around and behind the packets of one picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nvr_emulator.defects.registry import around
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder

HEADER = 12
"""Bytes of an RTP header without its extension."""
EXTENSION = 4 + 28
"""Bytes of the header extension of video."""

Packets = list[bytes]


def each_packet(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    each_picture(recorder, lambda stream, packets: [change(packet) for packet in packets])


def each_picture(recorder: Recorder, change: Callable[[LiveStream, Packets], Packets]) -> None:
    def packets(original: Callable[..., Packets], stream: LiveStream, *rest: Any) -> Packets:
        return change(stream, original(stream, *rest))

    around(recorder.live.video.packets, packets)


def before_each_picture(recorder: Recorder, act: Callable[[LiveStream], None]) -> None:
    def packets(original: Callable[..., Packets], stream: LiveStream, *rest: Any) -> Packets:
        act(stream)
        return original(stream, *rest)

    around(recorder.live.video.packets, packets)
