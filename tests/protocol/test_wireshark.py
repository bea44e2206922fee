"""The dissector for Wireshark, on the vectors in captures that scapy writes: tshark tells what is there."""

import shutil
import subprocess

import pytest
from click.testing import CliRunner

from nvr_emulator.cli.dissector import source
from nvr_emulator.cli.main import main

pytestmark = pytest.mark.skipif(shutil.which("tshark") is None, reason="needs tshark")

OCTETS = "application/octet-stream"
LIVE = "multipart/x-mixed-replace; boundary=--myboundary"
DOWNLOAD = "multipart/form-data; boundary=--myboundary"
WRONG = "nvr.bad_length or nvr.cut or nvr.bad_value or _ws.lua.error or _ws.malformed"


def part(body, content_type=OCTETS):
    return b"--myboundary\r\nContent-type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n" % (
        content_type.encode(),
        len(body),
        body,
    )


def answer(body, content_type, endless=False):
    length = "" if endless else f"Content-Length: {len(body)}\r\n"
    return f"HTTP/1.1 200 OK\r\nContent-type: {content_type}\r\n{length}\r\n".encode() + body


@pytest.fixture
def told(tmp_path):
    """What tshark says of an answer over HTTP, or of datagrams: the wanted fields of each packet of ours."""
    from scapy.layers.inet import IP, TCP, UDP
    from scapy.utils import wrpcap

    def run(pcap, *arguments):
        command = ["tshark", "-X", f"lua_script:{source()}", "-r", str(pcap), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "Lua: Error" not in done.stderr
        return done.stdout

    def look(*names, http=None, datagrams=(), where="nvr", sound=True):
        there, back = IP(src="10.0.0.1", dst="10.0.0.2"), IP(src="10.0.0.2", dst="10.0.0.1")
        packets = [there / UDP(sport=9, dport=5004) / data for data in datagrams]
        if http is not None:
            request = b"GET / HTTP/1.1\r\nHost: nvr\r\n\r\n"
            asks, says = {"sport": 40000, "dport": 80}, {"sport": 80, "dport": 40000}
            packets += [
                there / TCP(**asks, flags="S", seq=0),
                back / TCP(**says, flags="SA", seq=0, ack=1),
                there / TCP(**asks, flags="PA", seq=1, ack=1) / request,
            ]
            for at in range(0, len(http), 1000):
                data = http[at : at + 1000]
                packets.append(back / TCP(**says, flags="PA", seq=1 + at, ack=1 + len(request)) / data)
            packets.append(back / TCP(**says, flags="FA", seq=1 + len(http), ack=1 + len(request)))
        pcap = tmp_path / "it.pcap"
        wrpcap(str(pcap), packets)
        also = ("-d", "udp.port==5004,rtp")
        if sound:
            assert run(pcap, *also, "-Y", f"nvr and ({WRONG})") == ""
        wanted = [word for name in names for word in ("-e", name)]
        lines = run(pcap, *also, "-Y", where, "-T", "fields", *wanted).splitlines()
        return [tuple(line.split("\t")) for line in lines]

    return look


def test_a_gop(vector, told):
    names = ("nvr.chunk", "nvr.camera", "nvr.packet.length", "nvr.frames", "nvr.data_size", "nvr.gop.end")
    http = answer(vector("playback-h264-gop"), OCTETS)
    end = "Apr 25, 2024 03:00:00.600000000 UTC"
    assert told(*names, http=http) == [("0xff15", "2", "72,40", "2", "60", end)]


def test_a_gop_without_camera_information(vector, told):
    http = answer(vector("playback-h265-gop-no-camera-info"), OCTETS)
    ((chunk, packets, frames),) = told("nvr.chunk", "nvr.packet.length", "nvr.frames", http=http)
    assert (chunk, len(packets.split(","))) == ("0xff16", int(frames))


def test_no_image(vector, told):
    http = answer(vector("playback-h264-no-image"), OCTETS)
    assert told("nvr.present", "nvr.packet.length", http=http) == [("0", "")]


def test_a_recorded_jpeg(vector, told):
    http = answer(vector("playback-jpeg"), OCTETS)
    ((chunk, packets),) = told("nvr.chunk", "nvr.packet.length", http=http)
    assert (chunk, packets.count(",")) == ("0xffd8", 0)
    assert packets


@pytest.mark.parametrize(("name", "chunk"), [("aac", "0xff13"), ("g711", "0xff03")])
def test_recorded_audio(vector, told, name, chunk):
    http = answer(vector(f"playback-audio-{name}"), OCTETS)
    ((found, size, units),) = told("nvr.chunk", "nvr.audio.size", "nvr.audio.unit.length", http=http)
    assert found == chunk
    assert sum(map(int, units.split(","))) == int(size) if units else chunk == "0xff03"


def test_rtp_in_datagrams(vector, told):
    names = ("rtp.p_type", "nvr.camera", "nvr.zone")
    found = told(*names, datagrams=[vector("live-rtp-h265-aud")], where="rtp")
    assert [row[0] for row in found] == ["101"]
    assert found[0][1].isdigit()
    assert found[0][2].startswith(("+", "-"))


def test_live_over_http_part_by_part(vector, told):
    packet, jpeg = vector("live-rtp-h265-aud"), vector("live-jpeg-part")
    http = answer(part(packet) + part(jpeg, "image/jpeg") + part(packet), LIVE, endless=True)
    ((parts, sequences, cameras),) = told("nvr.part", "rtp.seq", "nvr.camera", http=http)
    assert parts == "1,2,3"
    assert sequences.count(",") == 1
    assert cameras == "2,2,2"


def test_a_download(told):
    head = b'--myboundary\r\nX-Temp-FileName: filename = "%s"\r\nX-Prev-Filename: filename = "%s"\r\n'
    first = head % (b"a.tmp", b"") + b"X-RecData-Satus: 0\r\n\r\n" + b"\r\n--mine" * 500 + b"\r\n"
    last = head % (b"", b"a.mp4") + b"X-RecData-Satus: 2\r\n\r\n\r\n--myboundary--\r\n"
    names = ("nvr.part.size", "nvr.download.status", "nvr.download.previous_name")
    found = told(*names, http=answer(first + last, DOWNLOAD, endless=True))
    assert found == [("4000,0", "0 normal,2 codec not compatible", ",a.mp4")]


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda chunk: chunk[:30] + b"\xff\xff" + chunk[32:],
        lambda chunk: chunk[:60],
        lambda chunk: chunk.replace(b"\xff\x05", b"\xff\x05\x00\x00\x00\x00\x00\x01"),
        lambda chunk: chunk[:4] + bytes(range(256)) * 4,
    ],
)
def test_what_is_spoilt_is_shown_as_spoilt_and_breaks_nothing(vector, told, spoilt):
    http = answer(spoilt(vector("playback-h264-gop")), OCTETS)
    assert told("frame.number", http=http, where=f"nvr and ({WRONG})", sound=False)
    assert told("frame.number", http=http, where="_ws.lua.error", sound=False) == []


def test_one_command_installs_it(monkeypatch, tmp_path):
    monkeypatch.setenv("WIRESHARK_PLUGIN_DIR", str(tmp_path / "plugins"))
    there = tmp_path / "plugins" / "nvr.lua"
    assert CliRunner().invoke(main, ["dissector", "--install"]).output == f"{there}\n"
    assert there.read_bytes() == source().read_bytes()
    assert CliRunner().invoke(main, ["dissector"]).output == f"{source()}\n"
    monkeypatch.delenv("WIRESHARK_PLUGIN_DIR")
    folders = subprocess.run(["tshark", "-G", "folders"], capture_output=True, text=True, check=True)
    from nvr_emulator.cli.dissector import plugins

    assert str(plugins()) in folders.stdout
