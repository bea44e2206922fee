"""How long a recorder takes until it is ready, and `--version` until it is said.

    python benchmarks/starting.py [--rounds 9] [--brief]

A row for each, in milliseconds of wall clock and of CPU: `nvr-emulator serve` as it comes (HTTP and HTTPS, a
certificate made for the occasion) and with HTTP alone, beside the bare aiohttp of `bare_server.py`, until
each says that it is ready; `nvr-emulator --version` and `nvr-conformance --version` beside a Python that does
nothing. All modules are compiled beforehand, as they are where they are installed.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial

from contestants import HERE, SERVE
from rounds import arguments, in_turn, ratio, spread, tell

PYTHON = (sys.executable, "-c", "print()")
BARE_SERVER = (sys.executable, str(HERE / "bare_server.py"))


def main() -> None:
    """Run the benchmark."""
    options = arguments(__doc__).parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        for work, ours, peer in (
            ("ready", SERVE, BARE_SERVER),
            ("ready, HTTP alone", (*SERVE, "--transport", "http"), BARE_SERVER),
            ("nvr-emulator --version", version("nvr_emulator"), PYTHON),
            ("nvr-conformance --version", version("nvr_conformance"), PYTHON),
        ):
            compare(work, ours, peer, 1 if options.brief else options.rounds)


def version(package: str) -> tuple[str, ...]:
    """The command that says the version, as pip installs it."""
    return (sys.executable, "-c", f"from {package}.cli.entry import main; main()", "--version")


def compare(work: str, ours: Sequence[str], peer: Sequence[str], rounds: int) -> None:
    """Start both in turn, and tell a row."""
    cpu: dict[str, list[float]] = {"nvrkit": [], "peer": []}
    commands = {"nvrkit": ours, "peer": peer}
    for command in commands.values():
        until_it_speaks(command, [])
    wall = in_turn(
        {name: partial(until_it_speaks, command, cpu[name]) for name, command in commands.items()}, rounds
    )
    tell(
        work=work,
        rounds=rounds,
        ratio=ratio(wall, "nvrkit", "peer"),
        ratio_cpu=ratio(cpu, "nvrkit", "peer"),
        ms={name: spread(1000 * each for each in costs) for name, costs in wall.items()},
        ms_cpu={name: spread(1000 * each for each in costs) for name, costs in cpu.items()},
    )


def until_it_speaks(command: Sequence[str], cpu: list[float]) -> float:
    """Seconds until the first line of a command; its CPU seconds until then go into the list."""
    begun, before = time.perf_counter(), _of_children()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise ChildProcessError(f"{' '.join(command)} said nothing")
        seconds = time.perf_counter() - begun
        process.kill()
    cpu.append(_of_children() - before)
    return seconds


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
