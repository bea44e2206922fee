"""In which order tests are begun where several processes run them."""

from collections import defaultdict

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
