"""§3.3.1 read by nothing but `struct`: what `camera.cgi` gives decodes to the recorded pictures."""

import hashlib
import shutil
import struct
import subprocess

import pytest

from nvr_emulator.configuration.plan import plan
from nvr_emulator.configuration.settings import CameraSettings, RecorderSettings
from nvr_emulator.configuration.small_recorder import USERS
from nvr_emulator.recorder.digest import DigestGate, Verdict
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.recorder.replies import Request
from nvr_fixtures import load
from nvr_protocol.codecs import Codec

NOW = 1_714_000_000.0
CHUNK_ID = {Codec.H264: 0xFF15, Codec.H265: 0xFF16}
DEMUXER = {Codec.H264: "h264", Codec.H265: "hevc"}
WHAT = [(name, codec) for name in ("city", "counter-small") for codec in CHUNK_ID]

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the ffmpeg program is missing")


def bodies(name, codec, count):
    """What `camera.cgi` answers to PLAY, `count` times."""
    camera = CameraSettings(number=1, fixture=name, recorded=codec)
    recorder = Recorder(plan(RecorderSettings(users=USERS, cameras=(camera,), channels=4, seed=1)), NOW)
    recorder.login_commands.gate = AlwaysAdmin()
    page = ask(recorder, "/cgi-bin/dlogin.cgi", "UID=-1").body.decode()
    uid = page.partition("UID=")[2].partition("&")[0]
    ask(recorder, "/cgi-bin/hdrctl.cgi", f"UID={uid}&PC=AS60&MASK=1000")
    play = "PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON"
    ask(recorder, "/cgi-bin/hdrctl.cgi", f"UID={uid}&PC=AS60&{play}")
    given = []
    for _ in range(count):
        answer = ask(recorder, "/cgi-bin/camera.cgi", f"UID={uid}&CAM=1")
        given.append(answer.body)
        answer.sent()
    return given


class AlwaysAdmin(DigestGate):
    def __init__(self):
        pass

    def check(self, *args):
        return Verdict(user="ADMIN")


def ask(recorder, path, query):
    answer = recorder.receive(Request("GET", path, query), NOW)
    assert answer.status == 200, answer.reason
    return answer


def pictures(body, codec):
    """The video data of each picture, and the information by id."""
    chunk_id, length = struct.unpack_from(">HH", body)
    assert chunk_id == CHUNK_ID[codec]
    information = {}
    place = 4
    while place < length - 12:
        identifier, size = struct.unpack_from(">HH", body, place)
        information[identifier] = body[place + 4 : place + size]
        place += size
    assert place == length - 12
    assert body[place:length] == bytes(12)
    assert struct.unpack_from(">HH", body, length) == (0xFF06, 0x0044)
    place = length + 0x44
    found = []
    (frames,) = struct.unpack_from(">H", information[0x0008])
    while len(found) < frames:
        identifier, size = struct.unpack_from(">HH", body, place)
        if identifier in (0x0011, 0x0012):
            place += size
            continue
        identifier, padding, size = struct.unpack_from(">HHI", body, place)
        assert identifier == 0xFF05
        assert size % 4 == 0
        end = place + size - padding
        assert body[end : end + padding] == bytes(padding)
        found.append(body[place + 24 : end])
        place += size
    assert body[place:] == bytes(-place % 4096)
    return found, information


def decoded(stream, codec, frame_size):
    """The SHA-256 of each picture that the ffmpeg program makes of an Annex B stream."""
    command = ["ffmpeg", "-v", "error", "-xerror", "-f", DEMUXER[codec], "-i", "-"]
    command += ["-pix_fmt", "yuv420p", "-fps_mode", "passthrough", "-f", "rawvideo", "-"]
    result = subprocess.run(command, input=stream, capture_output=True, timeout=60, check=True)
    assert result.stderr == b""
    planes = [result.stdout[at : at + frame_size] for at in range(0, len(result.stdout), frame_size)]
    return [hashlib.sha256(picture).hexdigest() for picture in planes]


@pytest.mark.parametrize(("name", "codec"), WHAT)
def test_length_and_information(name, codec):
    for body in bodies(name, codec, 3):
        found, information = pictures(body, codec)
        assert len(body) % 4096 == 0
        assert struct.unpack_from(">I", information[0x0006]) == (sum(map(len, found)),)
        assert all(data.startswith(b"\0\0\0\1") for data in found)


@needs_ffmpeg
@pytest.mark.parametrize(("name", "codec"), WHAT)
def test_ffmpeg_decodes_what_the_manifest_says(name, codec):
    fixture = load(name, codec)
    frame_size = fixture.width * fixture.height * 3 // 2
    gops = [pictures(body, codec)[0] for body in bodies(name, codec, len(fixture.gops))]
    seen = decoded(b"".join(data for gop in gops for data in gop), codec, frame_size)
    # Each GOP of the fixture once, in its order; where that begins follows from the time.
    recorded = [picture.decoded_sha256 for gop in fixture.gops for picture in gop]
    first = recorded.index(seen[0])
    assert seen == recorded[first:] + recorded[:first]
    assert [len(gop) for gop in gops] == [len(gop) for gop in fixture.gops]


@needs_ffmpeg
def test_a_gop_with_a_wrong_byte_is_noticed():
    fixture = load("counter-small", Codec.H264)
    found, _ = pictures(bodies("counter-small", Codec.H264, 1)[0], Codec.H264)
    altered = bytearray(b"".join(found))
    altered[len(found[0]) - 200] ^= 0x10
    recorded = {picture.decoded_sha256 for gop in fixture.gops for picture in gop}
    frame_size = fixture.width * fixture.height * 3 // 2
    try:
        seen = decoded(bytes(altered), Codec.H264, frame_size)
    except (AssertionError, subprocess.CalledProcessError):
        return
    assert not set(seen) <= recorded
