"""Streams with long-term reference P: what 0x0028 and 0x0029 say (§7)."""

import msgspec
import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import RecordingSettings
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_protocol.codecs import Codec
from nvr_protocol.commands.urls import build_command
from nvr_protocol.playback.video import read_playback_video

START = 1_714_000_020
NOW = float(START + 3600)
H264, H265, JPEG = 1, 2, 3
OTHER, SHOW, HIDE = 0, 1, 2


def at(seconds):
    """TIMEF of a moment after START."""
    return (START + seconds) * 100


@pytest.fixture
def recorder():
    def make(ltr=True, **variants):
        """GOPs of 5 s begin at each multiple of five seconds after START."""
        settings = small_recorder(2)
        recorded = {JPEG: Codec.JPEG, H265: Codec.H265}
        cameras = tuple(
            msgspec.structs.replace(camera, ltr=ltr, recorded=recorded.get(camera.number, Codec.H264))
            for camera in settings.cameras
        )
        chosen = read_variants({"gop-seconds": "5"} | variants)
        return Recorder(
            plan(
                msgspec.structs.replace(
                    settings, cameras=cameras, recordings=(RecordingSettings(since=60),), variants=chosen
                )
            ),
            NOW,
        )

    return make


def told(recorder, camera, count, *commands):
    """Seconds after START, 0x0028 and 0x0029 of the next GOPs after some commands."""
    uid = recorder.sessions.login("ADMIN", 0, NOW).uid

    def ask(key, **values):
        path, _, query = build_command(key, UID=uid, **values).partition("?")
        answer = recorder.receive(Request("GET", path, query), NOW)
        assert answer.status == 200
        if answer.sent:
            answer.sent()
        return answer

    ask("mask", MASK="".join("1" if number == camera else "0" for number in range(1, 5)))
    for key, values in commands:
        ask(key, **values)
    videos = [read_playback_video(ask("camera", CAM=camera).body) for _ in range(count)]
    return [
        (video.start // 100 - START, video.recorder.long_term_reference, video.recorder.show_hide)
        for video in videos
    ]


def goto(seconds):
    return "goto", {"TIMEF": at(seconds)}


@pytest.mark.parametrize("camera", [H264, H265])
def test_after_gotodate_what_is_earlier_than_timef_is_not_to_be_displayed(recorder, camera):
    found = told(recorder(), camera, 3, goto(102))
    assert [(start, shows) for start, _, shows in found] == [(100, HIDE), (105, SHOW), (110, SHOW)]
    found = told(recorder(), camera, 2, goto(100))
    # Camera 2 is not in step with the seconds: its GOP at 100 s began earlier.
    shown = [(100, SHOW), (105, SHOW)] if camera == H264 else [(95, HIDE), (100, SHOW)]
    assert [(start, shows) for start, _, shows in found] == shown


def test_two_gops_are_hidden_where_gotodate_gives_the_one_before(recorder):
    found = told(recorder(**{"go-to": "before"}), H264, 3, goto(102))
    assert [(start, shows) for start, _, shows in found] == [(95, HIDE), (100, HIDE), (105, SHOW)]


@pytest.mark.parametrize(
    "command", [("play", {}), ("pause", {"TIMEF": at(102)}), ("fast", {"PLAYCMD": "REW", "TIMEF": at(102)})]
)
def test_nothing_is_hidden_but_after_gotodate(recorder, command):
    assert {shows for *_, shows in told(recorder(), H264, 2, goto(102), command)} == {SHOW}


def test_gops_with_such_pictures_and_without_take_turns(recorder):
    found = [reference for _, reference, _ in told(recorder(), H264, 4, goto(100))]
    assert found in ([0x10, 0x11] * 2, [0x11, 0x10] * 2)


def test_other_cameras_and_jpeg_say_neither(recorder):
    assert {tuple(rest) for _, *rest in told(recorder(ltr=False), H264, 2, goto(102))} == {(0, OTHER)}
    assert {tuple(rest) for _, *rest in told(recorder(), JPEG, 2, goto(102))} == {(0, OTHER)}


def test_a_stream_without_idr_pictures_has_none_to_show_or_hide(recorder):
    found = told(recorder(**{"key-pictures": "cra"}), H265, 2, goto(102))
    assert [(reference > 0, shows) for _, reference, shows in found] == [(True, OTHER)] * 2
