"""The judge works on days that are not every day's, and says so where no command can name the recorder's."""

from datetime import UTC, datetime

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions

BY_TIMES = ("test_go_to_date", "test_a_minute_of_a_camera", "test_recorded_time")


def judged(*when):
    start = datetime(*when, tzinfo=UTC).timestamp()
    return judge(TargetOptions(model=2, setup={"clock_start": start}), RunOptions(only=BY_TIMES))


@pytest.mark.parametrize("when", [(2028, 2, 29), (2024, 2, 29, 23, 59, 30), (2025, 1, 1), (2035, 12, 31, 20)])
def test_leap_days_and_new_years(when):
    result = judged(*when)
    assert not result.errors
    assert {row.verdict for row in result.requirements} <= {
        "pass",
        "observed",
        "not-tested",
        "not-applicable",
    }
    assert {row.id for row in result.requirements if row.verdict == "pass"} >= {"PLB-17", "DWN-01"}


@pytest.mark.parametrize("when", [(2022, 1, 1, 0, 0, 10), (2000, 1, 1)])
def test_a_clock_that_no_command_can_name_is_no_fault_of_the_judge(when):
    result = judged(*when)
    assert not result.errors
    [row] = [row for row in result.requirements if row.id == "DWN-01"]
    assert (row.verdict, "2022 to 2035" in row.reason) == ("not-tested", True)
