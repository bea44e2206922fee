"""Each benchmark runs, briefly: whether it is alive, and never how quick anything was."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
BRIEF = (
    ("playback_answers.py",),
    ("playback_answers.py", "--tls"),
    ("small_answers.py",),
    ("recorded_time.py",),
    ("starting.py",),
    ("reading.py",),
    ("judging.py",),
    ("download_memory.py",),
    ("live_rtp.py",),
    ("live_http.py",),
    ("fixture_tests.py",),
    ("fleet_starting.py", "--count", "5"),
)


@pytest.mark.parametrize("command", BRIEF, ids=" ".join)
def test_is_alive(command):
    script, *arguments = command
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONSAFEPATH"}
    run = subprocess.run(
        (sys.executable, str(BENCHMARKS / script), *arguments, "--brief"),
        capture_output=True,
        text=True,
        timeout=600,
        env=environment,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert rows
    for row in rows:
        assert row["work"]
        told = row["times_real_time" if "times_real_time" in row else "ratio"]
        assert 0 < told["min"] <= told["median"] <= told["max"]
