"""A whole report: what it keeps of each scenario, redacted, and readable by others."""

from __future__ import annotations

import re

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.evidence.index import RunIndex, index_json
from nvr_conformance.report.writer import ReportWriter

SCENARIO = """from nvr_conformance.scenario import scenario
@scenario("SES-01", "SES-02")
def test_it(target, client, check):
    session = client.login()
    session.is_alive()
    check("SES-01", False, "none", f"UID={session.uid_text} by {target.password}", "it")
    check("SES-02", True)
"""


@pytest.mark.parametrize("redact", [False, True])
def test_a_whole_report(tmp_path, fake_recorder, redact):
    scenarios = tmp_path / "scenarios"
    scenarios.mkdir()
    (scenarios / f"test_evidence_{redact}.py").write_text(SCENARIO)
    report = tmp_path / "report"
    (report / "evidence").mkdir(parents=True)
    for old in ("evidence/test_of_an_older_run.pcap", "evidence/notes.md", "index.html"):
        (report / old).write_text("old")
    index = RunIndex(
        target="",
        model=2,
        seed=0,
        selected=(),
        needs=(),
        scenarios={},
        files={"test_of_an_older_run.pcap": ""},
    )
    (report / "evidence" / "run.json").write_bytes(index_json(index))
    options = TargetOptions(url=fake_recorder.url, model=2, pace=0, timeout=5, password="open-sesame")
    writer = ReportWriter(report, passwords=["open-sesame"], redact_uids=redact)
    judge(options, RunOptions(scenarios=scenarios, capture=True, select=["SES-*"]), reporters=[writer])
    names = {str(path.relative_to(report)) for path in report.rglob("*") if path.is_file()}
    assert names == {
        "index.html",
        "result.json",
        "declaration.json",
        "junit.xml",
        "evidence/notes.md",
        "evidence/test_it.txt",
        "evidence/test_it.pcap",
        "evidence/test_it.json",
        "evidence/run.json",
    }
    everything = b"".join((report / name).read_bytes() for name in names)
    assert b"open-sesame" not in everything
    assert b"response=" not in everything
    assert (re.search(rb"10000\d{5}", everything) is None) is redact
    assert (b"UID-1" in everything) is redact
    page = (report / "index.html").read_text()
    assert "this exchange" in page
    assert 'href="evidence/test_it.pcap"' in page
    transcript = (report / "evidence" / "test_it.txt").read_text()
    assert "Authorization: Digest (not shown)" in transcript
    assert "SES-01 fail" in transcript
