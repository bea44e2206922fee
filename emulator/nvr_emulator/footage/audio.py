"""Audio on an endless grid: which access unit or packet a camera's microphone gives at which moment.

The fixture of some seconds stands for any length of time. Second S since the Unix epoch is heard as second
S of the fixture, modulo its length; so live, playback and download agree on every sample. Times are ticks
of the 90 kHz video clock since the epoch, into which units of both clocks go exactly: 1920 ticks for the
1024 samples of an AAC access unit at 48 kHz, 1800 for 20 ms of G.711 or G.726.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import gcd

from nvr_emulator.footage.footage import TICKS
from nvr_emulator.footage.own_folders import audio_name
from nvr_emulator.footage.telephone_samples import A_LAW_OF_MU_LAW, HALVES_SWAPPED
from nvr_fixtures import AudioFixture, load_audio
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.timestamps import Ticks


@dataclass(frozen=True, slots=True)
class AudioForm:
    """How audio is coded where the document leaves it open (OP-34)."""

    filled_units: bool = False
    """All access units of AAC have the size of the largest."""
    a_law: bool = False
    high_bits_first: bool = False


AS_USUAL = AudioForm()


@dataclass(frozen=True)
class AudioUnit:
    """One access unit or 20 ms at its place on the grid; `number` counts units since the epoch.

    A live stream sends it like a GOP of one picture.
    """

    audio: Audio
    number: int
    pictures: int = 1

    @property
    def start(self) -> Ticks:
        """When it begins."""
        return self.audio.unit_at(self.number)

    @property
    def interval(self) -> Ticks:
        """How long it lasts."""
        return self.audio.interval

    @property
    def data(self) -> bytes:
        """The access unit or the samples."""
        return self.audio.unit(self.number)

    @property
    def pictures_before(self) -> int:
        """How many units there were ahead of it."""
        return self.number

    @property
    def clock(self) -> int:
        """How many samples precede it since the epoch: the time of RTP (§2.3.6)."""
        return self.number * self.audio.fixture.samples_per_unit

    def picture_at(self, picture: int) -> Ticks:
        """When it is sent."""
        return self.start

    def following(self) -> AudioUnit:
        """The unit after this one."""
        return AudioUnit(self.audio, self.number + 1)


@dataclass(frozen=True)
class Audio:
    """The audio of one camera in one codec; units are counted from the epoch."""

    fixture: AudioFixture
    form: AudioForm = field(default=AS_USUAL, kw_only=True)

    @property
    def codec(self) -> AudioCodec:
        """How it is coded."""
        return self.fixture.codec

    @property
    def interval(self) -> Ticks:
        """How long a unit lasts."""
        return Ticks(self.fixture.samples_per_unit * TICKS // self.fixture.sample_rate)

    def containing(self, moment: Ticks) -> AudioUnit:
        """The unit during which `moment` lies."""
        return AudioUnit(self, moment // self.interval)

    def from_moment(self, moment: Ticks) -> int:
        """The number of the first unit that begins at or after `moment`."""
        return -(-moment // self.interval)

    def between(self, begin: Ticks, end: Ticks) -> list[bytes]:
        """The units that begin in a stretch of time (`end` outside it)."""
        return [self.unit(number) for number in range(self.from_moment(begin), self.from_moment(end))]

    def cut_into(self, milliseconds: int) -> Audio:
        """The same audio in units of another length. An access unit of AAC stays what it is."""
        fixture = self.fixture
        samples = fixture.sample_rate * milliseconds // 1000
        if self.codec is AudioCodec.AAC or samples == fixture.samples_per_unit:
            return self
        whole = b"".join(fixture.units)
        size = len(fixture.units[0]) * samples // fixture.samples_per_unit
        # As many rounds as it takes for a whole number of units.
        whole *= size // gcd(size, len(whole))
        units = tuple(whole[start : start + size] for start in range(0, len(whole), size))
        return replace(self, fixture=replace(fixture, units=units, samples_per_unit=samples))

    def unit(self, number: int) -> bytes:
        """The unit of that number since the epoch."""
        return self.fixture.units[number % len(self.fixture.units)]

    def unit_at(self, number: int) -> Ticks:
        """When that unit begins."""
        return Ticks(number * self.interval)


@lru_cache(maxsize=256)
def audio_of(codec: AudioCodec, camera: int, fixture: str = "", form: AudioForm = AS_USUAL) -> Audio:
    """The audio of a camera, loaded once in a process: that of its fixture where it is a folder with audio,
    else the tones."""
    if form != AS_USUAL:
        usual = audio_of(codec, camera, fixture).fixture
        return Audio(replace(usual, units=_coded(codec, usual.units, form)), form=form)
    name = audio_name(fixture, codec)
    return audio_of(codec, camera) if name is None and fixture else Audio(load_audio(codec, camera, name))


def _coded(codec: AudioCodec, units: tuple[bytes, ...], form: AudioForm) -> tuple[bytes, ...]:
    """The same audio in another form."""
    match codec:
        case AudioCodec.AAC if form.filled_units:
            size = max(map(len, units))  # what stands behind the end of an access unit is not looked at
            return tuple(unit.ljust(size, b"\0") for unit in units)
        case AudioCodec.G711 if form.a_law:
            return tuple(unit.translate(A_LAW_OF_MU_LAW) for unit in units)
        case AudioCodec.G726 if form.high_bits_first:
            return tuple(unit.translate(HALVES_SWAPPED) for unit in units)
        case _:
            return units
