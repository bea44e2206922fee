"""What live over RTP costs beside ffmpeg, GStreamer and a bare Python sender with GSO, in turn.

    python benchmarks/live_rtp.py [--streams 64] [--seconds 4] [--rounds 5] [--brief]

Each sends the 1080p30 `counter` fixture (about 4 Mbit/s) as so many streams to receivers in a process of
their own, and its CPU seconds are counted while it does (Linux). The recorder serves sixteen UIDs of up to
sixteen streams; ffmpeg copies one file to all ports, and so does GStreamer, with a payloader for each; the
bare sender is `bare_sender.py`. Prints a line of JSON: CPU microseconds for each picture that came, what
came, and the ratio to each peer, round by round. In a last round that is not counted, the recorder's
`status.cgi` is asked fifty times a second while it sends.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from contestants import Client, Server, recorder
from receivers import Receivers, receivers
from rounds import arguments, in_turn, ratio, spread, tell

from nvr_emulator.footage.footage import footage_of
from nvr_protocol.codecs import Codec

HERE = Path(__file__).parent
CAMERAS = 16
WARMING_UP = 1.5
LOOPS = 10
"""Times that the fixture is repeated in the file of the other programs."""
CONFIGURATION = """\
model = 3
users = [{name = "ADMIN", password = "admin12345"}]
cameras = [
%s
]
"""
CAMERA = '    {number = %d, fixture = "counter", recorded = "H264"},'


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.set_defaults(rounds=5)
    parser.add_argument("--streams", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=4, help="seconds of a round that are counted")
    parser.add_argument("--only", help="one contestant alone")
    parser.add_argument("serve", nargs="*", help="what the recorder is told besides, behind --")
    options = parser.parse_args()
    if options.brief:
        options.rounds, options.streams, options.seconds = 1, 2, 0.5
    with tempfile.TemporaryDirectory() as folder, receivers(options.streams) as receiving:
        measure(options, Path(folder), receiving)


def measure(options: argparse.Namespace, folder: Path, receiving: Receivers) -> None:
    """Let each send in turn, and tell the row."""
    contestants = {
        "nvrkit": partial(our_streams, folder, receiving.ports, options.serve),
        "bare": partial(other, sys.executable, str(HERE / "bare_sender.py"), *map(str, receiving.ports)),
    }
    if shutil.which("ffmpeg"):
        contestants["ffmpeg"] = partial(ffmpeg, folder, receiving.ports)
    if shutil.which("ffmpeg") and shutil.which("gst-launch-1.0"):
        contestants["gstreamer"] = partial(gstreamer, folder, receiving.ports)
    if options.only:
        contestants = {options.only: contestants[options.only]}
    came: dict[str, list[dict[str, Any]]] = {name: [] for name in contestants}
    asked: list[float] = []

    def one(name: str, *, ask: bool = False) -> float:
        with contestants[name]() as server:
            time.sleep(WARMING_UP)
            receiving.begin()
            before, begun = server.cpu(), time.monotonic()
            if ask:
                asked.extend(ask_meanwhile(server, begun + options.seconds))
            else:
                time.sleep(options.seconds)
            spent = server.cpu() - before
            row = receiving.end()
            row["cores"] = round(spent / (time.monotonic() - begun), 3)
            if not ask:
                came[name].append(row)
        return 1e6 * spent / max(1, row["pictures"])

    costs = in_turn({name: partial(one, name) for name in contestants}, options.rounds)
    if "nvrkit" in contestants:
        one("nvrkit", ask=True)
    asked.sort()
    tell(
        work="live over RTP",
        streams=options.streams,
        rounds=options.rounds,
        **{
            "ratio" if peer == "bare" else f"ratio_{peer}": ratio(costs, "nvrkit", peer)
            for peer in costs.keys() - {"nvrkit"}
            if "nvrkit" in costs
        },
        us_a_picture={name: spread(each, 1) for name, each in costs.items()},
        came={name: {key: [each[key] for each in rows] for key in rows[0]} for name, rows in came.items()},
        status_p99_ms=round(1000 * asked[int(len(asked) * 0.99)], 1) if asked else None,
    )


def camera_lines() -> str:
    """The cameras of the recorder."""
    return "\n".join(CAMERA % number for number in range(1, CAMERAS + 1))


@contextmanager
def our_streams(folder: Path, ports: list[int], arguments: list[str]) -> Iterator[Server]:
    """The recorder, with a stream for each port."""
    with recorder(CONFIGURATION % camera_lines(), folder, *arguments) as server:
        client, uid = Client(server.url), 0
        for index, port in enumerate(ports):
            camera = index % CAMERAS + 1
            if camera == 1:
                uid = server.uid()
            client.ask(
                client.request(f"/cgi-bin/push.cgi?UID={uid}&CAM={camera}&CMD=START&COMP=H264&PORT={port}")
            )
        server.ready["uid"] = uid
        yield server


def ask_meanwhile(server: Server, until: float) -> list[float]:
    """Seconds that each answer took, until that moment."""
    client, took = Client(server.url), []
    request = client.request(f"/cgi-bin/status.cgi?PC=AS60&UID={server.ready['uid']}")
    while (begun := time.monotonic()) < until:
        client.ask(request)
        took.append(time.monotonic() - begun)
        time.sleep(0.02)
    client.close()
    return took


def film_of(folder: Path) -> Path:
    """The fixture as an MP4, as often in a row as a round may last."""
    film = folder / "counter.mp4"
    if not film.exists():
        footage = footage_of("counter", Codec.H264, 1)
        once = b"".join(picture.data for gop in footage.fixture.gops for picture in gop)
        (folder / "counter.h264").write_bytes(once * LOOPS)
        subprocess.run(
            ["ffmpeg", "-loglevel", "error", "-r", "30", "-i", folder / "counter.h264", "-c", "copy", film],
            check=True,
        )
    return film


def ffmpeg(folder: Path, ports: list[int]) -> AbstractContextManager[Server]:
    """ffmpeg, which copies a file to all ports."""
    outputs = [
        word
        for port in ports
        for word in ("-map", "0:v", "-c", "copy", "-f", "rtp", f"rtp://127.0.0.1:{port}?pkt_size=1444")
    ]
    film = film_of(folder)
    return other("ffmpeg", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", str(film), *outputs)


def gstreamer(folder: Path, ports: list[int]) -> AbstractContextManager[Server]:
    """GStreamer, which reads a file once, and has a payloader and a socket for each port."""
    source = f"filesrc location={film_of(folder)} ! qtdemux ! h264parse ! tee name=all"
    payloader = "rtph264pay pt=98 mtu=1444 config-interval=-1"
    sinks = [f"all. ! {payloader} ! udpsink host=127.0.0.1 port={port} async=false" for port in ports]
    return other("gst-launch-1.0", "-q", *" ".join([source, *sinks]).split())


@contextmanager
def other(*command: str) -> Iterator[Server]:
    """A program that sends until it is ended."""
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing) as process:
        try:
            time.sleep(1)
            yield Server(process.pid, "", {})
        finally:
            process.kill()


if __name__ == "__main__":
    main()
