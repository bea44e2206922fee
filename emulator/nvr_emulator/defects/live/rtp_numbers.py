"""Defects of the sequence numbers of live streams (§2.3.1)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.live.packets import before_each_picture, each_stream
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around

Write = Callable[[LiveStream, bytes, int, bytes, bool], bytes]


@breaks("LIV-07")
def sequence_starts_again_at_each_gop(recorder: Recorder) -> None:
    """Starts the sequence numbers again at each key frame."""
    firsts: dict[int, int] = {}

    def renumber(stream: LiveStream) -> None:
        first = firsts.setdefault(stream.number, stream.sequence)
        if stream.picture == 0:
            stream.sequence = first

    before_each_picture(recorder, renumber)


@breaks("LIV-07")
def sequence_number_left_out(recorder: Recorder) -> None:
    """Leaves out a sequence number now and then."""
    before_each_picture(recorder, lambda stream: _count_on(stream, 1 if stream.picture == 2 else 0))


@breaks("LIV-07")
def sequence_number_twice(recorder: Recorder) -> None:
    """Gives a key frame's first packet the sequence number of the packet before."""

    def step_back(stream: LiveStream) -> None:
        if stream.picture == 0 and stream.pictures_sent:
            _count_on(stream, -1)

    before_each_picture(recorder, step_back)


@breaks("LIV-07")
def sequence_wraps_at_65534(recorder: Recorder) -> None:
    """Lets sequence number 0 follow 65534."""
    _wrap(recorder, last=65534, first=0)


@breaks("LIV-07")
def sequence_wraps_to_one(recorder: Recorder) -> None:
    """Lets sequence number 1 follow 65535."""
    _wrap(recorder, last=65535, first=1)


@breaks("LIV-07")
def sequence_stays_at_the_wrap(recorder: Recorder) -> None:
    """Stays at sequence number 65535 once it is reached."""
    _wrap(recorder, last=65535, first=65535)


@breaks("LIV-07")
def numbers_count_all_streams(recorder: Recorder) -> None:
    """Counts the packets of all streams in the sequence numbers of each."""

    def packet(
        original: Write, stream: LiveStream, payload: bytes, timestamp: int, extension: bytes, marker: bool
    ) -> bytes:
        written = original(stream, payload, timestamp, extension, marker)
        for other in recorder.live.streams():
            if other is not stream:
                _count_on(other, 1)
        return written

    around(recorder.live.video.packet, packet)


@breaks("LIV-08")
def sequence_starts_at_zero(recorder: Recorder) -> None:
    """Starts each stream at sequence number 0."""
    around(recorder.live.first_sequence, lambda original: 0)


@breaks("LIV-08")
def sequence_starts_alike(recorder: Recorder) -> None:
    """Starts all streams at one number that was chosen at random."""
    chosen = recorder.live.first_sequence()
    around(recorder.live.first_sequence, lambda original: chosen)


@breaks("LIV-08")
def sequence_starts_in_steps(recorder: Recorder) -> None:
    """Starts each stream 1000 after the one before."""
    started = [recorder.live.first_sequence()]

    def next_start(original: Callable[[], int]) -> int:
        started[0] = (started[0] + 1000) & 0xFFFF
        return started[0]

    around(recorder.live.first_sequence, next_start)


@breaks("LIV-08")
def sequence_starts_by_camera(recorder: Recorder) -> None:
    """Starts each stream of a camera at the same number."""

    def by_camera(stream: LiveStream) -> None:
        stream.sequence = stream.camera * 40_503 & 0xFFFF

    each_stream(recorder, by_camera)


def _count_on(stream: LiveStream, step: int) -> None:
    stream.sequence = (stream.sequence + step) & 0xFFFF


def _wrap(recorder: Recorder, *, last: int, first: int) -> None:
    def packet(
        original: Write, stream: LiveStream, payload: bytes, timestamp: int, extension: bytes, marker: bool
    ) -> bytes:
        wraps = stream.sequence == last
        written = original(stream, payload, timestamp, extension, marker)
        if wraps:
            stream.sequence = first
        return written

    around(recorder.live.video.packet, packet)
