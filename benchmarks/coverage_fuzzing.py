"""Coverage-guided fuzzing (atheris, that is libFuzzer) of everything that reads what strangers send.

    pip install atheris
    python benchmarks/coverage_fuzzing.py [--minutes 30] [--reader 'judge/*'] [--work DIR] [--keep]
    python benchmarks/coverage_fuzzing.py --list

Each reader has its share of the minutes, which are the processor's, in processes of its own. A finding is an
error that it does not document, more than half a second and 20 µs a byte (twice in a row), 64 MiB and 200
bytes a byte more of memory, or the end of its process; its input is left in DIR/findings. `--keep` leaves the
smallest inputs that reach each line in tests/hostile/corpus, where tests/hostile/test_readers.py replays them
without atheris.
Exit status 1 where there is a finding.
"""

from __future__ import annotations

import argparse
import base64
import fnmatch
import hashlib
import importlib.util
import re
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from readers import CORPUS, Reader, all_readers, reader_named

OURS = ("nvr_protocol", "nvr_conformance", "nvr_emulator", "nvr_fixtures")
TRACED = (*OURS, "h11", "tomllib")
LEAST = 2.0
"""Seconds that are worth another process."""
MOST_BYTES = 8192
"""Of an input."""
SECONDS, SECONDS_A_BYTE = 0.5, 20e-6
"""What reading may take, with every branch traced."""
MEMORY, MEMORY_A_BYTE = 64 << 20, 200
MEMORY_OF_FFMPEG = 256 << 20
"""It takes up to twice 50 MB for a sample that says it is larger."""
KEPT_INPUT, KEPT_OF_READER = 2048, 5000
"""Bytes: of an input that is kept, and of all that are kept of one reader."""


def main() -> None:
    """Fuzz each reader, print a row for each, and say what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="of the processor, all readers together")
    parser.add_argument("--reader", default="*", help="those whose names match")
    parser.add_argument("--work", type=Path, help="where the inputs grow from one run to the next")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the best in tests/hostile/corpus")
    parser.add_argument("--list", action="store_true", help="the readers")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        fuzz(options.child, options.work, options.minutes * 60, options.seed)
        return
    readers = [each for name, each in all_readers().items() if fnmatch.fnmatch(name, options.reader)]
    if options.list:
        print("\n".join(each.name for each in readers))
        return
    if not readers:
        sys.exit(f"--reader {options.reader}: there is none; --list names them")
    if options.minutes > 0 and importlib.util.find_spec("atheris") is None:
        sys.exit("atheris is not there: pip install atheris (CPython 3.11 to 3.13 on Linux)")
    with tempfile.TemporaryDirectory(prefix="nvr-fuzzing-") as folder:
        work = options.work or Path(folder)
        found = run_all(readers, work, options)
        if options.keep:
            for reader in readers:
                keep(reader, work / reader.name)
    sys.exit(bool(found))


def run_all(readers: list[Reader], work: Path, options: argparse.Namespace) -> int:
    """How many findings there are."""
    print(f"{'reader':34} {'inputs':>10} {'cpu s':>7} {'branches':>8} {'corpus':>6}  findings")
    found = inputs = 0
    spent = 0.0
    for reader in readers:
        if options.minutes <= 0:
            break
        row = run_one(reader.name, work, options.minutes / len(readers), options.seed)
        found += len(row["findings"])
        inputs += row["inputs"]
        spent += row["seconds"]
        told = f"{row['inputs']:10} {row['seconds']:7.1f} {row['branches']:8} {row['corpus']:6}"
        print(f"{reader.name:34} {told}  {'; '.join(row['findings']) or 'none'}", flush=True)
    print(f"{len(readers)} readers, {inputs} inputs, {spent / 60:.1f} minutes, {found} findings")
    return found


def run_one(name: str, work: Path, minutes: float, seed: int) -> dict[str, Any]:
    """What processes of its own did with one reader, one behind the other: libFuzzer counts the time on the
    wall, and where others are at work the processor's is not spent by then."""
    rows: list[dict[str, Any]] = []
    while (left := minutes * 60 - sum(row["seconds"] for row in rows)) > LEAST or not rows:
        rows.append(run_for(name, work, left, seed + len(rows)))
        if rows[-1]["findings"]:
            break
    return {
        **rows[-1],
        "inputs": sum(row["inputs"] for row in rows),
        "seconds": sum(row["seconds"] for row in rows),
    }


def run_for(name: str, work: Path, seconds: float, seed: int) -> dict[str, Any]:
    """What one process did in so many seconds."""
    words = [sys.executable, __file__, "--child", name, "--work", str(work), "--minutes", str(seconds / 60)]
    (work / "findings").mkdir(parents=True, exist_ok=True)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*words, "--seed", str(seed)], capture_output=True, text=True, errors="replace", check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    findings = list(dict.fromkeys(re.findall(r"^FINDING (.*)$", done.stdout, re.MULTILINE)))
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if "ERROR" in line or "Error" in line]
        findings.append(f"it ended with status {done.returncode}: {' | '.join(lines[-2:])[:300]}")
    executed = re.findall(r"number_of_executed_units: (\d+)", done.stderr)
    branches = re.findall(r"cov: (\d+)", done.stderr)
    return {
        "inputs": int(executed[-1]) if executed else 0,
        "seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        "branches": branches[-1] if branches else "?",
        "corpus": len(list((work / name).iterdir())),
        "findings": findings,
    }


def fuzz(name: str, work: Path, seconds: float, seed: int) -> None:
    """Fuzz one reader, in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=list(TRACED), enable_loader_override=False):
        reader = reader_named(name)
        for each in reader.seeds():  # what is imported at the first reading is traced too
            _look_at(reader, each)
    corpus = work / name
    corpus.mkdir(parents=True, exist_ok=True)
    for each in (*reader.seeds(), *kept(reader)):
        (corpus / hashlib.sha1(each, usedforsecurity=False).hexdigest()).write_bytes(each)
    known: set[str] = set()

    def one(data: bytes) -> None:
        if (found := _look_at(reader, data)) is not None and found not in known:
            known.add(found)
            place = hashlib.sha1(found.encode(), usedforsecurity=False).hexdigest()[:8]
            path = work / "findings" / f"{name.replace('/', '-')}-{place}"
            path.write_bytes(data)
            print(f"FINDING {found} ({path.name})", flush=True)

    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-max_total_time={max(1, round(seconds))}",
            f"-max_len={MOST_BYTES}",
            f"-seed={seed}",
            "-timeout=60",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
            f"-artifact_prefix={work / 'findings' / name.replace('/', '-')}-",
        ],
        one,
    )
    atheris.Fuzz()


def _look_at(reader: Reader, data: bytes) -> str | None:
    """What is wrong with how it read the bytes; None if nothing is."""
    for _ in range(2):
        begun, memory = time.process_time(), _peak()
        try:
            reader.try_(data)
        except Exception as error:
            last = [each for each in traceback.extract_tb(error.__traceback__) if "nvr_" in each.filename]
            place = f"{Path(last[-1].filename).name}:{last[-1].lineno}" if last else "?"
            return f"{type(error).__name__} at {place}: {' '.join(str(error).split())[:80]}"
        took, grown = time.process_time() - begun, _peak() - memory
        if grown > (MEMORY_OF_FFMPEG if reader.slow else MEMORY) + MEMORY_A_BYTE * len(data):
            return f"{grown >> 20} MiB of memory"
        if took < SECONDS + SECONDS_A_BYTE * len(data):
            return None
    return "more than linear time"


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def kept(reader: Reader) -> list[bytes]:
    """The inputs in tests/hostile/corpus."""
    path = CORPUS / f"{reader.name}.txt"
    return [base64.b64decode(line) for line in path.read_text().splitlines()] if path.exists() else []


def keep(reader: Reader, corpus: Path) -> None:
    """Leave the smallest inputs of a corpus that reach each line, in each order of two of them."""
    found = {path.read_bytes() for path in corpus.iterdir()} if corpus.exists() else set()
    reached: set[tuple[str, int, int]] = set()
    best, size = [], 0
    for data in sorted({*found, *kept(reader), *reader.seeds()}, key=lambda each: (len(each), each)):
        if len(data) > KEPT_INPUT or size + len(data) > KEPT_OF_READER:
            continue
        new = lines_of(reader, data) - reached
        if new:
            reached |= new
            best.append(data)
            size += len(data)
    path = CORPUS / f"{reader.name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{base64.b64encode(each).decode()}\n" for each in best))


def lines_of(reader: Reader, data: bytes) -> set[tuple[str, int, int]]:
    """The steps from line to line of these packages that reading makes."""
    steps: set[tuple[str, int, int]] = set()

    def trace(frame: Any, _event: str, _argument: object) -> Any:
        name = frame.f_code.co_filename
        if not any(part in name for part in OURS):
            return None
        last = frame.f_lineno

        def each(inner: Any, event: str, _argument: object) -> Any:
            nonlocal last
            if event == "line":
                steps.add((name, last, inner.f_lineno))
                last = inner.f_lineno
            return each

        return each

    sys.settrace(trace)
    try:
        _look_at(reader, data)
    finally:
        sys.settrace(None)
    return steps


if __name__ == "__main__":
    main()
