"""The self-test on a small scale: one scenario, the healthy emulator, and two with a defect."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.selftest.console import duration, outcome_line, print_matrix, seconds_left
from nvr_conformance.selftest.coverage import coverage
from nvr_conformance.selftest.planning import Settings, declared_defects, plan_trials
from nvr_conformance.selftest.trials import MODELS, Outcome, Trial, run_trial
from nvr_emulator.defects import all_defects

SCENARIO = """
from nvr_conformance.scenario import refused, scenario

@scenario("SES-01", "SES-09")
def test_login_and_logout(target, client, check, require):
    login = client.try_login()
    asked = login.challenge
    check("SES-01", asked.status == 401 and "UID=" not in asked.text, 401, asked)
    session = client.login()
    before = target.now()
    target.pass_time(5)
    require(target.now() - before == 5, "the clock is moved")
    session.logout()
    check("SES-09", refused(session.get("keep_alive")), "refused", session.client.history.exchanges[-1])
"""

CHOSEN_AT_RANDOM = """
from nvr_conformance.scenario import scenario

@scenario("SES-04", "SES-18", "LIV-22")
def test_what_is_chosen_at_random(target, client, check, observe, not_applicable):
    not_applicable("LIV-22", "there is no seventeenth")
    session = client.login()
    check("SES-04", session.uid > 0, "a positive UID", session.uid)
    observe("SES-18", session.uid, "by the recorder")
    observe("SES-18", target.random.random(), "by the judge")
    observe("SES-18", len(target.users), "not at random")
"""


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory):
    path = tmp_path_factory.mktemp("selftest") / "test_selftest_scenario.py"
    path.write_text(SCENARIO)
    return path


def trial(scenarios, defect, *breaks):
    return Trial(2, defect, frozenset(breaks), scenarios=scenarios)


FOR_ITS_SAKE = """
from nvr_conformance.scenario import refused, scenario

@scenario("SES-09")
def test_logout(target, client, check):
    session = client.login()
    session.logout()
    check("SES-09", {ended}, "refused", session.get("keep_alive"))
"""
BESIDES = """
from nvr_conformance.scenario import refused, scenario

@scenario("SES-04", besides=("SES-09",))
def test_uids(target, client, check, observe):
    session = client.login()
    check("SES-04", session.uid > 0, "a positive UID", session.uid)
    observe("SES-18", "nothing")
    session.logout()
    check("SES-09", refused(session.get("keep_alive")), "refused", "accepted")
"""


@pytest.mark.parametrize("seen", [False, True])
def test_who_checks_it_besides_is_asked_if_the_others_do_not_see_it(tmp_path, seen):
    """The second one breaks where it is asked at all: it does not claim SES-18."""
    outcome = tried_on(tmp_path, BESIDES, f"breaks_{seen}", seen=seen)
    if seen:
        assert outcome.good
    else:
        assert "did not declare SES-18" in outcome.problem


def test_what_is_seen_besides_counts(tmp_path):
    assert tried_on(
        tmp_path, BESIDES.replace('    observe("SES-18", "nothing")\n', ""), "counts", seen=False
    ).good


def tried_on(folder, besides, name, *, seen):
    """One process imports each name once."""
    ended = 'refused(session.get("keep_alive"))' if seen else "True"
    (folder / f"test_sake_{name}.py").write_text(FOR_ITS_SAKE.format(ended=ended))
    (folder / f"test_besides_{name}.py").write_text(besides)
    breaks = frozenset({"SES-09"})
    return run_trial(Trial(2, "logout-keeps-the-uid", breaks, scenarios=folder, focus=breaks))


def test_healthy_and_defective(scenarios):
    assert run_trial(trial(scenarios, None)).good
    killed = run_trial(trial(scenarios, "login-without-credentials", "SES-01"))
    assert killed.good
    assert killed.broken == {"SES-01"}
    assert killed.seconds < 5
    blamed = run_trial(trial(scenarios, "login-without-credentials", "SES-09"))
    assert (blamed.missing, blamed.extra, blamed.good) == ({"SES-09"}, {"SES-01"}, False)


ONLY_WARNS = """
from nvr_conformance.scenario import scenario

@scenario("SES-01", "SES-14")
def test_warning(client, check):
    client.try_login()
    check("SES-01", False, warns=True)
    check("SES-14", False)
"""


def test_a_must_that_only_warns_is_not_found(tmp_path):
    """Of a healthy recorder it is a false alarm; a should is found by its warning."""
    (tmp_path / "test_selftest_warns.py").write_text(ONLY_WARNS)
    planted = run_trial(trial(tmp_path, "login-without-credentials", "SES-01", "SES-14"))
    assert (planted.missing, planted.killed, planted.extra) == ({"SES-01"}, {"SES-14"}, set())
    assert run_trial(trial(tmp_path, None)).extra == {"SES-01", "SES-14"}


def test_a_run_that_proves_nothing_is_not_good(tmp_path):
    (tmp_path / "test_selftest_nothing.py").write_text("")
    outcome = run_trial(trial(tmp_path, None))
    assert outcome.problem == "there is no scenario: nothing is judged"
    assert not outcome.good


UNTESTED = """
from nvr_conformance.scenario import scenario

@scenario("SES-01", "SES-02")
def test_one_of_two(check, not_tested):
    check("SES-01", True)
    not_tested("SES-02", "out of reach")
"""


def test_who_conforms_is_to_be_told_so(tmp_path):
    path = tmp_path / "test_one_of_two.py"
    path.write_text(UNTESTED)
    outcome = run_trial(trial(path, None))
    assert not outcome.good
    assert outcome.problem == "SES-02 (must) was not tested: out of reach"


def test_every_defect_has_a_trial():
    trials = plan_trials(Settings(variants="none"))
    assert [each.model for each in trials[:3]] == [1, 2, 3]
    assert all(each.defect is None for each in trials[:3])
    assert [each.defect for each in trials[3:]] == [defect.name for defect in all_defects()]
    assert all(each.breaks for each in trials[3:])


def test_trials_on_one_model_and_of_one_defect():
    assert {each.model for each in plan_trials(Settings(models=(3,)))} == {3}
    (only,) = plan_trials(Settings(models=(2,), defects=("login-without-credentials",)))
    assert (only.defect, only.breaks) == ("login-without-credentials", {"SES-01"})
    assert (
        len(
            plan_trials(
                Settings(
                    models=(
                        1,
                        2,
                        3,
                    ),
                    defects=("login-without-credentials",),
                )
            )
        )
        == 3
    )
    with pytest.raises(ValueError, match="no-such"):
        plan_trials(Settings(defects=("no-such",)))


def test_trials_of_some_requirements():
    trials = plan_trials(Settings(models=(2,), select=("SES-01",), variants="none"))
    assert trials[0].defect is None
    assert all(each.breaks == {"SES-01"} for each in trials[1:])
    assert trials[1:]


def test_a_seed_is_for_the_recorder_and_for_the_judge(tmp_path):
    path = tmp_path / "test_selftest_random.py"
    path.write_text(CHOSEN_AT_RANDOM)
    first, again, other = (
        run_trial(Trial(3, None, frozenset(), seed=seed, scenarios=path)) for seed in (7, 7, 8)
    )
    assert first.good
    assert first.not_applicable == {"LIV-22": "there is no seventeenth"}
    assert first.observed == again.observed
    same = {what for what, digest in other.observed.items() if first.observed[what] == digest}
    assert len(other.observed) == 3
    assert same == {"SES-18 not at random"}


def test_healthy_recorders_of_many_seeds():
    healthy = [
        each
        for each in plan_trials(
            Settings(
                models=(
                    1,
                    3,
                ),
                seed=40,
                healthy=3,
            )
        )
        if each.healthy
    ]
    assert [(each.seed, each.model) for each in healthy] == [
        (seed, model) for seed in (40, 41, 42) for model in (1, 3)
    ]


def test_how_many_healthy_runs_there_are():
    def seeds(**options):
        trials = plan_trials(Settings(models=(2,), **options))
        return sum(each.healthy for each in trials)

    assert seeds() == 1
    assert seeds(full=True) == 20
    assert seeds(full=True, healthy=2) == 2
    assert seeds(defects=["login-without-credentials"]) == 0
    assert seeds(defects=["login-without-credentials"], healthy=4) == 4


def test_a_trial_says_what_its_defect_does():
    (only,) = plan_trials(Settings(models=(2,), defects=("login-without-credentials",)))
    assert only.text == "Gives a UID to a login without credentials"


def test_every_binding_requirement_has_a_defect_on_every_model():
    declared = declared_defects()
    rows = [row for row in requirements().values() if row.level != "observe" and not row.untestable]
    without = {(row.id, model) for row in rows for model in row.models if not declared[row.id, model]}
    assert without == {("LIV-22", 2), ("PLB-27", 2)}  # four cameras: there is no seventeenth


@pytest.mark.parametrize(
    "names",
    [
        [
            "fifteen-uids",
            "seventeen-uids",
            "seventeen-live-streams",
            "preset-256-is-refused",
        ],
        ["download-of-less-than-an-hour", "log-of-1001-entries", "log-counts-one-short"],
        ["lifetime-a-bit-short", "lifetime-a-bit-long", "keep-alive-gives-88-s"],
        ["content-length-one-short", "packet-length-is-two-short", "data-size-is-short"],
        ["unit-length-leaves-its-header-out", "jpeg-length-counts-the-marker", "au-header-over-http"],
        ["play-swaps-gops", "evicts-the-newest", "sps-at-each-picture"],
        ["old-pictures-with-new-times", "audio-ends-with-the-minute", "download-is-fifteen-seconds-late"],
        ["tlv-length-leaves-its-header-out", "first-tlv-reaches-into-the-second"],
        [
            "tlv-longer-than-the-extension",
            "camera-tlv-has-a-word-too-many",
            "jpeg-tlv-is-longer-than-it-says",
        ],
        ["marker-on-every-packet", "marker-at-each-nal-unit", "marker-one-packet-late"],
        ["sequence-starts-again-at-each-gop", "sequence-wraps-to-one", "sequence-stays-at-the-wrap"],
        ["goto-takes-local-time", "pause-takes-local-time", "fast-takes-local-time"],
        ["reverse-takes-local-time", "step-takes-local-time", "local-time-in-the-extension"],
        ["useduid-counts-expired-uids", "useduid-counts-uids-that-logged-out", "useduid-counts-users"],
        ["pictures-of-the-next-camera", "neighbours-change-places", "download-of-the-next-camera"],
    ],
)
def test_subtle_defects_are_among_them(names):
    assert set(names) <= {defect.name for defect in all_defects()}


def test_a_run_that_broke_is_no_kill():
    lost = Outcome(
        Trial(2, "d", frozenset({"SES-01"})),
        frozenset({"SES-01", "SES-02"}),
        problem="no answer within 180 s",
    )
    assert not lost.good
    assert not lost.killed
    assert not lost.missing
    assert not lost.extra
    assert "no verdict" in outcome_line(lost)
    assert "no answer within 180 s" in outcome_line(lost)


def test_time_left():
    healthy, planted = Trial(2, None, frozenset()), Trial(2, "d", frozenset({"SES-01"}))
    done = [Outcome(healthy, seconds=30.0), Outcome(healthy, seconds=50.0)]
    assert seconds_left([], [planted], 1) is None
    assert seconds_left(done, [healthy, planted], 1) == 80.0
    done += [Outcome(planted, seconds=4.0), Outcome(planted, problem="no answer within 180 s")]
    assert seconds_left(done, [healthy, planted, planted], 2) == 24.0
    assert seconds_left(done, [], 2) == 0.0


def test_durations():
    assert [duration(seconds) for seconds in (0.4, 99, 100, 7000, 7300)] == [
        "0 s", "99 s", "2 min", "117 min", "2 h 2 min",
    ]  # fmt: skip


def test_the_matrix():
    outcomes = [
        *(Outcome(Trial(model, None, frozenset())) for model in MODELS),
        Outcome(Trial(2, "good-one", frozenset({"SES-01"})), frozenset({"SES-01"})),
        Outcome(Trial(2, "bad-one", frozenset({"SES-02"})), frozenset({"SES-03"})),
        Outcome(Trial(2, "lost-one", frozenset({"SES-04"})), frozenset({"SES-04"}), problem="no answer"),
    ]
    text = io.StringIO()
    rows = coverage(outcomes, {"SES-01", "SES-02", "SES-04"}, {("SES-01", 1): 1})
    print_matrix(Console(file=text, width=200), outcomes, rows)
    lines = text.getvalue().splitlines()
    assert any("bad-one" in line and "SES-02" in line and "SES-03" in line for line in lines)
    assert any("lost-one" in line and "no answer" in line and "SES-04" not in line for line in lines)
    assert "MODEL 2: 1 of 3 requirements proved\n  no defect was killed by: SES-02, SES-04" in text.getvalue()
    assert "MODEL 1: 0 of 3 requirements proved, 1 not tried" in text.getvalue()
    sums = "3 with a defect, 3 healthy, 0 that take liberties; 1 without a verdict"
    assert f"4 of 6 trials as they must be: {sums}" in text.getvalue()
    end = text.getvalue().split("\n\n")[-1].splitlines()
    assert [line.split("(")[0].strip() for line in end[:2]] == [
        "not ok MODEL 2 bad-one",
        "no verdict MODEL 2 lost-one",
    ]
    assert end[0].endswith(", survived SES-02, failed besides SES-03")
    assert end[1].endswith("no answer")
    assert end[2].startswith("4 of 6 trials")
