"""Audio as numbers: what ``playaudio.cgi`` gave, and a stretch of what a file has, decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nvr_conformance.reading.decoding import AUDIO_DECODERS, audio_decoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

AHEAD = 0.2  # seconds that a decoder is given ahead of what is wanted


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples of the first channel (1: the loudest), ``rate`` a second; ``start``: seconds into the file."""

    samples: Samples
    rate: int
    start: float = 0.0

    @property
    def loudness(self) -> float:
        """The mean of their squares."""
        return float((self.samples**2).mean()) if len(self.samples) else 0.0


def sounds_of_units(codec: str, units: Sequence[bytes]) -> list[Sound]:
    """Access units of "AAC", or samples of "G711" and "G726" in each way in which these can be read; none
    where one does not decode."""
    sounds = (_sound_of_units(decoder, units) for decoder in AUDIO_DECODERS[codec])
    return [sound for sound in sounds if sound is not None]


def _sound_of_units(decoder: str, units: Sequence[bytes]) -> Sound | None:
    import av

    context = audio_decoder(decoder)
    try:
        frames = [frame for unit in units for frame in context.decode(av.Packet(unit))]
    except av.FFmpegError:
        return None
    return _sound(frames)


def sound_of_file(data: bytes, begin: float, end: float) -> Sound | None:
    """What the first stream of audio of an MP4 has between two times, as far as it decodes; None where that
    is nothing."""
    import io

    import av

    frames: list[Any] = []
    try:
        with av.open(io.BytesIO(data), "r", format="mp4") as container:
            for packet in container.demux(*container.streams.audio[:1]) if container.streams.audio else ():
                time = None if packet.pts is None else float(packet.pts * packet.time_base)
                if time is None or time < begin - AHEAD:
                    continue
                if time >= end:
                    break
                frames += packet.decode()
    except (av.FFmpegError, OSError, ValueError):
        pass
    return _sound([frame for frame in frames if frame.time is not None and frame.time >= begin])


def _sound(frames: list[Any]) -> Sound | None:
    import numpy as np

    if not frames:
        return None
    pieces = []
    for frame in frames:
        plane = frame.to_ndarray()[0]
        if not frame.format.is_planar:
            plane = plane[:: len(frame.layout.channels)]
        if plane.dtype.kind == "i":
            plane = plane / float(np.iinfo(plane.dtype).max)
        pieces.append(plane.astype(np.float32))
    return Sound(np.concatenate(pieces), frames[0].sample_rate, frames[0].time or 0.0)
