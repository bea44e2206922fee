"""Inputs of 1, 10 and 100 MB to everything that reads what strangers send: is it linear in time and memory?

    python benchmarks/large_inputs.py [--reader 'judge/*'] [--most 100]

Each reader has a process of its own. At 1 MB it gets all of some thirty inputs that may be bad for it; with
more, the slowest of them and the one that took most memory. Seconds of CPU, and MiB by which the process
grew at its largest, the input not counted. Wrong is what takes over a second and more than 15 times as long
for ten times as much, or more than 40 bytes a byte. Exit status 1 where something is.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from readers import Reader, all_readers, large, reader_named

MB = 1_000_000
MORE = 15
"""How many times as long ten times as much may take."""
SHORT = 1.0
"""Seconds up to which nothing is told by them."""
BYTES_A_BYTE = 40
"""Memory that reading may take. Elements of four bytes each become three objects in a list: 36."""
PATIENCE = 4.0
"""Seconds behind which a reader gets nothing larger."""


def main() -> None:
    """Print a row for each reader, and say what is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reader", default="*", help="those whose names match")
    parser.add_argument("--most", type=int, default=100, help="MB")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sizes = [size for size in (1, 10, 100, 1000) if size <= options.most]
    if options.child:
        print(json.dumps(measured(reader_named(options.child), sizes)))
        return
    print(f"{'reader':34} {'s for ' + ', '.join(map(str, sizes)) + ' MB':>26} {'MiB grown':>20}")
    wrong = []
    for name in fnmatch.filter(all_readers(), options.reader):
        words = [sys.executable, __file__, "--child", name, "--most", str(options.most)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            wrong.append(f"{name}: {(done.stderr.splitlines() or ['it ended'])[-1]}")
            print(f"{name:34} {wrong[-1]}", flush=True)
            continue
        rows = json.loads(done.stdout.splitlines()[-1])
        seconds, grown = [row[0] for row in rows], [row[1] for row in rows]
        told = f"{told_of(seconds, '.3f'):>26} {told_of(grown, '.0f'):>20}"
        print(f"{name:34} {told}", flush=True)
        wrong += [f"{name}: {problem}" for problem in problems(sizes, seconds, grown)]
    print("\n".join(f"WRONG: {line}" for line in wrong) or "nothing is wrong")
    sys.exit(bool(wrong))


def told_of(values: Iterable[float], form: str) -> str:
    """Numbers in a row."""
    return "  ".join(format(each, form) for each in values)


def measured(reader: Reader, sizes: list[int]) -> list[tuple[float, float]]:
    """Seconds and MiB at each size."""
    rows, which = [], list(range(sum(1 for _ in large(reader, 64))))
    for size in sizes:
        found = []
        for number, data in enumerate(large(reader, size * MB)):
            if number in which:
                found.append((*cost(reader, data), number))
        rows.append((max(each[0] for each in found), max(each[1] for each in found)))
        if rows[-1][0] > PATIENCE:
            break
        if len(which) > 2:
            which = [max(found, key=lambda each: each[0])[2], max(found, key=lambda each: each[1])[2]]
    return rows


def cost(reader: Reader, data: bytes) -> tuple[float, float]:
    """Seconds and MiB that one reading takes."""
    Path("/proc/self/clear_refs").write_text("5")  # its largest is what it is now
    before, begun = largest(), time.process_time()
    reader.try_(data)
    return time.process_time() - begun, max(0.0, largest() - before)


def largest() -> float:
    """MiB that this process had at its largest (Linux)."""
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024


def problems(sizes: list[int], seconds: list[float], grown: list[float]) -> list[str]:
    """What is not linear."""
    found = []
    for number in range(1, len(seconds)):
        before, after = max(seconds[number - 1], 0.02), seconds[number]
        if after > SHORT and after > MORE * before:
            found.append(f"{after:.1f} s for {sizes[number]} MB, {before:.2f} s for a tenth of it")
    for size, more in zip(sizes, grown, strict=False):
        if more > 64 + BYTES_A_BYTE * size * MB / (1 << 20):
            found.append(f"{more:.0f} MiB for {size} MB")
    return found


if __name__ == "__main__":
    main()
