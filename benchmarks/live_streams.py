"""Sixteen cameras on one UID, over RTP and over HTTP at once, on the real clock: is a picture lost or late?

    python benchmarks/live_streams.py [--seconds 30] [--cameras 16]

The recorder runs in a process of its own and sends the 1080p30 `counter` fixture (about 4 Mbit/s a
camera). Odd cameras go over RTP, even ones over HTTP. A picture is lost where a sequence number is
missing, and late where its last packet arrives more than one picture interval after its turn (counted
from the punctual pictures of the same stream). Prints one line of JSON; exit status 1 if any was lost
or late.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import selectors
import socket
import statistics
import struct
import sys
import time
import urllib.parse
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

from nvr_emulator import EmbeddedRecorder, RecorderSettings, UserSettings, usual_cameras
from nvr_protocol.multipart import MultipartReader

USER, PASSWORD = "ADMIN", "admin12345"
RATE = 30
INTERVAL = 90_000 // RATE


def recorder(pipe: Connection, cameras: int) -> None:
    """Run the recorder until told to stop; then tell the CPU seconds that it took."""
    settings = RecorderSettings(
        model=3, users=(UserSettings(USER, PASSWORD),), cameras=usual_cameras(cameras, "counter")
    )
    with EmbeddedRecorder(clock="real", settings=settings) as running:
        pipe.send(running.url)
        pipe.recv()
        before = time.process_time()
        pipe.send("started")
        pipe.recv()
        pipe.send(time.process_time() - before)
        pipe.recv()


class Stream:
    """What one camera sent: `arrivals` are (RTP timestamp, seconds) of each picture's last packet."""

    def __init__(self) -> None:
        self.last_sequence: int | None = None
        self.lost = 0
        self.packets = 0
        self.bytes = 0
        self.arrivals: list[tuple[int, float]] = []
        self.reader = MultipartReader(by="length")

    def packet(self, packet: bytes, at: float) -> None:
        marker, sequence, timestamp = packet[1] & 0x80, *struct.unpack_from(">HI", packet, 2)
        if self.last_sequence is not None:
            self.lost += (sequence - self.last_sequence - 1) & 0xFFFF
        self.last_sequence = sequence
        self.packets += 1
        self.bytes += len(packet)
        if marker:
            self.arrivals.append((timestamp, at))

    def lateness(self) -> list[float]:
        """Seconds by which each picture came after its turn."""
        first = self.arrivals[0][0]
        offsets = [at - ((stamp - first) & 0xFFFFFFFF) / 90_000 for stamp, at in self.arrivals]
        punctual = statistics.quantiles(offsets, n=20)[0]
        return [offset - punctual for offset in offsets]

    def missing(self) -> int:
        """Pictures whose turn passed without them."""
        stamps = [stamp for stamp, _ in self.arrivals]
        pairs = pairwise(stamps)
        return sum(((later - earlier) & 0xFFFFFFFF) // INTERVAL - 1 for earlier, later in pairs)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--cameras", type=int, default=16)
    options = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=recorder, args=(theirs, options.cameras), daemon=True)
    process.start()
    result = measure(ours, options.cameras, options.seconds)
    process.join(5)
    print(json.dumps(result))
    sys.exit(1 if result["lost_packets"] or result["missing_pictures"] or result["late_pictures"] else 0)


def measure(pipe: Connection, cameras: int, seconds: float) -> dict[str, Any]:
    """Start the streams, receive for some seconds, and judge what came."""
    url = urllib.parse.urlsplit(pipe.recv())
    address = (url.hostname or "", url.port or 0)
    uid = login(address)
    selector = selectors.DefaultSelector()
    streams = [Stream() for _ in range(cameras)]
    for camera, stream in enumerate(streams, 1):
        command = f"/cgi-bin/push.cgi?UID={uid}&CAM={camera}&CMD=START&COMP=H264"
        if camera % 2:
            receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
            receiver.bind(("127.0.0.1", 0))
            get(address, f"{command}&PORT={receiver.getsockname()[1]}")
        else:
            receiver = ask(address, f"{command}&INTERNETMODE=ON")
            head = b""
            while b"\r\n\r\n" not in head:
                head += receiver.recv(1)
        receiver.setblocking(False)
        selector.register(receiver, selectors.EVENT_READ, stream)
    receive(selector, time.monotonic() + 2.5)
    for stream in streams:
        stream.arrivals.clear()
    pipe.send("begin")
    pipe.recv()
    receive(selector, time.monotonic() + seconds)
    pipe.send("end")
    cpu = pipe.recv()
    pipe.send("stop")
    lateness = sorted(late for stream in streams for late in stream.lateness())
    return {
        "cameras": cameras,
        "seconds": seconds,
        "pictures": len(lateness),
        "lost_packets": sum(stream.lost for stream in streams),
        "missing_pictures": sum(stream.missing() for stream in streams),
        "late_pictures": sum(late > 1 / RATE for late in lateness),
        "lateness_ms": {
            "median": round(1000 * statistics.median(lateness), 1),
            "p99": round(1000 * lateness[int(len(lateness) * 0.99)], 1),
            "max": round(1000 * lateness[-1], 1),
        },
        "megabits_per_second": round(sum(stream.bytes for stream in streams) * 8 / 1e6 / (seconds + 2.5), 1),
        "recorder_cpu_cores": round(cpu / seconds, 3),
        "cores_at_hand": os.cpu_count(),
    }


def receive(selector: selectors.BaseSelector, until: float) -> None:
    """Take in what arrives until that moment of the monotonic clock."""
    while (left := until - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            stream: Stream = key.data
            receiver: socket.socket = key.fileobj  # type: ignore[assignment]
            at = time.monotonic()
            if receiver.type is socket.SOCK_DGRAM:
                try:
                    while True:
                        stream.packet(receiver.recv(65536), at)
                except BlockingIOError:
                    continue
            for part in stream.reader.feed(receiver.recv(1 << 20)):
                stream.packet(part.body, at)


def ask(address: tuple[str, int], target: str, *headers: str) -> socket.socket:
    """Send one request on a connection of its own."""
    connection = socket.create_connection(address)
    lines = [f"GET {target} HTTP/1.1", f"Host: {address[0]}", "Connection: close", *headers]
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    return connection


def get(address: tuple[str, int], target: str, *headers: str) -> bytes:
    """The whole answer to one request."""
    with ask(address, target, *headers) as connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def login(address: tuple[str, int]) -> int:
    """Sign in with the standard library's Digest."""
    import urllib.request

    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, f"http://{address[0]}:{address[1]}/", USER, PASSWORD)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    page = opener.open(f"http://{address[0]}:{address[1]}/cgi-bin/dlogin.cgi?UID=-1").read()
    return int(page.split(b"UID=")[1].split(b"&")[0])


if __name__ == "__main__":
    main()
