"""Footage on an endless grid: which GOP a camera sends at which moment.

A fixture of some GOPs stands for any length of time. Each camera's GOPs lie on a grid that is
counted from the Unix epoch, so that live, playback and download agree on every picture. Cameras are out of
step with each other, as real ones are: the grid of each is shifted by its phase. Times are *ticks* of the
90 kHz video clock since the epoch.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from copy import copy
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import cast

from nvr_emulator.footage.encoding import AS_RECORDED, Encoding, packed
from nvr_fixtures import Fixture, JpegFixture, Picture, load, load_jpeg, placeholder_jpeg
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.playback.chunk_form import STANDARD, ChunkForm
from nvr_protocol.playback.prepared_gop import PreparedGop
from nvr_protocol.rtp import h264 as rtp_h264
from nvr_protocol.rtp import h265 as rtp_h265
from nvr_protocol.rtp.nal_units import kind, split_annex_b
from nvr_protocol.rtp.packet import MAX_PAYLOAD
from nvr_protocol.timestamps import Hundredths, Ticks, UnixSeconds

TICKS = 90_000
TICKS_PER_HUNDREDTH = TICKS // 100

PHASES = 100
"""How many cameras are out of step with each other, by whole hundredths within a second: times in hundredths
are rounded alike then."""
PHASE_STEP = 37
"""From one camera to the next, in hundredths."""

PLACEHOLDER = "placeholder"
"""The name of the fixture that stands for the pictures of a camera that sends none."""
PLACEHOLDER_SIZE = (39, 37)

_JPEG_OF = {"counter": "counter-small"}
"""Which JPEG pictures stand for a video fixture that has none of its own."""

_PACKETISE = {Codec.H264: rtp_h264.packetise, Codec.H265: rtp_h265.packetise}


def ticks(seconds: float) -> Ticks:
    """A moment in Unix seconds as ticks, rounded to the nearest."""
    return Ticks(round(seconds * TICKS))


def hundredths(moment: Ticks) -> Hundredths:
    """A moment in ticks as hundredths of a second, rounded down."""
    return Hundredths(moment // TICKS_PER_HUNDREDTH)


def unix_seconds(moment: Ticks) -> UnixSeconds:
    """A moment in ticks as whole seconds, rounded down."""
    return UnixSeconds(moment // TICKS)


@dataclass(frozen=True)
class Gop:
    """One GOP at its place on the grid; `number` counts GOPs since the epoch."""

    footage: Footage
    number: int
    index: int
    start: Ticks

    @property
    def pictures(self) -> int:
        """How many pictures it has."""
        return self.footage.lengths[self.index]

    @property
    def end(self) -> Ticks:
        """When the next GOP begins."""
        return Ticks(self.start + self.pictures * self.interval)

    @property
    def interval(self) -> Ticks:
        """How long each of its pictures is shown."""
        return self.footage.intervals[self.index]

    @property
    def pictures_before(self) -> int:
        """How many pictures there were since the epoch ahead of it."""
        cycles, index = divmod(self.number, len(self.footage.lengths))
        return cycles * sum(self.footage.lengths) + sum(self.footage.lengths[:index])

    def picture_at(self, picture: int) -> Ticks:
        """When picture `picture` (from 0) was taken."""
        return Ticks(self.start + picture * self.interval)

    def following(self) -> Gop:
        """The GOP after this one."""
        return self.footage.gop(self.number + 1)

    def picture_hundredths(self) -> list[Hundredths]:
        """When each picture was taken, in hundredths."""
        moments = range(self.start, self.end, self.interval)
        return cast("list[Hundredths]", [moment // TICKS_PER_HUNDREDTH for moment in moments])


class Footage:
    """The fixture of one camera in one codec, prepared piece by piece as it is asked for. `interval`: how
    long a picture is shown by day, `intervals`: in each GOP; `phase`: when the grid begins.

    JPEG pictures are GOPs of one.
    """

    phase: Ticks = Ticks(0)
    recorded: Footage
    """What all cameras share that show this fixture."""

    def __init__(self, fixture: Fixture) -> None:
        self.recorded = self
        self.fixture = fixture
        self.codec = fixture.codec
        self.rate = fixture.rate
        self.interval = Ticks(TICKS // fixture.rate)
        self.lengths = [len(gop) for gop in fixture.gops]
        self.intervals = [fixture.interval(index) for index in range(len(fixture.gops))]
        self._starts = [0]
        for length, interval in zip(self.lengths, self.intervals, strict=True):
            self._starts.append(self._starts[-1] + length * interval)
        self._payloads: dict[tuple[int, int, int], list[bytes]] = {}
        self._prepared: dict[tuple[int, Dialect, ChunkForm], PreparedGop] = {}

    @cached_property
    def cycle(self) -> Ticks:
        """How long the fixture lasts."""
        return Ticks(self._starts[-1])

    @cached_property
    def has_idr(self) -> bool:
        """Whether its key pictures are IDR pictures."""
        if self.codec is Codec.JPEG:
            return False
        units = split_annex_b(self.fixture.gops[0][0].data)
        return any(kind(self.codec, unit) == "IDR" for unit in units)

    def in_phase(self, phase: Ticks) -> Footage:
        """The same footage of a camera whose grid begins then. What is prepared is shared."""
        shifted = copy(self)
        shifted.phase = phase
        return shifted

    def containing(self, moment: Ticks) -> Gop:
        """The GOP during which `moment` lies."""
        cycle, offset = divmod(moment - self.phase, self.cycle)
        index = bisect_right(self._starts, offset) - 1
        return self._place(cycle, index)

    def gop(self, number: int) -> Gop:
        """The GOP of that number since the epoch."""
        return self._place(*divmod(number, len(self.lengths)))

    def payloads(self, gop: Gop, picture: int, size: int = MAX_PAYLOAD) -> list[bytes]:
        """The RTP payloads of one picture, of `size` bytes at most; the marker belongs to the last."""
        key = (gop.index, picture, size)
        if key not in self._payloads:
            units = split_annex_b(self.fixture.gops[gop.index][picture].data)
            self._payloads[key] = _PACKETISE[self.codec](units, size)
        return self._payloads[key]

    def jpeg(self, gop: Gop) -> bytes:
        """The JPEG picture of a GOP of one."""
        return self.fixture.gops[gop.index][0].data

    def prepared(self, gop: Gop, dialect: Dialect, form: ChunkForm = STANDARD) -> PreparedGop:
        """The GOP as a playback chunk in which times and status can be stamped (§3.3.1)."""
        key = (gop.index, dialect, form)
        if key not in self._prepared:
            pictures = [picture.data for picture in self.fixture.gops[gop.index]]
            self._prepared[key] = PreparedGop(self.codec, pictures, self.rate * 10, dialect, form)
        return self._prepared[key]

    def _place(self, cycle: int, index: int) -> Gop:
        start = Ticks(cycle * self.cycle + self._starts[index] + self.phase)
        return Gop(self, cycle * len(self.lengths) + index, index, start)


@lru_cache(maxsize=512)
def footage_of(fixture: str, codec: Codec, camera: int, encoding: Encoding = AS_RECORDED) -> Footage:
    """The footage of a camera, loaded and prepared once in a process."""
    fixture = _JPEG_OF.get(fixture, fixture) if codec is Codec.JPEG else fixture
    loaded = load_jpeg(fixture, camera) if codec is Codec.JPEG else load(fixture, codec, camera)
    return _recorded(fixture, codec, loaded.camera, encoding).in_phase(phase_of(camera))


def phase_of(camera: int) -> Ticks:
    """By how much the grid of a camera is shifted; camera 1 is on the second."""
    return Ticks((camera - 1) * PHASE_STEP % PHASES * TICKS // PHASES)


@lru_cache(maxsize=256)
def _recorded(fixture: str, codec: Codec, camera: int, encoding: Encoding) -> Footage:
    """What all cameras share that show what was recorded of this one."""
    if codec is Codec.JPEG:
        return Footage(packed(_gops_of_one(load_jpeg(fixture, camera)), encoding))
    return Footage(packed(load(fixture, codec, camera), encoding))


@cache
def placeholder_footage() -> Footage:
    """One placeholder picture a second (§2.3.5)."""
    jpeg = placeholder_jpeg()
    digest = hashlib.sha256(jpeg).hexdigest()
    return Footage(_gops_of_one(JpegFixture(PLACEHOLDER, 1, *PLACEHOLDER_SIZE, 1, (jpeg,), (digest,))))


def _gops_of_one(fixture: JpegFixture) -> Fixture:
    pictures = zip(fixture.pictures, fixture.sha256s, strict=True)
    return Fixture(
        fixture.name,
        Codec.JPEG,
        fixture.camera,
        fixture.width,
        fixture.height,
        fixture.rate,
        tuple((Picture(data, sha256, ""),) for data, sha256 in pictures),
    )
