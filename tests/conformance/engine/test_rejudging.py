"""The evidence of a run, judged again without the recorder: the same checks, to the letter; what was changed
since shows."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_conformance.cli.main import main
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.claims import SCENARIOS
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.rejudging import rejudge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.evidence.scenario_file import read_evidence
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.report.diff import load_result
from nvr_conformance.report.writer import ReportWriter
from nvr_emulator.server.embedding import EmbeddedRecorder

SELECTED = ("LIV-06", "LIV-12", "PLB-20", "SES-06", "SES-03", "INF-07", "PLB-28")
FEW = ("LIV-06", "PLB-20", "SES-06", "SES-03", "INF-07")
"""RTP, chunks, refusals, the clock and texts, without what takes longest."""


def run(report, options=None, *, select=SELECTED, redact=False, scenarios=SCENARIOS):
    return judge(
        options or TargetOptions(model=2),
        RunOptions(select=select, capture=True, scenarios=scenarios),
        reporters=[ReportWriter(report, redact_uids=redact)],
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    directory = tmp_path_factory.mktemp("run") / "report"
    run(directory)
    return directory


@pytest.fixture
def copy(report, tmp_path):
    return shutil.copytree(report, tmp_path / "copy")


def copy_for(report, directory, selected, changed=()):
    """A copy that selects these ids. Captures are large: those that are not changed are the same files."""

    def same(source, copy):
        return shutil.copy2(source, copy) if Path(source).name in unlike else os.link(source, copy)

    unlike = {*changed, *(file.name for file in (report / "evidence").glob("*.json"))}
    copy = shutil.copytree(report, directory / "copy", copy_function=same)
    index = json.loads((copy / "evidence" / "run.json").read_bytes())
    (copy / "evidence" / "run.json").write_text(json.dumps({**index, "selected": selected}))
    return copy


def test_a_whole_run_is_judged_again_to_the_letter(whole_run):
    again = rejudge(whole_run.report)
    assert again.verdict is Overall.CONFORMANT
    assert again.requirements == whole_run.result.requirements
    assert again.measurements == whole_run.result.measurements
    assert sum(len(row.checks) for row in again.requirements) > 900


def test_a_password_that_is_also_a_length_leaves_evidence_that_can_be_judged(report, tmp_path):
    """Of digits alone, and the Content-Length of some answer: no byte of framing is taken away."""
    lengths: set[bytes] = set()
    for file in (report / "evidence").glob("*.pcap"):
        lengths |= set(re.findall(rb"Content-Length: ([0-9]{4,})", file.read_bytes()))
    password = sorted(lengths)[0].decode()
    setup = {"users": [{"name": "ADMIN", "password": password}]}
    result = judge(
        TargetOptions(password=password, model=2, setup=setup),
        RunOptions(select=FEW, capture=True),
        reporters=[ReportWriter(tmp_path / "report", passwords=[password])],
    )
    again = rejudge(tmp_path / "report")
    assert [row.verdict for row in again.requirements] == [row.verdict for row in result.requirements]
    assert again.verdict is Overall.CONFORMANT
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "report" / "evidence").iterdir())


@pytest.mark.parametrize("password", ["html", "HTTP", "UID=", "camera"])
def test_a_password_that_is_a_word_of_the_protocol_leaves_evidence_that_can_be_judged(tmp_path, password):
    setup = {"users": [{"name": "ADMIN", "password": password}]}
    result = judge(
        TargetOptions(password=password, model=2, setup=setup),
        RunOptions(select=("SES-0[1-4]", "INF-*"), capture=True),
        reporters=[ReportWriter(tmp_path / "report", passwords=[password])],
    )
    again = rejudge(tmp_path / "report")
    assert [row.verdict for row in again.requirements] == [row.verdict for row in result.requirements]
    everything = b"".join(file.read_bytes() for file in (tmp_path / "report").rglob("*") if file.is_file())
    assert b"(password)" not in everything
    assert "Authorization" in load_result(tmp_path / "report").about.masking


def test_what_a_hidden_password_may_have_changed_is_not_failed(tmp_path):
    """Another text stands in the evidence than came over the wire, and the judge itself put it there."""
    scenarios = tmp_path / "scenarios"
    scenarios.mkdir()
    (scenarios / "test_masked.py").write_text(MASKED)
    wanted = RunOptions(select=("SES-0[1-4]",), scenarios=scenarios, capture=True)
    (check,) = (
        check for row in judge(None, wanted).requirements for check in row.checks if check.name == "UID"
    )
    setup = {"users": [{"name": "ADMIN", "password": check.actual}]}
    result = judge(
        TargetOptions(password=check.actual, model=2, setup=setup),
        wanted,
        reporters=[ReportWriter(tmp_path / "report", redact_uids=False)],
    )
    assert result.ids(Verdict.PASS) == {"SES-01", "SES-02"}
    again = rejudge(tmp_path / "report", scenarios=scenarios)
    assert again.ids(Verdict.PASS) == {"SES-01"}
    assert not again.broken
    (row,) = (row for row in again.requirements if row.id == "SES-02")
    assert "password" in row.reason
    assert not row.checks


@pytest.mark.parametrize(
    ("defect", "broken"), [("marker-on-every-packet", "LIV-06"), ("lifetime-of-80-s", "SES-06")]
)
def test_what_failed_fails_again(tmp_path, defect, broken):
    options = TargetOptions(model=2, defects=(defect,))
    result = run(tmp_path / "report", options, select=(broken, "SES-03"))
    assert result.broken
    assert rejudge(tmp_path / "report").requirements == result.requirements


MASKED = """from nvr_conformance.scenario import scenario
@scenario("SES-01", "SES-02")
def test_it(client, check):
    page = client.try_login().page
    check("SES-01", page.status == 200)
    check("SES-02", page.status == 200)
    uid = page.text.partition("UID=")[2][:10]
    check("SES-02", uid.isdigit(), "a UID", uid, "UID")
"""


IN_REAL_TIME = """from nvr_conformance.scenario import scenario
@scenario("LIV-02", "LIV-16", "LIV-10", "PLB-01")
def test_live_for_a_moment(target, client, check):
    session, (camera, other) = client.login(), target.cameras[:2]
    streams = session.start_rtp(camera, "H264"), session.start_http(other, "H264")
    begun = target.now()
    for stream in streams:
        stream.wait_packets(20)
    for id_, stream in zip(("LIV-02", "LIV-16"), streams):
        session.stop(stream)
        packets = stream.packets[:20]
        check(id_, len(packets) == 20, "20", hash(b"".join(packet.data for packet in packets)))
        apart = [packet.arrived - begun for packet in packets]
        check("LIV-10", 0 <= apart[0] < apart[-1] < 60 and apart == sorted(apart), "in order")
"""


def test_a_recorder_in_real_time(tmp_path):
    scenarios = tmp_path / "scenarios"
    scenarios.mkdir()
    (scenarios / "test_in_real_time.py").write_text(IN_REAL_TIME)
    with EmbeddedRecorder(clock="real") as recorder:
        options = TargetOptions(url=recorder.url, password=recorder.password, pace=0)
        result = run(tmp_path / "report", options, select=("LIV-*",), scenarios=scenarios)
    assert result.ids(Verdict.PASS) == {"LIV-02", "LIV-10", "LIV-16"}
    assert rejudge(tmp_path / "report", scenarios=scenarios).requirements == result.requirements


def test_without_the_uids_the_verdicts_are_the_same(tmp_path):
    result = run(tmp_path / "report", select=FEW, redact=True)
    again = rejudge(tmp_path / "report")
    assert [row.verdict for row in again.requirements] == [row.verdict for row in result.requirements]
    uids = {
        check.actual
        for row in judge(TargetOptions(model=2), RunOptions(select=["SES-04"])).requirements
        for check in row.checks
        if row.id == "SES-04"
    }
    assert uids
    everything = b"".join(file.read_bytes() for file in (tmp_path / "report").rglob("*") if file.is_file())
    assert not [uid for uid in uids if uid.encode() in everything]


def test_a_doctored_packet_changes_the_verdict(copy):
    """A marker bit that was not there: a byte of one RTP packet in the pcap."""
    file = copy / "evidence" / "test_live_over_rtp.pcap"
    data = bytearray(file.read_bytes())
    place = data.index(bytes([0x90, 98]))  # X=1, no marker, payload type 98
    data[place + 1] |= 0x80
    file.write_bytes(data)
    again = rejudge(copy)
    assert again.verdict is Overall.NOT_CONFORMANT
    assert again.ids(Verdict.FAIL) == {"LIV-06"}
    assert again.errors == ("evidence/test_live_over_rtp.pcap is not what the run left: its SHA-256 differs",)


def refuse_what_was_accepted(file):
    """In a pcap: the last 200 ahead of the first refusal that is no challenge becomes a 401."""
    data = file.read_bytes()
    refusals = [
        found.start()
        for found in re.finditer(rb"HTTP/1\.1 401", data)
        if b"WWW-Authenticate" not in data[found.start() : found.start() + 300]
    ]
    at = data.rindex(b"HTTP/1.1 200", 0, refusals[0]) + 9
    file.write_bytes(data[:at] + b"401" + data[at + 3 :])


def test_a_doctored_answer_changes_the_verdict(copy):
    """A keep-alive that was refused before the end of the UID."""
    refuse_what_was_accepted(copy / "evidence" / "test_idle_uid.pcap")
    assert "SES-06" in rejudge(copy).ids(Verdict.FAIL)


def test_a_doctored_clock_changes_the_verdict(copy):
    """The time that it should have been on the recorder: two hours later, as in another time zone."""
    file = copy / "evidence" / "test_live_over_rtp.json"
    evidence = json.loads(file.read_bytes())
    for told in evidence["told"]:
        if told[0] == "unix":
            told[2] += 2 * 3600
    file.write_text(json.dumps(evidence))
    again = rejudge(copy)
    assert again.ids(Verdict.FAIL) == {"LIV-12"}
    assert again.errors == ("evidence/test_live_over_rtp.json is not what the run left: its SHA-256 differs",)


@pytest.mark.parametrize("suffix", ["txt", "pcap", "json"])
def test_what_is_missing_is_said(copy, suffix):
    (copy / "evidence" / f"test_one_camera_played_twice.{suffix}").unlink()
    again = rejudge(copy)
    assert again.verdict is Overall.INCONCLUSIVE
    assert again.errors == (f"evidence/test_one_camera_played_twice.{suffix} is not there",)
    assert ("PLB-28" in again.ids(Verdict.NOT_TESTED)) is (suffix != "txt")


def test_a_changed_transcript_leaves_it_inconclusive(copy):
    file = copy / "evidence" / "test_idle_uid.txt"
    file.write_text(file.read_text() + "and all was well\n")
    again = rejudge(copy)
    assert again.verdict is Overall.INCONCLUSIVE
    assert again.errors == ("evidence/test_idle_uid.txt is not what the run left: its SHA-256 differs",)


@settings(max_examples=10)
@given(kept=st.floats(0, 1))
def test_a_pcap_that_breaks_off_fails_nothing_falsely(report, tmp_path_factory, kept):
    """What is gone cannot be judged: not tested, never an error of the scenario."""
    cut = ("test_forward_backward_stop.pcap", "test_live_over_rtp.pcap")
    copy = copy_for(report, tmp_path_factory.mktemp("cut"), ["PLB-20", "LIV-06"], changed=cut)
    for name in cut:
        file = copy / "evidence" / name
        data = file.read_bytes()
        file.write_bytes(data[: int(len(data) * kept)])
    again = rejudge(copy)
    assert not again.ids(Verdict.ERROR)
    assert all("SHA-256" in error for error in again.errors)


ANYTHING = st.none() | st.booleans() | st.integers(-3, 2**40) | st.floats() | st.text(max_size=8)


@settings(max_examples=20)
@given(data=st.data(), value=ANYTHING | st.lists(ANYTHING, max_size=3))
def test_a_record_with_anything_in_it_is_never_an_error_of_the_scenario(
    report, tmp_path_factory, data, value
):
    """Any one value in what the scenario was told, replaced: another verdict, or not tested."""
    copy = copy_for(report, tmp_path_factory.mktemp("odd"), ["LIV-06"])
    file = copy / "evidence" / "test_live_over_rtp.json"
    evidence = place = json.loads(file.read_bytes())
    key = data.draw(st.sampled_from(["clock_start", "ticks", "flows", "exchanges", "told"]))
    while isinstance(place[key], (dict, list)) and place[key] and data.draw(st.integers(0, 5)):
        place = place[key]
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
    place[key] = value
    file.write_text(json.dumps(evidence))
    again = rejudge(copy)
    assert not again.ids(Verdict.ERROR)
    assert all("SHA-256" in error or error.startswith("test_sanity") for error in again.errors)


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("told", ["now", 0, []], "'now' cannot be \\[\\]"),
        (
            "exchanges",
            {"number": 1, "method": "GET", "target": "/", "started": 0, "ended": 0, "flow": 999},
            "999",
        ),
        ("flows", {"local": ["127.0.0.1", 1], "packets": 0, "failures": [[0, "bad luck", ""]]}, "bad luck"),
    ],
    ids=["told", "exchange", "flow"],
)
def test_what_cannot_be_evidence_is_named(report, part, value, said):
    evidence = json.loads((report / "evidence" / "test_live_over_rtp.json").read_bytes())
    evidence[part].append(value)
    with pytest.raises(ValueError, match=f"^name: .*{said}"):
        read_evidence(json.dumps(evidence).encode(), "name")


def test_the_command_says_what_differs(copy):
    answer = CliRunner().invoke(main, ["rejudge", str(copy)])
    assert answer.exit_code == 0, answer.output
    assert "each requirement has the verdict that it had in the run" in answer.output
    refuse_what_was_accepted(copy / "evidence" / "test_idle_uid.pcap")
    answer = CliRunner().invoke(main, ["rejudge", str(copy)])
    assert answer.exit_code == 1
    assert "the run said otherwise: SES-06: pass, now fail" in answer.output


def test_the_command_writes_a_report_elsewhere(copy, tmp_path):
    answer = CliRunner().invoke(main, ["rejudge", str(copy), "--report", str(tmp_path / "again")])
    assert answer.exit_code == 0, answer.output
    again = load_result(tmp_path / "again")
    assert again.ids(Verdict.PASS) == load_result(copy).ids(Verdict.PASS)
    answer = CliRunner().invoke(main, ["rejudge", str(copy), "--report", str(copy)])
    assert answer.exit_code == 2
    assert "which is of REPORT: name another place" in answer.output


def changed_index(copy, **said):
    path = copy / "evidence" / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_bytes()), **said}))


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"files": {}}, "test_login.json is not among the files of run.json: was it changed?"),
        ({"model": 1}, "the evidence says that it is of MODEL 1, result.json of 2"),
    ],
)
def test_an_index_that_was_cut_or_changed_certifies_nothing(tmp_path, said, problem):
    run(tmp_path, select=("SES-01",))
    changed_index(tmp_path, **said)
    outcome = CliRunner().invoke(main, ["rejudge", str(tmp_path)])
    assert outcome.exit_code == 4
    assert "inconclusive" in outcome.stdout
    assert problem in " ".join(outcome.stdout.split())


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"model": 7}, "there is no MODEL 7; there are 1, 2 and 3"),
        ({"scenarios": {"test_login": "../../other/evidence/test_login"}}, "is no file of this folder"),
        ({"files": {"../result.json": "0"}}, "is no file of this folder"),
    ],
)
def test_an_index_of_no_model_or_of_another_folder_is_a_usage_error(copy, said, problem):
    changed_index(copy, **said)
    outcome = CliRunner().invoke(main, ["rejudge", str(copy)])
    assert outcome.exit_code == 2
    assert problem in outcome.stderr


def test_a_directory_without_evidence_is_a_usage_error(tmp_path):
    answer = CliRunner().invoke(main, ["rejudge", str(tmp_path)])
    assert answer.exit_code == 2
    assert "was the report made by run --report?" in answer.output
    assert "Traceback" not in answer.output


def test_no_evidence_is_written_outside_its_folder(report):
    assert {path.parent for path in report.rglob("*.pcap")} == {Path(report) / "evidence"}
