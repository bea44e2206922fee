"""The page of a report: complete, safe against hostile text, and alone in the world."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.result import CheckResult, RequirementResult, Result
from nvr_conformance.judgement.verdicts import Overall, Verdict
from nvr_conformance.report.page import PageExtras, render_page
from nvr_conformance.report.pictures import Plot, SeenPicture, arrival_plot
from nvr_conformance.wire.live_streams import CapturedPacket
from nvr_protocol.rtp.packet import RtpPacket, write_packet

HOSTILE = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'&"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
VERDICTS = list(Verdict)


def a_result(text="plain", **changes):
    rows = []
    for number, requirement in enumerate(requirements().values()):
        verdict = VERDICTS[number % len(VERDICTS)]
        check = CheckResult(
            f"check {text}", verdict, f"expected {text}", f"actual {text}", "test_it, exchange 3"
        )
        made = verdict not in (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE)
        rows.append(
            RequirementResult(
                requirement.id, requirement.level, verdict, f"reason {text}", (check,) if made else ()
            )
        )
    values = {
        "verdict": Overall.NOT_CONFORMANT,
        "target": f"http://{text}",
        "model": 3,
        "seed": 77,
        "seconds": 3725.0,
    }
    values |= {"errors": (f"error {text}",), "begun": "2026-11-22T19:47:44+00:00"} | changes
    return Result(requirements=tuple(rows), **values)


class Page(HTMLParser):
    """What a browser would see: tags that are never closed, ids, links, and the text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.open, self.text = [], [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *pair) for pair in attrs]
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text += data

    def values(self, name):
        return [value for _, key, value in self.attributes if key == name]


def the_extras(text="plain"):
    return PageExtras(
        files={"test_it": ["evidence/test_it.txt", "evidence/test_it.pcap"]},
        excerpts={"test_it, exchange 3": f"#3 GET {text}"},
        pictures=[SeenPicture(1, "H264", 320, 180, text, "data:image/png;base64,AAAA")],
        plots=[Plot(text, (33.0, 34.0, 120.0))],
    )


def test_every_requirement_stands_there_with_all_that_was_found():
    page = Page(render_page(a_result(), the_extras()))
    ids = page.values("id")
    for requirement in requirements().values():
        assert ids.count(requirement.id) == 1
        assert requirement.text in page.text
    assert page.open == []
    for text in ("Not-conformant", "http://plain", "MODEL 3", "77", "62 min 5 s", "2026-11-22 19:47:44 UTC"):
        assert text in page.text
    for text in (
        "expected plain",
        "actual plain",
        "reason plain",
        "error plain",
        "#3 GET plain",
        "3 intervals",
    ):
        assert text in page.text
    counts = {verdict: sum(row.verdict is verdict for row in a_result().requirements) for verdict in Verdict}
    for verdict, count in counts.items():
        assert f"{count}{verdict}" in page.text
    assert {"evidence/test_it.txt", "evidence/test_it.pcap"} <= set(page.values("href"))


def test_hostile_text_stays_text():
    hostile = Page(render_page(a_result(HOSTILE), the_extras(HOSTILE)))
    plain = Page(render_page(a_result(), the_extras()))
    assert hostile.tags == plain.tags
    assert "script" not in hostile.tags
    assert HOSTILE in hostile.text
    assert not [key for _, key, _ in hostile.attributes if key.startswith("on")]


def test_it_refers_to_nothing_outside_the_report():
    html = render_page(a_result(), the_extras())
    page = Page(html)
    for value in page.values("href"):
        assert value.startswith(("#", "evidence/"))
    assert all(value.startswith("data:image/png;base64,") for value in page.values("src"))
    assert not {"script", "link", "iframe", "object", "base"} & set(page.tags)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style
    assert "default-src 'none'" in html


def test_links_within_the_page_lead_somewhere():
    page = Page(render_page(a_result(), the_extras()))
    inner = {value[1:] for value in page.values("href") if value.startswith("#")}
    assert inner
    assert inner <= set(page.values("id"))


def test_an_unknown_requirement_and_an_empty_result():
    row = RequirementResult("XYZ-99", "must", Verdict.FAIL, "", ())
    html = render_page(Result(Overall.INCONCLUSIVE, "embedded", 2, 0, 0.0, (row,)))
    assert "XYZ-99" in html
    assert "Inconclusive" in render_page(Result(Overall.INCONCLUSIVE, "embedded", 2, 0, 0.0, ()))


def test_expected_failures_are_told_apart():
    row = RequirementResult(
        "SES-01", "must", Verdict.FAIL, "r", (), expected_failure="known (me, until 2030-01-01)"
    )
    result = Result(Overall.CONFORMANT, "embedded", 2, 0, 1.0, (row,), expectation_errors=("SES-02: holds",))
    page = Page(render_page(result))
    assert "but for 1 that are expected to fail" in page.text
    assert "known (me, until 2030-01-01)" in page.text
    assert "SES-02: holds" in page.text
    assert "chip expected" in page.values("class")


def test_intervals_are_measured_between_first_packets():
    packets = [
        CapturedPacket(
            2 * n + k, write_packet(RtpPacket(98, 2 * n + k, 3000 * n, 1, k == 1, b"x")), n / 20 + k / 100
        )
        for n in range(40)
        for k in (0, 1)
    ]
    plot = arrival_plot("it", [*packets, CapturedPacket(99, b"garbage", 9.0)])
    assert len(plot.intervals) == 39
    assert plot.median == pytest.approx(50)
    assert len(plot.points(460, 120).split()) == 39
    assert arrival_plot("it", packets[:20]) is None


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_a_browser_shows_it(tmp_path):
    file = tmp_path / "index.html"
    file.write_text(render_page(a_result(HOSTILE), the_extras(HOSTILE)), "utf-8")
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    done = subprocess.run(
        [*command, "--dump-dom", file.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    page = Page(done.stdout)
    assert "script" not in page.tags
    for id_ in requirements():
        assert id_ in page.values("id")
