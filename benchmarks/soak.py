"""A simulated week of a recorder on the manual clock, with faults and variants that change at random.

    python benchmarks/soak.py [--days 7] [--seed 0] [--brief]

Each hour a well-behaved client does one thing, and the clock is moved to the next hour; in half of the hours
a fault holds, and every sixth has another variant. A day is a row: what was done, memory, descriptors. Exit
status 1 where the recorder grows from one day to the next, logs an error, finds fault with the client in an
hour that has no fault, or has anything left in /state at the end of an hour.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import random
import socket
import ssl
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from attack import COUNTED, open_descriptors, resident
from attacks import MASK, Target, minutes_of, outcome, request

from nvr_emulator.configuration.variant_choice import all_variants
from nvr_emulator.findings.rule import Severity
from nvr_emulator.server.embedding import EmbeddedRecorder

CAMERAS = 4
PACE = 3.0
HOUR = 3600.0
TLS_PATIENCE = 2.0
"""Real seconds for a handshake."""
FAULTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("rtp-loss", {"rate": 0.1}),
    ("rtp-duplicate", {"rate": 0.1}),
    ("rtp-reorder", {"rate": 0.1, "by": 3}),
    ("rtp-delay", {"rate": 0.1, "delay": 0.5}),
    ("rtp-corrupt", {"rate": 0.1}),
    ("stream-silent", {"after": 20}),
    ("answer-cut", {"rate": 0.3}),
    ("answer-reset", {"rate": 0.3}),
    ("camera-lost", {"camera": 1}),
    ("disk-warning", {}),
    ("downloads-busy", {}),
    ("reboot", {}),
    ("answer-delay", {"rate": 0.2, "delay": 0.02}),
    ("answer-dribble", {"rate": 0.2, "size": 4096, "pause": 0.001}),
    ("under-load", {"rate": 0.2, "mean": 0.01}),
    ("refuse-connections", {"lasts": 60}),
    ("tls-stall", {}),
    ("certificate-expired", {}),
    ("certificate-changed", {}),
    ("certificate-of-another-host", {}),
    ("disk-removed", {}),
    ("disk-full", {}),
    ("clock-step", {"seconds": -600}),
    ("clock-step", {"seconds": 600}),
    ("summer-time", {}),
)
MOST_GROWTH = 48
"""MiB that the process may grow by behind its first day: pictures are prepared anew for each variant,
and kept in caches that are bounded."""


class Errors(logging.Handler):
    """Counts what is logged as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One more."""
        self.lines.append(record.getMessage())


class Client:
    """One UID of a client that breaks no rule, and moves the clock itself."""

    def __init__(self, recorder: EmbeddedRecorder, target: Target, did: Counter[str]) -> None:
        self.recorder = recorder
        self.did = did
        self.target = target
        self.uid = ""

    def say(self, command: str) -> str:
        """Give a command, and pause; the status."""
        status = outcome(self.target.ask(f"/cgi-bin/{command.format(uid=self.uid)}"))
        self.recorder.advance(PACE)
        return status

    @contextmanager
    def signed_in(self) -> Iterator[None]:
        """With a UID."""
        _, self.uid = self.target.sign_in()
        self.recorder.advance(PACE)
        try:
            yield
        finally:
            self.say("logout.cgi?UID={uid}")

    def stay(self, seconds: float) -> None:
        """Let time pass, with a sign of life every half minute."""
        while seconds > 0:
            self.recorder.advance(min(30.0, seconds))
            seconds -= 30.0
            self.say("status.cgi?UID={uid}&PC=AS60")
        self.did["pictures"] += sum(stream["pictures"] for stream in self.recorder.state()["live"])


def watch_over_rtp(client: Client, chance: random.Random) -> None:
    """Two cameras by RTP for a while."""
    push = "push.cgi?UID={uid}&CAM=%d&CMD=%s&COMP=H264&PORT=%d"
    with ExitStack() as stack:
        stack.enter_context(client.signed_in())
        client.say("hdrctl.cgi?UID={uid}&SCREEN=16X&PC=AS60")
        running = []
        for camera in chance.sample(range(1, CAMERAS + 1), 2):
            receiver = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            receiver.bind(("127.0.0.1", 0))
            running.append((camera, receiver.getsockname()[1]))
            client.say(push % (camera, "START", running[-1][1]))
        client.stay(chance.uniform(5, 60))
        for camera, port in running:
            client.say(push % (camera, "STOP", port))


def watch_over_http(client: Client, chance: random.Random) -> None:
    """One camera by HTTP for a while; a thread reads."""
    camera = chance.randint(1, CAMERAS)
    with client.signed_in():
        client.say("hdrctl.cgi?UID={uid}&SCREEN=16X&PC=AS60")
        with client.target.connect() as connection:
            start = f"push.cgi?UID={client.uid}&CAM={camera}&CMD=START&COMP=H264&INTERNETMODE=ON"
            connection.sendall(request(f"/cgi-bin/{start}"))
            began = connection.recv(1)
            reader = threading.Thread(target=_read_all, args=(connection,), daemon=True)
            reader.start()
            if began:
                client.stay(chance.uniform(5, 60))
            client.say(f"push.cgi?UID={client.uid}&CAM={camera}&CMD=STOP&COMP=H264")
            reader.join(10)


def play_back(client: Client, chance: random.Random) -> None:
    """Recordings of a camera, chunk by chunk."""
    play = "hdrctl.cgi?UID={uid}&PC=AS60&PLAYCMD=%s&2ND=OFF&TIMEF=%s"
    with client.signed_in():
        client.say("hdrctl.cgi?UID={uid}&PC=AS60&MASK=" + MASK)
        client.say(play % ("PLAY", "AS60_UNKNOWN") + "&NOTIME=ON")
        for _ in range(chance.randint(1, 20)):
            client.say("camera.cgi?UID={uid}&CAM=1")
        client.say(play % ("STOP", "24042503400000"))


def download(client: Client, chance: random.Random) -> None:
    """Some minutes of a camera as files."""
    begin, end = minutes_of(client.recorder.clock.now() - 1200, chance.randint(1, 10))
    kind = chance.choice(("N3", "N3VO", "LIST"))
    asked = f"httpdl.cgi?UID=%s&STARTTIME={begin}&ENDTIME={end}&KIND={kind}&CAM=1&PC=AS60"
    with client.signed_in(), client.target.connect() as connection:
        connection.sendall(request(f"/cgi-bin/{asked % client.uid}"))
        _read_all(connection)
        client.recorder.advance(PACE)


def look_over_tls(client: Client, chance: random.Random) -> None:
    """Some commands by HTTPS, whatever the certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with client.signed_in():
        for _ in range(chance.randint(1, 5)):
            with client.target.connect(client.target.https) as plain:
                plain.settimeout(TLS_PATIENCE)
                with context.wrap_socket(plain, server_hostname="recorder") as connection:
                    connection.sendall(request(f"/cgi-bin/status.cgi?UID={client.uid}&PC=AS60"))
                    _read_all(connection)
            client.recorder.advance(PACE)


DOINGS: tuple[Callable[[Client, random.Random], None], ...] = (
    watch_over_rtp,
    watch_over_http,
    play_back,
    download,
    look_over_tls,
)


def _read_all(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while connection.recv(1 << 20):
            pass


class Soak:
    """A recorder, its client, and what was seen so far."""

    def __init__(self, recorder: EmbeddedRecorder, seed: int) -> None:
        self.recorder = recorder
        self.chance = random.Random(seed)
        self.target = Target(
            *(recorder.url, recorder.https_url or "", recorder.control_url),
            *(recorder.user, recorder.password, 0.0, self.chance),
        )
        self.did: Counter[str] = Counter()
        self.wrong: list[str] = []

    def hour(self, number: int) -> None:
        """One hour of the recorder's time."""
        begun = self.recorder.clock.now()
        if number % 6 == 5:
            self.other_variant()
        doing = self.chance.choice(DOINGS)
        held, fault = None, self.chance.choice(FAULTS) if self.chance.random() < 0.5 else None
        what = f"hour {number}, {doing.__name__}{f' with {fault[0]}' if fault else ''}"
        if fault:
            held = self.recorder.faults.add(fault[0], **fault[1])
            self.did["faults"] += 1
        try:
            doing(Client(self.recorder, self.target, self.did), self.chance)
        except OSError as error:
            if fault is None:
                self.wrong.append(f"{what}: {error}")
        self.did[doing.__name__] += 1
        self.did["struck by faults"] += held.struck if held else 0
        self.recorder.faults.clear()
        self.recorder.advance(max(PACE, begun + HOUR - self.recorder.clock.now()))
        state = self.recorder.state()
        self.wrong += [f"{what}: {len(state[name])} {name} left" for name in COUNTED if state[name]]
        found = [one for one in self.recorder.finish() if one.severity != Severity.NOTE]
        if fault is None:
            self.wrong += [f"{what}: {one}" for one in found]
        self.did["findings under faults"] += len(found)
        self.recorder.reset()

    def other_variant(self) -> None:
        """The recorder begins anew with one variant."""
        variant = self.chance.choice(all_variants())
        chosen = {"variants": {variant.name: self.chance.choice(variant.values)}}
        self.target.ask("/variants", body=json.dumps(chosen).encode(), url=self.target.control)
        self.did["variants"] += 1


def main() -> None:
    """Let the days pass, print a row for each, and say what is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--brief", action="store_true", help="three hours a day, two days: whether it is alive"
    )
    options = parser.parse_args()
    days, hours = (2, 3) if options.brief else (options.days, 24)
    errors = Errors()
    logging.getLogger().addHandler(errors)
    cameras: list[dict[str, Any]] = [
        {"number": number, "fixture": "counter", "recorded": "H264"} for number in range(1, CAMERAS + 1)
    ]
    with EmbeddedRecorder(
        model=3, cameras=cameras, seed=options.seed, transport="both", time_zone="Europe/Berlin"
    ) as recorder:
        soak = Soak(recorder, options.seed)
        print(f"{'day':>3} {'s':>6} {'MiB':>5} {'fds':>4}  done so far")
        memory = []
        for day in range(1, days + 1):
            begun = time.monotonic()
            for hour in range(hours):
                soak.hour((day - 1) * hours + hour)
            memory.append(resident("self"))
            done = ", ".join(f"{name} {count}" for name, count in sorted(soak.did.items()))
            took = time.monotonic() - begun
            print(f"{day:3} {took:6.1f} {memory[-1]:5.0f} {open_descriptors('self'):4}  {done}", flush=True)
    if memory[-1] - memory[0] > MOST_GROWTH:
        soak.wrong.append(f"it has grown by {memory[-1] - memory[0]:.0f} MiB behind its first day")
    soak.wrong += [f"logged: {line}" for line in errors.lines]
    print("\n".join(f"WRONG: {line}" for line in soak.wrong) or "nothing is wrong")
    sys.exit(bool(soak.wrong))


if __name__ == "__main__":
    main()
