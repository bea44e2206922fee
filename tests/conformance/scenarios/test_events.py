"""Recorders that record events: many short stretches and gaps between them, at whatever second. Whoever skips
gaps conforms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from nvr_emulator.recorder import cameras

NOW = datetime(2026, 11, 30, 15, 20, 27, tzinfo=UTC).timestamp()
HOURS = 6


@dataclass(frozen=True)
class Events:
    """So many minutes are recorded of so many, from a second on."""

    on: int
    every: int
    second: int
    go_to: str = "containing"

    def __str__(self):
        return f"{self.on} of {self.every} minutes from second {self.second}, {self.go_to}"

    @property
    def setup(self):
        last = NOW // 60 * 60 + self.second
        starts = [last - 60 * ago for ago in range(HOURS * 60, 0, -self.every)]
        stretches = [(start, start + 60 * self.on) for start in starts]
        return {
            "clock_start": NOW,
            "variants": {"go-to": self.go_to},
            "recordings": [
                {"since": at(since), "until": at(until)} for since, until in stretches if until < NOW
            ],
        }


def at(moment):
    return datetime.fromtimestamp(moment, UTC).isoformat()


@pytest.fixture(autouse=True)
def _recorded_to_the_second(monkeypatch):
    monkeypatch.setattr(cameras, "on_the_minute", lambda moment: moment)


@pytest.mark.parametrize(
    ("events", "rows"),
    [
        (Events(2, 3, 33), ("PLB-13",)),  # behind other commands
        (Events(5, 6, 33, "before"), ("PLB-13",)),  # of several cameras
        (Events(2, 3, 7, "next"), ("DWN-13",)),  # an hour of it
        (Events(1, 2, 3), ("DWN-13",)),
        (Events(2, 7, 29), ("PLB-17", "PLB-25")),  # of several cameras, just behind its end
        (Events(2, 7, 30, "next"), ("PLB-17", "PLB-25")),
        (Events(2, 7, 38), ("PLB-13",)),  # from the first GOP behind a gap
    ],
    ids=str,
)
def test_gaps_are_no_breach(judge_as_real, events, rows):
    seen = judge_as_real(events.setup, select=rows)
    assert not seen.rows("fail", "warn", "error")
    assert set(rows) & set(seen.rows("pass"))  # where a gap lies among what is judged, some are not tested


def test_a_file_is_held_against_no_minute_that_is_recorded_in_part(judge_as_real):
    seen = judge_as_real(Events(1, 10, 3).setup, select=("DWN-01",))
    assert "DWN-01" in seen.rows("not-tested")


def test_fast_play_that_comes_from_many_gaps_to_none(judge_as_real):
    begin = NOW - 2 * 3600
    events = [(since, since + 10) for since in (begin + 70 * number for number in range(13))]
    stretches = [*events, (events[-1][1] + 60, NOW - 60)]
    recordings = [{"since": at(since), "until": at(until)} for since, until in stretches]

    seen = judge_as_real({"clock_start": NOW, "recordings": recordings}, select=("PLB-18",))

    assert not seen.rows("fail", "warn", "error")
