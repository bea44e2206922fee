"""RTP time stamps begin at 0 again when the settings say so."""

import pytest

from nvr_emulator.configuration.plan import plan, usual_cameras
from nvr_emulator.configuration.settings import RecorderSettings, UserSettings
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request

NOW = 1_714_014_000.0


def stamps(comp, seconds, wrap_after):
    """The time stamps of a stream, and the clock's moments at which they were sent."""
    cameras = usual_cameras(1, "counter-small")
    settings = RecorderSettings(
        users=(UserSettings("A", "a1"),), cameras=cameras, seed=7, rtp_wrap_after=wrap_after
    )
    recorder = Recorder(plan(settings), NOW)
    session = recorder.sessions.login("A", 0, NOW)
    for port, wanted in enumerate(("H264", comp), 5004):
        query = f"UID={session.uid}&CAM=1&CMD=START&COMP={wanted}&PORT={port}"
        recorder.receive(Request("GET", "/cgi-bin/push.cgi", query), NOW)
        if wanted == comp:
            break
    kind = 97 if comp == "AUDIO" else 98
    return [
        (moment / 50, int.from_bytes(data[4:8]))
        for moment in range(seconds * 50)
        for picture in recorder.run_until(NOW + moment / 50)
        for data in picture.packets
        if data[1] & 0x7F == kind
    ]


@pytest.mark.parametrize(("comp", "rate"), [("H264", 90_000), ("AUDIO", 48_000)])
def test_the_wrap_comes_when_it_is_due(comp, rate):
    sent = stamps(comp, 4, 2.0)
    for moment, stamp in sent:
        left = (stamp + 2**31) % 2**32 - 2**31
        assert left / rate == pytest.approx(moment - 2.0, abs=0.05)
    assert {stamp > 2**31 for _, stamp in sent} == {True, False}


def test_without_the_setting_it_comes_anywhere():
    assert abs(stamps("H264", 2, None)[0][1] - 2**32) > 2**28
