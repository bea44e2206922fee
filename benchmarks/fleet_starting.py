"""How long it takes until 100 recorders in one process are ready, and how much memory they take.

    python benchmarks/fleet_starting.py [--rounds 5] [--count 100] [--brief]

`nvr-emulator fleet` as it comes (HTTP and HTTPS, a control port for each, the real clock), until the last of
its ready lines; then the first, the middle and the last recorder are asked for their state. Memory is the
most that the process ever held (VmHWM). Beside it a fleet of one. All modules are compiled beforehand.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from functools import partial
from pathlib import Path

from rounds import arguments, in_turn, ratio, spread, tell

COUNT = 100
FLEET = (sys.executable, "-c", "from nvr_emulator.cli.entry import main; main()", "fleet", "--count")


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--count", type=int, default=COUNT, help=f"how many recorders ({COUNT})")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as compiled:
        os.environ["PYTHONPYCACHEPREFIX"] = compiled
        until_ready(1, [])
        memory: dict[str, list[float]] = {"fleet": [], "one": []}
        contestants = {
            "fleet": partial(until_ready, options.count, memory["fleet"]),
            "one": partial(until_ready, 1, memory["one"]),
        }
        seconds = in_turn(contestants, 1 if options.brief else options.rounds)
    tell(
        work=f"fleet --count {options.count}",
        ratio=ratio(seconds, "fleet", "one"),
        seconds={name: spread(each) for name, each in seconds.items()},
        megabytes={name: spread(each, 0) for name, each in memory.items()},
    )


def until_ready(count: int, memory: list[float]) -> float:
    """Seconds until the last ready line; the megabytes that its process held at most go into the list."""
    begun = time.perf_counter()
    with subprocess.Popen((*FLEET, str(count)), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(count)]
        seconds = time.perf_counter() - begun
        if not all(lines):
            raise ChildProcessError(f"{count} recorders: {sum(map(bool, lines))} ready lines")
        for number in sorted({0, count // 2, count - 1}):
            with urllib.request.urlopen(f"{json.loads(lines[number])['control']}/state") as answer:
                assert json.load(answer)["sessions"] == []
        (most,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text())
        memory.append(int(most) / 1024)
        process.kill()
    return seconds


if __name__ == "__main__":
    main()
