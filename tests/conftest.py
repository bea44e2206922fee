import os
import signal
from collections import defaultdict

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # how long an example takes depends on what else runs
settings.load_profile("unhurried")


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also the tests that are marked long")


LONGEST = (
    *(
        "test_alive.py",
        "test_behind_proxies.py",
        "test_configured.py",
        "test_examples.py",
        "test_interrupts.py",
    ),
    *("test_no_nuisance.py", "test_observing.py", "test_odd_recorders.py", "test_playback_readings.py"),
    *("test_rehearsal.py", "test_rejudging.py", "test_standard_output.py", "test_told_to_end.py"),
)
"""Files whose tests take longest: begun last, one of them would keep a single process busy at the end."""


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--full"):
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)  # of pytest-xdist
    if workers > 1:
        items[:] = longest_first(items, workers)


def longest_first(items, workers):
    """The order in which each of so many processes, which get equal shares one behind the other, begins with
    what takes longest. Tests of one file stay together, and those that look at one whole run."""
    files = defaultdict(list)
    for item in items:
        if "whole_run" in item.fixturenames:
            files["a whole run"].append(item)
        elif item.path.name in LONGEST:
            files[item.path].append(item)
    together = list(files.values())
    taken = {item for file in together for item in file}
    rest = [item for item in items if item not in taken]
    ordered = []
    for worker in range(workers):
        until = len(items) * (worker + 1) // workers
        for file in together[worker::workers]:
            ordered += file
        missing = max(until - len(ordered), 0)
        ordered += rest[:missing]
        rest = rest[missing:]
    return ordered + rest


@pytest.hookimpl(optionalhook=True)  # where pytest-xdist is
def pytest_xdist_auto_num_workers():
    """For ``-n auto``: twice as many processes as there are cores, for many tests wait for programs that they
    started, or for the clock."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return 2 * cores


@pytest.fixture
def as_in_a_terminal():
    """A shell lets what runs in its background ignore Ctrl-C, and `nohup` SIGHUP."""
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
