"""What is observed reads the same in every run of one recorder, so that two runs can be compared."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.reading.gop import clock_time
from nvr_conformance.scenarios.playback import test_open_points as open_points

HOUR = 360_000


def observed(seed, clock):
    options = TargetOptions(model=1, setup={"clock_start": clock})
    result = judge(options, RunOptions(select=["SES-19", "PLB-34"], seed=seed))
    rows = [row for row in result.requirements if row.id in ("SES-19", "PLB-34")]
    texts = [(row.id, check.name, check.actual) for row in rows for check in row.checks]
    assert len(texts) > 8
    return texts


def test_two_runs_say_the_same():
    assert observed(1, 1_714_014_000) == observed(2, 1_724_015_040)


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (179_559_624_000, "2026-11-25 08:44:00 UTC"),
        (179_559_624_007, "2026-11-25 08:44:00.07 UTC"),
        (None, "an unknown time"),
        (0xFFFFFFFF * 100 + 99, "2106-02-07 06:28:15.99 UTC"),
    ],
)
def test_a_moment(moment, text):
    assert clock_time(moment) == text


class Gop:
    def __init__(self, start):
        self.start = start
        self.given = start is not None

    def __str__(self):
        return "204 No Content"


@pytest.mark.parametrize(
    ("start", "text"),
    [
        (1000, "the oldest recording"),
        (4000, "the oldest recording"),
        (1000 + HOUR, "1 hour after the oldest recording"),
        (1000 + 10 * HOUR - 9000, "2 minutes before the newest recording"),
        (1000 + 10 * HOUR - 500, "the newest recording"),
        (1000 + 5 * HOUR, "5 hours after the oldest recording"),
        (None, "nothing is given: 204 No Content"),
    ],
)
def test_where_play_begins(start, text):
    assert open_points._where(Gop(start), Gop(1000), Gop(1000 + 10 * HOUR)) == text


def test_where_play_begins_when_the_ends_are_not_known():
    said = open_points._where(Gop(179_559_624_000), Gop(None), Gop(None))
    assert said == "2026-11-25 08:44:00 UTC; the ends of the recording are not known"
