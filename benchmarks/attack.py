"""A recorder in a process of its own under attack: what it answers meanwhile, and what is left of it.

    python benchmarks/attack.py [--full] [--brief] [--seed 0] [--only NAME] [--times 3]

Each attack is made several times; after each: /healthz answers, no status 500, no traceback, no more
descriptors than before (Linux); memory is at a plateau: the last time adds little to the one before. At the
end nobody is signed in, nothing streams and nothing is downloaded. Prints a table; exit status 1 where
something is wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import attacks
from attacks import Target

SERVE = (sys.executable, "-c", "from nvr_emulator.cli.entry import main; main()", "serve")
CAMERAS = ", ".join(
    f'{{number = {number}, fixture = "counter", recorded = "H264"}}' for number in range(1, 17)
)
CONFIGURATION = f"""\
model = 3
users = [{{name = "ADMIN", password = "admin12345"}}]
cameras = [{CAMERAS}]
"""
SETTLING = 10.0
"""Seconds in which descriptors of connections that ended are given back."""
SLOWEST = 5.0
"""Seconds in which /healthz must answer, whatever goes on."""
MOST_GROWTH = 192
"""MiB that the recorder may have grown by in the end: up to 128 wait for clients that do not read, and the
allocator keeps what it was given."""
PLATEAU = 24
"""MiB that the last time of an attack may add to the one before."""
COUNTED = ("sessions", "live", "playback", "downloads", "faults")


def resident(process: int | str) -> float:
    """MiB of a process that are resident (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def open_descriptors(process: int | str) -> int:
    """How many descriptors a process has open (Linux)."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


class Watch:
    """What is seen of a recorder from outside."""

    def __init__(self, pid: int, control: str, errors: Path) -> None:
        self.pid = pid
        self.control = control
        self.errors = errors
        self.slowest = 0.0
        self.wrong: list[str] = []

    def look(self) -> None:
        """Ask /healthz, and keep how long the slowest answer took."""
        begun = time.monotonic()
        try:
            with urllib.request.urlopen(f"{self.control}/healthz", timeout=SLOWEST) as answer:
                answer.read()
        except OSError as error:
            self.wrong.append(f"/healthz: {error}")
        self.slowest = max(self.slowest, time.monotonic() - begun)

    def state(self) -> dict[str, Any]:
        """What /state says."""
        with urllib.request.urlopen(f"{self.control}/state", timeout=SLOWEST) as answer:
            said: dict[str, Any] = json.load(answer)
        return said

    def memory(self) -> float:
        """MiB that are resident."""
        return resident(self.pid)

    def descriptors(self, wanted: int | None = None, within: float = SETTLING) -> int:
        """How many it has open; waits until there are no more than wanted."""
        until = time.monotonic() + within
        while True:
            count = open_descriptors(self.pid)
            if wanted is None or count <= wanted or time.monotonic() > until:
                return count
            time.sleep(0.05)

    def tracebacks(self) -> int:
        """How many its log has."""
        return self.errors.read_text(errors="replace").count("Traceback")


def main() -> None:
    """Attack, print the table, and say what is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--full", action="store_true", help="10 000 connections, 100 000 requests and logins")
    size.add_argument("--brief", action="store_true", help="a few of each: whether it is alive")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--times", type=int, default=3, help="how often each attack is made")
    parser.add_argument("--only", action="append", help="the attack of that name (again and again)")
    options = parser.parse_args()
    attacks_ = chosen(options)
    _many_descriptors()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (ready, watch):
        since = watch.state()["recordings"][0]["since"]
        ports = (ready["http"], ready["https"], ready["control"])
        target = Target(
            *ports, ready["user"], ready["password"], since, random.Random(options.seed), watch.look
        )
        wrong = attack(target, watch, attacks_, options.times)
    print("\n".join(f"WRONG: {line}" for line in wrong) or "nothing is wrong")
    sys.exit(bool(wrong))


Attack = tuple[int, Callable[[Target, int], Counter[str]]]


def chosen(options: argparse.Namespace) -> dict[str, Attack]:
    """The attacks by name, with how many of each."""
    column = 0 if options.brief else 2 if options.full else 1
    held = 1.0 if options.brief else 33.0
    unread = 1.0 if options.brief else 10.0
    table: dict[str, tuple[tuple[int, int, int], Callable[[Target, int], Counter[str]]]] = {
        "idle connections": ((50, 1000, 10_000), attacks.idle),
        "slow headers": ((10, 200, 1000), partial(attacks.slow_headers, seconds=held)),
        "fuzzed requests": ((100, 5000, 100_000), attacks.fuzzed),
        "fuzzed control port": ((100, 5000, 100_000), attacks.fuzzed_control),
        "logins": ((40, 2000, 100_000), attacks.logins),
        "starts and stops": ((20, 500, 5000), attacks.start_stop),
        "unread streams": ((16, 128, 256), partial(attacks.unread_streams, seconds=unread)),
        "downloads cut off": ((10, 200, 2000), attacks.cut_downloads),
        "half-closed": ((30, 500, 5000), attacks.half_closed),
        "no TLS on HTTPS": ((30, 500, 5000), attacks.tls_garbage),
    }
    unknown = set(options.only or ()) - table.keys()
    if unknown:
        sys.exit(f"--only {unknown.pop()}: there is {', '.join(table)}")
    return {
        name: (counts[column], run)
        for name, (counts, run) in table.items()
        if not options.only or name in options.only
    }


def attack(target: Target, watch: Watch, chosen_: dict[str, Attack], times: int) -> list[str]:
    """Make each attack so often, print its row; what is wrong."""
    print(f"{'attack':20} {'count':>7} {'s':>6} {'healthz':>8} {'MiB':>22} {'fds':>9}  ends")
    watch.look()
    attacks.first_packet(target)  # what is opened for it stays open
    watch.descriptors(0, within=0.5)
    at_first, opened = watch.memory(), watch.descriptors()
    for name, (count, run) in chosen_.items():
        watch.slowest, begun = 0.0, time.monotonic()
        ends: Counter[str] = Counter()
        memory, left = [watch.memory()], 0
        for _ in range(times):
            ends += run(target, count)
            left = max(left, watch.descriptors(opened))
            memory.append(watch.memory())
        took = time.monotonic() - begun
        watch.look()
        told = ", ".join(f"{end}: {number}" for end, number in sorted(ends.items()))
        grown = " → ".join(f"{each:.0f}" for each in memory)
        print(
            f"{name:20} {times}×{count:<6} {took:6.1f} {1000 * watch.slowest:5.0f} ms {grown:>22} "
            f"{f'{opened} → {left}':>9}  {told}",
            flush=True,
        )
        if times > 2 and memory[-1] - memory[-2] > PLATEAU:
            watch.wrong.append(f"{name}: no plateau, the last time added {memory[-1] - memory[-2]:.0f} MiB")
        if left > opened:
            watch.wrong.append(f"{name}: {left - opened} descriptors are left open")
        if ends["500"]:
            watch.wrong.append(f"{name}: {ends['500']} × status 500")
        if ends["000"]:
            watch.wrong.append(f"{name}: {ends['000']} × neither an answer nor an end")
    for session in watch.state()["sessions"]:
        target.sign_out(str(session["uid"]))
    counters = {name: len(watch.state()[name]) for name in COUNTED}
    print("/state: " + ", ".join(f"{name} {number}" for name, number in counters.items()), end="; ")
    print(f"{watch.tracebacks()} tracebacks; {at_first:.0f} → {watch.memory():.0f} MiB")
    watch.wrong += [f"/state: {number} {name}" for name, number in counters.items() if number]
    if watch.tracebacks():
        watch.wrong.append(f"{watch.tracebacks()} tracebacks: {watch.errors.read_text()[:2000]}")
    if watch.memory() - at_first > MOST_GROWTH:
        watch.wrong.append(f"it has grown by {watch.memory() - at_first:.0f} MiB")
    return watch.wrong


@contextmanager
def serving(folder: Path) -> Iterator[tuple[dict[str, Any], Watch]]:
    """A recorder: its ready line, and what watches it. It must end by itself when it is told to."""
    errors, file = folder / "log", folder / "recorder.toml"
    file.write_text(CONFIGURATION)
    with (
        errors.open("wb") as log,
        subprocess.Popen((*SERVE, "--config", str(file)), stdout=subprocess.PIPE, stderr=log) as process,
    ):
        watch: Watch | None = None
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            watch = Watch(process.pid, ready["control"], errors)
            yield ready, watch
        finally:
            process.terminate()
            status = process.wait(30)
        if status:
            watch.wrong.append(f"it ended with status {status}")


def _many_descriptors() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
