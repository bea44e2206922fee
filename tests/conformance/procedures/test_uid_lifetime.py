"""Measuring how long an idle UID lives: which ages are looked at, and a measuring on a clock of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nvr_conformance.engine.books import Require
from nvr_conformance.judgement.measurement import Measurement, Sample, bounds, measured
from nvr_conformance.judgement.outcomes import PrerequisiteFailed
from nvr_conformance.procedures.uid_lifetime import ON_A_MANUAL_CLOCK, ON_REAL_TIME, LifetimeMeasuring
from nvr_conformance.procedures.uid_lifetime_search import contradicting, tells, timetable
from nvr_conformance.reading.connection_information import UidCounts
from nvr_conformance.scenarios.session import test_lifetime
from nvr_conformance.wire.exchange import Exchange

LIFETIMES = st.floats(0.3, 199.0)
DUST = 1e-4  # to which samples are rounded
SEARCHES = [ON_A_MANUAL_CLOCK, ON_REAL_TIME]


def look(age, lifetime):
    return Sample(age, age, age < lifetime)


@pytest.mark.parametrize("search", SEARCHES)
@given(LIFETIMES, st.integers(1, 12))
@example(90.0, 12)
@example(90.0, 1)
def test_any_lifetime_is_bounded_to_the_resolution(search, lifetime, at_once):
    samples, rounds = [], 0
    while ages := search.next_ages(samples, at_once):
        assert len(ages) <= at_once
        assert ages == sorted(set(ages))
        assert all(tells(age, samples) for age in ages)
        samples += [look(age, lifetime) for age in ages]
        rounds += 1
        assert rounds < 20
    low, high = bounds(samples)
    assert (low or 0.0) < lifetime <= high
    assert high - (low or 0.0) <= search.resolution + 1e-5


@pytest.mark.parametrize("search", SEARCHES)
@given(st.integers(1, 12))
def test_what_never_ends_is_given_up(search, at_once):
    samples = []
    while ages := search.next_ages(samples, at_once):
        samples += [look(age, math.inf) for age in ages]
    assert bounds(samples) == (200.0, None)


@pytest.mark.parametrize("search", SEARCHES)
def test_the_first_round_is_enough_for_what_the_document_says(search):
    samples = [look(age, 90.0) for age in search.next_ages([], 12)]
    assert search.next_ages(samples, 12) == []


def test_a_round_that_can_be_the_last_is_even():
    samples = [look(65.0, 70.0), look(77.0, 70.0)]
    ages = [65.0, *ON_REAL_TIME.next_ages(samples, 12), 77.0]
    assert len(ages) == 14
    assert all(older - younger <= ON_REAL_TIME.resolution for younger, older in pairwise(ages))


def test_samples_that_contradict_each_other_end_the_search():
    samples = [Sample(92.0, 92.1, True), Sample(85.0, 85.1, False)]
    assert ON_REAL_TIME.next_ages(samples, 12) == []
    assert tells(150.0, samples)
    assert not tells(150.0, samples[1:])
    made = measured("SES-06", "lifetime", samples, unit="s", stated=90.0, how="looking")
    assert made.text == "unclear: alive after 92.0 s, gone after 85.1 s"
    assert made.low is None
    assert made.high is None
    assert contradicting(samples, 90.0, 1.0) == samples
    assert contradicting(samples, 90.0, 4.9) == []


@given(LIFETIMES, st.lists(st.tuples(st.floats(0, 250), st.floats(0, 2)), min_size=1), st.floats(0.1, 5))
def test_nothing_contradicts_a_lifetime_within_the_tolerance(lifetime, looks, tolerance):
    samples = [Sample(age, age + unsure, age + unsure / 2 < lifetime) for age, unsure in looks]
    for shift in (-0.99, 0.99):
        assert contradicting(samples, lifetime + shift * tolerance, tolerance) == []
    low, high = bounds(samples)
    assert low is None or low < lifetime
    assert high is None or high >= lifetime


@given(st.sets(st.floats(0.1, 200), max_size=12), st.sampled_from([0.0, 0.3, 3.2]))
def test_turns_keep_their_distance(ages, spacing):
    turns = timetable(ages, spacing)
    assert all(later.at - earlier.at >= spacing - 1e-5 for earlier, later in pairwise(turns))
    reachable = sorted(age for age in ages if age >= spacing)
    assert sorted(turn.age for turn in turns if turn.is_look) == reachable
    for age in reachable:
        login, looking = [turn for turn in turns if turn.age == age]
        assert not login.is_look
        assert looking.at == pytest.approx(login.at + age)


# --- a whole measuring ----------------------------------------------------------------------------


class Recorder:
    """A recorder on a clock that moves when somebody waits; target and client in one. Each answer takes
    ``slow`` seconds; ``lifetime`` is given the number of the UID."""

    clock, timeout, users, cameras = "real", 10.0, (), ()

    def __init__(self, lifetime, *, slow=0.02, pace=3.0, used=0, maximum=16, empty=False, reuses=False):
        self.lifetime = lifetime if callable(lifetime) else lambda uid: lifetime
        self.slow, self.pace, self.used, self.maximum, self.empty = slow, pace, used, maximum, empty
        self.time, self.last, self.logins, self.gaps, self.most = 0.0, -math.inf, 0, [], 0
        self.expires, self.sessions, self.reuses = {}, [], reuses
        self.history = SimpleNamespace(exchanges=[])

    def now(self):
        return self.time

    def pass_time(self, seconds):
        self.time += seconds

    def request(self, pace, answer):
        self.time = max(self.time, self.last + pace)
        self.gaps.append(self.time - self.last)
        self.last, exchange = self.time, Exchange(1, "GET", "/", (), self.time)
        self.time += self.slow / 2
        exchange.status, exchange.body = answer()
        self.time += self.slow / 2
        exchange.ended = self.time
        self.history.exchanges[:] = [exchange]
        return exchange

    def get_digest(self, path, **user):
        return self.request(self.pace, lambda: (200, b""))

    def uid_counts(self):
        self.get_digest("/")
        return UidCounts(self.maximum, self.used) if self.maximum else None

    def login(self, *user):
        self.request(self.pace, lambda: (401, b""))
        return Session(self)

    def freed(self):
        """The UID of a login: where it reuses them, that of the first who has ended."""
        ended = [session for session in self.sessions if not self.is_alive(session.uid)]
        uid = ended[0].uid if self.reuses and ended else self.logins
        for session in self.sessions:
            if session.uid == uid:
                session.reissued = session.logged_out = True
        return uid

    def is_alive(self, uid):
        return self.expires.get(uid, 0.0) > self.time

    def status(self, uid):
        if not self.is_alive(uid):
            return (200, b"") if self.empty else (401, b"no")
        self.expires[uid] = self.time + self.lifetime(uid)
        return 200, b"ok"


class Session:
    def __init__(self, recorder):
        recorder.logins += 1
        self.recorder, self.uid, self.logged_out, self.reissued = recorder, recorder.freed(), False, False
        recorder.sessions.append(self)
        self.client = recorder
        self.page = recorder.request(0.0, self._issue)

    def _issue(self):
        recorder = self.recorder
        recorder.expires[self.uid] = recorder.time + recorder.lifetime(self.uid)
        recorder.most = max(recorder.most, sum(map(recorder.is_alive, recorder.expires)))
        return 200, b"page"

    def get(self, key):
        return self.recorder.request(self.recorder.pace, lambda: self.recorder.status(self.uid))

    def is_alive(self):
        return self.lives_by(self.get("keep_alive"))

    def lives_by(self, answer, doubted=False):
        return answer.ok and (not self.recorder.empty or bool(self.get("log_errors").body))

    def logout(self):
        self.logged_out = True
        return self.recorder.request(self.recorder.pace, lambda: (200, self._end()))

    def _end(self):
        self.recorder.expires.pop(self.uid, None)
        return b"ok"


def measure(recorder):
    measuring = LifetimeMeasuring(recorder, recorder)
    measuring.run()
    return measuring


@given(st.floats(4.0, 250.0), st.floats(0.0, 0.3), st.integers(1, 14))
@example(90.0, 0.02, 14)
def test_a_measuring_is_right_and_disturbs_nobody(lifetime, slow, free):
    recorder = Recorder(lifetime, slow=slow, used=15 - free)
    low, high = bounds(measure(recorder).samples)
    assert (low or 0.0) - DUST < lifetime <= (high or math.inf) + DUST
    assert recorder.most <= min(free, 12)
    assert recorder.time < 540
    assert all(gap == pytest.approx(0.0, abs=0.4) or gap >= 3.0 - 1e-6 for gap in recorder.gaps)


@given(st.floats(54.0, 109.0), st.floats(0.0, 0.1))
@example(90.0, 0.1)
@example(80.0, 0.1)
def test_near_90_s_it_is_right_to_a_second(lifetime, slow):
    recorder = Recorder(lifetime, slow=slow)
    low, high = bounds(measure(recorder).samples)
    assert low - DUST < lifetime <= high + DUST
    assert high - low <= 1.25


@pytest.mark.parametrize(
    ("lifetime", "low", "high", "seconds"),
    [(90.0, 89.5, 90.5, 160), (5.0, 3.5, 6.0, 200), (1e9, 199.9, None, 300)],
)
def test_how_long_a_measuring_takes(lifetime, low, high, seconds):
    recorder = Recorder(lifetime)
    found = bounds(measure(recorder).samples)
    assert found[0] >= low
    assert found[1] is None if high is None else found[1] <= high
    assert recorder.time <= seconds


@pytest.mark.parametrize(("lifetime", "used"), [(8.0, 8), (12.0, 0), (90.0, 0)])
def test_a_uid_that_is_issued_again_tells_nothing_of_the_one_before(lifetime, used):
    low, high = bounds(measure(Recorder(lifetime, used=used, reuses=True)).samples)
    assert low - DUST < lifetime <= high + DUST


def test_lifetimes_that_differ_are_unclear():
    samples = measure(Recorder(lambda uid: 70.0 if uid % 2 else 100.0)).samples
    made = measured("SES-06", "lifetime", samples, unit="s", stated=90.0, how="looking")
    assert made.unclear


def test_an_empty_answer_is_a_refusal_where_a_fresh_uid_has_another():
    low, high = bounds(measure(Recorder(90.0, empty=True)).samples)
    assert low < 90.0 <= high


@pytest.mark.parametrize(("used", "maximum", "at_most"), [(13, 16, 2), (0, 0, 3)])
def test_it_takes_what_is_free(used, maximum, at_most):
    recorder = Recorder(90.0, used=used, maximum=maximum)
    low, high = bounds(measure(recorder).samples)
    assert high - low <= 1.0
    assert recorder.most <= at_most


@pytest.mark.parametrize(
    ("recorder", "why"),
    [(Recorder(90.0, used=15), "taken by others"), (Recorder(0.0), "refused on a fresh UID")],
)
def test_what_cannot_be_measured(recorder, why):
    with pytest.raises(PrerequisiteFailed, match=why):
        measure(recorder)


# --- the verdict ----------------------------------------------------------------------------------


@dataclass
class Pens:
    """What a scenario said of a recorder."""

    checks: dict[str, tuple[bool, str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)

    def check(self, id_, condition, expected, actual, name):
        self.checks[name] = condition, actual

    def not_tested(self, id_, reason):
        self.notes.append(reason)

    def measure(self, id_, name, samples, **how):
        self.measurements.append(measured(id_, name, samples, **how))
        return self.measurements[-1]


@pytest.fixture(autouse=True)
def without_playback(monkeypatch):
    """The recorder here has no cameras: a UID that plays is none of its."""
    monkeypatch.setattr(test_lifetime, "playing_uid", lambda target, client: None)


def judged(scenario, recorder):
    pens = Pens()
    scenario(recorder, recorder, pens.check, Require(), pens.not_tested, pens.measure)
    return pens


@pytest.mark.parametrize(
    ("lifetime", "holds"),
    [(90.0, True), (90.9, True), (89.1, True), (91.9, False), (88.2, False), (1e9, False)],
)
def test_a_lifetime_beyond_the_resolution_fails(lifetime, holds):
    pens = judged(test_lifetime.test_measured_lifetime, Recorder(lifetime))
    (check,) = pens.checks.values()
    assert check[0] is holds
    assert check[1].startswith(pens.measurements[0].text)


def test_who_was_thrown_out_by_others_is_not_the_recorders_fault():
    thrown_out = Recorder(lambda uid: 40.0 if uid == 10 else 90.0)
    pens = judged(test_lifetime.test_measured_lifetime, thrown_out)
    assert pens.measurements[0].unclear
    assert not pens.checks
    assert "thrown a UID out" in pens.notes[0]


def test_who_outlives_the_lifetime_was_not_thrown_out():
    pens = judged(test_lifetime.test_measured_lifetime, Recorder(lambda uid: 40.0 if uid == 10 else 100.0))
    assert pens.measurements[0].unclear
    assert [holds for holds, _ in pens.checks.values()] == [False]


def test_two_looks_bound_a_lifetime_without_further_cost():
    pens = judged(test_lifetime.test_idle_uid, Recorder(90.0, slow=0.2))
    assert pens.measurements[0].text == "85.0 to 95.4 s"
    assert pens.checks["85.0 s after login"] == (True, "accepted 85.2 s (±0.2 s) after login (200, 2 bytes)")
    assert all(holds for holds, _ in pens.checks.values())


def test_a_look_that_may_be_too_late_is_not_judged():
    pens = judged(test_lifetime.test_idle_uid, Recorder(90.0, slow=6.0))
    assert "85.0 s after login" not in pens.checks
    assert "may be too late" in pens.notes[0]
    assert all(holds for holds, _ in pens.checks.values())
