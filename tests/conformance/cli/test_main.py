from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from importlib.metadata import version
from pathlib import Path

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.engine.claim import Claim
from nvr_conformance.engine.claims import ScenarioClaim, claims
from nvr_conformance.judgement.outcomes import KitError

HEADER = "from nvr_conformance.scenario import scenario\n"
# It takes a while: times are told to the millisecond.
TEST = '@scenario("SES-01")\ndef test_it(check):\n    """All is well."""\n    sum(range(10**6))\n    '
PASSING = HEADER + TEST + 'check("SES-01", True)\n'
FAILING = HEADER + TEST + 'check("SES-01", 0, "[this]", "[/that]")\n'
BROKEN = HEADER + TEST + 'raise OSError("[oops]")\n'
CTRL_C = HEADER + TEST + "raise KeyboardInterrupt\n"


@pytest.fixture
def command():
    def run(*arguments, **options):
        return CliRunner().invoke(main, [str(word) for word in arguments], **options)

    return run


@pytest.mark.parametrize(
    ("name", "text", "status", "said"),
    [
        ("passing", PASSING, 0, "conformant"),
        ("failing", FAILING, 1, "expected  [this]"),
        ("broken", BROKEN, 4, "OSError: [oops]"),
        ("ctrl_c", CTRL_C, 4, "inconclusive"),
        ("empty", "", 4, "inconclusive"),
    ],
)
def test_exit_statuses(command, fake_recorder, tmp_path, name, text, status, said):
    scenarios = tmp_path / f"test_status_{name}.py"
    scenarios.write_text(text)
    result = command(
        "run",
        fake_recorder.url,
        "--model",
        2,
        "--pace",
        0,
        "--scenarios",
        scenarios,
        "--report",
        tmp_path / "r",
    )
    assert result.exit_code == status
    assert said in result.output
    assert "Traceback" not in result.output
    verdict = json.loads((tmp_path / "r" / "result.json").read_bytes())["verdict"]
    assert verdict == {0: "conformant", 1: "not-conformant", 4: "inconclusive"}[status]
    assert f"{fake_recorder.url}, MODEL 2" in result.output.rpartition("\n\n")[2]
    junit = ElementTree.parse(tmp_path / "r" / "junit.xml").getroot()
    assert f"{fake_recorder.url}, MODEL 2" in junit.get("name")
    times = {
        case.get("name").partition(" ")[0]: float(case.get("time", 0)) for case in junit.iter("testcase")
    }
    assert (times["SES-01"] > 0) == (name != "empty")
    assert times["SES-02"] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["--select", "LOV-*"],
        ["--select", "SES-01", "--skip", "*"],
        ["--allow", "ptz"],
        ["http://127.0.0.1:1", "--allow", "everything"],
        [""],
        ["--user", "ADMIN", "--password", "secret", "--insecure"],
        ["--control", "http://127.0.0.1:9"],
        ["--pace", "0"],
        ["--show-uids"],
        ["--note", "operator=me"],
        ["--note", "operator", "--report", "r"],
        ["--require-tested", "LOV-*"],
        ["--require-tested", "-1"],
        ["--plan", "--report", "r"],
        ["--plan", "--profile-out", "p.toml"],
        ["--model", "4"],
        ["http://127.0.0.1:1", "--pace", "-1"],
        ["http://127.0.0.1:1", "--other-user", "bob"],
        ["http://127.0.0.1:1", "--other-user", "bob:secret:9"],
        ["--no-such-option"],
        ["http://x/path"],
        ["ftp://x"],
        ["http://127.0.0.1:1", "--defect", "x"],
        ["--defect", "no-such-defect"],
    ],
)
def test_usage_errors(command, arguments):
    result = command("run", *arguments)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


@pytest.mark.parametrize("name", ["run", "fuzz", "replay"])
def test_an_empty_variable_in_place_of_the_url_judges_nothing(command, tmp_path, name):
    kept = tmp_path / "found.json"
    kept.write_text("{}")
    words = [name, kept] if name == "replay" else [name]
    for options, variables in (
        (["--user", "ADMIN", "--insecure"], {}),
        ([], {f"NVR_CONFORMANCE_{name.upper()}_PASSWORD": "secret"}),
    ):
        result = command(*words, *options, env=variables)
        assert result.exit_code == 2
        assert "URL: none is given" in result.output
        assert "to judge the embedded emulator" in result.output


def test_a_report_says_what_was_judged_and_how(command, fake_recorder, tmp_path):
    scenarios = tmp_path / "test_told.py"
    scenarios.write_text(
        PASSING.replace("(check)", "(check, client)").replace("check(", "client.login(); check(")
    )
    words = [
        "run",
        fake_recorder.url,
        "--model",
        2,
        "--pace",
        0,
        "--scenarios",
        scenarios,
        "--select",
        "SES-*",
    ]
    words += ["--note", "operator=Ida <3", "--note", "where=lab 4", "--allow", "ptz"]
    result = command(*words, "--report", tmp_path / "r")
    assert result.exit_code == 0
    about = json.loads((tmp_path / "r" / "result.json").read_bytes())["about"]
    assert about == {
        "kit": version("nvrkit"),
        "named": "WJ-FAKE",
        "user": "ADMIN",
        "clock": "real",
        "allow": ["ptz"],
        "pace": 0.0,
        "timeout": 10.0,
        "select": ["SES-*"],
        "scenarios": str(scenarios),
        "notes": {"operator": "Ida <3", "where": "lab 4"},
    }
    page, junit = (tmp_path / "r" / "index.html").read_text(), (tmp_path / "r" / "junit.xml").read_text()
    for text in ("WJ-FAKE", "Ida &lt;3", "lab 4", "0 s between commands", str(scenarios)):
        assert text in page
        assert text in junit
    again = command("rejudge", tmp_path / "r", "--report", tmp_path / "again", "--scenarios", scenarios)
    assert again.exit_code == 0, again.output
    judged = json.loads((tmp_path / "again" / "result.json").read_bytes())["about"]
    assert judged.pop("notes") == {
        **about.pop("notes"),
        "judged again by": f"nvr-conformance {version('nvrkit')}",
    }
    assert judged == about


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((), 0, "conformant in 1 of 1 tested, 137 not tested"),
        (("1", "SES-01"), 0, "conformant in 1 of 1"),
        (("2",), 1, "1 tested, 2 required"),
        (("SES-0[12]",), 1, "SES-02 (must) was not tested: no scenario claims it"),
    ],
)
def test_what_is_required_must_be_tested(command, fake_recorder, tmp_path, words, status, said):
    scenarios = tmp_path / "test_required.py"
    scenarios.write_text(PASSING)
    required = [word for each in words for word in ("--require-tested", each)]
    target = ["run", fake_recorder.url, "--model", 2, "--pace", 0, "--scenarios", scenarios]
    result = command(*target, *required, "--report", tmp_path / "r")
    assert result.exit_code == status
    assert said in result.output
    assert said in (tmp_path / "r" / "index.html").read_text().replace("Conformant", "conformant")
    assert said in (tmp_path / "r" / "junit.xml").read_text()
    assert ("incomplete with 1 tested" in result.output) == bool(status)


def test_nobody_there_is_status_3_and_one_line(command):
    result = command("run", "http://127.0.0.1:1")
    assert result.exit_code == 3
    assert result.output == "nvr-conformance: http://127.0.0.1:1: connection refused\n"


def test_something_else_there(command, fake_recorder):
    fake_recorder.answers_login = False
    result = command("run", fake_recorder.url)
    assert result.exit_code == 3
    assert "not a recorder" in result.output


@pytest.mark.parametrize(
    "words",
    [
        *(["--control", url] for url in ("", "ftp://x", "file:///etc/passwd", "http://x:9999999")),
        ["--control", "http://ADMIN:hunter22@127.0.0.1:9"],
        ["--control", "http://127.0.0.1:9", "--control-token", "a\r\nb"],
    ],
)
def test_what_is_no_control_port_is_a_usage_error(command, words):
    result = command("run", "http://127.0.0.1:9", *words)
    assert result.exit_code == 2
    assert words[-2] in result.output
    assert "hunter22" not in result.output


def test_a_control_port_that_is_none(command, fake_recorder):
    result = command("run", fake_recorder.url, "--model", 2, "--control", "http://127.0.0.1:1")
    assert result.exit_code == 4
    assert "control port" in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--report", "/proc/x"),
        ("run", "--report", "file/report"),
        ("run", "--profile-out", "none/p.toml"),
        ("run", "--profile-out", "/proc/x"),
        ("fuzz", "--keep", "none/found.json"),
        ("fuzz", "--json", "none/sums.json"),
        ("rejudge", ".", "--report", "/proc/x"),
        ("selftest", "--report", "/proc/x"),
    ],
)
def test_what_cannot_be_written_is_said_before_anything_runs(command, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    result = command(*words)
    assert result.exit_code == 2
    assert words[-1].partition("/")[0] in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--report"),
        ("run", "--profile-out"),
        ("fuzz", "--keep"),
        ("fuzz", "--json"),
        ("rejudge", ".", "--report"),
    ],
)
def test_a_circle_of_links_is_told_in_one_line(command, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    result = command(*words, "loop")
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
    assert isinstance(result.exception, SystemExit)
    assert "loop" in result.output
    assert Path("loop").is_symlink()


@pytest.mark.parametrize(
    "words",
    [("run", "--timeout", "nan"), ("run", "--pace", "nan"), ("selftest", "--timeout", "NaN")],
)
def test_what_is_no_number_is_none(command, words):
    result = command(*words)
    assert (result.exit_code, "is no number" in result.output) == (2, True)


@pytest.mark.parametrize("words", [("run",), ("rejudge", "."), ("selftest",)])
def test_scenarios_that_are_none_are_named(command, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    for place in ("empty", "/dev/null"):
        result = command(*words, "--scenarios", place)
        assert (result.exit_code, f"{place}: " in result.output) == (2, True), result.output
        assert "test_" in result.output


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--report"),
        ("run", "--profile-out"),
        ("run", "--config"),
        ("run", "--scenarios"),
        ("fuzz", "--keep"),
        ("fuzz", "--json"),
        ("fuzz", "--examples"),
        ("rejudge", ".", "--report"),
        ("selftest", "--report"),
        ("merge", ".", "--report"),
    ],
)
def test_an_empty_place_is_not_the_current_folder(command, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    result = command(*words, "")
    assert (result.exit_code, "it is empty: is a variable not set?" in result.output) == (2, True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("run",), ("rejudge", ".")])
def test_a_folder_with_other_things_is_told_before_anything_runs(command, tmp_path, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    site = tmp_path / "site"
    (site / "evidence").mkdir(parents=True)
    for name in ("index.html", "evidence/test_mine.txt"):
        (site / name).write_text("mine")
    result = command(*words, "--report", "site")
    assert result.exit_code == 2
    assert "site holds files that are no report: index.html, evidence/test_mine.txt" in result.output
    assert [path.read_text() for path in site.rglob("*.*")] == ["mine", "mine"]


def test_a_full_disk_takes_no_verdict_away(command, fake_recorder, tmp_path, monkeypatch):
    def full(path, data, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("nvr_conformance.report.writer.write_file", full)
    scenarios = tmp_path / "test_full.py"
    scenarios.write_text(FAILING)
    target = ("run", fake_recorder.url, "--model", 2, "--pace", 0, "--scenarios", scenarios)
    result = command(*target, "--report", tmp_path / "r")
    assert result.exit_code == 1
    assert "not-conformant in 1 of 1 tested" in result.output
    assert f"no report in {tmp_path / 'r'}: No space left on device" in result.stderr


def test_what_was_not_selected_is_told_in_one_line(command, fake_recorder, tmp_path):
    scenarios = tmp_path / "test_few.py"
    scenarios.write_text(PASSING)
    target = ("run", fake_recorder.url, "--model", 2, "--pace", 0, "--scenarios", scenarios)
    result = command(*target, "--select", "SES-0*")
    assert "129 requirements not tested: not selected" in result.output
    assert "8 requirements not tested: no scenario claims it" in result.output
    assert "SES-01" in result.output
    assert "SES-02" not in result.output
    assert not [line for line in result.output.splitlines() if line != line.rstrip()]


def test_no_password_is_told_from_a_wrong_one(command, fake_recorder):
    fake_recorder.password = "secret"
    assert "no password was given: say --password" in command("run", fake_recorder.url).output
    said = command("run", fake_recorder.url, "--password", "wrong")
    assert said.exit_code == 3
    assert "no password was given" not in said.output


def test_list(command):
    assert len(command("list").output.splitlines()) == 138
    rows = json.loads(command("list", "--json").output)
    assert len(rows) == 138
    assert rows[0]["id"] == "SES-01"


def test_explain(command, monkeypatch):
    said = ScenarioClaim(
        "test_it", Claim(("SES-06",), (1, 2, 3), ("load",), {}), "All is well.", Path("test_it.py")
    )
    monkeypatch.setattr("nvr_conformance.engine.claims.claims", lambda: (said,))
    result = command("explain", "ses-06")
    assert result.exit_code == 0
    assert "SES-06: the recorder ends a UID 90 s" in result.output
    assert "test_it (needs load)" in result.output
    assert "All is well." in result.output
    assert command("explain", "SES-99").exit_code == 2


def test_explain_says_what_is_held_and_what_is_not(command):
    said = command("explain", "PLB-08").output
    assert "must: a breach fails the recorder" in said
    held, _, open_ = said.partition("not held against it:")
    assert "length         §3.3.1.1, second row of the packet header" in held
    assert "from where Length counts" in open_
    assert "test_every_byte_of_a_gop" in open_
    silent = command("explain", "CTL-03").output
    assert "nothing is held against a recorder" in silent
    assert "held against a recorder, and where" not in silent
    assert "leaves the recorder's verdict as it is" in command("explain", "SES-14").output


def test_a_scenario_that_cannot_be_imported(tmp_path):
    (tmp_path / "test_unreadable.py").write_text("import no_such_module")
    with pytest.raises(KitError, match="ModuleNotFoundError"):
        claims(tmp_path)


def test_claims_are_found_without_running(tmp_path):
    (tmp_path / "test_claims.py").write_text(PASSING)
    (claim,) = claims(tmp_path)
    assert (claim.scenario, claim.claim.ids, claim.text) == ("test_it", ("SES-01",), "All is well.")


def test_selftest_usage(command):
    assert command("selftest", "--defect", "no-such-defect").exit_code == 2
    assert command("selftest", "--select", "LOV-*").exit_code == 2
