"""Faults upon live media, as ffmpeg, curl and a socket see them."""

import re
import socket
import struct
import subprocess
import threading
import time
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from nvr_emulator.faults.table import kinds
from programs.asked import (
    PATIENCE,
    TIMED_OUT,
    login,
    needs,
    push,
    received,
    receiver,
    watched,
)


def test_a_socket_misses_the_packets_that_are_lost(recorder):
    whole, _ = received(recorder)
    assert whole == list(range(len(whole)))
    recorder.reset(restart_clock=True)
    torn, struck = received(recorder, "rtp-loss:picture=2,packet=marker")
    assert struck == len(whole) - len(torn) == 1
    assert sorted(torn) == torn


def test_a_socket_has_packets_twice(recorder):
    found, struck = received(recorder, "rtp-duplicate:rate=0.3")
    assert len(found) - len(set(found)) == struck > 0


def test_a_socket_has_packets_in_another_order(recorder):
    found, struck = received(recorder, "rtp-reorder:rate=0.3")
    assert struck > 0
    assert found != sorted(found)


def test_a_socket_has_packets_late(recorder):
    found, struck = received(recorder, "rtp-delay:picture=3,packet=all,delay=0.3")
    assert struck > 0
    assert sorted(found) == list(range(len(found)))
    assert sum(earlier > later for earlier, later in pairwise(found)) == 1


def test_the_same_seed_hits_the_same_packets(recorder):
    first, _ = received(recorder, "rtp-loss:rate=0.2,seed=5")
    recorder.reset(restart_clock=True)
    assert received(recorder, "rtp-loss:rate=0.2,seed=5")[0] == first


def is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


def two_free_ports():
    """An even UDP port that is free, as is the one after it (for RTCP, which ffmpeg wants)."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1] & ~1
        if is_free(port) and is_free(port + 1):
            return port


def ffmpeg_says(recorder, fault, folder):
    """What ffmpeg has to say of some pictures of a stream upon which a fault is."""
    port, uid = two_free_ports(), login(recorder)
    sdp = folder / "live.sdp"
    sdp.write_text(
        "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=live\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        f"m=video {port} RTP/AVP 98\r\na=rtpmap:98 H264/90000\r\n"
    )
    command = ["ffmpeg", "-nostdin", "-v", "warning", "-protocol_whitelist", "file,udp,rtp"]
    command += ["-i", str(sdp), "-frames:v", "20", "-f", "null", "-"]
    recorder.faults.add(fault)
    with subprocess.Popen(command, stderr=subprocess.PIPE) as ffmpeg:
        until = time.monotonic() + PATIENCE
        while is_free(port) and ffmpeg.poll() is None and time.monotonic() < until:
            threading.Event().wait(0.01)  # there is no other way to learn that it listens
        push(recorder, uid, port)
        while ffmpeg.poll() is None and time.monotonic() < until:
            recorder.advance(0.25)
            with suppress(subprocess.TimeoutExpired):
                ffmpeg.wait(0.02)
        ffmpeg.kill()
        return ffmpeg.communicate()[1].decode()


@needs("ffmpeg")
def test_ffmpeg_counts_the_packets_that_are_lost(recorder, tmp_path):
    assert re.search(r"RTP: missed \d+ packets", ffmpeg_says(recorder, "rtp-loss:rate=0.2", tmp_path))


@needs("ffmpeg")
def test_ffmpeg_stumbles_over_corrupted_packets(recorder, tmp_path):
    said = ffmpeg_says(recorder, "rtp-corrupt:rate=0.5,bits=200", tmp_path)
    assert re.search(r"\[h264 @|\[rtp @|\[sdp @", said)


@needs("curl")
def test_curl_waits_for_a_stream_that_goes_silent(recorder):
    uid = login(recorder)
    silent = recorder.faults.add("stream-silent:after=2")
    status, parts = watched(recorder, uid, "JPEG", advance=4, seconds=0.7)
    assert (status, silent.struck > 0) == (TIMED_OUT, True)
    assert parts.lower().count("content-type: image/jpeg") == 2


def test_a_stream_goes_on_when_the_clock_steps(recorder):
    with receiver() as listening:
        uid = login(recorder)
        push(recorder, uid, listening.getsockname()[1])
        recorder.advance(2)
        recorder.faults.add("clock-step:seconds=-3600")
        recorder.advance(2)
        stamps, sequence = [], []
        with suppress(BlockingIOError):
            while True:
                number, stamp = struct.unpack_from("!xxHI", listening.recv(65536))
                stamps.append(stamp)
                sequence.append(number)
    assert [(b - a) & 0xFFFF for a, b in pairwise(sequence)] == [1] * (len(sequence) - 1)
    steps = [((b - a) & 0xFFFFFFFF) / 90_000 for a, b in pairwise(stamps)]
    assert max(steps) < 2.1, "an hour back is nothing to the RTP clock"


def test_each_fault_is_seen_by_somebody():
    pages = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*seen_by_others.py")]
    assert [name for name in kinds() if not any(f'"{name}' in page for page in pages)] == []
