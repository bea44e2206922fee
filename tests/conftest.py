import os
import signal

import pytest
from hypothesis import settings

from longest_first import longest_first

settings.register_profile("unhurried", deadline=None)  # how long an example takes depends on what else runs
settings.load_profile("unhurried")


def pytest_addoption(parser):
    parser.addoption("--full", action="store_true", help="also the tests that are marked long")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--full"):
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)  # of pytest-xdist
    if workers > 1:
        items[:] = longest_first(items, workers)


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
