"""Interrupts at random moments of a run on the real clock: is a UID left behind, does it end, and how soon?

    python benchmarks/interrupts.py [--moments 40] [--seed 0] [--pace 0.3]

A recorder on the real clock is judged by a process of its own, which gets SIGINT, SIGTERM or SIGHUP in turn
at a random moment between its start and its end: while it imports, discovers, rehearses, judges, keeps its
pace, writes evidence and the report, and looks at the recorder once more for its profile. One line for each
moment, and a tally; exit status 1 where a UID stays valid, the exit status is not 4, the end takes more than
10 s, a traceback is shown or a file is left half written.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from nvr_emulator import EmbeddedRecorder
from nvr_emulator.server.state import state_of

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LIMIT = 10.0  # seconds from the interrupt to the end
EXIT_STATUS = 4
SELECTED = ("SES-05", "LIV-06", "INF-06")
PHASES = (  # what stands last in the output, and what is being done then
    ("profile", "the end"),
    ("conformant", "the profile"),
    ("Judging", "the scenarios and the report"),
    ("plan:", "the beginning of judging"),
)


def phase_of(output: str) -> str:
    """What the run was at."""
    lines = [line for line in output.splitlines() if line.strip()]
    for mark, phase in PHASES:
        if any(line.startswith(mark) for line in lines):
            return phase
    return "discovery and the rehearsal"


class Trials:
    """Runs against one recorder, each in a folder of its own."""

    def __init__(self, recorder: EmbeddedRecorder, pace: float) -> None:
        self._recorder = recorder
        self._words = [sys.executable, "-m", "nvr_conformance.cli.entry", "run", recorder.url]
        self._words += ["--password", recorder.password, "--model", "2", "--pace", str(pace)]
        self._words += [word for id_ in SELECTED for word in ("--select", id_)]

    def run(self, moment: float, number: signal.Signals) -> tuple[str, float, list[str]] | None:
        """The phase that the interrupt met, the seconds to the end, and what is wrong; None where the run had
        ended by then."""
        with tempfile.TemporaryDirectory(prefix="nvr-interrupts-") as place:
            folder = Path(place)
            output = folder / "output"
            words = [*self._words, "--report", folder / "report", "--profile-out", folder / "profile.toml"]
            with output.open("wb") as file:
                process = subprocess.Popen(words, stdout=file, stderr=subprocess.STDOUT, cwd=folder)
                try:
                    process.wait(moment)
                    return None
                except subprocess.TimeoutExpired:
                    pass
                phase = phase_of(output.read_text())
                sent = time.monotonic()
                process.send_signal(number)
                try:
                    process.wait(3 * LIMIT)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
            took = time.monotonic() - sent
            return phase, took, self._wrong(process.returncode, number, took, output.read_text(), folder)

    def _wrong(self, status: int, number: int, took: float, output: str, folder: Path) -> list[str]:
        wrong = []
        if uids := state_of(self._recorder.machine)["sessions"]:
            wrong.append(f"UIDs left: {len(uids)}")
        if status != EXIT_STATUS and not (status == -number and not output):
            wrong.append(f"exit status {status}")  # without output it was Python itself, starting
        if took > LIMIT:
            wrong.append(f"took {took:.1f} s")
        if "Traceback" in output:
            wrong.append("a traceback: " + output.strip().splitlines()[-1])
        if left := [path.name for path in folder.rglob(".*")]:
            wrong.append(f"left half written: {', '.join(left)}")
        return wrong


def main() -> None:
    """Make the trials and tell."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--moments", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pace", type=float, default=0.3)
    options = parser.parse_args()
    for number in SIGNALS:  # a shell lets what runs in its background ignore Ctrl-C, and its judges with it
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    chance = random.Random(options.seed)
    phases: Counter[str] = Counter()
    slowest, failed, made = 0.0, 0, 0
    with EmbeddedRecorder(clock="real") as recorder:
        trials = Trials(recorder, options.pace)
        begun = time.monotonic()
        whole = trials.run(600.0, signal.SIGINT)
        length = time.monotonic() - begun
        assert whole is None, "a whole run takes more than ten minutes"
        print(f"a whole run takes {length:.1f} s", flush=True)
        while made < options.moments:
            moment = chance.uniform(0.0, length)
            number = SIGNALS[made % len(SIGNALS)]
            told = trials.run(moment, number)
            if told is None:
                continue
            phase, took, wrong = told
            made += 1
            phases[phase] += 1
            slowest, failed = max(slowest, took), failed + bool(wrong)
            verdict = "; ".join(wrong) or "in order"
            print(f"{made:3} at {moment:5.1f} s {number.name:7} {took:4.1f} s {phase}: {verdict}", flush=True)
    tally = ", ".join(f"{count} in {phase}" for phase, count in phases.most_common())
    print(f"{made} interrupts ({tally}), {failed} not in order, the slowest end after {slowest:.1f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
