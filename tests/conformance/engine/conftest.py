"""One whole run, for all who look at one."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from nvr_conformance.judgement.result import Result
from nvr_conformance.report.writer import ReportWriter
from sent_requests import what_is_sent


class WholeRun(NamedTuple):
    """What a run of MODEL 2 in all scenarios sent, what came of it, and the report with its evidence."""

    sent: str
    result: Result
    report: Path


@pytest.fixture(scope="session")
def whole_run(tmp_path_factory):
    report = tmp_path_factory.mktemp("whole") / "report"
    sent, result = what_is_sent(2, [ReportWriter(report, redact_uids=False)])
    return WholeRun(sent, result, report)
