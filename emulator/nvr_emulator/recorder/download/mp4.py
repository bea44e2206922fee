"""MP4 files of recorded pictures, written by PyAV piece by piece (extra `media`).

By default `moov` stands at the end, as was seen: such a file is an ordinary MP4 that cannot be read from a
pipe. What `mdat` will hold is known beforehand, so its size is right from the first byte on and nothing is
held until the end. Pictures are the recorded access units, not coded anew; their times count from the first
picture.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal

import av

from nvr_emulator.footage.audio import Audio
from nvr_emulator.footage.encoding import PARAMETER_SETS
from nvr_emulator.footage.footage import TICKS, Footage, Gop
from nvr_emulator.recorder.download.mp4_audio import audio_track
from nvr_emulator.recorder.download.mp4_boxes import FREE, MDAT, moved, with_mdat_size
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.nal_units import kind, split_annex_b

Form = Literal["moov-last", "fragmented", "moov-first"]

BRAND = "mp42"
"""Observed in the files of a real recorder."""

OPTIONS = {"brand": BRAND, "movie_timescale": str(TICKS)}
FRAGMENTED = {**OPTIONS, "movflags": "frag_keyframe+empty_moov+default_base_moof+delay_moov"}
BLOCK = 256 * 1024

_DEMUXERS = {Codec.H264: "h264", Codec.H265: "hevc"}
_SAMPLE_ENTRIES = {Codec.H264: "avc1", Codec.H265: "hvc1"}
_CLOCK = Fraction(1, TICKS)


def mp4_blocks(
    gops: Iterable[Gop],
    audio: Audio | None = None,
    form: Form = "moov-last",
    passed: Callable[[Gop], None] = lambda gop: None,
) -> Iterator[bytes]:
    """The bytes of an MP4 of GOPs of one footage, in order; about a block for each GOP, which `passed` is
    told of."""
    listed = list(gops)
    if not listed:
        return
    film = _Film(listed, audio, passed)
    match form:
        case "fragmented":
            yield from film.muxed(_Outlet(), FRAGMENTED)
        case "moov-first":
            yield from _moov_first(film)
        case _:
            yield from film.muxed(_KnownSize(film.size), OPTIONS)


def _moov_first(film: _Film) -> Iterator[bytes]:
    """Made twice: the first time for its `moov` alone."""
    trial, outlet = _KnownSize(film.size), _KnownSize(film.size, with_moov=False)
    for _ in film.muxed(trial, OPTIONS, told=False):
        pass
    ahead = trial.head[: trial.head.rfind(MDAT[4:]) - 4 - len(FREE)]
    coming = film.muxed(outlet, OPTIONS)
    yield ahead + moved(bytes(trial.moov), len(trial.moov)) + next(coming)[len(ahead) :]
    yield from coming


class _Film:
    """What goes into one file."""

    def __init__(self, gops: Sequence[Gop], audio: Audio | None, passed: Callable[[Gop], None]) -> None:
        self.passed = passed
        self.gops = gops
        self.origin = gops[0].start
        self.footage = gops[0].footage
        self.audio = None if audio is None else audio_track(audio, self.origin)
        if self.audio is not None:
            for gop in gops:
                self.audio.add(gop.start, gop.end)
            self.audio.finish()

    @property
    def size(self) -> int:
        """Bytes of all pictures and all audio: NAL units are as long with their length ahead as with a start
        code."""
        gops = self.footage.fixture.gops
        sizes = [sum(_size(self.footage.codec, picture.data) for picture in gop) for gop in gops]
        video = sum(sizes[gop.index] for gop in self.gops)
        return video + (0 if self.audio is None else self.audio.size)

    def muxed(self, outlet: _Outlet, options: dict[str, str], *, told: bool = True) -> Iterator[bytes]:
        """The file, block by block; `told`: whether it is told which GOPs have passed."""
        container = av.open(outlet, "w", format="mp4", options=options, buffer_size=BLOCK)
        created = datetime.fromtimestamp(self.origin // TICKS, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        container.metadata["creation_time"] = created
        video = _video_stream(container, self.footage)
        video.metadata["creation_time"] = created
        track = None
        if self.audio is not None:
            track = self.audio.stream_in(container)
            track.metadata["creation_time"] = created
        for gop in self.gops:
            container.mux([*_pictures(gop, self.origin, video)])
            if self.audio is not None:
                container.mux([*self.audio.packets_until(gop.end, track)])
            if told:
                self.passed(gop)
            yield outlet.take()
        if self.audio is not None:
            container.mux([*self.audio.packets_until(None, track)])
        container.close()
        yield outlet.take() + outlet.rest()


class _Outlet:
    """What PyAV takes for a file: hands out what was written."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """What was written since the last call."""
        written, self._written = self._written, []
        return b"".join(written)

    def rest(self) -> bytes:
        """What was held until the file was closed."""
        return b""


class _KnownSize(_Outlet):
    """A file whose `mdat` gets its size as it passes. The muxer goes back for it at the end, and must mean
    the same; then it writes `moov`, in which it goes back as well, so that is held until the file is
    closed."""

    def __init__(self, size: int, *, with_moov: bool = True) -> None:
        super().__init__()
        self._size = size
        self._with_moov = with_moov
        self._place = 0
        self._length = 0
        self._moov_at: int | None = None
        self.head = b""
        self.moov = bytearray()

    def write(self, data: bytes) -> int:
        place, length = self._place, len(data)
        at_the_end = place == self._length
        self._place = place + length
        if at_the_end:
            self._length = self._place
        if self._moov_at is None and at_the_end and data[4:8] == b"moov":
            self._moov_at = place
        if self._moov_at is not None and place >= self._moov_at:
            start = place - self._moov_at
            self.moov[start : start + length] = data
            self._length = max(self._length, self._place)
        elif not at_the_end:
            self._check(place, bytes(data))
        elif self.head:
            self._written.append(bytes(data))
        else:
            self.head = with_mdat_size(bytes(data), self._size)
            self._written.append(self.head)
        return length

    def rest(self) -> bytes:
        """What was held until the file was closed."""
        return bytes(self.moov) if self._with_moov else b""

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._length}[whence]
        self._place = base + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def _check(self, place: int, data: bytes) -> None:
        if self.head[place : place + len(data)] != data:
            raise ValueError(f"mdat was said to hold {self._size} bytes, and the muxer says {data.hex()}")


def _size(codec: Codec, picture: bytes) -> int:
    """Bytes of a picture in an MP4: hvc1 keeps parameter sets apart from the pictures."""
    if codec is Codec.H264:
        return len(picture)
    sets = (unit for unit in split_annex_b(picture) if kind(codec, unit) in PARAMETER_SETS)
    return len(picture) - sum(4 + len(unit) for unit in sets)


@lru_cache(maxsize=16)
def _reader(footage: Footage) -> Any:
    """A GOP as PyAV opens it, which takes longer than to write a short file."""
    sample = b"".join(picture.data for picture in footage.fixture.gops[0])
    return av.open(io.BytesIO(sample), "r", format=_DEMUXERS[footage.codec])


def _video_stream(container: Any, footage: Footage) -> Any:
    """A stream with the parameter sets of the footage: avc1 or hvc1."""
    stream = container.add_stream_from_template(_reader(footage.recorded).streams.video[0])
    stream.codec_tag = _SAMPLE_ENTRIES[footage.codec]
    stream.time_base = _CLOCK
    return stream


def _pictures(gop: Gop, origin: int, stream: Any) -> Iterator[Any]:
    moment, interval = gop.start - origin, gop.interval
    for number, picture in enumerate(gop.footage.fixture.gops[gop.index]):
        packet = av.Packet(picture.data)
        packet.pts = packet.dts = moment + number * interval
        packet.duration = interval
        packet.time_base = _CLOCK
        packet.stream = stream
        packet.is_keyframe = number == 0
        yield packet
