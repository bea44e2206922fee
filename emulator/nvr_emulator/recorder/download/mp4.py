"""MP4 files of recorded pictures, written by PyAV piece by piece (extra `media`).

The file is fragmented: a fragment per GOP leaves as soon as the next GOP begins. Pictures are the recorded
access units, not coded anew; their times count from the first picture. AAC goes in as it is; MP4 knows no
G.711 and G.726, so those are coded as AAC.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any

import av

from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.footage import TICKS, Footage, Gop
from nvr_protocol.codecs import AudioCodec, Codec

BRAND = "mp42"
"""Observed in the files of a real recorder."""

OPTIONS = {
    "brand": BRAND,
    "movflags": "frag_keyframe+empty_moov+default_base_moof+delay_moov",
    "movie_timescale": str(TICKS),
}
BLOCK = 256 * 1024
AAC_FRAME = 1024
AAC_BIT_RATE = 48_000

_DEMUXERS = {Codec.H264: "h264", Codec.H265: "hevc"}
_SAMPLE_ENTRIES = {Codec.H264: "avc1", Codec.H265: "hvc1"}
_DEMUXERS_OF_AUDIO = {
    AudioCodec.G711: ("mulaw", {"sample_rate": "8000"}),
    AudioCodec.G726: ("g726le", {"sample_rate": "8000", "code_size": "4"}),
}
_CLOCK = Fraction(1, TICKS)


def mp4_blocks(gops: Iterable[Gop], audio: Audio | None = None) -> Iterator[bytes]:
    """The bytes of an MP4 of GOPs of one footage, in order; a block comes out for each GOP that goes in."""
    coming = iter(gops)
    gop = next(coming, None)
    if gop is None:
        return
    outlet = _Outlet()
    container = av.open(outlet, "w", format="mp4", options=OPTIONS, buffer_size=BLOCK)
    origin = gop.start
    video = _video_stream(container, gop.footage)
    track = None if audio is None else audio_track(container, audio, origin)
    while gop is not None:
        for packet in _pictures(gop, origin, video):
            container.mux(packet)
        if track is not None:
            track.mux(gop.start, gop.end)
        yield outlet.take()
        gop = next(coming, None)
    if track is not None:
        track.finish()
    container.close()
    yield outlet.take()


class _Outlet:
    """What PyAV takes for a file: hands out what was written."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        written, self._written = self._written, []
        return b"".join(written)


def _video_stream(container: Any, footage: Footage) -> Any:
    """A stream with the parameter sets of the footage: avc1 or hvc1."""
    sample = b"".join(picture.data for picture in footage.fixture.gops[0])
    with av.open(io.BytesIO(sample), "r", format=_DEMUXERS[footage.codec]) as reader:
        stream = container.add_stream_from_template(reader.streams.video[0])
    stream.codec_tag = _SAMPLE_ENTRIES[footage.codec]
    stream.time_base = _CLOCK
    return stream


def _pictures(gop: Gop, origin: int, stream: Any) -> Iterator[Any]:
    for number, picture in enumerate(gop.footage.fixture.gops[gop.index]):
        packet = _packet(picture.data, gop.picture_at(number) - origin, gop.interval, _CLOCK, stream)
        packet.is_keyframe = number == 0
        yield packet


def _packet(data: bytes, moment: int, duration: int, clock: Fraction, stream: Any) -> Any:
    packet = av.Packet(data)
    packet.pts = packet.dts = moment
    packet.duration = duration
    packet.time_base = clock
    packet.stream = stream
    return packet


def audio_track(container: Any, audio: Audio, origin: int) -> _AacTrack | _TelephoneTrack:
    """The stream of audio that belongs beside pictures which begin at `origin` (ticks)."""
    if audio.fixture.codec is AudioCodec.AAC:
        return _AacTrack(container, audio, origin)
    return _TelephoneTrack(container, audio, origin)


class _AacTrack:
    """The recorded access units as they are."""

    def __init__(self, container: Any, audio: Audio, origin: int) -> None:
        self._container = container
        self._audio = audio
        self._rate = audio.fixture.sample_rate
        self._origin = round(origin * self._rate / TICKS)
        sample = b"".join(_adts(unit, audio.fixture.config) for unit in audio.fixture.units[:4])
        with av.open(io.BytesIO(sample), "r", format="aac") as reader:
            self._stream = container.add_stream_from_template(reader.streams.audio[0])
        self._stream.codec_context.extradata = audio.fixture.config
        self._clock = Fraction(1, self._rate)

    def mux(self, begin: int, end: int) -> None:
        """Add the units that begin in a stretch of time (ticks)."""
        length = self._audio.fixture.samples_per_unit
        for number in range(self._audio.from_moment(begin), self._audio.from_moment(end)):
            packet = _packet(
                self._audio.unit(number),
                number * length - self._origin,
                length,
                self._clock,
                self._stream,
            )
            packet.is_keyframe = True
            self._container.mux(packet)

    def finish(self) -> None:
        """Nothing is held back."""


def _adts(unit: bytes, config: bytes) -> bytes:
    """An access unit behind an ADTS header, from which a demuxer reads rate and channels."""
    word = int.from_bytes(config[:2], "big")
    profile, rate, channels, length = (word >> 11) - 1, word >> 7 & 15, word >> 3 & 15, len(unit) + 7
    header = 0xFFF1 << 40 | profile << 38 | rate << 34 | channels << 30 | length << 13 | 0x7FF << 2
    return header.to_bytes(7, "big") + unit


class _TelephoneTrack:
    """G.711 or G.726, decoded and coded as AAC at 8 kHz. Before a gap, silence fills up the last frame."""

    def __init__(self, container: Any, audio: Audio, origin: int) -> None:
        self._container = container
        self._rate = audio.fixture.sample_rate
        self._origin = _samples_until(origin, self._rate)
        self._loop = decoded_loop(audio)
        self._stream = container.add_stream("aac", rate=self._rate, layout="mono")
        self._stream.codec_context.bit_rate = AAC_BIT_RATE
        self._stream.codec_context.options = {"aac_coder": "fast"}
        self._waiting = bytearray()
        self._position = 0

    def mux(self, begin: int, end: int) -> None:
        """Add the audio of a stretch of time (ticks)."""
        first, last = _samples_until(begin, self._rate), _samples_until(end, self._rate)
        if first - self._origin > self._position + len(self._waiting) // 2:
            self._waiting += bytes(-len(self._waiting) % (2 * AAC_FRAME))
            self._encode_whole_frames()
            self._position = max(self._position, first - self._origin)
        offset = 2 * first % len(self._loop)
        while first < last:
            piece = self._loop[offset : offset + 2 * (last - first)]
            self._waiting += piece
            first += len(piece) // 2
            offset = 0
        self._encode_whole_frames()

    def finish(self) -> None:
        """Code what is left."""
        if self._waiting:
            self._encode(len(self._waiting) // 2)
        self._container.mux(self._stream.encode(None))

    def _encode_whole_frames(self) -> None:
        while len(self._waiting) >= 2 * AAC_FRAME:
            self._encode(AAC_FRAME)

    def _encode(self, samples: int) -> None:
        frame = av.AudioFrame(format="s16", layout="mono", samples=samples)
        plane: Any = frame.planes[0]
        plane.update(bytes(self._waiting[: 2 * samples]).ljust(plane.buffer_size, b"\0"))
        frame.sample_rate = self._rate
        frame.pts = self._position
        frame.time_base = Fraction(1, self._rate)
        del self._waiting[: 2 * samples]
        self._position += samples
        self._container.mux(self._stream.encode(frame))


def _samples_until(moment: int, rate: int) -> int:
    """How many samples begin before `moment` (ticks), since the epoch."""
    return -(-moment * rate // TICKS)


@lru_cache(maxsize=16)
def decoded_loop(audio: Audio) -> bytes:
    """The whole fixture of a telephone codec as 16-bit samples, mono."""
    name, options = _DEMUXERS_OF_AUDIO[audio.fixture.codec]
    with av.open(io.BytesIO(b"".join(audio.fixture.units)), "r", format=name, options=options) as reader:
        return b"".join(bytes(frame.planes[0])[: 2 * frame.samples] for frame in reader.decode(audio=0))
