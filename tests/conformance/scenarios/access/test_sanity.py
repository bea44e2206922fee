"""The scenario that runs first and last: its place, and what it means when what worked works no more."""

from __future__ import annotations

import pytest

from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.events import RunStarted, ScenarioFinished
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_emulator.footage.recordings import TimeLine
from nvr_emulator.server.embedding import EmbeddedRecorder

PLACES = """from nvr_conformance.scenario import scenario
@scenario("SES-02", place="last")
def test_a(check, require):
    require({sane}, "gone")
@scenario("SES-04")
def test_b(check):
    check("SES-04", True)
@scenario("SES-02", place="first")
def test_c(check):
    check("SES-02", True)
"""


@pytest.fixture
def scenarios(tmp_path):
    def write(sane):
        path = tmp_path / "scenarios"
        path.mkdir()
        (path / f"test_places_{sane}.py").write_text(PLACES.format(sane=sane))
        return path

    return write


@pytest.mark.parametrize("select", [["SES-*"], ["SES-04"]])
def test_first_and_last_are_run_whatever_is_selected(scenarios, select):
    seen = []
    result = judge(run=RunOptions(select=select, scenarios=scenarios(True)), reporters=[seen.append])
    started = next(event for event in seen if isinstance(event, RunStarted))
    assert started.scenarios == ("test_c", "test_b", "test_a")
    assert result.verdict is Overall.CONFORMANT
    assert ("SES-02" in result.ids(Verdict.PASS)) is (select == ["SES-*"])


def test_what_works_no_more_leaves_it_inconclusive(scenarios):
    result = judge(run=RunOptions(select=["SES-04"], scenarios=scenarios(False)))
    assert result.ids(Verdict.PASS) == {"SES-04"}
    assert result.verdict is Overall.INCONCLUSIVE
    assert result.errors == ("gone",)


@pytest.mark.parametrize("breaks", [False, True])
def test_a_recorder_that_no_longer_plays_is_found_out(breaks):
    """Between the first and the last scenario its recordings go."""
    with EmbeddedRecorder(clock="manual") as recorder:
        options = TargetOptions(
            url=recorder.url, password=recorder.password, control=recorder.control_url, model=2
        )

        def meddle(event):
            if breaks and isinstance(event, ScenarioFinished) and event.name == "test_sanity_at_first":
                for camera in recorder.machine.recorder.cameras.registered:
                    recorder.machine.recorder.cameras.recording(camera).time_line = TimeLine([])

        result = judge(options, RunOptions(select=["SES-04"]), reporters=[meddle])
    assert result.errors == (("what worked at first works no more: playback",) if breaks else ())
    assert result.verdict is (Overall.INCONCLUSIVE if breaks else Overall.CONFORMANT)


def test_the_whole_of_it_works_on_a_healthy_recorder():
    seen = []
    judge(TargetOptions(model=2), RunOptions(select=["SES-02"]), reporters=[seen.append])
    sanity = [event for event in seen if isinstance(event, ScenarioFinished) and "sanity" in event.name]
    assert [event.outcome for event in sanity] == ["finished", "finished"]
    assert sanity[0].history.target.recall("worked at first") == [
        *("login", "keep-alive", "cameras", "live", "playback", "logout")
    ]
