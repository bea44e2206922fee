"""How quickly the fuzzer finds each planted defect.

    python benchmarks/planted_defects.py [--budget 20] [--seeds 1]

One line a defect: in which example it was found, after how many commands, and to how many steps it
was shrunk.
"""

from __future__ import annotations

import argparse
import runpy
import time
from pathlib import Path

from nvr_conformance.fuzz_command import CLOCK_START
from nvr_conformance.fuzzing import FuzzRun, fuzz
from nvr_conformance.target import TargetOptions, TargetSource

DEFECTS = Path(__file__).parents[1] / "tests" / "conformance" / "planted_defects.py"


def main() -> None:
    """Fuzz a recorder with each defect, for some seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=float, default=20.0, help="seconds a defect and seed")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--model", type=int, default=1, choices=(1, 2, 3))
    parser.add_argument("--defect", action="append", help="this one alone; may be repeated")
    chosen = parser.parse_args()
    planted = runpy.run_path(str(DEFECTS))["PLANTED"]
    source = TargetSource(TargetOptions(model=chosen.model, setup={"clock_start": CLOCK_START}))
    source.prepare()
    missed = 0
    for name in chosen.defect or planted:
        for seed in range(chosen.seeds):
            begun = time.monotonic()
            with source.open() as target:
                assert target.embedded is not None
                planted[name](target.embedded.machine.recorder)
                run = fuzz(target, budget=chosen.budget, seed=seed)
            missed += run.finding is None
            print(f"{name:45} seed {seed}: {_told(run)} ({time.monotonic() - begun:.1f} s)", flush=True)
    print("all were found" if not missed else f"{missed} were not found")


def _told(run: FuzzRun) -> str:
    if run.finding is None:
        return f"NOT FOUND in {run.examples} examples, {run.commands} commands"
    steps = len(run.finding.steps)
    return f"example {run.finding.examples}, {run.commands} commands, {steps} steps: {run.finding.text}"


if __name__ == "__main__":
    main()
