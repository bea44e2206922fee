"""What a keep-alive (`status.cgi`) and a login with Digest cost beside bare aiohttp answers.

    python benchmarks/small_answers.py [--rounds 9] [--times 1000] [--brief]

Over one connection that is kept. A login is two requests, of which the recorder challenges the first; aiohttp
is sent the same two, and answers both with a page of 31 bytes as it does the keep-alive. A row for each:
microseconds as the client waits, and as the server's CPU takes (Linux), with the ratio to aiohttp round by
round.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from contestants import Client, bare_server, compare, recorder, signing_in
from rounds import arguments

from nvr_protocol.commands.urls import build_command

CONFIGURATION = """\
transport = "http"
users = [{name = "ADMIN", password = "admin12345"}]
"""


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--times", type=int, default=1000, help="keep-alives and logins of a round")
    options = parser.parse_args()
    if options.brief:
        options.rounds, options.times = 1, 5
    with tempfile.TemporaryDirectory() as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """Start both, ask each in turn, and tell a row for each."""
    with recorder(CONFIGURATION, folder) as ours, bare_server() as peer:
        client, theirs = Client(ours.url), Client(peer.url)
        alive = build_command("keep_alive", UID=ours.uid())
        compare(
            "status.cgi",
            {"nvrkit": (ours, client.asking(alive)), "aiohttp": (peer, theirs.asking(alive))},
            options,
        )
        compare(
            "Digest login",
            {
                "nvrkit": (ours, signing_in(client, asked=True)),
                "aiohttp": (peer, signing_in(theirs, asked=False)),
            },
            options,
        )


if __name__ == "__main__":
    main()
