"""What an answer of `camera.cgi` costs beside a bare aiohttp answer of the same bytes, and nginx's.

    python benchmarks/playback_answers.py [--rounds 9] [--times 200] [--tls] [--brief]

The recorder plays GOPs of about 270 KB and 655 KB, fetched one after the other over a connection that is
kept; aiohttp and, where it is installed, nginx give ten of these bodies in turn. A row for each size:
microseconds per request as the client waits, and as the server's CPU takes (Linux), with the ratio to aiohttp
round by round. `--tls`: over HTTPS, with the same certificate.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from contestants import Client, Contestant, bare_server, compare, nginx, recorder
from gops_of_size import make_fixture
from rounds import arguments

from nvr_emulator.server.certificates import self_signed
from nvr_protocol.commands.urls import build_command

CONFIGURATION = """\
clock_start = 1760000400
transport = "{transport}"
users = [{{name = "ADMIN", password = "admin12345"}}]
cameras = [
    {{number = 1, fixture = "./270", video = ["H264"], jpeg = false, recorded = "H264"}},
    {{number = 2, fixture = "./655", video = ["H264"], jpeg = false, recorded = "H264"}},
]
recordings = [{{since = 10000}}]
"""
GOPS = 10
"""Different bodies that the peers give in turn, as the recorder does."""
SIZES = {1: 270, 2: 655}
"""Kilobytes of the GOPs of each camera."""


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=200, help="requests of a round")
    parser.add_argument("--tls", action="store_true")
    options = parser.parse_args()
    if options.brief:
        options.rounds, options.times = 1, 5
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Start all, ask each in turn, and tell a row for each size."""
    transport, pem = ("https" if options.tls else "http"), folder / "server.pem"
    pem.write_bytes(self_signed(()))
    tls = ("--tls", str(pem)) if options.tls else ()
    for kilobytes in SIZES.values():
        make_fixture(folder / str(kilobytes), 1000 * kilobytes)
    with ExitStack() as open_:
        configuration = CONFIGURATION.format(transport=transport)
        ours = open_.enter_context(recorder(configuration, folder, *(("--cert", str(pem)) if tls else ())))
        uid, client = ours.uid(), Client(ours.url)
        client.body(build_command("mask", UID=uid, MASK="1100"))
        client.body(build_command("play", UID=uid))
        for camera in SIZES:
            target = build_command("camera", UID=uid, CAM=camera)
            bodies = folder / f"bodies{camera}"
            bodies.mkdir()
            sizes = [(bodies / f"{number}").write_bytes(client.body(target)) for number in range(GOPS)]
            contestants: dict[str, Contestant] = {"nvrkit": (ours, client.asking(target))}
            peer = open_.enter_context(bare_server("--bodies", str(bodies), *tls))
            contestants["aiohttp"] = peer, Client(peer.url).asking("/")
            if shutil.which("nginx") and not tls:
                files = open_.enter_context(nginx(bodies))
                targets = [f"/{number}" for number in range(GOPS)]
                contestants["nginx"] = files, Client(files.url).asking(*targets)
            size = sum(sizes) // GOPS
            compare(f"camera.cgi, {transport}", contestants, options, bytes=size)


if __name__ == "__main__":
    main()
