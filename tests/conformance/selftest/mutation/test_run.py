import logging
import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from nvr_conformance.cli.main import main
from nvr_conformance.client.history import History
from nvr_conformance.engine.events import ScenarioStarted
from nvr_conformance.selftest.mutation import run as running
from nvr_conformance.selftest.mutation import trial as trial_module
from nvr_conformance.selftest.mutation.files import MutantSettings, MutantsRecord, recorded, scores
from nvr_conformance.selftest.mutation.operators import Mutant, mutants_of
from nvr_conformance.selftest.mutation.run import (
    Equivalent,
    Excused,
    Kind,
    judge_mutants,
    known_equivalents,
)
from nvr_conformance.selftest.mutation.sites import (
    chosen,
    modules_of,
    mutants_in,
    path_of,
    takes_another_way,
)
from nvr_conformance.selftest.mutation.survey import Contexts, Survey
from nvr_conformance.selftest.mutation.trial import Fate, Judged, MutantTrial, Scene, Watcher, judge_mutant
from nvr_conformance.selftest.shard import WHOLE
from nvr_conformance.selftest.worker_pool import Lost
from nvr_conformance.wire.exchange import Exchange
from nvr_emulator.footage.footage import footage_of
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.nal_units import split_annex_b

PACKET = "nvr_protocol.rtp.packet"
SCENES = {
    "test_a": Scene(2.0, "aa", ("LIV-04", "LIV-05")),
    "test_b": Scene(1.0, "bb", ("LIV-05",)),
}
HEALTHY = Survey(
    SCENES, {str(path_of(PACKET)): {3: ("test_a",), 4: ("test_a", "test_b"), 5: (), 6: ("import",)}}
)


def mutant(number, operator="constant"):
    return Mutant("nvr_protocol.rtp.packet", "f", 3, 0, operator, "1 is 2", f"x = {number}", number)


def survived(answers, *checked):
    return Judged(Fate.SURVIVED, scenes={"test_a": Scene(2.0, answers, checked)})


FATES = {
    0: Judged(Fate.KILLED, ("LIV-04",)),
    1: survived("other", "LIV-04"),
    2: survived("aa", "LIV-04"),
    3: Judged(Fate.CRASHED, reason="AttributeError"),
    4: survived("another", "LIV-04"),
    5: Judged(Fate.NO_VERDICT, reason="the kit broke"),
    6: Lost("no answer within 1 s"),
    7: survived("less"),
}


EXCUSED = Excused((Equivalent(mutant(4).key, "the document allows it"),))


def answer_by_number(work, tasks, **kwargs):
    assert kwargs["fresh"]
    for task in tasks:
        yield task, FATES[task.number]


@pytest.fixture
def outcomes(monkeypatch):
    monkeypatch.setattr(running, "spread", answer_by_number)
    monkeypatch.setattr(running, "known_equivalents", lambda: EXCUSED)
    made = judge_mutants([mutant(number) for number in FATES], HEALTHY, model=2, seed=0, jobs=2)
    return sorted(made, key=lambda each: each.mutant.number)


def test_what_is_not_seen_on_the_wire_is_no_survivor(outcomes):
    assert [each.judged.fate for each in outcomes] == [
        Fate.KILLED,
        Fate.SURVIVED,
        Fate.UNSEEN,
        Fate.CRASHED,
        Fate.SURVIVED,
        Fate.NO_VERDICT,
        Fate.CRASHED,
        Fate.KILLED,
    ]


def test_a_must_that_is_not_tested_any_more_is_seen(outcomes):
    assert (outcomes[7].judged.by, outcomes[7].judged.reason) == (("LIV-04",), "not tested any more")


def test_a_mutant_meets_the_scenarios_that_execute_it_the_shortest_first():
    path = path_of(PACKET)
    one, two, nowhere = (replace(mutant(0), line=line) for line in (3, 4, 5))
    assert HEALTHY.scenarios(path, one) == ("test_a",)
    assert HEALTHY.scenarios(path, two) == ("test_b", "test_a")
    assert HEALTHY.scenarios(path, nowhere) == ()
    assert HEALTHY.scenarios(path, replace(nowhere, at_import=True)) == ("test_b", "test_a")
    assert HEALTHY.scenarios(path, replace(nowhere, line=6)) == ("test_b", "test_a")
    assert HEALTHY.executes(path, 5)
    assert not HEALTHY.executes(path, 7)


def test_the_score_is_of_what_is_visible_and_no_crash(outcomes):
    rows = tuple(recorded("protocol", each) for each in outcomes)
    [made] = scores(rows)
    assert (made.killed, made.survived, made.excused, made.unseen, made.crashed) == (2, 1, 1, 1, 2)
    assert (made.visible, made.share, made.reached) == (3, 2 / 3, False)
    record = MutantsRecord(MutantSettings(8, "protocol", 2, 0), WHOLE, 1.0, (), (made,), rows)
    assert record.operators == {"constant": (2, 1)}
    assert [each.number for each in record.survivors] == [1]
    assert scores([]) == ()


def test_a_mutant_is_named_without_line_numbers():
    assert mutant(7).key == "nvr_protocol.rtp.packet:f: x = 7: 1 is 2"
    assert "3" not in mutant(7).key


@pytest.mark.parametrize("package", ["emulator", "protocol"])
def test_the_modules_that_answer_on_the_wire(package):
    modules = modules_of(package)
    assert all(path.exists() for path in modules.values())
    assert not any("defects" in name or ".cli" in name or "findings" in name for name in modules)
    there = mutants_in(package, lambda path, line: line < 500)
    assert len(there) > 500
    assert mutants_in(package, lambda path, line: False) == []
    assert chosen(there, 5, 1) == chosen(there, 5, 1) != chosen(there, 5, 2)


def test_every_equivalent_names_a_mutant_that_there_is():
    keys = {
        each.key
        for package in ("emulator", "protocol")
        for each in mutants_in(package, lambda path, line: True)
    }
    known = known_equivalents()
    assert {row.key for row in known.mutant} - keys == set()
    for row in known.kind:
        assert any(re.fullmatch(row.keys, key) for key in keys), row.keys
    assert all(row.why for row in (*known.mutant, *known.kind))


def test_a_kind_excuses_what_its_pattern_matches_whole():
    excused = Excused(kind=(Kind("m:f: .*: 1 is [02]", "open"),))
    assert excused.why("m:f: x = 1: 1 is 2") == "open"
    assert excused.why("m:f: x = 1: 1 is 20") == excused.why("n:m:f: x = 1: 1 is 2") == ""


OPEN = """
def made(self, plan):
    if plan.variants.no_image == "404":
        return plan.variants.mp4_start != "key-before" and self.going
    return self.second_stream == "else", plan.variants.no_image == "chunk" == self.other
"""


def test_another_way_that_the_document_leaves_open_is_no_fault():
    free = {each.text for each in mutants_of("m", OPEN) if takes_another_way(each)}
    assert free == {
        "the condition negated",
        "Eq is NotEq",
        "'404' is '405'",
        "NotEq is Eq",
        "'key-before' is 'key-beford'",
    }
    others = {each.text for each in mutants_of("m", OPEN) if not takes_another_way(each)}
    assert {"And is Or", "'else' is 'eld'", "'chunk' is 'chunj'", "Eq is NotEq"} <= others | {
        "'else' is 'eld'"
    }


def trial_of(module, text, *scenarios):
    [number] = [
        each.number for each in mutants_of(module, path_of(module).read_text("utf-8")) if each.text == text
    ]
    return MutantTrial(module, number, 2, 0, scenarios)


TABLE = "nvr_protocol.commands.table"
WRONG = {
    trial_of(PACKET, "97 is 98", "test_live_audio_of_each_codec"): "LIV-",
    trial_of(TABLE, "'dlogin.cgi' is 'dlogin.cgh'", "test_login"): "SES-",
    trial_of(TABLE, "'ENDTIME' is 'ENDTIMD'", "test_a_minute_of_a_camera"): "DWN-",
    trial_of(TABLE, "'SDBACKUP' is 'SDBACKUQ'", "test_go_to_date"): "PLB-",
    trial_of(TABLE, "'PLAY' is 'PLAX'", "test_forward_backward_stop"): "PLB-12",
}


def test_a_recorder_that_breaks_as_its_clock_moves_is_no_fault_of_the_judge(tmp_path):
    module = "nvr_emulator.recorder.live.streams"
    keys = {each.key: each.number for each in mutants_of(module, path_of(module).read_text("utf-8"))}
    [number] = [keys[key] for key in keys if "media: if isinstance(gop, AudioUnit):: the condition" in key]
    trial = MutantTrial(module, number, 2, 0, ("test_live_over_http",), str(tmp_path))
    [(_, judged)] = running.spread(judge_mutant, [trial], jobs=1, timeout=60, fresh=True)
    assert judged.fate is Fate.CRASHED
    assert judged.reason.startswith("the recorder broke")


def test_what_emulator_and_protocol_share_is_held_against_the_document(tmp_path):
    """Mutants in what both sides would go by if the judge had no table and no numbers of its own, and one
    that is not there; each in a process of its own."""
    gone = MutantTrial(TABLE, 10**9, 2, 0, ("test_login",))
    trials = [replace(each, compiled=str(tmp_path)) for each in (*WRONG, gone)]
    judged = dict(running.spread(judge_mutant, trials, jobs=2, timeout=60, fresh=True))
    for trial, prefix in zip(trials, WRONG.values(), strict=False):
        assert judged[trial].fate is Fate.KILLED, judged[trial]
        assert judged[trial].by[0].startswith(prefix)
    assert "no mutant" in judged[trials[-1]].reason


def told(status, body, crc=None, **headers):
    history = History()
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    history.add(Exchange(1, "GET", "/", status=status, headers=pairs, body=body, crc=crc))
    return trial_module._digest(history)


def test_what_is_free_is_no_difference():
    assert told(400, b"no", Content_Length="2") == told(400, b"not so", Content_Length="6")
    assert told(200, b"a", Server="x", Date="y") == told(200, b"a", Server="z", Date="w")
    assert (
        len({told(200, b"a"), told(200, b"b"), told(200, b"a", A="b"), told(404, b"a"), told(400, b"a")}) == 5
    )
    assert told(401, b"", WWW_Authenticate="x") != told(401, b"", WWW_Authenticate="y")
    assert told(200, b"", 1) != told(200, b"", 2)  # files of a download, which are not kept


def test_what_is_held_against_a_recorder_that_breaks_is_no_kill():
    watcher = Watcher()
    log = logging.getLogger("a recorder")
    log.addHandler(watcher)
    log.propagate = False
    log.error("no trace")
    assert not watcher.crash
    try:
        raise KeyError("x")
    except KeyError:
        log.exception("with a trace")
    assert watcher.crash == "the recorder broke: KeyError"


def test_each_scenario_is_told_of_what_it_executes_though_another_did_before():
    switched = []
    contexts = Contexts(SimpleNamespace(switch_context=switched.append))
    contexts(ScenarioStarted("test_a", ("LIV-14",)))
    before = footage_of("counter-small", Codec.H264, 1)
    before.payloads(before.gop(0), 0)
    assert footage_of("counter-small", Codec.H264, 1) is before
    contexts(ScenarioStarted("test_b", ("LIV-14",)))
    after = footage_of("counter-small", Codec.H264, 1)
    assert after.recorded is not before.recorded
    assert switched == ["test_a", "test_b"]


def test_the_command_tells_the_score(monkeypatch, tmp_path):
    monkeypatch.setattr("nvr_conformance.selftest.mutation.survey.survey", lambda *args: HEALTHY)
    there = [mutant(number) for number in FATES]
    monkeypatch.setattr("nvr_conformance.selftest.mutation.sites.mutants_in", lambda *args: there)
    monkeypatch.setattr(running, "spread", answer_by_number)
    answer = CliRunner().invoke(
        main, ["selftest", "--mutants", "8", "--of", "emulator", "--report", str(tmp_path / "report")]
    )
    assert answer.exit_code == 1, answer.output
    assert "2 of 4 visible mutants killed (50%)" in answer.output
    assert "nvr_protocol.rtp.packet:f: x = 1: 1 is 2" in answer.output
    assert "LIV-04" in (tmp_path / "report" / "mutants.json").read_text()
    page = (tmp_path / "report" / "selftest.html").read_text()
    assert "Faults that nobody listed" in page
    assert "50 %" in page
    assert page.count('class="survivor"') == 2


def test_an_exception_is_the_recorder_s_where_it_comes_out_of_its_code():
    """However deep in the libraries it is raised, and whoever called."""
    problems = []
    for call in (lambda: split_annex_b("text"), lambda: mutants_of("m", None), lambda: 1 // 0):
        try:
            call()
        except Exception as problem:
            problems.append(trial_module.in_recorder(problem))
    assert problems == [True, False, False]
