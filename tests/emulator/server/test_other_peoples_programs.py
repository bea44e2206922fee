"""Live media as programs see it that nobody here has written: ffmpeg, tshark, curl.

The clock is manual; only the programs themselves take real time.
"""

import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.request
from contextlib import contextmanager, suppress

import pytest

from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_protocol.multipart import MultipartReader
from nvr_protocol.rtp.packet import read_packet

PAYLOAD_TYPES = {"H264": 98, "H265": 101}
CODECS = tuple(PAYLOAD_TYPES)
PATIENCE = 30.0


def needs(program):
    found = shutil.which(program) is not None
    return pytest.mark.skipif(not found, reason=f"{program} is not installed: its opinion is not asked")


@pytest.fixture
def recorder():
    with EmbeddedRecorder() as recorder:
        yield recorder


def login(recorder):
    """A UID, by the Digest of the standard library."""
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    with opener.open(f"{recorder.url}/cgi-bin/dlogin.cgi?UID=-1", timeout=PATIENCE) as page:
        return uid_of(page.read())


def uid_of(page):
    return re.search(rb"UID=(\d+)", page)[1].decode()


def push(recorder, uid, codec, port, command="START"):
    query = f"UID={uid}&CAM=1&CMD={command}&COMP={codec}&PORT={port}"
    with urllib.request.urlopen(f"{recorder.url}/cgi-bin/push.cgi?{query}", timeout=PATIENCE) as answer:
        assert answer.status == 200


@contextmanager
def running(*command):
    """A program, ended whatever happens."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def pair_of_free_ports():
    """An even UDP port that is free, as is the one after it (for RTCP, which ffmpeg wants)."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1] & ~1
        if is_free(port) and is_free(port + 1):
            return port


def is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


@needs("ffmpeg")
@pytest.mark.parametrize("codec", CODECS)
def test_ffmpeg_decodes_rtp_without_a_word(recorder, tmp_path, codec):
    port, payload_type, pictures = pair_of_free_ports(), PAYLOAD_TYPES[codec], 15
    sdp = tmp_path / "live.sdp"
    sdp.write_text(
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=live\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=video {port} RTP/AVP {payload_type}\r\na=rtpmap:{payload_type} {codec}/90000\r\n"
    )
    uid = login(recorder)
    options = ("-nostdin", "-v", "warning", "-protocol_whitelist", "file,udp,rtp")
    framemd5 = ("-frames:v", str(pictures), "-f", "framemd5", "-")
    with running("ffmpeg", *options, "-i", str(sdp), *framemd5) as ffmpeg:
        until = time.monotonic() + PATIENCE
        while is_free(port) and ffmpeg.poll() is None and time.monotonic() < until:
            threading.Event().wait(0.01)  # there is no other way to learn that it listens
        push(recorder, uid, codec, port)
        while ffmpeg.poll() is None and time.monotonic() < until:
            recorder.advance(0.25)
            with suppress(subprocess.TimeoutExpired):
                ffmpeg.wait(0.02)
        decoded, complaints = ffmpeg.communicate(timeout=PATIENCE)
    assert ffmpeg.returncode == 0
    assert complaints == b""
    assert sum(not line.startswith(b"#") for line in decoded.splitlines()) == pictures


@needs("tshark")
def test_tshark_finds_no_malformed_packet(recorder, tmp_path):
    from scapy.layers.inet import IP, UDP
    from scapy.layers.l2 import Ether
    from scapy.utils import wrpcap

    sent, ports = [], {}
    for codec in CODECS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(PATIENCE)
            ports[codec] = port = receiver.getsockname()[1]
            uid = login(recorder)
            push(recorder, uid, codec, port)
            for _ in range(8):
                recorder.advance(0.5)
                receiver.setblocking(False)
                with suppress(BlockingIOError):
                    while True:
                        data, (_, sender) = receiver.recvfrom(65536)
                        addressed = IP(src="127.0.0.1", dst="127.0.0.1") / UDP(sport=sender, dport=port)
                        sent.append((codec, Ether() / addressed / data))
    file = tmp_path / "live.pcap"
    wrpcap(str(file), [packet for _, packet in sent])
    fields = ("rtp.version", "rtp.p_type", "rtp.seq", "rtp.ext.len", "_ws.malformed", "_ws.expert.message")
    decode_as = [f"rtp.pt=={PAYLOAD_TYPES[codec]},{codec.lower()}" for codec in CODECS]
    decode_as += [f"udp.port=={port},rtp" for port in ports.values()]
    command = ["tshark", "-r", str(file), "-T", "fields", "-E", "separator=|"]
    command += [word for rule in decode_as for word in ("-d", rule)]
    command += [word for field in fields for word in ("-e", field)]
    seen = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=True, text=True).stdout
    rows = [line.split("|") for line in seen.splitlines()]
    assert len(sent) > 100
    assert len(rows) == len(sent)
    for (codec, _), (version, payload_type, _, words, malformed, message) in zip(sent, rows, strict=True):
        assert (version, payload_type, words) == ("2", str(PAYLOAD_TYPES[codec]), "7")
        assert malformed == ""
        assert message in ("", "[Not decoded yet]")  # some SEI and slice data tshark does not know itself
    for codec in CODECS:
        numbers = [int(row[2]) for row in rows if row[1] == str(PAYLOAD_TYPES[codec])]
        assert numbers == [(numbers[0] + index) % 65536 for index in range(len(numbers))]


@needs("curl")
def test_curl_signs_in_and_receives_parts(recorder):
    curl = ("curl", "--silent", "--show-error", "--fail", "--max-time", str(PATIENCE))
    credentials = ("--digest", "--user", f"{recorder.user}:{recorder.password}")
    url = f"{recorder.url}/cgi-bin"
    page = subprocess.run(
        [*curl, *credentials, f"{url}/dlogin.cgi?UID=-1"], capture_output=True, timeout=PATIENCE, check=True
    )
    uid = uid_of(page.stdout)
    start = f"{url}/push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON"
    parts = []
    with running(*curl, "--no-buffer", start) as live:
        reader = MultipartReader(by="boundary")
        opening = live.stdout.read1()  # the boundary line comes at once
        assert opening == b"--myboundary\r\n"
        reader.feed(opening)
        recorder.advance(2)
        while len(parts) < 20:
            chunk = live.stdout.read1()
            assert chunk, live.stderr.read()
            parts += reader.feed(chunk)
        subprocess.run(
            [*curl, "--output", "/dev/null", start.replace("START", "STOP")], timeout=PATIENCE, check=True
        )
        rest, complaints = live.communicate(timeout=PATIENCE)
        parts += reader.feed(rest)
    assert live.returncode == 0
    assert complaints == b""
    packets = [read_packet(part.body) for part in parts]
    assert {packet.payload_type for packet in packets} == {98}
    assert all(part.headers["content-length"] == str(len(part.body)) for part in parts)
    assert len({packet.ssrc for packet in packets}) == 1
