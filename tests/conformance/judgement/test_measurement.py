"""What was measured: the number, where it is kept, compared and shown, and how sure a verdict on time is."""

from __future__ import annotations

import io
import re

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from nvr_conformance.cli.main import main
from nvr_conformance.client.history import History
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.engine.books import Book, Measure
from nvr_conformance.engine.judge import judge
from nvr_conformance.engine.run_options import RunOptions
from nvr_conformance.evidence.transcript import transcript
from nvr_conformance.judgement.measurement import Sample, measured, put_together
from nvr_conformance.judgement.outcomes import KitError
from nvr_conformance.judgement.result import RequirementResult, Result
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.procedures.uid_ages import Age, Asked, Span, age_between
from nvr_conformance.report.console import print_result
from nvr_conformance.report.declaration import declaration
from nvr_conformance.report.diff import changes
from nvr_conformance.report.lifetime_plot import MeasurementPlot
from nvr_conformance.report.page import render_page
from nvr_conformance.report.result_files import read_result, result_json
from nvr_conformance.wire.exchange import Exchange, WireProblem

NAME = "lifetime of an idle UID"
ALIVE, GONE = Sample(89.6, 89.9, True), Sample(90.3, 90.4, False)


def a_measurement(*samples, id_="SES-06", name=NAME, how="looking"):
    return measured(id_, name, samples, unit="s", stated=90.0, how=how)


def a_result(*measurements):
    row = RequirementResult("SES-06", "must", Verdict.PASS, "", ())
    return Result(Overall.CONFORMANT, "embedded", 2, 0, 1.0, (row,), measurements=measurements)


@pytest.mark.parametrize(
    ("samples", "text"),
    [
        ((ALIVE, GONE), "89.6 to 90.4 s"),
        ((Sample(89.9, 89.9, True), Sample(90.0, 90.0, False)), "89.9 to 90.0 s"),
        ((Sample(84.96, 85.04, True), Sample(94.96, 95.04, False)), "84.9 to 95.1 s"),
        ((ALIVE,), "more than 89.6 s"),
        ((GONE,), "at most 90.4 s"),
        ((), "nothing was measured"),
        ((Sample(92.0, 92.2, True), GONE), "unclear: alive after 92.0 s, gone after 90.4 s"),
    ],
)
def test_the_number_is_between_what_is_certain(samples, text):
    assert a_measurement(*samples).text == text


@given(st.floats(1, 200), st.lists(st.tuples(st.floats(0, 250), st.floats(0, 3), st.floats(0, 1))))
def test_the_true_number_is_never_outside(true, looks):
    samples = [Sample(age, age + unsure, age + unsure * where < true) for age, unsure, where in looks]
    made = a_measurement(*samples)
    assert not made.unclear
    assert made.low is None or made.low < true + 1e-3
    assert made.high is None or made.high > true - 1e-3


def test_one_name_is_one_measurement():
    coarse = a_measurement(Sample(85.0, 85.0, True), Sample(95.0, 95.0, False), how="two")
    other = a_measurement(ALIVE, name="another")
    both, alone = put_together([coarse, other, a_measurement(ALIVE, GONE, how="many")])
    assert both.text == "89.6 to 90.4 s"
    assert both.how == "two; many"
    assert [sample.least for sample in both.samples] == [85.0, 89.6, 90.3, 95.0]
    assert alone == other


def test_it_is_kept_in_the_result_and_older_files_are_read():
    result = a_result(a_measurement(ALIVE, GONE))
    data = result_json(result)
    assert read_result(data) == result
    assert b"unclear" not in data
    plain = msgspec.json.decode(result_json(a_result()))
    assert "measurements" not in plain
    assert read_result(msgspec.json.encode(plain)) == a_result()


def test_it_is_declared():
    (entry,) = declaration(a_result(a_measurement(ALIVE, GONE)))["measured"]
    assert entry == {
        "id": "SES-06",
        "name": NAME,
        "unit": "s",
        "stated": 90.0,
        "low": 89.6,
        "high": 90.4,
        "how": "looking",
    }


def test_the_console_says_it_in_one_line():
    text = io.StringIO()
    print_result(Console(file=text, width=100), a_result(a_measurement(ALIVE, GONE)))
    assert f"measured SES-06 {NAME}: 89.6 to 90.4 s (stated: 90 s)" in text.getvalue().splitlines()


@pytest.mark.parametrize(
    ("samples", "details"),
    [
        (
            (Sample(80.0, 80.2, True), Sample(80.8, 81.0, False)),
            (f"{NAME}: 89.6 to 90.4 s → 80.0 to 81.0 s",),
        ),
        ((Sample(200.0, 200.0, True),), (f"{NAME}: 89.6 to 90.4 s → more than 200.0 s",)),
        ((Sample(90.4, 90.4, True), Sample(91.0, 91.0, False)), ()),
        ((Sample(85.0, 85.0, True), Sample(95.0, 95.0, False)), ()),
        ((Sample(95.0, 95.0, True), Sample(80.0, 80.0, False)), ()),
        (None, ()),
    ],
)
def test_only_numbers_that_cannot_be_the_same_are_a_change(samples, details):
    before = a_result(a_measurement(ALIVE, GONE), a_measurement(ALIVE, name="another"))
    after = a_result() if samples is None else a_result(a_measurement(*samples))
    for old, new in ((before, after), (after, before)):
        assert len([line for each in changes(old, new) for line in each.details]) == len(details)
    assert tuple(line for each in changes(before, after) for line in each.details) == details
    assert changes(before, after, verdicts_only=True) == []


def test_the_command_tells_of_it(tmp_path):
    files = [tmp_path / "before.json", tmp_path / "after.json"]
    files[0].write_bytes(result_json(a_result(a_measurement(ALIVE, GONE))))
    files[1].write_bytes(result_json(a_result(a_measurement(Sample(99.0, 99.0, True)))))
    outcome = CliRunner().invoke(main, ["diff", *map(str, files)])
    assert outcome.exit_code == 1
    assert "89.6 to 90.4 s → more than 99.0 s" in outcome.output


def test_the_pen_writes_for_what_was_declared_and_selected():
    history = History()
    book = Book("test_it", ("SES-06", "SES-07"), frozenset({"SES-06"}), history, lambda event: None)
    measure = Measure(book)
    for id_ in ("SES-06", "SES-07"):
        assert measure(id_, NAME, [ALIVE, GONE], unit="s", how="looking").text == "89.6 to 90.4 s"
    assert [each.id for each in book.measurements] == ["SES-06"]
    assert "SES-06 measured: lifetime of an idle UID: 89.6 to 90.4 s" in transcript(history)
    with pytest.raises(KitError, match="SES-08"):
        measure("SES-08", NAME, [], unit="s", how="looking")


# --- the page -------------------------------------------------------------------------------------


def test_each_sample_stands_at_its_age():
    made = a_measurement(Sample(10.0, 10.0, True), ALIVE, GONE, Sample(120.0, 120.0, False))
    whole, near = MeasurementPlot(made).axes
    assert [mark.alive for mark in whole.marks] == [True, True, False, False]
    places = [mark.x for mark in whole.marks]
    assert places == sorted(places)
    assert [mark.text for mark in near.marks] == [
        "alive after 89.75 s ± 0.15 s",
        "gone after 90.35 s ± 0.05 s",
    ]
    left, width = near.band
    assert near.x(made.low) == left
    assert near.x(made.high) == pytest.approx(left + width, abs=0.2)
    assert left < near.stated < left + width


def test_what_reaches_beyond_the_axis_is_cut_there():
    _, near = MeasurementPlot(a_measurement(Sample(60.0, 89.5, True), ALIVE, GONE)).axes
    assert near.marks[0].left == near.x(near.start) == 48


def test_wide_bounds_are_drawn_once():
    coarse = a_measurement(Sample(85.0, 85.0, True), Sample(95.0, 95.0, False))
    assert len(MeasurementPlot(coarse).axes) == 1
    assert len(MeasurementPlot(a_measurement(ALIVE)).axes) == 1


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 2), st.booleans()), min_size=1))
def test_a_drawing_can_be_made_of_any_samples(looks):
    made = a_measurement(*(Sample(age, age + unsure, alive) for age, unsure, alive in looks))
    for axis in MeasurementPlot(made).axes:
        assert 2 <= len(axis.ticks) <= 10
        assert len({tick.text for tick in axis.ticks}) == len(axis.ticks)
        for mark in axis.marks:
            assert 48 <= mark.left <= mark.x <= mark.right <= 546


def test_the_page_shows_the_number_and_the_samples():
    html = render_page(a_result(a_measurement(ALIVE, GONE, how="<b>looking</b>")))
    assert "<b>89.6 to 90.4 s</b> (the document: 90 s)" in html
    assert "&lt;b&gt;looking&lt;/b&gt;; 2 samples" in html
    assert len(re.findall(r"<title>alive after 89\.75 s", html)) == 2
    assert len(re.findall(r"<title>gone after 90\.35 s", html)) == 2
    assert "Shaded" in html
    assert "What was measured" not in render_page(a_result())
    unclear = render_page(a_result(a_measurement(Sample(95.0, 95.0, True), Sample(80.0, 80.0, False))))
    assert "<b>unclear: alive after 95.0 s, gone after 80.0 s</b>" in unclear
    assert "Shaded" not in unclear


# --- how sure a verdict is ------------------------------------------------------------------------


def test_an_age_lies_between_answer_and_question():
    age = age_between(Span(10.0, 10.3), Span(95.2, 95.3))
    assert age == pytest.approx(Age(84.9, 85.3))
    assert str(age) == "85.1 s (±0.2 s)"
    assert str(Age(85.0, 85.012)) == "85.01 s (±0.01 s)"
    assert str(Age(89.9, 89.9)) == "89.9 s"


def an_answer(status, body=b"", error=None):
    return Exchange(1, "GET", "/", status=status, body=body, error=error)


@pytest.mark.parametrize(
    ("answer", "alive", "word"),
    [
        (an_answer(200, b"ok"), True, "accepted"),
        (an_answer(200, b"ok"), False, "refused"),
        (an_answer(401, b"no"), False, "refused"),
        (an_answer(None, error=WireProblem.TIMEOUT), None, "not answered"),
    ],
)
def test_what_an_answer_tells(answer, alive, word):
    asked = Asked(answer, Age(84.9, 85.1), alive)
    sample = asked.sample()
    assert sample == (None if alive is None else Sample(84.9, 85.1, alive))
    assert asked.told("login").startswith(f"{word} 85.0 s (±0.1 s) after login (")


@pytest.mark.parametrize(
    ("defects", "text", "verdict"),
    [
        ((), "89.9 to 90.0 s", Verdict.PASS),
        (("lifetime-a-bit-short",), "89.7 to 89.8 s", Verdict.FAIL),
        (("lifetime-a-bit-long",), "90.1 to 90.2 s", Verdict.FAIL),
        (("uids-never-expire",), "more than 200.0 s", Verdict.FAIL),
    ],
)
def test_an_emulated_recorder_is_measured_to_a_tenth_of_a_second(defects, text, verdict):
    result = judge(TargetOptions(defects=defects), RunOptions(select=["SES-06"]))
    (measurement,) = result.measurements
    assert measurement.text == text
    checks = {check.name: check for row in result.requirements if row.id == "SES-06" for check in row.checks}
    assert checks["measured lifetime"].verdict is verdict
    assert checks["measured lifetime"].actual.startswith(text)
    assert "89.9 s after login" in checks["89.9 s after login"].actual
