"""What other people's programs say of a download: how long it is, and when it was recorded (§6.3, OP-45)."""

import functools
import io
import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import av
import msgspec
import pytest

from nvr_emulator import Recorder, Request, plan, small_recorder
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.multipart import MultipartReader

NOW = 1_700_006_400.0
BEGIN = datetime(2023, 11, 14, 22, 0, tzinfo=UTC)
SECONDS = 60.0
MP4BOX = """
const fs = require('fs'), {createFile} = require('mp4box'), file = createFile();
file.onReady = info => console.log(JSON.stringify([info.duration / info.timescale, info.created]));
const bytes = fs.readFileSync(process.argv[1]), buffer = new Uint8Array(bytes).buffer;
buffer.fileStart = 0;
file.appendBuffer(buffer, true);
file.flush();
"""


def download(codec, audio, form):
    """A minute of a camera, as the recorder gives it."""
    settings = small_recorder(2)
    camera = msgspec.structs.replace(settings.cameras[0], recorded=codec, audio=audio)
    settings = msgspec.structs.replace(settings, cameras=(camera,), variants=read_variants({"mp4": form}))
    recorder = Recorder(plan(settings), NOW)
    uid = recorder.sessions.login("ADMIN", 0, NOW).uid
    query = f"UID={uid}&STARTTIME=231114220000&ENDTIME=231114220100&KIND=MP4&CAM={camera.number}&PC=AS60"
    answer = recorder.receive(Request("GET", "/cgi-bin/httpdl.cgi", query), NOW)
    first, *_ = MultipartReader(by="boundary").feed(b"".join(answer.blocks))
    return first.body


def by_pyav(path):
    with av.open(io.BytesIO(path.read_bytes())) as file:
        return file.duration / 1_000_000, datetime.fromisoformat(file.metadata["creation_time"])


def by_ffprobe(path):
    (told,) = told_by("ffprobe", "-v", "error", "-show_format", "-of", "json", path).values()
    return float(told["duration"]), datetime.fromisoformat(told["tags"]["creation_time"])


def by_exiftool(path):
    (told,) = told_by("exiftool", "-json", "-n", path)
    return told["Duration"], datetime.strptime(told["CreateDate"], "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)


def by_mp4box(path):
    duration, created = told_by("node", "-e", MP4BOX, path, env={"NODE_PATH": str(node_modules())})
    return duration, datetime.fromisoformat(created)


def told_by(program, *words, **how):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is missing")
    return json.loads(subprocess.run((program, *words), capture_output=True, check=True, **how).stdout)


@functools.cache
def node_modules():
    """Where what was installed with `npm install --global` is."""
    if shutil.which("npm") is None:
        pytest.skip("npm is missing")
    told = subprocess.run(("npm", "root", "--global"), capture_output=True, text=True, check=True).stdout
    folder = Path(told.strip())
    if not (folder / "mp4box").is_dir():
        pytest.skip("mp4box.js is missing (npm install --global mp4box)")
    return folder


READERS = pytest.mark.parametrize(
    "ask", [by_pyav, by_ffprobe, by_exiftool, by_mp4box], ids=["PyAV", "ffprobe", "exiftool", "mp4box.js"]
)


@READERS
@pytest.mark.parametrize("form", ["moov-last", "moov-first"])
@pytest.mark.parametrize(
    ("codec", "audio"),
    [(Codec.H264, AudioCodec.AAC), (Codec.H265, AudioCodec.G711), (Codec.H265, None)],
    ids=["H264, AAC", "H265, G.711", "H265, no audio"],
)
def test_how_long_it_is_and_when_it_was_recorded(tmp_path, ask, codec, audio, form):
    path = tmp_path / "minute.mp4"
    path.write_bytes(download(codec, audio, form))
    assert ask(path) == (pytest.approx(SECONDS, abs=0.05), BEGIN)


@READERS
def test_when_one_of_fragments_was_recorded(tmp_path, ask):
    """How long it is stands nowhere in it: its moov was written ahead of its pictures."""
    path = tmp_path / "minute.mp4"
    path.write_bytes(download(Codec.H265, AudioCodec.G711, "fragmented"))
    _, created = ask(path)
    assert created == BEGIN
