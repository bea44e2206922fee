"""SIGKILL at random moments of commands that write: is anything half written, and does the next start work?

    python benchmarks/kills.py [--moments 40] [--seed 0] [--only run]

Each command runs once undisturbed, which says how long it takes; then again and again in a folder that has
what the last one left, killed at a random moment of that time. Whatever stands under a final name must be
whole: JSON, TOML, XML and pages that end, evidence as its index says, footage that loads. Every fifth time
it is left alone behind the kill: it must end as it did at first. Hidden files that kills left are counted.
A line for each command; exit status 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from nvr_conformance.evidence.index import NAME, changed_files, read_index
from nvr_conformance.evidence.pcap_reading import read_pcap
from nvr_conformance.evidence.scenario_file import read_evidence
from nvr_conformance.report.result_files import read_result
from nvr_fixtures.manifest import read_manifest, read_units

JUDGE = (sys.executable, "-m", "nvr_conformance.cli.entry")
EMULATOR = (sys.executable, "-m", "nvr_emulator.cli.entry")
AGAIN = 5
"""Each so-manieth kill it is left to end behind it."""
SERVED = 0.3
"""Seconds for which a recorder serves before it is told to end."""


@dataclass(frozen=True)
class Command:
    """A command line, what must have been done before in its folder, and whether it serves until it is told
    to end. `again`: what is taken away before it is left to end."""

    words: tuple[str, ...]
    before: tuple[str, ...] = ()
    serves: bool = False
    again: tuple[str, ...] = ()


RUN = (*JUDGE, "run", "--model", "2", "--select", "INF-0[1-6]", "--report", "report")
COMMANDS = {
    "serve": Command(
        (*EMULATOR, "serve", "--model", "2", "--transport", "http", "--ready-file", "ready.json"), serves=True
    ),
    "import": Command(
        (*EMULATOR, "import", "film.mp4", "--name", "film", "--seconds", "2"), again=("fixtures/film",)
    ),
    "run": Command((*RUN, "--profile-out", "profile.toml")),
    "rejudge": Command((*JUDGE, "rejudge", "report", "--report", "second"), before=RUN),
    "fuzz": Command(
        (
            *JUDGE,
            "fuzz",
            "--budget",
            "1s",
            "--json",
            "fuzz.json",
            "--keep",
            "steps.json",
            "--examples",
            "some",
        )
    ),
    "selftest": Command(
        (*JUDGE, "selftest", "--select", "INF-06", "--model", "2", "--jobs", "1", "--report", "selftest")
    ),
}


def main() -> None:
    """Kill, look, and tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--moments", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", action="append", choices=COMMANDS, help="that command (again and again)")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    wrong = []
    print(f"{'command':10} {'s':>5} {'kills':>6} {'let end':>8} {'hidden':>7}  wrong")
    for name in options.only or COMMANDS:
        with tempfile.TemporaryDirectory(prefix="nvr-kills-") as folder:
            row = trials(COMMANDS[name], Path(folder), options.moments, chance)
        wrong += [f"{name}: {problem}" for problem in row.wrong]
        counts = f"{row.length:5.1f} {row.kills:6} {row.ended:8} {row.hidden:7}"
        print(f"{name:10} {counts}  {'; '.join(row.wrong) or 'nothing'}", flush=True)
    print("\n".join(f"WRONG: {line}" for line in wrong) or "nothing is wrong")
    sys.exit(bool(wrong))


@dataclass
class Row:
    """What came of one command. `length`: seconds undisturbed; `hidden`: files and folders left by kills."""

    wrong: list[str]
    length: float = 0.0
    kills: int = 0
    ended: int = 0
    hidden: int = 0


def trials(command: Command, folder: Path, moments: int, chance: random.Random) -> Row:
    """Kill a command so often."""
    row = Row([])
    prepare(command, folder)
    begun = time.monotonic()
    status = finish(command, folder)
    row.length = time.monotonic() - begun
    row.wrong += [f"undisturbed: {problem}" for problem in wrong_in(folder)]
    take_away(command, folder)
    while row.kills < moments:
        moment = chance.uniform(0.0, row.length)
        if not killed(command, folder, moment):
            take_away(command, folder)
            continue
        row.kills += 1
        row.wrong += [f"killed after {moment:.2f} s: {problem}" for problem in wrong_in(folder)]
        if row.kills % AGAIN == 0:
            row.ended += 1
            take_away(command, folder)
            if (now := finish(command, folder)) != status:
                row.wrong.append(f"behind a kill after {moment:.2f} s it ended with {now}, not {status}")
            row.wrong += [f"behind a kill after {moment:.2f} s: {problem}" for problem in wrong_in(folder)]
        take_away(command, folder)
    row.hidden = len([path for path in folder.rglob(".*") if ".cache" not in path.parts])
    return row


def prepare(command: Command, folder: Path) -> None:
    """Have what a command needs."""
    if "import" in command.words:
        (folder / "film.mp4").write_bytes(film())
    if command.before:
        subprocess.run(command.before, cwd=folder, capture_output=True, check=False)


def take_away(command: Command, folder: Path) -> None:
    """What a command does not write over."""
    for name in command.again:
        shutil.rmtree(folder / name, ignore_errors=True)


def finish(command: Command, folder: Path) -> int:
    """Run it to its end; its status."""
    with subprocess.Popen(
        command.words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as running:
        assert running.stdout is not None
        if command.serves:
            running.stdout.readline()
            time.sleep(SERVED)
            running.terminate()
        running.stdout.read()
        return running.wait()


def killed(command: Command, folder: Path, moment: float) -> bool:
    """Whether it still ran after so many seconds, and was killed."""
    with subprocess.Popen(
        command.words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        try:
            running.wait(moment)
        except subprocess.TimeoutExpired:
            running.kill()
            return True
        return False


def wrong_in(folder: Path) -> list[str]:
    """What is half written in a folder."""
    found = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or any(part.startswith(".") for part in name.parts):
            continue
        try:
            look_at(path)
        except Exception as problem:
            found.append(f"{name}: {type(problem).__name__}: {problem}"[:200])
    return found


def _page(path: Path) -> None:
    if not path.read_text("utf-8").rstrip().endswith("</html>"):
        raise ValueError("does not end")


def _json(path: Path) -> None:
    if path.name == NAME:
        index = read_index(path.parent)
        if changed := changed_files(path.parent, index):
            raise ValueError("; ".join(changed))
    elif path.name == "result.json":
        read_result(path.read_bytes())
        if not (path.parent / "evidence" / NAME).exists():
            raise ValueError("is there without the index of its evidence")
    elif path.parent.name == "evidence":
        read_evidence(path.read_bytes(), path.name)
    elif path.name == "manifest.json":
        for track in read_manifest(str(path.parent.absolute())).tracks:
            read_units(str(path.parent.absolute()), track)
        read_manifest.cache_clear()
    else:
        json.loads(path.read_bytes())


def _pcap(path: Path) -> None:
    with path.open("rb") as file:
        read_pcap(file)


def _toml(path: Path) -> None:
    tomllib.loads(path.read_text("utf-8"))


def _xml(path: Path) -> None:
    ElementTree.parse(path)


LOOKS: dict[str, Callable[[Path], None]] = {
    ".html": _page,
    ".json": _json,
    ".pcap": _pcap,
    ".toml": _toml,
    ".xml": _xml,
}


def look_at(path: Path) -> None:
    """An error where a file is not whole."""
    LOOKS.get(path.suffix, lambda _: None)(path)


def film() -> bytes:
    """Three seconds of H.264 in an MP4."""
    import io

    import av
    import numpy as np

    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as file:
        stream = file.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for number in range(30):
            picture = av.VideoFrame.from_ndarray(np.full((144, 128), number, np.uint8), format="yuv420p")
            picture.pts = number
            file.mux(stream.encode(picture))
        file.mux(stream.encode(None))
    return data.getvalue()


if __name__ == "__main__":
    main()
