"""Bytes are shown field by field with their offsets, or ProtocolError says why not."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.__main__ import main
from nvr_protocol.additional_information import AdditionalInformation, Operation, write_information
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import Dialect
from nvr_protocol.dissection import dissect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.video import Picture, PlaybackVideo, walk_chunk, write_playback_video
from nvr_protocol.rtp.packet import RtpPacket, write_packet
from nvr_protocol.timestamps import Zone

VECTORS = [
    "live-jpeg-part",
    "live-rtp-h265-aud",
    "playback-audio-aac",
    "playback-audio-g711",
    "playback-h264-gop",
    "playback-h264-no-image",
    "playback-h265-gop-no-camera-info",
    "playback-jpeg",
]


def at(line):
    return int(line[:6], 16)


def test_a_gop_is_shown_as_it_is_drawn(vector):
    lines = list(dissect(vector("playback-h264-gop")))
    assert lines[0] == "000000  chunk                         H264, length 148"
    assert "000018  0x0006 data size              size 60" not in lines
    assert "000014  0x0006 data size              size 60" in lines
    assert "00001c  0x0007 time                   seconds 1714014000, zone +09:00" in lines
    assert lines[-4:] == [
        "000120  0x0011 camera time            seconds 1714014000, zone +09:00",
        "00012c  0x0012 camera frame time      value 60",
        "000134  packet 2                      length 40, padding 1, 15 bytes: AUD SLICE",
        "00015c  padding                       3748 bytes",
    ]


@pytest.mark.parametrize("command", ["nvr_protocol -", "nvr_fixtures"])
def test_a_reader_that_has_read_enough_ends_the_command_in_silence(vector, command):
    read, written = os.pipe()
    os.close(read)
    ended = subprocess.run(
        [sys.executable, "-m", *command.split()],
        input=vector("playback-h264-gop"),
        stdout=written,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(written)
    assert ended.stderr == b""


@pytest.mark.parametrize("name", VECTORS)
def test_offsets_grow_and_stay_within_the_bytes(vector, name):
    data = vector(name)
    lines = list(dissect(data))
    assert len(lines) > 2
    assert sorted(map(at, lines)) == list(map(at, lines))
    assert at(lines[0]) == 0
    assert at(lines[-1]) < len(data)


def test_offsets_are_those_of_the_walker(vector):
    for name in ("playback-h264-gop", "playback-jpeg"):
        data = vector(name)
        chunk, lines = walk_chunk(data), list(dissect(data))
        tlvs = [*chunk.tlvs, *(tlv for packet in chunk.packets for tlv in packet.tlvs)]
        assert [at(line) for line in lines if "  0x" in line] == [tlv.offset for tlv in tlvs]
        packets = [at(line) for line in lines if "  packet" in line]
        assert packets == [packet.start for packet in chunk.packets]


def test_breaches_are_told_behind_the_fields(vector):
    data = bytearray(vector("playback-h264-gop"))
    data[0x2D] = 9
    *_, last = dissect(bytes(data))
    assert last == "not as it should be: frames 0x0008, offset 40: 9, counted 2"


def test_an_rtp_packet_with_what_nobody_knows():
    extension = write_information(AdditionalInformation(camera=3)) + b"\x0a\xbc\0\x08abcd"
    packet = write_packet(RtpPacket(98, 7, 90_000, 0xDEADBEEF, True, b"\x65\x88", extension))
    numbers = "sequence number 7, timestamp 90000, SSRC deadbeef"
    assert list(dissect(packet)) == [
        f"000000  RTP                           payload type 98, marker, {numbers}",
        "00000c  extension                     4 words",
        "000010  0x0004 camera                 value 3",
        "000018  0x0ABC unknown                61626364",
        "000020  payload                       2 bytes",
    ]


def test_another_dialect_is_named():
    picture = Picture(b"\0\0\0\1\x65a", 0)
    video = PlaybackVideo(Codec.H264, 1, (picture,), 0, 0, Zone(0), 10, Operation.PLAYBACK)
    body = write_playback_video(video, Dialect(chunk_length="behind-header"))
    with pytest.raises(ProtocolError, match="not in chunk_length=behind-header"):
        list(dissect(body))


HEADS = [b"", b"\xff\x15", b"\xff\xd8\xff\xfe", b"\xff\x03", b"\xff\x13", b"\x80", b"\x90"]


@given(st.sampled_from(HEADS), st.binary(max_size=120))
def test_any_bytes_are_shown_or_a_protocol_error(start, rest):
    with suppress(ProtocolError):
        assert list(dissect(start + rest))


@given(st.sampled_from(VECTORS), st.data())
def test_damaged_bytes_are_shown_or_a_protocol_error(vector, name, data):
    body = bytearray(vector(name))
    for place in data.draw(st.lists(st.integers(0, min(len(body), 400) - 1), min_size=1, max_size=4)):
        body[place] = data.draw(st.integers(0, 255))
    with suppress(ProtocolError):
        list(dissect(bytes(body[: data.draw(st.integers(0, len(body)))])))


def test_the_command_shows_a_file(vector, tmp_path, capsys):
    path = tmp_path / "body.bin"
    path.write_bytes(vector("playback-audio-aac"))
    assert main([str(path)]) == 0
    assert capsys.readouterr().out.startswith("000000  audio                         AAC, camera ")


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"", 1, "body, offset 0: begins with nothing, as nothing here does"),
        (b"GIF89a", 1, "body, offset 0: begins with 47494638, as nothing here does"),
        (None, 2, "No such file or directory"),
    ],
)
def test_the_command_says_in_a_line_what_it_cannot_show(tmp_path, capsys, content, status, said):
    path = tmp_path / "body.bin"
    if content is not None:
        path.write_bytes(content)
    assert main([str(path)]) == status
    assert capsys.readouterr().err == f"{path}: {said}\n"


def test_the_command_is_one_of_python(vector):
    command = [sys.executable, "-m", "nvr_protocol", "-"]
    shown = subprocess.run(command, input=vector("live-rtp-h265-aud"), capture_output=True, check=True).stdout
    assert b"payload type 101" in shown
    assert subprocess.run(command[:-1], capture_output=True, check=False).returncode == 2


def test_the_command_says_that_stdout_takes_nothing(vector):
    command = [sys.executable, "-m", "nvr_protocol", "-"]
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            command, input=vector("live-rtp-h265-aud"), stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert ended.returncode == 2
    assert ended.stderr == b"stdout cannot be written: No space left on device\n"


def test_the_command_shows_what_the_encoding_lacks(tmp_path):
    path = tmp_path / "fehlt\u2026.bin"
    shown = subprocess.run(
        [sys.executable, "-m", "nvr_protocol", str(path)],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert shown.returncode == 2
    assert shown.stderr == b"fehlt\\u2026.bin: No such file or directory\n".replace(
        b"fehlt", str(tmp_path).encode() + b"/fehlt"
    )


def test_the_command_says_that_stdin_is_closed():
    command = f'exec "{sys.executable}" -m nvr_protocol - <&-'
    ended = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (2, b"-: stdin is closed\n")


def test_names_of_files_are_shown_and_not_obeyed(tmp_path, capsys):
    path = tmp_path / "a\x1b[2J\u202e\nall is well é"
    assert main([str(path)]) == 2
    path.write_bytes(b"no")
    assert main([str(path)]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith(rf"{tmp_path}/a\x1b[2J\u202e\nall is well é: ") for line in lines)
