"""Footage of one's own in a recorder: imported by the command, named in recorder.toml, served, recorded."""

import http.client
import io
import json
import os
import signal
import subprocess
import sys
import threading
import urllib.parse
import urllib.request

import av
import numpy as np
import pytest
from click.testing import CliRunner

from nvr_emulator.cli import import_footage
from nvr_emulator.cli.main import main
from nvr_emulator.configuration.recorder_toml import read_recorder
from nvr_emulator.configuration.settings import (
    CameraSettings,
    ConfigurationError,
    RecorderSettings,
    UserSettings,
)
from nvr_emulator.footage.audio import audio_of
from nvr_emulator.footage.footage import TICKS, footage_of, hundredths, ticks
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_fixtures import load, load_audio, load_jpeg
from nvr_fixtures.encoding.video import decode, planes_digest
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.commands.urls import build_command
from nvr_protocol.live_jpeg import read_live_jpeg
from nvr_protocol.multipart import MultipartReader
from nvr_protocol.playback.video import read_playback_video
from nvr_protocol.rtp import h264 as rtp_h264
from nvr_protocol.rtp import h265 as rtp_h265
from nvr_protocol.rtp.nal_units import join_annex_b
from nvr_protocol.rtp.packet import read_packet
from nvr_protocol.texts.login_page import read_login_page

RATE = 10
STARTED = 1_714_000_020.0


def write_film(path, seconds=3, audio=True):
    """Noise that changes with each picture, and a hum."""
    rng = np.random.default_rng(1)
    with av.open(str(path), "w") as film:
        stream = film.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        if audio:
            track = film.add_stream("mp2", rate=48_000, layout="mono")
            hum = 6000 * np.sin(np.arange(48_000 * seconds) / 20)
            block = av.AudioFrame.from_ndarray(hum.astype(np.int16).reshape(1, -1), "s16", "mono")
            block.sample_rate, block.pts = 48_000, 0
        for number in range(seconds * RATE):
            planes = np.full((96, 96), 128, dtype=np.uint8)
            planes[:64] = np.kron(rng.integers(30, 220, (8, 12)), np.ones((8, 8)))
            picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            picture.pts = number
            film.mux(stream.encode(picture))
        film.mux(stream.encode(None))
        if audio:
            film.mux(track.encode(block))
            film.mux(track.encode(None))
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    return write_film(tmp_path_factory.mktemp("film") / "street.avi")


@pytest.fixture(scope="module")
def home(film):
    """A folder with recorder.toml, and with an imported fixture beside it."""
    folder = film.parent
    done = CliRunner().invoke(
        main, ["import", str(film), "--name", "street", "--into", str(folder / "fixtures")]
    )
    assert done.exit_code == 0, done.output
    return folder


def invoke(*arguments):
    return CliRunner().invoke(main, ["import", *map(str, arguments)])


def settings(home, **changes):
    path = str(home / "fixtures" / "street")
    cameras = (
        CameraSettings(1, path, audio=AudioCodec.AAC),
        CameraSettings(2, path, recorded=Codec.H265),
    )
    users = (UserSettings("ADMIN", "admin12345"),)
    return RecorderSettings(users=users, cameras=cameras, clock_start=STARTED, seed=0, **changes)


@pytest.fixture(scope="module")
def recorder(home):
    with EmbeddedRecorder(settings=settings(home)) as running:
        yield running


@pytest.fixture
def uid(recorder):
    recorder.reset()
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    with opener.open(f"{recorder.url}/cgi-bin/dlogin.cgi?UID=-1", timeout=20) as page:
        return read_login_page(page.read()).uid


def get(recorder, key, **values):
    with urllib.request.urlopen(recorder.url + build_command(key, **values), timeout=20) as answer:
        return answer.read()


def live_bodies(recorder, uid, camera, comp, seconds, enough):
    """The parts that come while the clock moves."""
    url = urllib.parse.urlsplit(recorder.url)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=20)
    values = {"CAM": camera, "CMD": "START", "COMP": comp, "INTERNETMODE": "ON"}
    connection.request("GET", build_command("live_http", UID=uid, **values))
    answer, reader, bodies = connection.getresponse(), MultipartReader(), []
    moving = threading.Thread(target=recorder.advance, args=(seconds,))
    moving.start()
    while not enough(bodies):
        bodies += [part.body for part in reader.feed(answer.read1(1 << 16))]
    moving.join()
    connection.close()
    return bodies


@pytest.mark.parametrize(("codec", "packing"), [(Codec.H264, rtp_h264), (Codec.H265, rtp_h265)])
def test_it_is_served_live(recorder, uid, home, codec, packing):
    fixture = load(str(home / "fixtures" / "street"), codec)
    pictures = [picture.data for gop in fixture.gops for picture in gop]

    def rejoined(bodies):
        rejoiner = packing.Rejoiner()
        units = (rejoiner.push(read_packet(body)) for body in bodies)
        return [join_annex_b(unit) for unit in units if unit]

    bodies = live_bodies(recorder, uid, 1, codec.value, 2.0, lambda bodies: len(rejoined(bodies)) >= RATE)
    seen = rejoined(bodies)[:RATE]
    first = pictures.index(seen[0])
    assert first % RATE == 0
    assert seen == pictures[first : first + RATE]


def test_its_jpeg_pictures_are_served_live(recorder, uid, home):
    fixture = load_jpeg(str(home / "fixtures" / "street"))
    bodies = live_bodies(recorder, uid, 2, "JPEG", 1.0, lambda bodies: len(bodies) >= 3)
    assert {read_live_jpeg(body).jpeg for body in bodies} <= set(fixture.pictures)


@pytest.mark.parametrize(("camera", "codec"), [(1, Codec.H264), (2, Codec.H265)])
def test_it_is_recorded_and_played_back(recorder, uid, home, camera, codec):
    fixture = load(str(home / "fixtures" / "street"), codec)
    moment = int(STARTED) - 3600
    get(recorder, "mask", UID=uid, MASK="1100")
    get(recorder, "goto", UID=uid, TIMEF=moment * 100)
    video = read_playback_video(get(recorder, "camera", UID=uid, CAM=camera))
    gop = footage_of(str(home / "fixtures" / "street"), codec, camera).containing(ticks(moment))
    expected = fixture.gops[gop.index]
    assert (video.codec, video.frame_rate, video.start) == (codec, RATE * 10, hundredths(gop.start))
    assert [picture.data for picture in video.pictures] == [picture.data for picture in expected]
    frames = decode(codec, [picture.data for picture in video.pictures])
    assert [planes_digest(frame) for frame in frames] == [picture.decoded_sha256 for picture in expected]


@pytest.mark.parametrize(("camera", "codec"), [(1, "h264"), (2, "hevc")])
def test_it_can_be_downloaded(recorder, uid, camera, codec):
    begin = int(STARTED) // 60 * 60 - 3600
    body = get(recorder, "download", UID=uid, CAM=camera, KIND="MP4", STARTTIME=begin, ENDTIME=begin + 60)
    with av.open(io.BytesIO(MultipartReader().feed(body)[0].body)) as file:
        assert file.streams.video[0].codec_context.name == codec
        assert len(file.streams.audio) == (1 if camera == 1 else 0)
        # A GOP that the range cuts comes whole, and camera 2 is not in step with the minutes.
        assert sum(1 for _ in file.decode(video=0)) == (59 + camera) * RATE


def test_audio_and_pictures_begin_again_at_the_same_moment(home):
    path = str(home / "fixtures" / "street")
    footage, audio = footage_of(path, Codec.H264, 1), audio_of(AudioCodec.AAC, 1, path)
    loop = len(audio.fixture.units) * audio.interval
    assert loop % footage.cycle == 0
    assert footage.cycle == 3 * TICKS
    start = ticks(STARTED) // loop * loop
    assert footage.containing(start).index == 0
    assert audio.containing(start).data == audio.fixture.units[0]
    assert audio.fixture is load_audio(AudioCodec.AAC, name=path)


def test_without_audio_of_its_own_a_camera_has_the_tones(tmp_path):
    invoke(write_film(tmp_path / "a.avi", 1, audio=False), "--name", "mute", "--into", tmp_path)
    assert audio_of(AudioCodec.G711, 2, str(tmp_path / "mute")) is audio_of(AudioCodec.G711, 2)
    assert audio_of(AudioCodec.G711, 2, "city") is audio_of(AudioCodec.G711, 2)


def write_toml(folder, *lines, fixture="./fixtures/street"):
    path = folder / "recorder.toml"
    path.write_text("\n".join(["[[cameras]]", "number = 1", f'fixture = "{fixture}"', *lines]))
    return path


def test_a_path_is_seen_from_where_the_toml_file_lies(home, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    path = write_toml(home, "[[recordings]]", "since = 60", 'fixture = "./fixtures/street"')
    read = read_recorder(path)
    assert read.cameras[0].fixture == str(home / "fixtures/street")
    assert read.recordings[0].fixture == str(home / "fixtures/street")
    monkeypatch.chdir(home)
    assert read_recorder(path.relative_to(home)).cameras[0].fixture == str(home / "fixtures/street")


@pytest.fixture
def h264_alone(film, tmp_path):
    done = invoke(film, "--name", "one", "--into", tmp_path, "--codec", "h264", "--seconds", 1, "--camera", 7)
    assert done.exit_code == 0
    assert 'number = 7\nfixture = "' in done.output
    assert 'video = ["H264"]' in done.output
    return tmp_path


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "cameras[0].video: {folder} has no H265; there is H264, JPEG"),
        (['video = ["H264"]', 'recorded = "H265"'], "cameras[0].recorded: {folder} has no H265; there is "),
        (
            ['video = ["H264"]', "[[recordings]]", "since = 9", 'recorded = "H265"'],
            "recordings[0].recorded: ",
        ),
    ],
)
def test_what_a_folder_does_not_have_is_said(h264_alone, lines, problem):
    path = write_toml(h264_alone, *lines, fixture="./one")
    with pytest.raises(ConfigurationError) as caught:
        read_recorder(path)
    assert str(caught.value).startswith(f"{path}: {problem.format(folder=h264_alone / 'one')}")


def test_a_folder_without_jpeg_or_a_codec_of_audio_is_noticed(h264_alone):
    manifest = h264_alone / "one" / "manifest.json"
    content = json.loads(manifest.read_text())
    content["tracks"] = [track for track in content["tracks"] if track.get("codec") in ("H264", "AAC")]
    manifest.write_text(json.dumps(content))
    jpeg = write_toml(h264_alone, 'video = ["H264"]', fixture="./one")
    with pytest.raises(ConfigurationError, match=r"cameras\[0\].jpeg: .*/one has no JPEG; there is H264"):
        read_recorder(jpeg)
    audio = write_toml(h264_alone, 'video = ["H264"]', "jpeg = false", 'audio = "G711"', fixture="./one")
    with pytest.raises(ConfigurationError, match=r"cameras\[0\].audio: .*/one has no G711; there is AAC"):
        read_recorder(audio)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ConfigurationError, match=r"cameras\[0\].fixture: .*manifest.json cannot be read"):
        read_recorder(write_toml(tmp_path))


def test_the_command_says_what_it_made_and_how_to_use_it(film, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    done = invoke(film, "--name", "street")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0] == "fixtures/street: 3 s, 96x64, 10 pictures/s"
    assert lines[1].startswith("  H264: encoded, 3 GOPs of 10 pictures, ")
    assert lines[4].startswith("  AAC: 48000 Hz, mono, repeats after 24 s, ")
    assert lines[-3:] == ["[[cameras]]", "number = 1", 'fixture = "./fixtures/street"']
    path = tmp_path / "recorder.toml"
    path.write_text("\n".join(lines[-3:]))
    assert read_recorder(path).cameras[0].number == 1


def test_a_file_that_is_no_use_gives_one_line_and_status_1(tmp_path):
    (tmp_path / "a.mp4").write_text("nothing to see")
    done = invoke(tmp_path / "a.mp4", "--name", "street", "--into", tmp_path / "new")
    assert (done.exit_code, done.output) == (1, f"Error: {tmp_path}/a.mp4: is no video file\n")
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


def test_without_pyav_the_extra_is_named(film, tmp_path, monkeypatch):
    monkeypatch.setattr(
        import_footage.importlib.util, "find_spec", lambda name: None if name == "av" else name
    )
    done = invoke(film, "--name", "street", "--into", tmp_path)
    assert done.exit_code == 1
    assert done.output == "Error: missing here; pip install av brings it\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_leaves_nothing_behind(film, tmp_path, number):
    long = write_film(tmp_path / "long.avi", 60, audio=False)
    into = tmp_path / "fixtures"
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from nvr_emulator.cli import import_footage\n"
        "class Bar(import_footage._Bar):\n"
        "    def __call__(self, what, part):\n"
        "        assert list(Path(sys.argv[2]).iterdir())\n"
        "        os.kill(os.getpid(), number)\n"
        "number = int(sys.argv.pop())\n"
        "usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL\n"
        "signal.signal(number, usual)\n"
        "import shutil\n"
        "remove = shutil.rmtree\n"
        "def remove_while_told_again(*given, **named):\n"
        "    os.kill(os.getpid(), number)\n"
        "    remove(*given, **named)\n"
        "shutil.rmtree = remove_while_told_again\n"
        "import_footage._Bar = Bar\n"
        "from nvr_emulator.cli.main import main\n"
        "main(['import', sys.argv[1], '--name', 'street', '--into', sys.argv[2]])\n"
    )
    command = [sys.executable, "-c", program, str(long), str(into), str(int(number))]
    done = subprocess.run(command, timeout=60, check=False)
    assert done.returncode == 128 + number
    assert not into.exists()


def test_a_bar_is_shown_where_somebody_looks(film, tmp_path):
    import pty

    master, slave = pty.openpty()
    command = [sys.executable, "-m", "nvr_emulator.cli.main", "import", str(film), "--name", "street"]
    running = subprocess.Popen([*command, "--into", str(tmp_path)], stderr=slave, stdout=subprocess.PIPE)
    os.close(slave)
    seen = b""
    try:
        while block := os.read(master, 4096):
            seen += block
    except OSError:
        pass  # so a terminal tells on Linux that nobody writes any more
    assert running.communicate(timeout=60)[0].startswith(str(tmp_path).encode())
    assert b"encoding H264, H265, JPEG" in seen
    assert b"100%" in seen
    os.close(master)


def test_the_command_line_does_not_load_pyav():
    program = "import sys, nvr_emulator.cli.main; assert not {'av', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
