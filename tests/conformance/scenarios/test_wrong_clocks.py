"""LIV-12, LIV-19, INF-03: a recorder's clock may be wrong, by as much as a time zone makes."""

from __future__ import annotations

import pytest

from nvr_conformance.client.clock import RehearsedTime
from nvr_conformance.procedures import recorder_clock
from nvr_conformance.sources import rehearsed

ROWS = ("LIV-12", "LIV-19", "INF-03")


@pytest.fixture
def judge_off(judge_as_real, monkeypatch):
    """Judges a recorder whose clock is so many seconds ahead of what time it is."""

    def judge_off(off, **setup):
        class OffTime(RehearsedTime):
            def unix(self):
                return super().unix() - off

        monkeypatch.setattr(rehearsed, "RehearsedTime", OffTime)
        return judge_as_real(setup, select=ROWS)

    return judge_off


def names(seen):
    return {check.name for row in seen.result.requirements if row.id in ROWS for check in row.checks}


@pytest.mark.parametrize("off", [3600, -3 * 3600 - 47 * 60])
def test_a_wrong_clock(judge_off, off):
    seen = judge_off(off)
    assert not seen.rows("fail", "warn", "error")
    assert set(seen.rows("pass")) == set(ROWS)
    assert {"H264 over RTP, time", "H264 over HTTP, time", "camera 1, 0x0007", "of a login"} <= names(seen)


def test_a_wrong_clock_that_no_date_tells(judge_off, monkeypatch):
    monkeypatch.setattr(recorder_clock, "date_of", lambda exchange: None)
    seen = judge_off(3600)
    assert not seen.rows("fail", "warn", "error")
    assert not any(name.endswith((", time", ", 0x0007", "of a login")) for name in names(seen))


def test_local_time_where_the_date_is_right(judge_as_real):
    seen = judge_as_real(
        {}, select=ROWS, defects=("local-time-in-the-extension", "jpeg-in-local-time", "log-in-utc")
    )
    assert set(seen.rows("fail")) == set(ROWS)
