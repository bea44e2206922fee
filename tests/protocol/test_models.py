"""The data of the models and series."""

import pytest

from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.models import (
    DEFAULT_SERIES,
    MODELS,
    SERIES,
    SERIES_BY_NAME,
    Model,
    Source,
    Transport,
    slot_names,
)
from nvr_protocol.texts.recorded_time import Slot, read_recorded_time, write_recorded_time

SERIES_OF_MODEL = {
    1: {"WJ-NX400", "WJ-NX300", "WJ-NX200", "WJ-NX100"},
    2: {"WJ-NU300", "WJ-NU301", "WJ-NU201", "WJ-NU101"},
    3: {"WJ-NX510", "WJ-NX410", "WJ-NX310"},
}
PUBLIC_CAMERAS = {
    "WJ-NU101": 4,
    "WJ-NU201": 8,
    "WJ-NU301": 16,
    "WJ-NX310": 32,
    "WJ-NX410": 64,
    "WJ-NX510": 128,
}


@pytest.mark.parametrize("model", [1, 2, 3])
def test_model(model):
    data = MODELS[Model(model)]
    assert {series.name for series in SERIES if series.data is data} == SERIES_OF_MODEL[model]
    assert DEFAULT_SERIES[data.model].model == model
    assert data.uid_digits.value == {1: 5, 2: 10, 3: 19}[model]
    assert data.video.value == (Codec.H264, Codec.H265, Codec.JPEG)
    assert set(data.audio.value) == {AudioCodec.AAC, AudioCodec.G711} | (
        {AudioCodec.G726} if model == 1 else set()
    )
    assert data.transports.value == (Transport.HTTPS, Transport.BOTH)
    assert data.default_transport.value is (Transport.BOTH if model == 1 else Transport.HTTPS)
    assert data.default_transport.source == "document §1.2"
    assert data.firmware.value == ("5.10" if model == 1 else "1.00")


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name)
def test_series(series):
    assert SERIES_BY_NAME[series.name] is series
    assert series.cameras.value == PUBLIC_CAMERAS.get(series.name, series.cameras.value)
    assert (series.cameras.source is Source.ASSUMED) == (series.name not in PUBLIC_CAMERAS)
    assert 1 <= series.cameras.value <= 128
    assert series.pan_tilt_speed.value in (16, 256)


@pytest.mark.parametrize("series", SERIES, ids=lambda series: series.name)
def test_slots_can_be_told(series):
    names = slot_names(series.main_slots.value, series.extension_units.value, series.extension_slots.value)
    slots = tuple(Slot(name) for name in names)
    assert read_recorded_time(write_recorded_time(slots)) == slots
    assert series.main_slots.source is Source.ASSUMED


def test_slot_names_are_those_of_the_example():
    names = slot_names(9, 5, 9)
    assert (names[0], names[8], names[9], names[-1]) == ("MAIN-1", "MAIN-9", "EXT1-1", "EXT5-9")
    assert len(names) == 54
    assert slot_names(2) == ("MAIN-1", "MAIN-2")


def test_default_series():
    assert [series.name for series in DEFAULT_SERIES.values()] == ["WJ-NX400", "WJ-NU101", "WJ-NX510"]
