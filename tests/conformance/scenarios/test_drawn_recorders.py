"""Recorders that conform, drawn at random: any cameras, any recordings, any liberties together. Nothing of
theirs fails."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from nvr_conformance.client.options import PERMISSIONS, TargetOptions, User
from nvr_conformance.engine.judge import judge
from nvr_emulator.configuration.kind import kind_of
from nvr_emulator.configuration.variant_choice import EXCLUDED, all_variants, read_variants
from nvr_emulator.server.embedding import EmbeddedRecorder

NUMBERS = {1: 64, 2: 4, 3: 32}
"""The highest camera of a recorder of each model."""
AUDIO = {1: ("AAC", "G711", "G726"), 2: ("AAC", "G711"), 3: ("AAC", "G711")}
VIDEO = (["H264"], ["H265"], ["H264", "H265"])
RECORDED = ("H264", "H265", "JPEG")
ZONES = (
    *("UTC", "Asia/Tokyo", "Asia/Kathmandu", "Europe/Berlin", "Africa/Casablanca"),
    *("America/St_Johns", "America/New_York", "Australia/Lord_Howe", "Pacific/Chatham"),
)
USERS = (
    {"name": "ADMIN", "password": "secret12"},
    {"name": "MANAGER", "password": "manager12345", "level": "manager"},
    {"name": "VIEWER", "password": "viewer12345", "level": "viewer"},
)
OTHERS = (User("MANAGER", "manager12345", 1), User("VIEWER", "viewer12345", 3))


@st.composite
def liberties(draw):
    """Values of variants that go together; few, or nearly all."""
    names = draw(st.sets(st.sampled_from([variant.name for variant in all_variants()])))
    values = {variant.name: variant.values for variant in all_variants()}
    row = {name: draw(st.sampled_from(values[name])) for name in sorted(names)}
    standard = {name: of_it[0] for name, of_it in values.items()}
    for one, other, _ in EXCLUDED:
        if all({**standard, **row}.get(name) == value for name, value in (one, other)):
            row.pop(one[0] if one[0] in row else other[0])
    return tuple(row.items())


@st.composite
def cameras(draw, model):
    """A camera of each of some numbers."""
    highest = NUMBERS[model]
    numbers = draw(st.sets(st.integers(1, highest), min_size=1, max_size=min(highest, 7)))
    found = []
    for number in sorted(numbers):
        video = draw(st.sampled_from(VIDEO))
        camera = {
            "number": number,
            "fixture": draw(st.sampled_from(["counter-small", "city"])),
            "video": video,
            "recorded": draw(st.sampled_from([codec for codec in RECORDED if codec in (*video, "JPEG")])),
            "jpeg": draw(st.booleans()),
            "ptz": draw(st.booleans()),
            "ltr": draw(st.booleans()),
            "state": draw(st.sampled_from(["normal", "normal", "normal", "lost"])),
        }
        audio = draw(st.none() | st.sampled_from(AUDIO[model]))
        found.append(camera if audio is None else {**camera, "audio": audio})
    return found


@st.composite
def recordings(draw):
    """Stretches, each later than the one before; the last one goes on, or is over."""
    ages = sorted(draw(st.sets(st.integers(1, 4000), min_size=1, max_size=4)), reverse=True)
    stretches = [
        {"since": since, "until": until} for since, until in zip(ages[::2], ages[1::2], strict=False)
    ]
    return stretches + [{"since": ages[-1]}] * (len(ages) % 2)


@st.composite
def recorders(draw):
    """A model and the settings of a recorder."""
    model = draw(st.sampled_from([1, 2, 3]))
    setup = {
        "variants": {
            name: value
            for name, value in msgspec.to_builtins(read_variants(draw(liberties()))).items()
            if value is not None
        },
        "cameras": draw(cameras(model)),
        "recordings": draw(recordings()),
        "time_zone": draw(st.sampled_from(ZONES)),
        "clock_start": float(draw(st.integers(1_700_000_000, 1_990_000_000))),
        "downloads_at_once": draw(st.integers(1, 4)),
        "largest_download_file": draw(st.sampled_from([2_000_000, 512 * 1024 * 1024])),
    }
    return model, setup


@given(recorders())
def test_what_is_drawn_can_be_set_up(recorder):
    model, setup = recorder
    made, *_ = kind_of({"model": model, **setup})
    assert made.model == model
    assert len(made.cameras) == len(setup["cameras"])


AT_LENGTH = settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # each takes half a minute: too long to be made smaller


@pytest.mark.long
@AT_LENGTH
@given(recorders())
def test_nothing_fails_of_one_that_scenarios_may_set_up(recorder):
    model, setup = recorder
    note(f"MODEL {model}: {setup}")
    result = judge(TargetOptions(model=model, setup=setup))
    assert not result.broken
    assert not result.errors


@pytest.mark.long
@AT_LENGTH
@given(recorders())
def test_nothing_fails_of_one_that_is_as_it_is(recorder):
    model, setup = recorder
    note(f"MODEL {model}: {setup}")
    with EmbeddedRecorder(model, users=USERS, **setup) as emulated:
        options = TargetOptions(
            url=emulated.url,
            password="secret12",
            control=emulated.control_url,
            model=model,
            pace=0,
            allow=frozenset(PERMISSIONS),
            other_users=OTHERS,
        )
        result = judge(options)
    assert not result.broken
    assert not result.errors
