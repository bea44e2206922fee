"""A whole report: what it keeps of each scenario, redacted, and readable by others."""

from __future__ import annotations

import itertools
import re
import shutil
from random import SystemRandom

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.evidence import redaction
from nvr_conformance.evidence.index import RunIndex, index_json
from nvr_conformance.evidence.redaction import Redactor
from nvr_conformance.judgement.about import About
from nvr_conformance.judgement.measurement import Measurement
from nvr_conformance.judgement.result import CheckResult, RequirementResult, Result
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.report.writer import ReportWriter, redacted

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


@pytest.mark.parametrize("model", [1, 2, 3])
def test_no_uid_of_the_recorder_stands_in_a_report(tmp_path, monkeypatch, model):
    """However few digits they have: those of MODEL 1 have five. What stands in place of one is chosen at
    random, and may be by chance what another will be: not so here."""
    wanted = RunOptions(select=["SES-0[1-5]", "SES-1[0-2]", "SES-18"], capture=True)
    options = TargetOptions(model=model)
    judge(options, wanted, reporters=[ReportWriter(tmp_path / "open", redact_uids=False)])
    told = b"".join(file.read_bytes() for file in (tmp_path / "open").rglob("*.txt"))
    uids = {uid for uid in re.findall(rb"UID=([0-9]+)", told) if len(uid) > 3}
    assert len(uids) > 5

    class NoUid(SystemRandom):
        def randrange(self, *bounds):
            drawn = (super(NoUid, self).randrange(*bounds) for _ in itertools.count())
            return next(number for number in drawn if b"%d" % number not in uids)

    monkeypatch.setattr(redaction, "SystemRandom", NoUid)
    judge(options, wanted, reporters=[ReportWriter(tmp_path / "shown")])
    for file in (tmp_path / "shown").rglob("*.*"):
        text = file.read_bytes()
        if file.suffix in (".json", ".pcap"):  # other numbers are as they are there, ports and lengths
            found = set(re.findall(rb'(?i)UID[" ]{0,2}[=: ] ?"?([0-9]+)', text))
            found |= set(re.findall(rb'(?:name|actual)": ?"[^"]*?([0-9]{4,})', text))
        else:
            found = set(re.findall(rb"[0-9]+", re.sub(rb"(?:PORT=|127.0.0.1:|[0-9.])[0-9]+", b"", text)))
            found |= set(re.findall(rb"(?i)UID[=: ]{0,2}([0-9]+)", text))
        assert not found & uids, file
    shutil.rmtree(tmp_path / "open")


def test_each_text_of_a_result_is_redacted():
    """Whatever a device can say in it: the reasons why something was not tested, titles, notes."""
    said = "open-sesame of UID=77013"
    check = CheckResult(said, Verdict.FAIL, said, said, "test_it, exchange 77013")
    row = RequirementResult("SES-01", "must", Verdict.FAIL, said, (check,), expected_failure=said)
    result = Result(
        verdict=Overall.NOT_CONFORMANT,
        target=f"http://{said}",
        model=2,
        seed=77013,
        seconds=1.0,
        requirements=(row,),
        errors=(said,),
        begun="2026-11-29T22:00:00+00:00",
        expectation_errors=(said,),
        measurements=(Measurement("SES-06", said, "s", (), said, unclear=said),),
        untested=(said,),
        about=About(named=said, notes={said: said}, required=(said,)),
    )
    redactor = Redactor(["open-sesame"], uids=True)
    shown = redacted(result, redactor, {"test_it, exchange 77013": ", packet 9"})
    assert "open-sesame" not in str(shown)
    assert str(shown).count("77013") == 2
    assert str(shown).count("(password) of UID=UID-1") == str(result).count(said)
    assert shown.requirements[0].checks[0].evidence == "test_it, exchange 77013, packet 9"
    assert shown.begun == result.begun
