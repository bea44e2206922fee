"""What downloads may be otherwise: the MP4's form and begin, part headers, and who outlives whom."""

import contextlib
import io
import shutil
import struct
import subprocess

import av
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_emulator import Recorder, Request, plan, small_recorder
from nvr_emulator.configuration.variant_choice import read_variants
from nvr_emulator.footage.audio import audio_of
from nvr_emulator.footage.footage import TICKS, footage_of, ticks
from nvr_emulator.recorder.download.mp4 import mp4_blocks
from nvr_emulator.recorder.download.mp4_boxes import FREE, LARGE, MDAT, boxes, moved, with_mdat_size
from nvr_emulator.recorder.sessions import Ending
from nvr_protocol.codecs import AudioCodec, Codec
from nvr_protocol.download import read_part_headers
from nvr_protocol.multipart import MultipartReader

NOW = 1_700_006_400.0
FORMS = ["moov-last", "moov-first", "fragmented"]


def film(form, codec=Codec.H265, audio=AudioCodec.G711, seconds=7):
    footage = footage_of("counter-small", codec, 2)
    number = footage.containing(ticks(NOW)).number + 1
    gops = [footage.gop(number + second) for second in range(seconds)]
    return b"".join(mp4_blocks(gops, audio and audio_of(audio, 2), form))


def names(data):
    return [name for name, _, _ in boxes(data)]


@pytest.mark.parametrize("audio", [None, *AudioCodec])
@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_every_form_holds_the_same(codec, audio):
    seen = []
    for form in FORMS:
        with av.open(io.BytesIO(film(form, codec, audio))) as file:
            assert file.metadata["creation_time"].startswith("2023-11-15T00:00:00")
            assert file.metadata["major_brand"] == "mp42"
            packets = [(each.stream.type, each.pts, bytes(each)) for each in file.demux() if each.size]
        seen.append(sorted(packets))
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) > 30


@pytest.mark.parametrize("form", ["moov-last", "moov-first"])
def test_an_index_that_is_larger_than_the_muxers_buffer(form, monkeypatch):
    monkeypatch.setattr("nvr_emulator.recorder.download.mp4.BLOCK", 4096)
    with av.open(io.BytesIO(film(form, Codec.H264, AudioCodec.AAC, seconds=120))) as file:
        assert file.duration // 1_000_000 == 120
        assert sum(packet.size > 0 for packet in file.demux(video=0)) == 600


def test_where_moov_stands():
    assert names(film("moov-last")) == [b"ftyp", b"free", b"mdat", b"moov"]
    assert names(film("moov-first")) == [b"ftyp", b"moov", b"free", b"mdat"]
    assert names(film("fragmented"))[:2] == [b"ftyp", b"moov"]
    assert b"moof" in names(film("fragmented"))


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is missing (apt-get install ffmpeg)")
@pytest.mark.parametrize(
    ("form", "plays"), [("moov-last", False), ("moov-first", True), ("fragmented", True)]
)
def test_whether_it_plays_from_a_pipe(form, plays):
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", "pipe:0", "-map", "0:v", "-f", "framemd5", "-"],
        input=film(form),
        capture_output=True,
        check=False,
    )
    pictures = sum(not line.startswith(b"#") for line in done.stdout.splitlines())
    assert (pictures == 35) == plays


@given(st.binary(max_size=40), st.integers(0, 2**40))
def test_the_size_of_mdat_stands_ahead_of_it(before, size):
    head = with_mdat_size(before + FREE + MDAT + b"rest", size)
    assert head.startswith(before)
    assert head.endswith(b"rest")
    assert len(head) == len(before) + 20
    if size <= LARGE:
        assert head[-12:-4] == struct.pack(">I", size + 8) + b"mdat"
    else:
        assert head[-20:-4] == struct.pack(">I4sQ", 1, b"mdat", size + 16)


def test_a_head_without_mdat_is_refused():
    with pytest.raises(ValueError, match="began no mdat"):
        with_mdat_size(b"ftyp", 1)


@given(st.integers(0, 2**20))
def test_all_offsets_move(by):
    data = film("moov-last", seconds=2)
    place = next(content - 8 for name, content, _ in boxes(data) if name == b"moov")
    moov = data[place:]
    assert moved(moved(moov, by), 0) == moved(moov, by)
    assert (moved(moov, by) == moov) == (by == 0)
    assert len(moved(moov, by)) == len(moov)


@given(st.binary(max_size=60))
def test_any_bytes_are_boxes_or_refused(data):
    with contextlib.suppress(ValueError):
        found = list(boxes(data))
        assert all(8 <= content <= end <= len(data) for _, content, end in found)


class Box:
    """A recorder without I/O, and a UID on it."""

    def __init__(self, **variants):
        chosen = read_variants({name.replace("_", "-"): value for name, value in variants.items()})
        settings = msgspec.structs.replace(small_recorder(2), variants=chosen)
        self.recorder = Recorder(plan(settings), NOW)
        self.session = self.recorder.sessions.login("ADMIN", 0, NOW)

    def ask(self, start, end, kind="MP4VO"):
        query = f"UID={self.session.uid}&STARTTIME={start}&ENDTIME={end}&KIND={kind}&CAM=1&PC=AS60"
        return self.recorder.receive(Request("GET", "/cgi-bin/httpdl.cgi", query), NOW)


def seconds_of(body):
    first, *_ = MultipartReader(by="boundary").feed(body)
    with av.open(io.BytesIO(first.body)) as file:
        return file.duration / 1_000_000


def test_where_an_mp4_begins():
    odd, end = "231114220007", "231114220107"
    lengths = {}
    for start in ("key-before", "first-key-inside"):
        box = Box(mp4_start=start, gop_seconds="5", download_seconds="taken")
        lengths[start] = seconds_of(b"".join(box.ask(odd, end).blocks))
    assert lengths["key-before"] == lengths["first-key-inside"] + 5
    assert lengths["key-before"] >= 60


@pytest.mark.parametrize(
    ("variant", "first", "second"),
    [
        ("as-drawn", b'X-Temp-FileName: filename = "001_', b"X-RecData-Satus: 0"),
        ("no-blanks", b'X-Temp-FileName: filename="001_', b"X-RecData-Satus: 0"),
        ("other-case", b'x-temp-filename: filename = "001_', b"x-recdata-satus: 0"),
    ],
)
def test_how_part_headers_are_written(variant, first, second):
    body = b"".join(Box(download_headers=variant).ask("231114220000", "231114220100").blocks)
    assert first in body
    assert second in body


def test_the_newest_minutes_can_be_downloaded_later():
    now = "231115000000"
    assert seconds_of(b"".join(Box().ask("231114235500", now).blocks)) == pytest.approx(300, abs=2)
    lagging = Box(download_lag="120")
    assert seconds_of(b"".join(lagging.ask("231114235500", now).blocks)) == pytest.approx(180, abs=2)
    assert b"X-RecData-Satus: 1" in b"".join(lagging.ask("231114235900", now).blocks)


NAMES = ("001_231115070000_1000_7f_00_01.tmp", "001_231115070000_1000_7f_00_01.mp4")


@pytest.mark.parametrize(
    ("variant", "parts"),
    [
        ("one-part", [("", "", 1)]),
        ("as-drawn", [(NAMES[0], "", 1), ("", NAMES[1], 1)]),
        ("told-last", [(NAMES[0], "", 0), ("", NAMES[1], 1)]),
    ],
)
def test_the_parts_of_a_refusal(variant, parts):
    body = b"".join(Box(refused_download=variant).ask("231114220000", "231114220000").blocks)
    read = MultipartReader(by="boundary").feed(body)
    told = [read_part_headers(dict(part.headers)) for part in read]
    assert [(each.temporary_name, each.previous_name, each.status) for each in told] == parts
    assert not any(part.body for part in read)


def test_whether_a_download_outlives_its_uid():
    for variant, runs in (("no", 0), ("yes", 1)):
        box = Box(download_outlives_uid=variant)
        box.ask("231114220000", "231114220100")
        box.recorder.sessions.end(box.session, Ending.LOGGED_OUT, NOW)
        assert len(box.recorder.downloads.running()) == runs
        box.recorder.reset(NOW)
        assert box.recorder.downloads.running() == []


@pytest.mark.parametrize("kind", ["MP4VO", "N3VO"])
def test_it_is_told_how_much_has_passed(kind):
    answer = Box().ask("231114220000", "231114220100", kind)
    assert answer.passed() == 0
    passed = [answer.passed() for _ in answer.blocks]
    assert passed == sorted(passed)
    assert 59 <= passed[-1] <= 61
    assert TICKS == 90_000
