"""How quickly the fuzzer finds each planted defect.

    python benchmarks/planted_defects.py [--model 1|2|3] [--budget 60] [--seeds 3] [--defect NAME]…

One line a defect and seed: in which example it was found, after how many commands and seconds, and to how
many steps it was shrunk in how many seconds more. Exit status 1 if one was missed.
"""

from __future__ import annotations

import argparse
import runpy
import sys
from pathlib import Path

from nvr_conformance import FuzzRun, TargetOptions, TargetSource, fuzz
from nvr_conformance.cli.fuzz import CLOCK_START

DEFECTS = Path(__file__).parents[1] / "tests" / "conformance" / "fuzz" / "planted_defects.py"


def main() -> None:
    """Fuzz a recorder with each defect, for some seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--budget", type=float, default=60.0, help="seconds a defect and seed")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--model", type=int, default=1, choices=(1, 2, 3))
    parser.add_argument("--defect", action="append", help="this one alone; may be repeated")
    chosen = parser.parse_args()
    defects = runpy.run_path(str(DEFECTS))
    planted, needed = defects["PLANTED"], defects["CAMERAS_NEEDED"]
    source = TargetSource(TargetOptions(model=chosen.model, setup={"clock_start": CLOCK_START}))
    source.prepare()
    missed = 0
    for name in chosen.defect or planted:
        for seed in range(chosen.seeds):
            with source.open() as target:
                if len(target.cameras) < needed.get(name, 0):
                    print(f"{name:45} cannot show: {len(target.cameras)} cameras")
                    break
                assert target.embedded is not None
                planted[name](target.embedded.machine.recorder)
                run = fuzz(target, budget=chosen.budget, seed=seed)
            missed += run.finding is None
            print(f"{name:45} seed {seed}: {_told(run)}", flush=True)
    sys.exit(f"{missed} were not found" if missed else 0)


def _told(run: FuzzRun) -> str:
    found = run.finding
    if found is None:
        return f"NOT FOUND in {run.examples} examples, {run.commands} commands"
    return (
        f"example {found.example}, {found.commands} commands, {found.seconds:.1f} s; "
        f"{len(found.steps)} steps, {run.seconds - found.seconds:.1f} s: {found.text}"
    )


if __name__ == "__main__":
    main()
