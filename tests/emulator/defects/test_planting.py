"""Every defect goes around marked seams, and a recorder with it still answers."""

import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.defects import all_defects, apply_defects
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_protocol.commands.urls import build_command

NOW = 1_714_020_000.0
HOUR = int(NOW) // 3600 * 3600 - 2 * 3600
PLANS = {model: plan(small_recorder(model)) for model in (1, 2, 3)}
ASKED = (
    ("live_setup", {}),
    ("live_rtp", {"CAM": 1, "CMD": "START", "COMP": "H264", "PORT": 40_000}),
    ("live_rtp", {"CAM": 1, "CMD": "START", "COMP": "AUDIO", "PORT": 40_002}),
    ("live_http", {"CAM": 2, "CMD": "START", "COMP": "JPEG"}),
    ("live_rtp", {"CAM": 1, "CMD": "STOP", "COMP": "H264", "PORT": 40_000}),
    ("live_http", {"CAM": 2, "CMD": "STOP", "COMP": "JPEG"}),
    ("pan_tilt_zoom", {"CH": 1, "PAN": 1}),
    ("download", {"CAM": 1, "KIND": "N3", "STARTTIME": HOUR, "ENDTIME": HOUR + 60}),
    ("log_events", {}),
)
"""What a client of one UID does that may go through a seam; playback has a UID of its own."""
PLAYED = (
    ("mask", None),
    ("goto", {"TIMEF": HOUR * 100}),
    ("camera", {"CAM": 1}),
    ("playaudio", {"CAM": 1}),
    ("stop", {"TIMEF": HOUR * 100}),
)


def asked(recorder, uid, key, values):
    if key == "mask":
        values = {"MASK": "1".ljust(recorder.plan.channels, "0")}
    return answered(recorder, build_command(key, UID=uid, **values))


def answered(recorder, url):
    path, _, query = url.partition("?")
    return recorder.receive(Request("GET", path, query), NOW)


def exercise(recorder):
    """Use the recorder; the statuses of its answers. Most defects do not show in it, and some refuse it."""
    statuses = []
    for steps in (ASKED, PLAYED):
        session = recorder.sessions.login("ADMIN", 0, NOW)
        for key, values in steps:
            statuses.append(asked(recorder, session.uid, key, values).status)
            list(recorder.run_until(NOW + len(statuses)))
    for key in ("getinfo", "recorded_time"):
        url = build_command(key)
        with_uid = f"{url}{'&' if '?' in url else '?'}UID={session.uid}"
        statuses.append(answered(recorder, with_uid).status)
    return statuses


def test_a_recorder_without_defects_accepts_it_all():
    for settings in PLANS.values():
        assert set(exercise(Recorder(settings, NOW))) == {200}


@pytest.mark.parametrize("defect", all_defects(), ids=lambda defect: defect.name)
def test_it_is_planted_in_seams_and_the_recorder_answers(defect):
    for model in sorted(defect.models):
        recorder = Recorder(PLANS[model], NOW)
        defect.plant(recorder)
    assert exercise(recorder)


def test_names_are_unique_and_each_says_what_it_does():
    names = [defect.name for defect in all_defects()]
    assert len(set(names)) == len(names)
    assert all(defect.text and defect.breaks and defect.models for defect in all_defects())
    assert [defect.name for defect in all_defects() if len(defect.text.splitlines()) > 1] == []


def test_what_is_not_known_is_named():
    with pytest.raises(ConfigurationError, match="defect: 'none-such' is not known"):
        apply_defects(Recorder(PLANS[2], NOW), ["none-such"])


def test_what_cannot_show_on_a_model_is_named():
    with pytest.raises(ConfigurationError, match="'seventeen-cameras-play' cannot show on MODEL 2"):
        apply_defects(Recorder(PLANS[2], NOW), ["seventeen-cameras-play"])
