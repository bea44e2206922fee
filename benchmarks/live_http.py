"""What live over HTTP costs beside a bare aiohttp that joins parts and patches headers, in rounds in turn.

    python benchmarks/live_http.py [--streams 16] [--seconds 4] [--rounds 5] [--brief]

Each sends the 1080p30 `counter` fixture (about 4 Mbit/s) as so many multipart streams to readers in a process
of their own, and its CPU seconds are counted while it does (Linux). The peer is `bare_multipart.py`. Prints a
line of JSON: CPU microseconds for each picture's worth of bytes, and the ratio round by round.
"""

from __future__ import annotations

import argparse
import multiprocessing
import select
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from contestants import Server, recorder
from live_rtp import CAMERAS, CONFIGURATION, WARMING_UP, camera_lines
from rounds import arguments, in_turn, ratio, spread, tell

HERE = Path(__file__).parent
LOOK = 0.002
BYTES_A_PICTURE = 4.14e6 / 8 / 30


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.set_defaults(rounds=5)
    parser.add_argument("--streams", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=4, help="seconds of a round that are counted")
    options = parser.parse_args()
    if options.brief:
        options.rounds, options.streams, options.seconds = 1, 2, 0.5
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Let each send in turn, and tell the row."""
    contestants = {
        "nvrkit": partial(our_streams, folder, options.streams),
        "aiohttp": partial(bare_streams, options.streams),
    }
    megabits: dict[str, list[float]] = {name: [] for name in contestants}

    def one(name: str) -> float:
        with contestants[name]() as (server, targets), readers(server.url, targets) as taken:
            time.sleep(WARMING_UP)
            before, begun, had = server.cpu(), time.monotonic(), taken()
            time.sleep(options.seconds)
            came, spent = taken() - had, server.cpu() - before
            megabits[name].append(round(came * 8e-6 / (time.monotonic() - begun), 1))
        return 1e6 * spent / (came / BYTES_A_PICTURE)

    costs = in_turn({name: partial(one, name) for name in contestants}, options.rounds)
    tell(
        work="live over HTTP",
        streams=options.streams,
        rounds=options.rounds,
        ratio=ratio(costs, "nvrkit", "aiohttp"),
        us_a_picture={name: spread(each, 1) for name, each in costs.items()},
        megabits=megabits,
    )


@contextmanager
def our_streams(folder: Path, count: int) -> Iterator[tuple[Server, list[str]]]:
    """The recorder, and what starts as many streams."""
    with recorder(CONFIGURATION % camera_lines(), folder) as server:
        targets, uid = [], 0
        for index in range(count):
            camera = index % CAMERAS + 1
            uid = server.uid() if camera == 1 else uid
            targets.append(f"/cgi-bin/push.cgi?UID={uid}&CAM={camera}&CMD=START&COMP=H264&INTERNETMODE=ON")
        yield server, targets


@contextmanager
def bare_streams(count: int) -> Iterator[tuple[Server, list[str]]]:
    """The peer, and what starts as many streams."""
    command = (sys.executable, str(HERE / "bare_multipart.py"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield Server(process.pid, process.stdout.readline().decode().strip(), {}), ["/"] * count
        finally:
            process.kill()


@contextmanager
def readers(url: str, targets: list[str]) -> Iterator[Callable[[], int]]:
    """Ask for all of these, and read what comes; gives what tells how many bytes did so far."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_read, args=(theirs, url, targets), daemon=True)
    process.start()

    def taken() -> int:
        ours.send(None)
        return int(ours.recv())

    try:
        taken()
        yield taken
    finally:
        process.kill()
        process.join(5)


def _read(pipe: Connection, url: str, targets: list[str]) -> None:
    parts, poll, connections, taken = urllib.parse.urlsplit(url), select.epoll(), {}, 0
    for target in targets:
        connection = socket.create_connection((parts.hostname or "", parts.port or 0))
        connection.sendall(f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode())
        connection.setblocking(False)
        connections[connection.fileno()] = connection
        poll.register(connection, select.EPOLLIN)
    buffer = bytearray(1 << 20)
    while True:
        time.sleep(LOOK)
        for number, _ in poll.poll(0):
            taken += connections[number].recv_into(buffer)
        if pipe.poll():
            pipe.recv()
            pipe.send(taken)


if __name__ == "__main__":
    main()
