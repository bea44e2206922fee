"""Audio of a file is held against that of playback by what it sounds like, however it was coded anew."""

from dataclasses import replace

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.facts.audio_likeness import heard_alike, likenesses
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.audio_samples import Sound, sound_of_file, sounds_of_units
from nvr_conformance.reading.decoding import audio_decoder
from nvr_emulator.footage.audio import Audio, audio_of
from nvr_emulator.footage.footage import TICKS, footage_of
from nvr_emulator.recorder.download.mp4 import mp4_blocks
from nvr_protocol.codecs import AudioCodec, Codec

BEGIN = 1_714_014_000 * TICKS
AT = 10  # seconds into the file


def a_file(audio):
    gops = [footage_of("counter-small", Codec.H264, 1).containing(BEGIN)]
    while len(gops) < 22:
        gops.append(gops[-1].following())
    return b"".join(mp4_blocks(gops, audio))


def played(audio, at=AT):
    return sounds_of_units(audio.codec.value, audio.between(BEGIN + at * TICKS, BEGIN + (at + 3) * TICKS))


def around(data):
    return sound_of_file(data, AT - 8, AT + 11)


@pytest.mark.parametrize("codec", AudioCodec)
def test_audio_that_was_coded_anew_is_the_same(codec):
    audio = audio_of(codec, 1)
    assert heard_alike(around(a_file(audio)), played(audio), [float(AT)]).ok


@pytest.mark.parametrize("codec", AudioCodec)
def test_audio_of_another_camera_is_not(codec):
    fact = heard_alike(around(a_file(audio_of(codec, 2))), played(audio_of(codec, 1)), [float(AT)])
    assert not fact.ok
    assert fact.actual.startswith("alike by 0.7")


def read_otherwise(audio):
    """The same samples of G.711 by A-law, or the same of G.726 with the other half of each byte first."""
    if audio.codec is AudioCodec.G726:
        other = bytes(byte >> 4 | byte << 4 & 0xF0 for byte in range(256))
    else:
        mu, a = (levels(name) for name in ("pcm_mulaw", "pcm_alaw"))
        other = bytes(int(np.argmin(abs(a - level))) for level in mu)
    units = tuple(unit.translate(other) for unit in audio.fixture.units)
    return Audio(replace(audio.fixture, units=units))


def levels(decoder):
    """What each of 256 bytes stands for."""
    (frame,) = audio_decoder(decoder).decode(av.Packet(bytes(range(256))))
    return frame.to_ndarray()[0].astype(int)


@pytest.mark.parametrize("codec", [AudioCodec.G711, AudioCodec.G726])
def test_which_law_and_packing_samples_have_is_open(codec):
    audio, other = audio_of(codec, 1), audio_of(codec, 2)
    file = around(a_file(audio))
    assert heard_alike(file, played(read_otherwise(audio)), [float(AT)]).ok
    assert not heard_alike(file, played(read_otherwise(other)), [float(AT)]).ok
    fact = heard_alike(file, played(read_otherwise(audio), AT + 3), [float(AT)])
    assert (fact.ok, fact.actual) == (False, "3.00 s off")


def test_audio_that_stands_elsewhere():
    audio = audio_of(AudioCodec.G711, 1)
    fact = heard_alike(around(a_file(audio)), played(audio, AT + 3), [float(AT)])
    assert (fact.ok, fact.actual) == (False, "3.00 s off")
    assert heard_alike(around(a_file(audio)), played(audio, AT + 3), [float(AT), AT + 2.5]).ok
    assert heard_alike(around(a_file(audio)), played(audio, AT + 1), [float(AT)]).ok


def test_half_of_the_samples():
    audio = audio_of(AudioCodec.G711, 1)
    halves = b"".join(unit[:80] for unit in audio.fixture.units)
    units = tuple(halves[at : at + 160] for at in range(0, len(halves), 160)) * 2
    fact = heard_alike(around(a_file(Audio(replace(audio.fixture, units=units)))), played(audio), [float(AT)])
    assert not fact.ok


def noise(seconds, loudness=0.1, rate=8000, seed=0):
    return np.random.default_rng(seed).normal(0, loudness, round(seconds * rate)).astype(np.float32)


def test_noise_is_alike_at_any_loudness():
    heard = noise(12)
    other = heard + noise(12, 0.03, seed=1)
    assert heard_alike(Sound(other / 5, 8000, 2.0), [Sound(heard[32000:56000], 8000)], [6.0]).ok


def test_silence_in_the_place_of_audio():
    assert not heard_alike(Sound(noise(12, 0.0), 8000), [Sound(noise(3), 8000)], [4.0]).ok
    assert not heard_alike(None, [Sound(noise(3), 8000)], [4.0]).ok


@pytest.mark.parametrize(
    ("sought", "moments"),
    [
        ([], [1.0]),
        ([Sound(noise(3, 1e-3), 8000)], [1.0]),
        ([Sound(noise(3), 8000), Sound(noise(3, 1e-3), 8000)], [1.0]),
        ([Sound(noise(3), 8000)], []),
    ],
)
def test_nothing_is_said_of_silence(sought, moments):
    with pytest.raises(NothingToJudge):
        heard_alike(Sound(noise(12), 8000), sought, moments)


@given(st.binary(max_size=200))
def test_any_bytes_have_some_audio_or_none(data):
    assert sound_of_file(data, 0.0, 1.0) is None
    assert not sounds_of_units("AAC", [data]) or data
    assert likenesses(Sound(noise(0.01), 8000), Sound(noise(0.01), 8000)) == []
