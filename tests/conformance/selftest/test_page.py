"""``selftest.html``: made of outcomes that are made up, as many as there are in a full self-test."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.selftest.coverage import coverage
from nvr_conformance.selftest.page import PageFacts, render_page
from nvr_conformance.selftest.trials import MODELS, Outcome, Trial
from nvr_emulator.defects import all_defects

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&"


def healthy(model, seed=0, **values):
    lacking = {"LIV-22": "4 cameras: there is no seventeenth"} if model == 2 else {}
    return Outcome(Trial(model, None, frozenset(), seed=seed), seconds=14.0, not_applicable=lacking, **values)


def planted(name, *breaks, model=2, broken=None, text="", **values):
    trial = Trial(model, name, frozenset(breaks), text=text)
    return Outcome(trial, frozenset(breaks if broken is None else broken), seconds=3.25, **values)


def full_run():
    """Every defect on every model, twenty healthy runs of each; two trials are wrong, one broke."""
    outcomes = [healthy(model, seed) for model in MODELS for seed in range(20)]
    outcomes[7] = healthy(1, 7, broken=frozenset({"LIV-32"}))
    outcomes += [
        planted(defect.name, *defect.breaks, model=model, text=defect.text)
        for defect in all_defects()
        for model in sorted(defect.models)
    ]
    outcomes[100] = planted(outcomes[100].trial.defect, "SES-06", text="Is wrong", broken=())
    outcomes[200] = planted("lost-one", "LIV-10", text="Never ends", problem="no answer within 180 s")
    outcomes[150] = planted("changes-digits", "SES-04", observed={"SES-18 digits": "bb"})
    outcomes[30] = healthy(2, 10, observed={"SES-18 digits": "aa"})
    return outcomes


def page_of(outcomes, ids=None, planned=None, **declared):
    facts = PageFacts(
        kit="9.8.7",
        begun="2026-11-22T19:47:44+00:00",
        seconds=7300.0,
        seed=0,
        full=True,
        planned=len(outcomes) if planned is None else planned,
    )
    return render_page(outcomes, coverage(outcomes, ids or frozenset(requirements()), declared), facts)


class Page(HTMLParser):
    """Tags, links and text, and what was never closed."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.open, self.texts = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data.strip())


def row_of(html, id_):
    return re.search(rf'<details class="row" id="{id_}">.*?</details>', html, re.S)[0]


def marks(html, id_):
    return re.findall(r'<span class="cell ([\w-]+)"[^>]*>([^<]+)<', row_of(html, id_))


def test_a_full_run_on_one_page():
    outcomes = full_run()
    html = page_of(outcomes)
    page = Page(html)
    assert page.open == []
    assert all(f'id="{id_}"' in html for id_ in requirements())
    assert "script" not in page.tags
    loading = [value for _, name, value in page.attributes if name in ("src", "href") and value[0] != "#"]
    assert loading == []
    targets = {value[1:] for _, name, value in page.attributes if name == "href"}
    assert targets <= {value for _, name, value in page.attributes if name == "id"}
    assert '<header class="banner wrong">' in html
    assert "1 of 60 runs against a healthy recorder raised a false alarm" in html


def test_a_matrix_of_requirements_and_models():
    html = page_of(
        [
            *(healthy(model) for model in MODELS),
            planted("a", "SES-01", text="Is the first"),
            planted("b", "SES-01"),
            planted("b", "SES-01", model=3),
            planted("c", "LIV-22", model=1, broken=()),
        ]
    )
    assert marks(html, "SES-01") == [("unproved", "none"), ("proved", "2"), ("proved", "1")]
    assert marks(html, "LIV-22") == [("unproved", "none"), ("not-applicable", "n/a"), ("unproved", "none")]
    assert marks(html, "SES-18") == [("observed", "observe")] * 3
    assert "Is the first" in row_of(html, "SES-01")
    assert row_of(html, "SES-01").count("✓") == 3
    assert "MODEL 2: 4 cameras: there is no seventeenth" in row_of(html, "LIV-22")


def test_an_observation_names_the_defects_that_change_it():
    html = page_of(full_run())
    assert marks(html, "SES-18")[1] == ("observed", "observe (1)")
    assert "changes-digits" in row_of(html, "SES-18")


def test_trials_that_are_not_as_they_must_be_come_first():
    html = page_of(full_run())
    trouble = html[html.index("Trials that are not as they must be") : html.index("Healthy recorders")]
    rows = re.findall(r'<tr class="(\w+)">\s*<td><b>([^<]+)', trouble)
    assert [css for css, _ in rows] == ["inexact", "inexact", "broke"]
    assert rows[0][1] == "healthy"
    assert rows[2][1] == "lost-one"
    assert "no answer within 180 s" in trouble


def test_healthy_recorders_by_model():
    html = page_of(full_run())
    table = html[html.index("Healthy recorders") : html.index("What proves each requirement")]
    alarms = re.findall(r'<tr class="(\w*)"><td>MODEL (\d)</td><td class="number">(\d+)', table)
    assert alarms == [("inexact", "1", "20"), ("", "2", "20"), ("", "3", "20")]
    assert table.count("0 … 19") == 3


def test_what_the_banner_says():
    whole = [*(healthy(model) for model in MODELS), *(planted("a", "SES-01", model=m) for m in MODELS)]
    only = frozenset({"SES-01", "SES-18"})
    assert "The judge was right in every trial." in page_of(whole, only)
    assert '<header class="banner right">' in page_of(whole, only)
    assert "6 of 9 trials were made" in page_of(whole, only, planned=9)
    lost = [*whole, planted("b", "SES-01", problem="the process died")]
    assert "came to no verdict" in page_of(lost, only)
    assert "3 requirements of a model have no proof" in page_of(whole, only | {"SES-02"})
    wrong = [*lost, planted("c", "SES-01", broken=())]
    assert "The judge was wrong" in page_of(wrong, only, planned=99)


def test_hostile_text_stays_text():
    html = page_of([planted(HOSTILE, "SES-01", text=HOSTILE), planted("b", "SES-02", problem=HOSTILE)])
    page = Page(html)
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert HOSTILE in page.texts
