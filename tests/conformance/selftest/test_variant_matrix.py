from nvr_conformance.selftest.planning import Settings, plan_trials
from nvr_conformance.selftest.trials import Outcome, Trial, run_trial
from nvr_conformance.selftest.variant_matrix import variant_rows
from nvr_conformance.selftest.variant_trials import setup_of
from nvr_emulator.configuration.variant_choice import all_variants

NOTHING = frozenset()


def liberal(*chosen, model=2):
    return Trial(model, None, NOTHING, variants=chosen)


def test_all_variants_are_each_tried_alone_and_in_pairs_and_all_at_once():
    trials = [trial for trial in plan_trials(Settings(models=(2,), full=True, healthy=0)) if trial.variants]
    alone = {trial.variants[0] for trial in trials if len(trial.variants) == 1}
    assert alone == {(variant.name, value) for variant in all_variants() for value in variant.values[1:]}
    most = max(len(trial.variants) for trial in trials)
    assert most == len(all_variants())
    assert {trial.model for trial in plan_trials(Settings(full=True, healthy=0)) if trial.variants} == {
        1,
        2,
        3,
    }


def test_a_part_is_short_and_has_each_value():
    trials = [trial for trial in plan_trials(Settings()) if trial.variants]
    assert len(trials) < 10
    assert {trial.model for trial in trials} == {1, 2, 3}
    tried = {choice for trial in trials for choice in trial.variants}
    assert {(variant.name, value) for variant in all_variants() for value in variant.values[1:]} <= tried


def test_one_variant_can_be_asked_for():
    trials = plan_trials(Settings(models=(2,), of_variants=("refusal",)))
    assert all({name for name, _ in trial.variants} == {"refusal"} for trial in trials)
    assert all(trial.defect is None for trial in trials)


def test_what_is_held_against_a_variant_is_named():
    usual = Outcome(Trial(2, None, NOTHING), observed={"SES-19 unknown": "aa", "SES-18 digits": "bb"})
    other = Outcome(liberal(("refusal", "close")), observed={"SES-19 unknown": "cc", "SES-18 digits": "bb"})
    held = Outcome(liberal(("refusal", "close"), ("aud", "none")), frozenset({"SES-13"}))
    broke = Outcome(liberal(("sei", "none"), model=3), problem="no answer")
    rows = {(row.name, row.value): row.cells for row in variant_rows([usual, other, held, broke])}
    assert rows["refusal", "close"][2].held == ("SES-13",)
    assert rows["refusal", "close"][2].observed == ("SES-19",)
    assert not rows["aud", "none"][2].clean
    assert rows["aud", "none"][1].trials == 0
    assert (rows["sei", "none"][3].trials, rows["sei", "none"][3].clean) == (1, False)


def test_a_recorder_that_takes_a_liberty_is_judged():
    outcome = run_trial(Trial(2, None, NOTHING, select=("SES-04", "SES-18"), variants=(("uid-digits", "7"),)))
    assert outcome.good, outcome
    assert setup_of((("uid-digits", "7"),))["variants"]["uid-digits"] == 7
    assert setup_of(()) == {}
