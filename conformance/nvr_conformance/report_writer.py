"""The report that ``--report DIR`` leaves: what it holds, and when each file is written.

index.html         the page, one file
result.json        for machines
declaration.json   what the recorder supports, lacks, and what was not tested
junit.xml          for build servers
evidence/          of each scenario what was said (.txt) and what went over the wire (.pcap)
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import msgspec

from nvr_conformance.declaration import declaration_json
from nvr_conformance.events import Event, RunFinished, RunStarted, ScenarioFinished
from nvr_conformance.pcap_file import write_pcap
from nvr_conformance.redaction import Redactor
from nvr_conformance.report_page import PageExtras, render_page
from nvr_conformance.report_pictures import ReportPictures
from nvr_conformance.result_files import junit_xml, result_json, write_file
from nvr_conformance.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from nvr_conformance.history import History
    from nvr_conformance.result import CheckResult, RequirementResult, Result
    from nvr_conformance.verdicts import CheckRecord

EXCERPT_LIMIT = 4000  # characters of one exchange on the page
EXCERPTS = 200
_EXCHANGE = re.compile(r"^(.*), exchange (\d+)$")


class ReportWriter:
    """A reporter that leaves its files in a directory, which is made if need be. OSError where it cannot.

    ``redact_uids`` replaces UIDs in all files; passwords and Digest answers never appear.
    """

    def __init__(self, directory: Path, *, passwords: Iterable[str] = (), redact_uids: bool = False) -> None:
        self._directory = directory
        self._redactor = Redactor(passwords, uids=redact_uids)
        self._files: dict[str, list[str]] = {}
        self._excerpts: dict[str, str] = {}
        self._pictures = ReportPictures()
        (directory / "evidence").mkdir(parents=True, exist_ok=True)

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._clear()
            case ScenarioFinished(name=name, history=history, checks=checks):
                self._keep_evidence(name, history)
                self._keep_excerpts(history, checks)
                self._pictures.look_at(name, history.streams, even=not history.clock_is_manual)
            case RunFinished(result=result):
                self._finish(redacted(result, self._redactor))

    def _clear(self) -> None:
        """Take an older report away: if this run breaks, its verdict must not be mistaken for this one's."""
        for name in ("index.html", "result.json", "declaration.json", "junit.xml"):
            (self._directory / name).unlink(missing_ok=True)
        for suffix in ("txt", "pcap"):
            for file in (self._directory / "evidence").glob(f"test_*.{suffix}"):
                file.unlink()

    def _keep_evidence(self, name: str, history: History) -> None:
        stem = re.sub(r"[^\w.-]", "_", name)
        evidence = self._directory / "evidence"
        write_file(evidence / f"{stem}.txt", history.transcript(self._redactor).encode())
        self._files[name] = [f"evidence/{stem}.txt"]
        if history.capture is not None and history.capture.flows:
            buffer = io.BytesIO()
            write_pcap(buffer, history.capture, self._redactor)
            write_file(evidence / f"{stem}.pcap", buffer.getvalue())
            self._files[name].append(f"evidence/{stem}.pcap")

    def _keep_excerpts(self, history: History, checks: tuple[CheckRecord, ...]) -> None:
        """The exchange behind each check that does not hold, for the page."""
        for check in checks:
            found = _EXCHANGE.match(check.evidence)
            broken = check.verdict in (Verdict.FAIL, Verdict.WARN)
            if broken and found and len(self._excerpts) < EXCERPTS and check.evidence not in self._excerpts:
                text = history.excerpt(int(found[2]), self._redactor)
                self._excerpts[check.evidence] = text[:EXCERPT_LIMIT]

    def _finish(self, result: Result) -> None:
        write_file(self._directory / "result.json", result_json(result))
        write_file(self._directory / "declaration.json", declaration_json(result))
        write_file(self._directory / "junit.xml", junit_xml(result))
        extras = PageExtras(
            files=self._files,
            excerpts=self._excerpts,
            pictures=self._pictures.pictures(),
            plots=self._pictures.plots(),
        )
        write_file(self._directory / "index.html", render_page(result, extras).encode())


def redacted(result: Result, redactor: Redactor) -> Result:
    """The same result without what must not be told."""

    def check(each: CheckResult) -> CheckResult:
        return msgspec.structs.replace(
            each,
            name=redactor.text(each.name),
            expected=redactor.text(each.expected),
            actual=redactor.text(each.actual),
        )

    def row(each: RequirementResult) -> RequirementResult:
        return msgspec.structs.replace(
            each, reason=redactor.text(each.reason), checks=tuple(check(one) for one in each.checks)
        )

    return msgspec.structs.replace(
        result,
        requirements=tuple(row(each) for each in result.requirements),
        errors=tuple(redactor.text(error) for error in result.errors),
    )
