"""The audio of an MP4: AAC goes in as it is; MP4 knows no G.711 and G.726, so those are coded as AAC.

All of it is laid out ahead of the pictures, so that its size is known: access units of AAC by their numbers;
of telephone audio the coded frames, some 20 MB an hour.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import av

from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import TICKS
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.timestamps import Ticks

AAC_FRAME = 1024
AAC_BIT_RATE = 48_000
KEPT = 600  # seconds of telephone audio that are kept when they are coded, some 3 MB


def audio_track(audio: Audio, origin: int) -> AacTrack | TelephoneTrack:
    """The audio that belongs beside pictures which begin at `origin` (ticks)."""
    if audio.fixture.codec is AudioCodec.AAC:
        return AacTrack(audio, origin)
    return TelephoneTrack(audio, origin)


def _packet(data: bytes, moment: int, duration: int, clock: Fraction, stream: Any) -> Any:
    packet = av.Packet(data)
    packet.pts = packet.dts = moment
    packet.duration = duration
    packet.time_base = clock
    packet.stream = stream
    packet.is_keyframe = True
    return packet


class AacTrack:
    """The recorded access units as they are."""

    def __init__(self, audio: Audio, origin: int) -> None:
        self.audio = audio
        self.rate = audio.fixture.sample_rate
        self.origin = round(origin * self.rate / TICKS)
        self.size = 0
        self._stretches: list[range] = []

    def add(self, begin: Ticks, end: Ticks) -> None:
        """Add the units that begin in a stretch of time (ticks)."""
        numbers = range(self.audio.from_moment(begin), self.audio.from_moment(end))
        self.size += sum(len(self.audio.unit(number)) for number in numbers)
        self._stretches.append(numbers)

    def finish(self) -> None:
        """Nothing is held back."""

    def stream_in(self, container: Any) -> Any:
        """Its stream in a file that is begun; its packets come from the start again."""
        self._waiting = deque(number for numbers in self._stretches for number in numbers)
        sample = b"".join(_adts(unit, self.audio.fixture.config) for unit in self.audio.fixture.units[:4])
        with av.open(io.BytesIO(sample), "r", format="aac") as reader:
            stream = container.add_stream_from_template(reader.streams.audio[0])
        stream.codec_context.extradata = self.audio.fixture.config
        return stream

    def packets_until(self, end: int | None, stream: Any) -> Iterator[Any]:
        """The packets that begin before `end` (ticks), in order; None: all that are left."""
        length, clock = self.audio.fixture.samples_per_unit, Fraction(1, self.rate)
        while self._waiting and (end is None or self.audio.unit_at(self._waiting[0]) < end):
            number = self._waiting.popleft()
            yield _packet(self.audio.unit(number), number * length - self.origin, length, clock, stream)


def _adts(unit: bytes, config: bytes) -> bytes:
    """An access unit behind an ADTS header, from which a demuxer reads rate and channels."""
    word = int.from_bytes(config[:2], "big")
    profile, rate, channels, length = (word >> 11) - 1, word >> 7 & 15, word >> 3 & 15, len(unit) + 7
    header = 0xFFF1 << 40 | profile << 38 | rate << 34 | channels << 30 | length << 13 | 0x7FF << 2
    return header.to_bytes(7, "big") + unit


class _Frame(NamedTuple):
    data: bytes
    moment: int
    duration: int


class _Track(NamedTuple):
    frames: tuple[_Frame, ...]
    config: bytes


class TelephoneTrack:
    """G.711 or G.726, decoded and coded as AAC at 8 kHz. Before a gap, silence fills up the last frame."""

    def __init__(self, audio: Audio, origin: int) -> None:
        self.audio = audio
        self.rate = audio.fixture.sample_rate
        self.origin = _samples_until(origin, self.rate)
        self._stretches: list[tuple[Ticks, Ticks]] = []
        self._track = _Track((), b"")

    @property
    def size(self) -> int:
        """Bytes of all frames, once it is finished."""
        return sum(len(frame.data) for frame in self._track.frames)

    def add(self, begin: Ticks, end: Ticks) -> None:
        """Add the audio of a stretch of time (ticks)."""
        if self._stretches and self._stretches[-1][1] == begin:
            begin = self._stretches.pop()[0]
        self._stretches.append((begin, end))

    def finish(self) -> None:
        """Code all of it, unless the same was coded just before: the audio repeats itself."""
        repeats = self.audio.interval * len(self.audio.fixture.units)
        base = self._stretches[0][0] // repeats * repeats
        stretches = tuple((begin - base, end - base) for begin, end in self._stretches)
        code = _kept if sum(end - begin for begin, end in stretches) <= KEPT * TICKS else _coded
        self._track = code(self.audio, self.origin - _samples_until(base, self.rate), stretches)

    def stream_in(self, container: Any) -> Any:
        """Its stream in a file that is begun; its packets come from the start again."""
        self._waiting = deque(self._track.frames)
        stream = container.add_stream("aac", rate=self.rate, layout="mono")
        stream.codec_context.extradata = self._track.config
        stream.codec_context.bit_rate = AAC_BIT_RATE
        return stream

    def packets_until(self, end: int | None, stream: Any) -> Iterator[Any]:
        """The packets that begin before `end` (ticks), in order; None: all that are left."""
        clock = Fraction(1, self.rate)
        last = None if end is None else _samples_until(end, self.rate) - self.origin
        while self._waiting and (last is None or self._waiting[0].moment < last):
            frame = self._waiting.popleft()
            yield _packet(frame.data, frame.moment, frame.duration, clock, stream)


def _coded(audio: Audio, origin: int, stretches: tuple[tuple[int, int], ...]) -> _Track:
    """These stretches of time (ticks) as AAC. `origin`: the sample with which the pictures begin."""
    coder = _Coder(audio, origin)
    for begin, end in stretches:
        coder.add(begin, end)
    return coder.finished()


_kept = lru_cache(maxsize=8)(_coded)
"""A client in a test asks for the same minutes again and again: coding them is most of what a file costs."""


class _Coder:
    """Codes samples as they are added."""

    def __init__(self, audio: Audio, origin: int) -> None:
        self.rate = audio.fixture.sample_rate
        self.origin = origin
        self._loop = decoded_loop(audio)
        self._encoder = _encoder(self.rate)
        self._samples = bytearray()
        self._position = 0
        self._frames: list[_Frame] = []

    def add(self, begin: int, end: int) -> None:
        """Add the audio of a stretch of time (ticks)."""
        first, last = _samples_until(begin, self.rate), _samples_until(end, self.rate)
        if first - self.origin > self._position + len(self._samples) // 2:
            self._samples += bytes(-len(self._samples) % (2 * AAC_FRAME))
            self._encode_whole_frames()
            self._position = max(self._position, first - self.origin)
        offset = 2 * first % len(self._loop)
        while first < last:
            piece = self._loop[offset : offset + 2 * (last - first)]
            self._samples += piece
            first += len(piece) // 2
            offset = 0
        self._encode_whole_frames()

    def finished(self) -> _Track:
        """What came of it, when what is left is coded as well."""
        if self._samples:
            self._encode(len(self._samples) // 2)
        self._take(self._encoder.encode(None))
        return _Track(tuple(self._frames), bytes(self._encoder.extradata))

    def _encode_whole_frames(self) -> None:
        while len(self._samples) >= 2 * AAC_FRAME:
            self._encode(AAC_FRAME)

    def _encode(self, samples: int) -> None:
        frame = av.AudioFrame(format="s16", layout="mono", samples=samples)
        plane: Any = frame.planes[0]
        plane.update(bytes(self._samples[: 2 * samples]).ljust(plane.buffer_size, b"\0"))
        frame.sample_rate = self.rate
        frame.pts = self._position
        frame.time_base = Fraction(1, self.rate)
        del self._samples[: 2 * samples]
        self._position += samples
        self._take(self._encoder.encode(frame))

    def _take(self, packets: list[Any]) -> None:
        self._frames += (
            _Frame(bytes(packet), packet.pts, packet.duration or AAC_FRAME)
            for packet in packets
            if packet.size
        )


def _encoder(rate: int) -> Any:
    """An encoder that, as one for MP4 must, gives its configuration apart."""
    encoder: Any = av.CodecContext.create("aac", "w")
    encoder.sample_rate = rate
    encoder.layout = "mono"
    encoder.format = "fltp"
    encoder.bit_rate = AAC_BIT_RATE
    encoder.options = {"aac_coder": "fast"}
    encoder.time_base = Fraction(1, rate)
    encoder.flags |= 1 << 22  # AV_CODEC_FLAG_GLOBAL_HEADER
    encoder.open()
    return encoder


def _samples_until(moment: int, rate: int) -> int:
    """How many samples begin before `moment` (ticks), since the epoch."""
    return -(-moment * rate // TICKS)


def _demuxer(audio: Audio) -> tuple[str, dict[str, str]]:
    """The name and the options of that which reads its samples."""
    if audio.codec is AudioCodec.G711:
        return "alaw" if audio.form.a_law else "mulaw", {"sample_rate": "8000"}
    return "g726" if audio.form.high_bits_first else "g726le", {"sample_rate": "8000", "code_size": "4"}


@lru_cache(maxsize=16)
def decoded_loop(audio: Audio) -> bytes:
    """The whole fixture of a telephone codec as 16-bit samples, mono."""
    name, options = _demuxer(audio)
    with av.open(io.BytesIO(b"".join(audio.fixture.units)), "r", format=name, options=options) as reader:
        return b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in reader.decode(audio=0))
