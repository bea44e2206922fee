"""Whether the audio of a file is that of playback, however it was coded anew (DWN-02).

Audio is looked at as its spectrum, twenty times a second: codec, rate of samples and loudness do not count.
The same audio, coded anew, is alike by 0.93 and more, be it noise; that of another microphone, or what is
left where half of the samples are lost, by 0.8 and less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nvr_conformance.judgement.fact import Fact
from nvr_conformance.judgement.outcomes import NothingToJudge

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from nvr_conformance.reading.audio_samples import Sound

    Spectrum = NDArray[np.float64]

IN_STEP = 1.5  # seconds: times of playback audio are whole ones
AROUND = 8.0  # seconds on both sides of where it should be, in which it is sought
ALIKE = 0.8  # likeness from which on it is the same
OFF = 0.03  # unlikeness at its place from which on it may stand elsewhere
CLEARLY = 5  # times as like elsewhere
QUIET = 1e-4  # mean square: 40 dB below the loudest
FRAMES = 20  # a second
LOWEST, HIGHEST, WIDTH = 100, 3400, 100  # Hz: what a telephone lets through, in bands


def spectrum(sound: Sound) -> Spectrum:
    """One row for each twentieth of a second, of 0.1 s: the amplitude in each band."""
    import numpy as np

    size, hop = sound.rate // 10, sound.rate // FRAMES
    bands = (HIGHEST - LOWEST) // WIDTH
    if size < HIGHEST // 5 or len(sound.samples) < size:
        return np.zeros((0, bands))
    pieces = np.lib.stride_tricks.sliding_window_view(sound.samples, size)[::hop] * np.hanning(size)
    amplitudes = np.abs(np.fft.rfft(pieces, axis=1))
    per_band = WIDTH // 10  # of 10 Hz each, or nearly so
    wanted: Spectrum = amplitudes[:, LOWEST // 10 : HIGHEST // 10].reshape(len(pieces), bands, per_band)
    return np.asarray(wanted.sum(axis=2))


def likenesses(sound: Sound, sought: Sound) -> list[tuple[float, float]]:
    """How like what was sought is to each place of a sound: seconds from the sound's start, 0 … 1."""
    import numpy as np

    whole, piece = spectrum(sound), spectrum(sought)
    size, power = len(piece), float((piece**2).sum())
    found = []
    for place in range(len(whole) - size + 1 if size else 0):
        there = whole[place : place + size]
        both = float(np.sqrt((there**2).sum() * power))
        found.append((place / FRAMES, float((there * piece).sum()) / both if both else 0.0))
    return found


def heard_alike(file: Sound | None, readings: Sequence[Sound], moments: Sequence[float]) -> Fact:
    """DWN-02: what playback gives stands in the file at one of ``moments`` (seconds from its time 0).

    ``file``: what it has around them; ``readings``: what playback gives, in each way in which it can be read.
    The right one is that which some place of the file is most like. NothingToJudge where playback is silent.
    """
    if not readings or min(reading.loudness for reading in readings) < QUIET or not moments:
        raise NothingToJudge("the audio of playback does not decode, or is quiet")
    expected = f"the audio of playback {moments[0]:.2f} s into the file, ± {IN_STEP} s"
    found = [] if file is None else [likenesses(file, reading) for reading in readings]
    places = max(found, key=_greatest, default=[])
    if file is None or not places:
        return Fact(False, expected, "no audio there")
    at = [(min(abs(file.start + place - moment) for moment in moments), like) for place, like in places]
    here = max((like for off, like in at if off <= IN_STEP), default=0.0)
    best = max(range(len(at)), key=lambda number: at[number][1])
    off, like = at[best]
    if off > IN_STEP and 1 - here >= OFF and CLEARLY * (1 - like) <= 1 - here:
        return Fact(False, expected, f"{off:.2f} s off")
    return Fact(here >= ALIKE, expected, f"alike by {here:.2f}")


def _greatest(places: Sequence[tuple[float, float]]) -> float:
    return max((like for _, like in places), default=0.0)
