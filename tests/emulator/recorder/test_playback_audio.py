"""Playback audio, second by second (§3.2.2), and playback of JPEG recordings (§3.3.1.3)."""

import msgspec
import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import RecordingSettings
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.footage.audio import audio_of
from nvr_emulator.footage.footage import TICKS
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_fixtures import load_jpeg
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.commands.urls import build_command
from nvr_protocol.playback.audio import read_playback_audio
from nvr_protocol.playback.video import read_playback_video

START = 1_714_000_020
NOW = float(START + 3600)
GAP = START + 1200, START + 1500
"""Recording begins at START, on the minute, and has this gap."""
AAC, G711, JPEG = 1, 2, 3


@pytest.fixture
def recorder():
    settings = small_recorder(2)
    cameras = [
        msgspec.structs.replace(camera, recorded=Codec.JPEG) if camera.number == JPEG else camera
        for camera in settings.cameras
    ]
    recordings = (RecordingSettings(since=60, until=40), RecordingSettings(since=35))
    changed = msgspec.structs.replace(settings, cameras=tuple(cameras), recordings=recordings)
    return Recorder(plan(changed), NOW)


@pytest.fixture
def ask(recorder):
    """A command on one UID; what is asked for by key and values."""
    uid = recorder.sessions.login("ADMIN", 0, NOW).uid

    def ask(key, **values):
        path, _, query = build_command(key, UID=uid, **values).partition("?")
        answer = recorder.receive(Request("GET", path, query), NOW)
        if getattr(answer, "sent", None):
            answer.sent()
        return answer

    return ask


def seconds(ask, camera, count):
    """Seconds after START at which the next answers start; None for one without audio."""
    answers = [ask("playaudio", CAM=camera) for _ in range(count)]
    return [read_playback_audio(answer.body).start - START if answer.body else None for answer in answers]


@pytest.mark.parametrize("camera", [AAC, G711])
def test_a_second_of_audio_is_that_of_the_camera(ask, camera):
    ask("mask", MASK="1100")
    ask("goto", TIMEF=(START + 100) * 100)
    audio = audio_of(AudioCodec.AAC if camera == AAC else AudioCodec.G711, camera)
    # The GOP of camera 2 at that moment began a little earlier, in another second.
    first = START + (100 if camera == AAC else 99)
    for second in range(first, first + 3):
        answer = ask("playaudio", CAM=camera)
        assert answer.content_type == "application/octet-stream"
        read = read_playback_audio(answer.body)
        assert (read.camera, read.start, read.end) == (camera, second, second + 1)
        assert (read.zone.minutes, read.codec) == (9 * 60, audio.codec)
        units = [unit.data for unit in read.units]
        assert (units or read.samples) == (
            audio.between(second * TICKS, (second + 1) * TICKS)
            if camera == AAC
            else b"".join(audio.between(second * TICKS, (second + 1) * TICKS))
        )


def test_audio_follows_on_and_each_camera_has_its_own_place(ask):
    ask("mask", MASK="1100")
    ask("play")
    assert seconds(ask, AAC, 3) == [0, 1, 2]
    # Its recording begins within second 0, for it is not in step with the minutes.
    assert seconds(ask, G711, 2) == [1, 2]
    assert seconds(ask, AAC, 2) == [3, 4]


def test_a_new_playcmd_brings_audio_to_where_the_pictures_stand(ask):
    ask("mask", MASK="1000")
    ask("goto", TIMEF=(START + 300) * 100)
    assert seconds(ask, AAC, 2) == [300, 301]
    ask("camera", CAM=AAC)
    assert seconds(ask, AAC, 1) == [302]
    ask("goto", TIMEF=(START + 100) * 100)
    ask("camera", CAM=AAC)
    assert seconds(ask, AAC, 2) == [100, 101]


def test_a_gap_is_skipped(ask):
    ask("mask", MASK="1000")
    ask("goto", TIMEF=(GAP[0] - 2) * 100)
    assert seconds(ask, AAC, 4) == [1198, 1199, 1500, 1501]


def test_audio_ends_now(ask):
    ask("mask", MASK="1000")
    ask("goto", TIMEF=(int(NOW) - 3) * 100)
    given = seconds(ask, AAC, 4)
    assert given[:2] == [3597, 3598]
    assert given[-1] is None


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("reverse", {"TIMEF": (START + 100) * 100}),
        ("pause", {"TIMEF": (START + 100) * 100}),
        ("fast", {"PLAYCMD": "FF", "TIMEF": (START + 100) * 100}),
        ("step", {"PLAYCMD": "NEXTFRAME", "TIMEF": (START + 100) * 100}),
    ],
)
def test_there_is_no_audio_but_with_play_and_goto(ask, key, values):
    ask("mask", MASK="1000")
    ask(key, **values)
    answer = ask("playaudio", CAM=AAC)
    assert (answer.status, answer.body) == (204, b"")


def test_a_camera_without_microphone_gives_an_empty_answer(ask):
    ask("mask", MASK="0010")
    ask("play")
    assert ask("playaudio", CAM=JPEG).status == 204


def test_audio_needs_mask_and_playcmd(ask):
    assert ask("playaudio", CAM=AAC).status == 400
    ask("mask", MASK="0100")
    assert ask("playaudio", CAM=G711).status == 400
    ask("play")
    assert ask("playaudio", CAM=AAC).status == 400
    assert ask("playaudio", CAM=G711).status == 200
    ask("stop", TIMEF=START * 100)
    assert ask("playaudio", CAM=G711).status == 400


def test_a_jpeg_recording_gives_a_picture_at_once(ask):
    ask("mask", MASK="0010")
    ask("goto", TIMEF=(START + 100) * 100)
    fixture = load_jpeg("counter-small", JPEG)
    read = [read_playback_video(ask("camera", CAM=JPEG).body) for _ in range(4)]
    assert [video.start // 100 - START for video in read] == [99, 100, 101, 102]
    assert sorted(video.pictures[0].data for video in read) == sorted(fixture.pictures)
    assert {(video.codec, len(video.pictures), video.frame_rate) for video in read} == {
        (Codec.JPEG, 1, 10 * fixture.rate)
    }
    ask("reverse", TIMEF=(START + 50) * 100)
    back = read_playback_video(ask("camera", CAM=JPEG).body)
    # The last picture that had gone by at 50 s; the next began earlier, but lasted longer.
    assert (back.start // 100 - START, back.operation) == (48, Operation.REVERSE)
