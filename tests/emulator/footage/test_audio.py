"""Audio on its grid: whole units, no drift, the same for live and playback."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.footage.audio import audio_of
from nvr_emulator.footage.footage import TICKS
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.models import MODELS, Model

seconds = st.integers(0, 2**32 - 3600)
codecs = st.sampled_from(AudioCodec)


@given(codecs, seconds, st.integers(1, 20))
def test_consecutive_seconds_hold_every_unit_once(codec, begin, count):
    audio = audio_of(codec, 1)
    pieces = [audio.between(second * TICKS, (second + 1) * TICKS) for second in range(begin, begin + count)]
    assert list(itertools.chain(*pieces)) == audio.between(begin * TICKS, (begin + count) * TICKS)


@given(codecs, seconds)
def test_eight_seconds_are_the_whole_fixture_wherever_they_begin(codec, begin):
    audio = audio_of(codec, 1)
    units = audio.between(begin * TICKS, (begin + 8) * TICKS)
    first = audio.from_moment(begin * TICKS) % len(units)
    assert tuple(units) == audio.fixture.units[first:] + audio.fixture.units[:first]


@given(codecs, st.integers(0, 2**32 * TICKS))
def test_a_moment_lies_in_the_unit_that_contains_it(codec, moment):
    unit = audio_of(codec, 1).containing(moment)
    assert unit.start <= moment < unit.following().start
    assert unit.following().clock - unit.clock == unit.audio.fixture.samples_per_unit
    assert unit.clock * TICKS == unit.start * unit.audio.fixture.sample_rate


@pytest.mark.parametrize("model", Model)
def test_the_usual_cameras_have_every_codec_of_the_model(model):
    cameras = plan(small_recorder(model.value)).cameras
    assert {camera.audio for camera in cameras.values()} - {None} == set(MODELS[model].audio.value)
    assert cameras[4].audio is AudioCodec.AAC
    assert audio_of(AudioCodec.AAC, 4) != audio_of(AudioCodec.AAC, 1)


def test_a_codec_that_the_model_lacks_is_refused():
    settings = small_recorder(2)
    cameras = (msgspec.structs.replace(settings.cameras[0], audio=AudioCodec.G726),)
    with pytest.raises(ConfigurationError, match=r"number 1.*MODEL 2 has no audio G726"):
        plan(msgspec.structs.replace(settings, cameras=cameras))
