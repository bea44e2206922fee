"""Attack and soak run, briefly, and find nothing wrong; what they would find is found."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def run(script, *arguments):
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    return subprocess.run(
        (sys.executable, str(BENCHMARKS / script), *arguments),
        capture_output=True,
        text=True,
        timeout=120,
        env=environment,
        check=False,
    )


@pytest.mark.parametrize(("script", "rows"), [("attack.py", 10), ("soak.py", 2)])
def test_nothing_is_wrong(script, rows):
    ended = run(script, "--brief")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    _, *table, last = ended.stdout.splitlines()
    assert last == "nothing is wrong"
    assert len([row for row in table if not row.startswith("/state")]) == rows


def test_an_attack_that_there_is_not():
    ended = run("attack.py", "--only", "flood")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("--only flood: there is idle connections, slow headers")
