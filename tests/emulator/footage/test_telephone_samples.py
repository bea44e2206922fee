"""The other forms of G.711 and G.726, held against the decoders of FFmpeg."""

import av
import numpy as np
import pytest

from nvr_emulator.footage.audio import AudioForm, audio_of
from nvr_emulator.footage.telephone_samples import A_LAW_OF_MU_LAW, a_law_level, mu_law_level
from nvr_emulator.recorder.download.mp4_audio import decoded_loop
from nvr_protocol.codecs import AudioCodec


def decoded(name):
    context = av.CodecContext.create(name, "r")
    context.sample_rate, context.layout = 8000, "mono"
    (frame,) = context.decode(av.Packet(bytes(range(256))))
    return frame.to_ndarray()[0].tolist()


@pytest.mark.parametrize(("name", "level"), [("pcm_mulaw", mu_law_level), ("pcm_alaw", a_law_level)])
def test_what_each_byte_stands_for(name, level):
    assert [level(byte) for byte in range(256)] == decoded(name)


def test_a_law_is_as_near_as_it_can_be():
    levels = np.array(decoded("pcm_alaw"))
    for byte, level in enumerate(decoded("pcm_mulaw")):
        assert abs(a_law_level(A_LAW_OF_MU_LAW[byte]) - level) == abs(levels - level).min()


@pytest.mark.parametrize("codec", [AudioCodec.G711, AudioCodec.G726])
def test_a_file_has_the_same_audio_in_either_form(codec):
    usual = audio_of(codec, 1)
    other = audio_of(codec, 1, "", AudioForm(a_law=True, high_bits_first=True))
    assert other.fixture.units != usual.fixture.units
    one, two = (np.frombuffer(decoded_loop(audio), np.int16).astype(int) for audio in (usual, other))
    assert abs(one - two).max() <= (512 if codec is AudioCodec.G711 else 0)


def test_units_in_another_form_can_be_cut():
    form = AudioForm(a_law=True)
    audio = audio_of(AudioCodec.G711, 1, "", form)
    assert audio.cut_into(40).form == form
    assert audio_of(AudioCodec.AAC, 1, "", form).fixture.units == audio_of(AudioCodec.AAC, 1).fixture.units
