"""How long `recordedtime.cgi` and GOTODATE take where a year and more is recorded in many stretches.

    python benchmarks/recorded_time.py [--rounds 9] [--times 50] [--cameras 128] [--stretches 1825] [--brief]

Two recorders: one whose cameras have one stretch each, one with as many as are asked for, a day apart from
each other. A row for each request: microseconds until its answer is there, and of the recorder's CPU (Linux),
of the one with many stretches, with the ratio to the one with a single one round by round. GOTODATE is sent
with the `camera.cgi` that follows it; it leads to another moment each time.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from contestants import Client, Contestant, Server, compare, recorder
from rounds import arguments

from nvr_protocol.commands.urls import build_command

START = 1_900_000_800
DAY = 24 * 60
CONFIGURATION = """\
series = "WJ-NX400"
clock_start = {start}
transport = "http"
variants = {{information-without-login = "open"}}
users = [{{name = "ADMIN", password = "admin12345"}}]
cameras = [{{number = "1-{cameras}", fixture = "counter-small"}}]
"""
STRETCH = "\n[[recordings]]\nsince = {since}\nuntil = {until}\n"
"""Minutes before the start."""


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=50, help="requests of a round")
    parser.add_argument("--cameras", type=int, default=128)
    parser.add_argument("--stretches", type=int, default=1825)
    options = parser.parse_args()
    if options.brief:
        options.rounds, options.times, options.stretches = 1, 5, 50
    with tempfile.TemporaryDirectory() as folder, ExitStack() as open_:
        servers = {}
        for name, stretches in (("many", options.stretches), ("one", 1)):
            own = Path(folder, name)
            own.mkdir()
            servers[name] = open_.enter_context(recorder(configuration(options.cameras, stretches), own))
        measure(servers, options)


def configuration(cameras: int, stretches: int) -> str:
    """A recorder.toml with stretches of 23 hours, the oldest first."""
    days = range(stretches, 0, -1)
    recorded = [STRETCH.format(since=day * DAY, until=(day - 1) * DAY + 60) for day in days]
    return CONFIGURATION.format(start=START, cameras=cameras) + "".join(recorded)


def measure(servers: dict[str, Server], options: argparse.Namespace) -> None:
    """Ask both in turn, and tell a row for each request."""
    size = {"cameras": options.cameras, "stretches": options.stretches}
    clients = {name: (server, Client(server.url), server.uid()) for name, server in servers.items()}
    asked: dict[str, Contestant] = {
        name: (server, client.asking(build_command("recorded_time")))
        for name, (server, client, _) in clients.items()
    }
    compare("recordedtime.cgi", asked, options, ours="many", peer="one", **size)
    for _, client, uid in clients.values():
        client.body(build_command("mask", UID=uid, MASK="1" + "0" * (options.cameras - 1)))
    days = {"many": options.stretches, "one": 1}
    going: dict[str, Contestant] = {
        name: (server, gone_to(client, uid, days[name])) for name, (server, client, uid) in clients.items()
    }
    compare("GOTODATE and camera.cgi", going, options, ours="many", peer="one", **size)


def gone_to(client: Client, uid: int, days: int) -> Callable[[], object]:
    """What goes to some moment of so many days and fetches the GOP that is there."""
    drawn = random.Random(1)
    fetch = client.request(build_command("camera", UID=uid, CAM=1))

    def go() -> None:
        moment = START - 60 * drawn.randint(60, days * DAY)
        client.ask(client.request(build_command("goto", UID=uid, TIMEF=moment * 100)))
        client.ask(fetch)

    return go


if __name__ == "__main__":
    main()
