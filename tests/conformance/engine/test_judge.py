"""The engine, tried with scenarios that are written for the purpose."""

from __future__ import annotations

import itertools
import json
import xml.etree.ElementTree as ElementTree

import msgspec
import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.events import (
    CheckMade,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
)
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.outcomes import TargetUnreachableError
from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.report.result_files import junit_xml, read_result, result_json
from nvr_conformance.report.writer import ReportWriter

HEADER = (
    "from nvr_conformance.scenario import scenario\n"
    "from nvr_conformance.judgement.outcomes import KitError\n"
    "import pytest\n"
)
NUMBERS = itertools.count()


@pytest.fixture
def run(tmp_path, fake_recorder):
    """Judge the fake recorder by scenarios given as text."""

    def run(*files, model=2, allow=(), reporters=(), **options):
        directory = tmp_path / f"scenarios{next(NUMBERS)}"
        directory.mkdir()
        for text in files:
            (directory / f"test_fake_{next(NUMBERS)}.py").write_text(HEADER + text)
        target = TargetOptions(
            url=fake_recorder.url, model=model, pace=0, timeout=2, allow=frozenset(allow), password="x"
        )
        return judge(target, RunOptions(scenarios=directory, **options), reporters=reporters)

    return run


def row(result, id_):
    return next(row for row in result.requirements if row.id == id_)


PASSING = """
@scenario("SES-01", "SES-18")
def test_passing(target, client, check, observe):
    assert client.login().is_alive()
    assert check("SES-01", 1 == 1, "one", 1, "arithmetic") is True
    observe("SES-18", "ten digits")
"""


def test_a_run_that_passes(run, fake_recorder):
    result = run(PASSING)
    assert result.verdict is Overall.CONFORMANT
    assert result.exit_status == 0
    assert result.target == fake_recorder.url
    assert [each.id for each in result.requirements] == list(requirements())
    (check,) = row(result, "SES-01").checks
    assert (check.name, check.expected, check.actual) == ("arithmetic", "one", "1")
    assert check.evidence.startswith("test_passing, exchange ")
    assert row(result, "SES-18").verdict is Verdict.OBSERVED
    assert row(result, "SES-02").verdict is Verdict.NOT_TESTED
    assert row(result, "SES-02").reason == "no scenario claims it"
    assert fake_recorder.alive == set()


def test_checks_that_fail_and_warn(run):
    result = run("""
@scenario("SES-01", "SEC-05", "SES-03", "SES-04")
def test_failing(check):
    assert check("SES-01", False, "a", "b") is False
    check("SES-01", True)
    check("SEC-05", 0, "c", "d")
    check("SES-03", "", "e", "f")
    check("SES-04", True)
""")
    assert result.verdict is Overall.NOT_CONFORMANT
    assert result.exit_status == 1
    assert result.broken == {"SES-01", "SES-03", "SEC-05"}
    assert row(result, "SEC-05").verdict is Verdict.WARN
    assert row(result, "SES-01").checks[0].name == requirements()["SES-01"].text


@pytest.mark.parametrize(
    ("ids", "untested"),
    [
        (("SES-01", "SES-02", "SES-18"), ["SES-02 (must) was not tested: out of reach"]),
        (("SES-01", "SES-18"), []),
    ],
)
def test_where_nothing_keeps_scenarios_from_running_each_must_is_tested(tmp_path, ids, untested):
    """What no scenario claims, and what was not selected, is not looked for."""
    scenarios = tmp_path / f"test_whole_{next(NUMBERS)}.py"
    claimed = ", ".join(map(repr, ids))
    scenarios.write_text(f"""{HEADER}
@scenario({claimed})
def test_whole(check, observe, require):
    check("{ids[0]}", True)
    require(False, "out of reach")
""")
    result = judge(TargetOptions(model=2), RunOptions(scenarios=scenarios))
    assert list(result.untested) == untested
    wanted = (Overall.INCOMPLETE, 1) if untested else (Overall.CONFORMANT, 0)
    assert (result.verdict, result.exit_status) == wanted
    selected = judge(TargetOptions(model=2), RunOptions(scenarios=scenarios, select=[ids[0]]))
    assert selected.verdict is Overall.CONFORMANT


def test_what_the_document_leaves_open_stands_beside_the_checks(run):
    """An observation of a binding row weakens no pass, and makes none."""
    result = run("""
@scenario("PLB-08", "PLB-10")
def test_beside(check, observe):
    check("PLB-08", True, name="padding", basis="alignment")
    observe("PLB-08", "from itself", "Length counts")
    observe("PLB-10", "with padding", "data size counts")
""")
    assert result.verdict is Overall.CONFORMANT
    beside, alone = row(result, "PLB-08"), row(result, "PLB-10")
    assert (beside.verdict, alone.verdict) == (Verdict.PASS, Verdict.OBSERVED)
    assert [(check.verdict, check.basis) for check in beside.checks] == [
        (Verdict.PASS, "alignment"),
        (Verdict.OBSERVED, ""),
    ]
    assert beside.basis == requirements()["PLB-08"].basis
    assert any("Length counts" in words for words in beside.not_held)
    assert read_result(result_json(result)) == result


def test_a_check_that_only_warns(run):
    result = run("""
@scenario("INF-05", "INF-04")
def test_warning(check):
    check("INF-05", False, "10 s", "12 s", warns=True)
    check("INF-04", True, warns=True)
""")
    assert (row(result, "INF-05").verdict, row(result, "INF-04").verdict) == (Verdict.WARN, Verdict.PASS)
    assert result.verdict is Overall.CONFORMANT


def test_a_scenario_that_breaks_is_nobodys_failure(run):
    result = run("""
@scenario("SES-01", "SES-02", "SES-03")
def test_breaking(check):
    check("SES-01", True)
    check("SES-02", False)
    {}["nothing"]
""")
    assert row(result, "SES-01").verdict is Verdict.PASS
    assert row(result, "SES-02").verdict is Verdict.FAIL
    assert row(result, "SES-03").verdict is Verdict.ERROR
    assert "KeyError: 'nothing' (test_fake" in row(result, "SES-03").reason
    assert result.verdict is Overall.NOT_CONFORMANT


def test_an_error_alone_is_inconclusive(run):
    result = run(PASSING, '@scenario("SES-03")\ndef test_b(check):\n    assert False, "no"\n')
    assert result.verdict is Overall.INCONCLUSIVE
    assert result.exit_status == 4
    assert "AssertionError: no" in result.errors[0]


@pytest.mark.parametrize(
    "line",
    [
        'check("SES-02", True)',
        'observe("SES-02", True)',
        'not_tested("SES-02", "x")',
        'check("SES-18", 1)',
        'check("SES-01", True, basis="hearsay")',
        '[check("SES-01", True) for _ in range(6000)]',
    ],
)
def test_wrong_use_of_the_pens_is_an_error_of_the_kit(run, line):
    result = run(f"""
@scenario("SES-01", "SES-18", "SES-20")
def test_wrong(check, observe, not_tested):
    {line}
""")
    assert "KitError" in result.errors[0]
    assert row(result, "SES-20").verdict is Verdict.ERROR
    assert row(result, "SES-02").verdict is Verdict.NOT_TESTED


@pytest.mark.parametrize(
    "line",
    [
        'require(False, "no luck")',
        'pytest.skip("no luck")',
        'from nvr_conformance.judgement.outcomes import NothingToJudge; raise NothingToJudge("no luck")',
    ],
)
def test_a_prerequisite_that_fails(run, line):
    result = run(f"""
@scenario("SES-01", "SES-02")
def test_stopping(check, require):
    assert require("something", "") == "something"
    check("SES-01", True)
    {line}
    check("SES-02", False)
""")
    assert result.verdict is Overall.CONFORMANT
    assert (row(result, "SES-02").verdict, row(result, "SES-02").reason) == (Verdict.NOT_TESTED, "no luck")


def test_a_login_that_fails_is_a_prerequisite(run, fake_recorder):
    fake_recorder.answers_login = True
    result = run("""
@scenario("SES-01", "SES-02")
def test_login(target, client, check):
    target.endpoint = type(target.endpoint)("127.0.0.1", 1)
    check("SES-01", True)
    client.login()
""")
    assert row(result, "SES-02").reason == "no login: connection refused"


def test_what_is_left_out_and_what_does_not_apply(run):
    result = run("""
@scenario("SES-01", "SES-02", "SES-03", "SES-04")
def test_partly(check, not_tested, not_applicable):
    check("SES-01", True)
    not_tested("SES-02", "no second user")
    not_applicable("SES-03", "four cameras")
""")
    assert row(result, "SES-02").reason == "no second user"
    assert row(result, "SES-03").verdict is Verdict.NOT_APPLICABLE
    assert row(result, "SES-04").reason == "test_partly ended without checking it"


def test_models_and_needs(run):
    text = """
@scenario("SES-01", models=(1, 3))
def test_for_others(check):
    check("SES-01", True)

@scenario("SES-02", needs=("eviction", "load"))
def test_disturbing(check):
    check("SES-02", True)

@scenario("SES-03", needs=("manual-clock", "state"))
def test_emulator(check):
    check("SES-03", True)

@scenario("SES-04")
def test_always(check):
    check("SES-04", True)
"""
    result = run(text, allow=["load"])
    assert row(result, "SES-01").verdict is Verdict.NOT_APPLICABLE
    assert "MODEL 1 and 3" in row(result, "SES-01").reason
    assert row(result, "SES-02").reason == "test_disturbing needs --allow eviction"
    assert "control port" in row(result, "SES-03").reason
    result = run(text, allow=["load", "eviction"], model=3)
    assert result.ids(Verdict.PASS) == {"SES-01", "SES-02", "SES-04"}


def test_select_and_skip(run):
    text = PASSING + '\n@scenario("SES-02")\ndef test_other(check):\n    check("SES-02", False)\n'
    result = run(text, select=["SES-01"])
    assert result.verdict is Overall.CONFORMANT
    assert row(result, "SES-18").reason == "not selected"
    assert run(text, skip=["SES-02"]).verdict is Overall.CONFORMANT
    with pytest.raises(ValueError, match="leave no"):
        run(text, select=["SES-01"], skip=["SES-*"])


def test_who_read_the_packets_is_told(run):
    text = """
@scenario("SES-06")
def test_reading(target, check):
    packet = CapturedPacket(0, bytes([128, 98]) + bytes(20), 0.0)
    target.rtp.dissect([packet] * 3)
    target.rtp.read_many([packet])
    check("SES-06", True)
"""
    about = run("from nvr_conformance.scenario import CapturedPacket\n" + text).about
    assert about.packets_read == {"scapy alone": 3, "both readers": 1}
    assert about.lines()["packets read"] == "3 of RTP by scapy alone, 1 of RTP by both readers"


def test_with_a_focus_no_file_is_collected_that_has_nothing_to_say_of_it(run):
    wanted, other = (
        """
@scenario("SES-06")
def test_wanted(check):
    check("SES-06", True)
""",
        """
@scenario("SES-05")
def test_other(check):
    raise AssertionError("not of the focus")

def test_without_a_claim():
    pass
""",
    )
    result = run(wanted, other, focus=frozenset({"SES-06"}))
    assert row(result, "SES-06").verdict is Verdict.PASS
    assert not result.errors
    assert "test_without_a_claim" in "".join(run(wanted, other).errors)


@pytest.mark.parametrize("files", [(), ("x = 1\n",)])
def test_nothing_that_ran_is_inconclusive(run, files):
    result = run(*files)
    assert result.verdict is Overall.INCONCLUSIVE
    assert result.exit_status == 4


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("import no_such_module\n", "no_such_module"),
        ("def test_unmarked():\n    pass\n", "not marked"),
        ('@scenario("SES-99")\ndef test_unknown(check):\n    pass\n', "SES-99"),
        ("@scenario()\ndef test_empty(check):\n    pass\n", "must declare"),
        ('@scenario("SES-01", needs=("luck",))\ndef test_needy(check):\n    pass\n', "luck"),
    ],
)
def test_scenarios_that_cannot_be_run(run, text, problem):
    result = run(PASSING, text)
    assert result.verdict is Overall.INCONCLUSIVE
    assert problem in result.errors[0]
    assert row(result, "SES-01").verdict is Verdict.PASS


def test_ctrl_c_ends_in_order(run, fake_recorder):
    events = []
    result = run(
        """
@scenario("SES-01", "SES-02")
def test_a(client, check):
    client.login()
    check("SES-01", True)
    raise KeyboardInterrupt
""",
        PASSING.replace("SES-01", "SES-03"),
        reporters=[events.append],
    )
    assert result.verdict is Overall.INCONCLUSIVE
    assert result.exit_status == 4
    assert row(result, "SES-01").verdict is Verdict.PASS
    assert row(result, "SES-02").reason == "the run was interrupted"
    assert row(result, "SES-03").reason == "the run was interrupted"
    assert fake_recorder.alive == set()
    assert isinstance(events[-1], RunFinished)


def test_events_in_order(run):
    events = []
    run(PASSING, reporters=[events.append])
    assert [type(event) for event in events] == [
        RunStarted, ScenarioStarted, CheckMade, CheckMade, ScenarioFinished, RunFinished,
    ]  # fmt: skip
    assert events[0].scenarios == ("test_passing",)
    assert events[4].outcome == "finished"


def test_chance_is_the_seeds(run):
    text = """
@scenario("SES-18")
def test_chance(target, observe):
    observe("SES-18", target.random.random())
"""
    values = [row(run(text, seed=seed), "SES-18").checks[0].actual for seed in (1, 1, 2)]
    assert values[0] == values[1] != values[2]


def test_what_a_scenario_knows_of_its_target(run):
    result = run("""
@scenario("SES-01")
def test_target(target, check):
    check("SES-01", (target.cameras, target.channels) == ((1,), 2))
    check("SES-01", (target.model, target.clock, target.state()) == (2, "real", None))
    check("SES-01", not target.allows("ptz"))
    before = target.now()
    target.pass_time(0.01)
    check("SES-01", target.now() - before >= 0.01)
""")
    assert result.verdict is Overall.CONFORMANT


def test_the_model_is_found_by_the_digits(run, fake_recorder):
    assert run(PASSING, model=None).model == 2
    fake_recorder.uids = itertools.count(12345)
    assert run(PASSING, model=None).model == 1
    fake_recorder.uids = itertools.count(123456)
    with pytest.raises(TargetUnreachableError, match="6 digits"):
        run(PASSING, model=None)


def test_no_recorder_there(run, fake_recorder):
    fake_recorder.answers_login = False
    with pytest.raises(TargetUnreachableError, match="not a recorder"):
        run(PASSING)
    with pytest.raises(TargetUnreachableError, match="connection refused"):
        judge(TargetOptions(url="http://127.0.0.1:1", model=2))


def test_the_report_on_disk(run, tmp_path):
    directory = tmp_path / "deep" / "report"
    result = run(PASSING, '@scenario("SES-02")\ndef test_f(check):\n    check("SES-02", 0, "<a>", "\\x01")\n',
                 reporters=[ReportWriter(directory)])  # fmt: skip
    data = json.loads((directory / "result.json").read_bytes())
    assert list(data) == [
        "verdict",
        "target",
        "model",
        "seed",
        "seconds",
        "requirements",
        "begun",
        "about",
        "spent",
    ]
    assert data["verdict"] == "not-conformant"
    assert len(data["requirements"]) == 138
    assert list(data["requirements"][0]) == [
        "id",
        "level",
        "verdict",
        "reason",
        "checks",
        "basis",
        "not_held",
    ]
    assert list(data["requirements"][0]["checks"][0]) == ["name", "verdict", "expected", "actual", "evidence"]
    about = msgspec.structs.replace(result.about, masking=data["about"]["masking"])
    assert read_result((directory / "result.json").read_bytes()) == msgspec.structs.replace(
        result, about=about
    )
    suite = ElementTree.parse(directory / "junit.xml").getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("138", "1", "0")
    assert "expected <a>" in suite.find(".//failure").text
    assert "dlogin.cgi" in (directory / "evidence" / "test_passing.txt").read_text()
    names = {path.name for path in directory.iterdir()}
    assert names == {"evidence", "index.html", "declaration.json", "junit.xml", "result.json"}


def test_what_a_scenario_needs_says_nothing_of_what_it_checks_besides(run):
    result = run(
        '@scenario("SES-04")\ndef test_own(not_applicable):\n    not_applicable("SES-04", "does not come")\n',
        '@scenario("SES-01", besides=("SES-04",))\ndef test_more(require):\n    require(False, "no JPEG")\n',
    )
    assert (row(result, "SES-04").verdict, row(result, "SES-04").reason) == (
        Verdict.NOT_APPLICABLE,
        "does not come",
    )
    assert (row(result, "SES-01").verdict, row(result, "SES-01").reason) == (Verdict.NOT_TESTED, "no JPEG")


def test_errors_of_the_kit_are_in_the_files(run):
    result = run('@scenario("SES-01")\ndef test_e(check):\n    1 / 0\n')
    assert json.loads(result_json(result))["errors"] == list(result.errors)
    suite = ElementTree.fromstring(junit_xml(result))
    assert suite.get("errors") == "2"
    assert len(suite.findall(".//error")) == 2


def test_scenarios_by_name_run_in_that_order_and_a_wrong_name_is_told():
    seen = []
    names = ("test_logout", "test_login")
    result = judge(run=RunOptions(only=names), reporters=[seen.append])
    assert [event.name for event in seen if isinstance(event, ScenarioStarted)] == list(names)
    assert not result.errors
    result = judge(run=RunOptions(only=("test_no_such",)))
    assert result.errors == ("no such scenario: test_no_such",)
