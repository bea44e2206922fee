from __future__ import annotations

import operator
import os
import time

from nvr_conformance.selftest.worker_pool import Lost, spread


def test_answers_of_all_tasks():
    answers = dict(spread(operator.neg, [1, 2, 3, 4, 5], jobs=2, timeout=30))
    assert answers == {1: -1, 2: -2, 3: -3, 4: -4, 5: -5}


def test_no_tasks():
    assert list(spread(operator.neg, [], jobs=2, timeout=30)) == []


def test_a_worker_that_hangs_is_replaced():
    begun = time.monotonic()
    answers = dict(spread(time.sleep, [60.0, 0.0, 0.001], jobs=1, timeout=1.5))
    assert answers == {60.0: Lost("no answer within 2 s"), 0.0: None, 0.001: None}
    assert time.monotonic() - begun < 30


def test_a_worker_that_dies_is_replaced():
    answers = dict(spread(os._exit, [3, 4], jobs=1, timeout=30))
    assert answers == {3: Lost("the process died"), 4: Lost("the process died")}


def test_work_that_raises_is_told():
    answers = dict(spread(operator.neg, ["x", 1], jobs=1, timeout=30))
    assert answers["x"] == Lost("TypeError: bad operand type for unary -: 'str'")
    assert answers[1] == -1


def test_leaving_early_ends_the_workers():
    begun = time.monotonic()
    runs = spread(time.sleep, [0.0, 60.0], jobs=2, timeout=100)
    assert next(runs) == (0.0, None)
    runs.close()
    assert time.monotonic() - begun < 30
