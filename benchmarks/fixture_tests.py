"""What a test costs that uses the fixture `nvr`, beside one with an empty fixture.

    python benchmarks/fixture_tests.py [--rounds 3] [--tests 500] [--brief]

So many tests are written to an empty folder and run by pytest, alone and with `-n 4` (pytest-xdist): `nvr`,
the fixture alone; `login`, a login with Digest and a logout besides, by a few lines of a client, and no
finding. A row for each: milliseconds of wall clock from the beginning of a test's setup to the end of its
teardown, and of CPU that its process spends meanwhile. The first test of a process starts the recorder: that
is the longest, and is in the mean. All modules are compiled beforehand, as they are where they are installed.
`ratio`: how many times longer the whole run took than that of the empty fixture.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from rounds import arguments, in_turn, ratio, spread, tell

TESTS = 500
CONFTEST = """
import json, os, time
import pytest

COSTS = []

@pytest.fixture
def empty():
    yield object()

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    wall, cpu = time.perf_counter(), time.process_time()
    result = yield
    COSTS.append((time.perf_counter() - wall, time.process_time() - cpu))
    return result

def pytest_sessionfinish():
    with open(f"costs-{os.getpid()}.json", "w") as file:
        json.dump(COSTS, file)
"""
BODIES = {
    "empty": "def test(empty, number): assert empty",
    "nvr": "def test(nvr, number): assert nvr.url",
    "login": """
def test(nvr, number):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, nvr.url, nvr.user, nvr.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    page = opener.open(f"{nvr.url}/cgi-bin/dlogin.cgi?UID=-1").read().decode()
    uid = re.search(r"UID=(\\d+)", page)[1]
    urllib.request.urlopen(f"{nvr.url}/cgi-bin/logout.cgi?UID={uid}").read()
    nvr.assert_no_findings()
""",
}
HEAD = "import re, urllib.request\nimport pytest\n\n@pytest.mark.parametrize('number', range({tests}))\n"


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--tests", type=int, default=TESTS, help=f"how many tests ({TESTS})")
    options = parser.parse_args()
    rounds, tests = (1, 20) if options.brief else (options.rounds, options.tests)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as compiled:
        if not options.brief:  # what is alive need not be compiled for it
            os.environ["PYTHONPYCACHEPREFIX"] = compiled
            run("login", 1, 0, [])
        for workers in (0, 1 if options.brief else 4):
            compare(workers, tests, rounds)


def compare(workers: int, tests: int, rounds: int) -> None:
    """Run all in turn, and tell a row for each."""
    measured: dict[str, list[list[tuple[float, float]]]] = {name: [] for name in BODIES}
    contestants = {name: partial(run, name, tests, workers, measured[name]) for name in BODIES}
    totals = in_turn(contestants, rounds)
    for name in BODIES:
        every = sorted(1000 * wall for costs in measured[name] for wall, _ in costs)
        cpu = [1000 * spent for costs in measured[name] for _, spent in costs]
        tell(
            work=f"{tests} tests with {name}" + (f", -n {workers}" if workers else ""),
            rounds=rounds,
            ms_mean=round(statistics.mean(every), 2),
            ms_median=round(statistics.median(every), 2),
            ms_p99=round(every[int(len(every) * 0.99)], 2),
            ms_longest=round(every[-1], 1),
            cpu_ms_mean=round(statistics.mean(cpu), 2),
            cpu_ms_median=round(statistics.median(cpu), 2),
            seconds=spread(totals[name]),
            ratio=ratio(totals, name, "empty"),
        )


def run(name: str, tests: int, workers: int, measured: list[list[tuple[float, float]]]) -> float:
    """Let pytest run so many tests; gives the seconds until it is done."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "conftest.py").write_text(CONFTEST)
        Path(folder, "test_it.py").write_text(HEAD.format(tests=tests) + BODIES[name].lstrip())
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += ["-n", str(workers)] if workers else []
        surroundings = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        begun = time.perf_counter()
        done = subprocess.run(
            command, cwd=folder, env=surroundings, capture_output=True, text=True, check=False
        )
        seconds = time.perf_counter() - begun
        if f"{tests} passed" not in done.stdout:
            raise ChildProcessError(done.stdout + done.stderr)
        costs = [
            tuple(cost) for file in Path(folder).glob("costs-*.json") for cost in json.loads(file.read_text())
        ]
    measured.append(costs)
    return seconds


if __name__ == "__main__":
    main()
