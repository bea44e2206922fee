"""A camera is lost and comes back: live, recording, as_getinfo and the error log follow."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import CameraState
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.footage.footage import TICKS, footage_of, ticks
from nvr_emulator.footage.outages import Outages
from nvr_emulator.footage.recordings import MINUTE, Recording, Stretch, on_the_minute
from nvr_emulator.recorder.live.stream import LivePicture
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_protocol.codecs import Codec
from nvr_protocol.commands.urls import build_command
from nvr_protocol.texts.connection_information import Connection
from nvr_protocol.texts.log_list import LogKind

NOW = 1_714_000_000.0
START = on_the_minute(ticks(NOW))


@pytest.fixture
def recorder():
    return Recorder(plan(small_recorder(2)), NOW)


def start(recorder, camera, comp="H264", now=NOW):
    uid = recorder.sessions.login("ADMIN", 0, now).uid
    values = {"UID": uid, "CAM": camera, "CMD": "START", "COMP": comp, "PORT": 40_000}
    path, _, query = build_command("live_rtp", **values).partition("?")
    assert recorder.receive(Request("GET", path, query), now).status == 200


def pictures(recorder, until) -> list[LivePicture]:
    return list(recorder.run_until(until))


def test_live_is_silent_while_lost_and_goes_on_with_a_key_frame(recorder):
    start(recorder, 1)
    start(recorder, 2)
    assert {picture.stream.camera for picture in pictures(recorder, NOW + 1.5)} == {1, 2}
    recorder.set_camera_state(1, CameraState.LOST, NOW + 1.5)
    assert {picture.stream.camera for picture in pictures(recorder, NOW + 3)} == {2}
    recorder.set_camera_state(1, CameraState.NORMAL, NOW + 3.3)
    back = [picture for picture in pictures(recorder, NOW + 5) if picture.stream.camera == 1]
    assert back[0].key
    assert back[0].taken >= ticks(NOW + 3.3)
    sequences = [int.from_bytes(packet[2:4], "big") for picture in back for packet in picture.packets]
    assert all((after - before) % 65_536 == 1 for before, after in itertools.pairwise(sequences))


def test_a_stream_that_starts_while_lost_waits_for_the_camera(recorder):
    recorder.set_camera_state(1, CameraState.LOST, NOW)
    start(recorder, 1)
    assert pictures(recorder, NOW + 2) == []
    recorder.skip_to(NOW + 80)
    recorder.set_camera_state(1, CameraState.NORMAL, NOW + 80)
    back = pictures(recorder, NOW + 82)
    assert back[0].key
    assert back[0].taken >= ticks(NOW + 80)


def test_a_camera_that_never_sends_the_codec_stays_silent(recorder):
    camera = msgspec.structs.replace(recorder.cameras.registered[1], video=(Codec.H265,))
    recorder.cameras.registered[1] = camera
    start(recorder, 1, "H264")
    recorder.set_camera_state(1, CameraState.LOST, NOW)
    recorder.set_camera_state(1, CameraState.NORMAL, NOW + 1)
    assert pictures(recorder, NOW + 3) == []


def test_getinfo_says_2(recorder):
    recorder.set_camera_state(2, CameraState.LOST, NOW)
    assert [recorder.cameras.connection(number) for number in (1, 2)] == [
        Connection.NORMAL,
        Connection.CONNECTION_ERROR,
    ]
    recorder.set_camera_state(2, CameraState.NORMAL, NOW)
    assert recorder.cameras.connection(2) is Connection.NORMAL


def test_the_recording_has_a_gap_of_whole_gops(recorder):
    recorder.set_camera_state(1, CameraState.LOST, NOW + 60.4)
    assert recorder.cameras.recording(1).latest(ticks(NOW + 100)).gop.end <= ticks(NOW + 60.4)
    recorder.set_camera_state(1, CameraState.NORMAL, NOW + 90.7)
    recording, now = recorder.cameras.recording(1), ticks(NOW + 200)
    before = recording.preceding(ticks(NOW + 75), now)
    after = recording.following(ticks(NOW + 75), now)
    assert ticks(NOW + 59) < before.gop.end <= ticks(NOW + 60.4)
    assert ticks(NOW + 90.7) <= after.gop.start < ticks(NOW + 92)
    assert recording.containing(ticks(NOW + 75), now) is None
    assert recording.step(before, 1, now) == after
    assert recorder.cameras.recording(2).containing(ticks(NOW + 75), now) is not None


def test_a_camera_that_is_lost_from_the_start():
    settings = small_recorder(2)
    lost = msgspec.structs.replace(settings.cameras[0], state=CameraState.LOST)
    recorder = Recorder(plan(msgspec.structs.replace(settings, cameras=(lost, *settings.cameras[1:]))), NOW)
    assert recorder.cameras.connection(1) is Connection.CONNECTION_ERROR
    assert [entry.text for entry in recorder.logs.entries(LogKind.ERROR)] == ["CAM 1 COMMUNICATION ERROR"]
    latest = recorder.cameras.recording(1).latest(ticks(NOW + 100)).gop
    assert ticks(NOW) - 2 * TICKS < latest.end <= ticks(NOW)
    recorder.set_camera_state(1, CameraState.NORMAL, NOW + 100)
    assert recorder.cameras.recording(1).latest(ticks(NOW + 200)).gop.end > ticks(NOW + 190)


def test_reset_brings_the_camera_back_and_closes_the_gap(recorder):
    recorder.set_camera_state(1, CameraState.LOST, NOW + 10)
    recorder.reset(NOW + 500)
    assert recorder.cameras.connection(1) is Connection.NORMAL
    assert recorder.cameras.recording(1).containing(ticks(NOW + 100), ticks(NOW + 500)) is not None
    start(recorder, 1, now=NOW + 500)
    assert pictures(recorder, NOW + 503)


OUTAGES = st.lists(st.integers(0, 40 * MINUTE), max_size=8, unique=True).map(sorted)


@given(moments=OUTAGES, moment=st.integers(0, 40 * MINUTE))
def test_what_is_recorded_is_what_was_not_lost(moments, moment):
    outages = Outages()
    for index, change in enumerate(moments):
        (outages.end if index % 2 else outages.begin)(1, START + change)
    footage = footage_of("counter-small", Codec.H264, 1)
    stretches = [
        Stretch(footage, START, START + 10 * MINUTE),
        Stretch(footage, START + 15 * MINUTE, None),
    ]
    now = START + 40 * MINUTE
    gop = footage.containing(START + moment)
    lost = any(
        gop.start < START + end and gop.end > START + begin
        for begin, end in itertools.zip_longest(moments[::2], moments[1::2], fillvalue=10**12)
    )
    whole = Recording(stretches).containing(gop.start, now) is not None
    left = Recording(outages.cut(1, stretches)).containing(gop.start, now)
    assert (left is not None) == (whole and not lost)
    assert outages.cut(2, stretches) == stretches
