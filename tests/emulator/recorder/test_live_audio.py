"""Live audio and JPEG: what is accepted, what travels, when it ends (§2.1.2.2, §2.3.5 … §2.3.7)."""

import itertools
import math

import msgspec
import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.footage.footage import TICKS
from nvr_emulator.recorder.live.stream import LiveAnswer
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_fixtures import load_audio, load_jpeg, placeholder_jpeg
from nvr_protocol.additional_information import Operation, read_information
from nvr_protocol.codecs import AudioCodec
from nvr_protocol.commands.urls import build_command
from nvr_protocol.live_jpeg import read_live_jpeg
from nvr_protocol.multipart import BOUNDARY_LINE, MultipartReader
from nvr_protocol.rtp.audio import read_access_unit, read_live_audio
from nvr_protocol.rtp.packet import read_packet

NOW = 1_714_000_000.0
AAC, G711, G726, SILENT = 1, 2, 3, 5
UNITS = {AAC: AudioCodec.AAC, G711: AudioCodec.G711, G726: AudioCodec.G726}


@pytest.fixture
def recorder():
    """MODEL 1, where camera 1 has AAC, 2 G.711, 3 G.726, and camera 5 sends no JPEG."""
    settings = small_recorder(1)
    cameras = [msgspec.structs.replace(camera, jpeg=camera.number != 5) for camera in settings.cameras]
    return Recorder(plan(msgspec.structs.replace(settings, cameras=tuple(cameras))), NOW)


@pytest.fixture
def uid(recorder):
    return login(recorder)


def login(recorder):
    return recorder.sessions.login("ADMIN", 0, NOW).uid


def push(recorder, uid, camera, comp, command="START", *, http=False):
    way = {"INTERNETMODE": "ON"} if http else {"PORT": 40_000}
    key = "live_http" if http else "live_rtp"
    values = {"UID": uid, "CAM": camera, "CMD": command, "COMP": comp, **way}
    path, _, query = build_command(key, **values).partition("?")
    return recorder.receive(Request("GET", path, query), NOW)


def sent(recorder, comp, seconds, begin=0.0):
    """What streams of one kind send in that time since NOW, and when (ticks since NOW)."""
    pictures = []
    # A stream that is more than two seconds late leaves out what it missed.
    for step in range(1, math.ceil(seconds) + 1):
        pictures += recorder.run_until(NOW + begin + min(step, seconds))
    return [
        (picture.taken - int(NOW) * TICKS, picture.packets)
        for picture in pictures
        if picture.stream.comp == comp
    ]


@pytest.mark.parametrize("http", [False, True])
def test_audio_needs_its_cameras_video_on_the_same_uid(recorder, uid, http):
    assert push(recorder, uid, AAC, "AUDIO", http=http).status == 400
    push(recorder, uid, G711, "H264")
    push(recorder, login(recorder), AAC, "H264")
    assert push(recorder, uid, AAC, "AUDIO", http=http).status == 400
    push(recorder, uid, AAC, "H264")
    assert push(recorder, uid, AAC, "AUDIO", http=http).status == 200
    assert push(recorder, uid, AAC, "AUDIO", http=http).status == 204


def test_audio_does_not_count(recorder, uid):
    for camera in range(1, 16):
        assert push(recorder, uid, camera, "H264").status == 200
        assert push(recorder, uid, camera, "AUDIO").status == 200
    assert push(recorder, uid, 16, "H264").status == 200
    assert push(recorder, uid, 16, "AUDIO").status == 200
    assert push(recorder, uid, 17, "H264").status == 503


def test_audio_ends_with_its_video_and_with_no_other(recorder, uid):
    for camera in (AAC, G711):
        push(recorder, uid, camera, "H264")
        push(recorder, uid, camera, "AUDIO")
    push(recorder, uid, AAC, "H264", "STOP")
    assert [(stream.camera, stream.comp) for stream in recorder.live.streams(uid)] == [
        (G711, "H264"),
        (G711, "AUDIO"),
    ]
    assert [stream.comp for stream in recorder.live.take_ended()] == ["H264", "AUDIO"]


def test_video_goes_on_when_its_audio_stops(recorder, uid):
    push(recorder, uid, AAC, "H264")
    push(recorder, uid, AAC, "AUDIO")
    push(recorder, uid, AAC, "AUDIO", "STOP")
    assert [stream.comp for stream in recorder.live.streams(uid)] == ["H264"]


def test_a_camera_without_microphone_sends_nothing(recorder, uid):
    push(recorder, uid, SILENT, "H264")
    assert push(recorder, uid, SILENT, "AUDIO").status == 200
    assert sent(recorder, "AUDIO", 5) == []


@pytest.mark.parametrize("camera", UNITS)
def test_audio_over_rtp(recorder, uid, camera):
    push(recorder, uid, camera, "H264")
    push(recorder, uid, camera, "AUDIO")
    fixture = load_audio(UNITS[camera], camera)
    whole = sent(recorder, "AUDIO", fixture.seconds)[: len(fixture.units)]
    packets = [read_packet(packet) for _, [packet] in whole]
    for before, after in itertools.pairwise(packets):
        assert (after.sequence - before.sequence) % 65536 == 1
        assert (after.timestamp - before.timestamp) % 2**32 == fixture.samples_per_unit
    assert {packet.payload_type for packet in packets} == {97}
    read = read_access_unit if camera == AAC else bytes
    payloads = [read(packet.payload) for packet in packets]
    first = fixture.units.index(payloads[0])
    assert tuple(payloads) == fixture.units[first:] + fixture.units[:first]
    assert len(packets[0].extension) == 20
    taken = int(NOW) * 100 + whole[0][0] * 100 // TICKS
    said = read_information(packets[0].extension, 0, 20)
    assert said.camera_seconds * 100 + said.camera_frame_hundredths == taken


@pytest.mark.parametrize(
    ("camera", "content_type"), [(AAC, "audio/48kaac-lc"), (G711, "audio/g.711"), (G726, "audio/g.726-32K")]
)
def test_audio_over_http(recorder, uid, camera, content_type):
    push(recorder, uid, camera, "H264", http=True)
    answer = push(recorder, uid, camera, "AUDIO", http=True)
    assert isinstance(answer, LiveAnswer)
    write = recorder.live.part_writer(answer.stream)
    body = b"".join(write(packets) for _, packets in sent(recorder, "AUDIO", 2))
    parts = MultipartReader().feed(BOUNDARY_LINE + body)
    assert {part.headers["content-type"] for part in parts} == {content_type}
    fixture = load_audio(UNITS[camera], camera)
    units = [read_live_audio(part.body) for part in parts]
    first = fixture.units.index(units[0])
    assert units == [fixture.units[(first + n) % len(fixture.units)] for n in range(len(units))]
    assert len(units) == pytest.approx(2 * fixture.sample_rate / fixture.samples_per_unit, abs=1)


def test_a_minute_without_sending_does_not_shift_the_clock(recorder, uid):
    push(recorder, uid, AAC, "H264")
    push(recorder, uid, AAC, "AUDIO")
    (began, [first]), *_ = sent(recorder, "AUDIO", 1)
    recorder.skip_to(NOW + 60)
    (resumed, [later]), *_ = sent(recorder, "AUDIO", 1, begin=60)
    samples = (read_packet(later).timestamp - read_packet(first).timestamp) % 2**32
    assert resumed - began > 59 * TICKS
    assert samples * TICKS == (resumed - began) * 48_000


def test_live_jpeg(recorder, uid):
    camera = 6
    answer = push(recorder, uid, camera, "JPEG", http=True)
    pictures = sent(recorder, "JPEG", 4)
    write = recorder.live.part_writer(answer.stream)
    body = b"".join(write(packets) for _, packets in pictures)
    parts = MultipartReader().feed(BOUNDARY_LINE + body)
    fixture = load_jpeg("counter-small", camera)
    assert len(parts) >= len(fixture.pictures)
    for (taken, _), part in zip(pictures, parts, strict=True):
        assert part.headers["content-type"] == "image/jpeg"
        read = read_live_jpeg(part.body)
        seconds, rest = divmod(taken, TICKS)
        assert read.jpeg in fixture.pictures
        assert (read.recorder.camera, read.recorder.operation) == (camera, Operation.LIVE)
        assert read.recorder.data_size == len(read.jpeg)
        assert read.recorder.seconds == read.camera.camera_seconds == int(NOW) + seconds
        assert read.recorder.frame_hundredths == rest * 100 // TICKS
    assert len({part.body for part in parts}) == len(parts)


def test_the_placeholder_comes_every_second(recorder, uid):
    push(recorder, uid, 5, "JPEG", http=True)
    pictures = sent(recorder, "JPEG", 3.5)
    assert [taken % TICKS for taken, _ in pictures] == [0] * len(pictures)
    read = [read_live_jpeg(body) for _, [body] in pictures]
    assert [picture.jpeg for picture in read] == [placeholder_jpeg()] * 4
    assert {picture.camera for picture in read} == {None}


def test_jpeg_counts_as_the_video_of_its_camera(recorder, uid):
    push(recorder, uid, AAC, "JPEG", http=True)
    assert push(recorder, uid, AAC, "H264").status == 503
    assert push(recorder, uid, AAC, "AUDIO").status == 200
