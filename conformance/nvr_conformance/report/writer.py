"""The report that ``--report DIR`` leaves: what it holds, and when each file is written.

index.html         the page, one file
result.json        for machines
declaration.json   what the recorder supports, lacks, and what was not tested
junit.xml          for build servers
evidence/          of each scenario what was said (.txt), what went over the wire (.pcap), and what the judge
                   was told besides (.json): from the last two ``rejudge`` makes the checks again
evidence/run.json  what was judged, and the SHA-256 of each of these files
unfinished.json    while all that is being made, see place.py
"""

from __future__ import annotations

import io
import os
import re
from typing import TYPE_CHECKING, Any
from weakref import finalize

import msgspec

from nvr_conformance.engine.events import Event, RunFinished, RunStarted, ScenarioFinished
from nvr_conformance.evidence.index import NAME as INDEX
from nvr_conformance.evidence.index import RunIndex, digest_of, index_json
from nvr_conformance.evidence.pcap_writing import write_pcap
from nvr_conformance.evidence.redaction import UNMASKED, Redactor
from nvr_conformance.evidence.scenario_file import evidence_json, packet_numbers
from nvr_conformance.evidence.transcript import excerpt, meet_all, transcript
from nvr_conformance.evidence.whole_files import PRIVATE, require_folder, write_file
from nvr_conformance.judgement.verdicts import Verdict
from nvr_conformance.report.declaration import declaration_json
from nvr_conformance.report.page import PageExtras, render_page
from nvr_conformance.report.pictures import ReportPictures
from nvr_conformance.report.place import SUFFIXES, begin, end, hold, require_place
from nvr_conformance.report.result_files import junit_xml, result_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from nvr_conformance.client.history import History
    from nvr_conformance.judgement.result import CheckResult, RequirementResult, Result
    from nvr_conformance.judgement.verdicts import CheckRecord

EXCERPT_LIMIT = 4000  # characters of one exchange on the page
EXCERPTS = 200
_UNFIT = re.compile(r"[^A-Za-z0-9_.-]")  # for the name of a file
_OURS = frozenset({"id", "level", "begun", "evidence"})  # fields of a result that no device has a say in
_EXCHANGE = re.compile(r"^(.*), exchange ([0-9]+)$")


class ReportWriter:
    """A reporter that leaves its files in a directory, which is made if need be. OSError where it cannot, and
    where another run is at it: until the report is whole, the directory is this one's.

    ``redact_uids`` replaces UIDs in all files: they may be valid still; passwords and Digest answers never
    appear.
    """

    def __init__(self, directory: Path, *, passwords: Iterable[str] = (), redact_uids: bool = True) -> None:
        self._directory = directory
        self._masked: dict[str, int] = {}
        self._redactor = Redactor(passwords, uids=redact_uids)
        self._files: dict[str, list[str]] = {}
        self._digests: dict[str, str] = {}
        self._stems: dict[str, str] = {}
        self._places: dict[str, str] = {}  # of each check's evidence in a pcap
        self._run: RunStarted | None = None
        self._excerpts: dict[str, str] = {}
        self._pictures = ReportPictures()
        self.problem = ""
        """What kept it from writing on; the run goes its way."""
        require_folder(directory)
        held = hold(directory)
        self._let_go = (lambda: None) if held is None else finalize(self, os.close, held)
        require_place(directory)

    def __call__(self, event: Event) -> None:
        if self.problem:
            return
        try:
            self._write(event)
        except OSError as problem:  # a full disk must not take the run's verdict with it
            self.problem = f"no report in {self._directory}: {problem.strerror or problem}"

    def _write(self, event: Event) -> None:
        match event:
            case RunStarted():
                self._run = event
                stems = [_UNFIT.sub("_", name) for name in event.scenarios]
                begin(self._directory, (f"{stem}{suffix}" for stem in stems for suffix in SUFFIXES))
            case ScenarioFinished(name=name, history=history, checks=checks):
                packets = self._keep_evidence(name, history)
                self._keep_excerpts(history, checks, packets)
                self._pictures.look_at(name, history.streams, even=not history.clock_is_manual)
            case RunFinished(result=result):
                self._finish(redacted(result, self._redactor, self._places))

    def _keep_evidence(self, name: str, history: History) -> dict[int, int]:
        """Which packet of the pcap carries the request of each exchange."""
        stem = _UNFIT.sub("_", name)
        self._files[name] = []
        pcap = io.BytesIO()
        orders: list[int] = []
        whole = history.capture is not None and history.target is not None
        if history.capture is not None and whole:
            meet_all(history, self._redactor)  # it must know each UID before it looks at bytes
            before = self._redactor.masked
            orders = write_pcap(pcap, history.capture, self._redactor)
        packets = packet_numbers(history, orders)
        self._write_evidence(name, f"{stem}.txt", transcript(history, self._redactor, packets).encode())
        if whole:
            self._write_evidence(name, f"{stem}.pcap", pcap.getvalue())
            self._write_evidence(name, f"{stem}.json", evidence_json(name, history, orders, self._redactor))
            self._stems[name] = stem
            if masked := self._redactor.masked - before:
                self._masked[name] = masked
        for number, packet in packets.items():
            self._places[f"{name}, exchange {number}"] = f", packet {packet} of {stem}.pcap"
        return packets

    def _write_evidence(self, scenario: str, name: str, data: bytes) -> None:
        write_file(self._directory / "evidence" / name, data, mode=PRIVATE)
        self._digests[name] = digest_of(data)
        self._files[scenario].append(f"evidence/{name}")

    def _keep_excerpts(
        self, history: History, checks: tuple[CheckRecord, ...], packets: Mapping[int, int]
    ) -> None:
        """The exchange behind each check that does not hold, for the page."""
        for check in checks:
            found = _EXCHANGE.match(check.evidence)
            broken = check.verdict in (Verdict.FAIL, Verdict.WARN)
            if broken and found and len(self._excerpts) < EXCERPTS and check.evidence not in self._excerpts:
                text = excerpt(history, int(found[2]), self._redactor, packets)
                self._excerpts[check.evidence] = text[:EXCERPT_LIMIT]

    def _write_index(self, result: Result) -> None:
        run = self._run
        assert run is not None
        index = RunIndex(
            target=result.target,
            model=run.model,
            seed=run.seed,
            selected=tuple(sorted(run.selected)),
            needs=run.needs,
            scenarios={name: self._stems.get(name, "") for name in run.scenarios},
            files=self._digests,
            about=result.about,
            masked=self._masked,
        )
        write_file(self._directory / "evidence" / INDEX, index_json(index), mode=PRIVATE)

    def _finish(self, result: Result) -> None:
        self._write_index(result)
        write_file(self._directory / "result.json", result_json(result))
        write_file(self._directory / "declaration.json", declaration_json(result))
        write_file(self._directory / "junit.xml", junit_xml(result))
        extras = PageExtras(
            files=self._files,
            excerpts={key + self._places.get(key, ""): text for key, text in self._excerpts.items()},
            pictures=self._pictures.pictures(),
            plots=self._pictures.plots(),
        )
        write_file(self._directory / "index.html", render_page(result, extras).encode())
        end(self._directory)
        self._let_go()


def redacted(result: Result, redactor: Redactor, places: Mapping[str, str]) -> Result:
    """The same result without what must not be told. ``places`` says of evidence where in a pcap it lies."""

    def check(each: CheckResult) -> CheckResult:
        return msgspec.structs.replace(each, evidence=each.evidence + places.get(each.evidence, ""))

    def row(each: RequirementResult) -> RequirementResult:
        return msgspec.structs.replace(each, checks=tuple(check(one) for one in each.checks))

    shown: Result = _shown(result, redactor)
    about = msgspec.structs.replace(
        shown.about, masking=UNMASKED if redactor.unmasked else shown.about.masking
    )
    return msgspec.structs.replace(
        shown, about=about, requirements=tuple(row(each) for each in shown.requirements)
    )


def _shown(value: Any, redactor: Redactor) -> Any:
    """Any part of a result, with each of its texts as it may be shown."""
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__ if name not in _OURS}
        return msgspec.structs.replace(
            value, **{name: _shown(each, redactor) for name, each in fields.items()}
        )
    if type(value) is str:
        return redactor.text(value)
    if isinstance(value, tuple):
        return tuple(_shown(each, redactor) for each in value)
    if isinstance(value, dict):
        return {_shown(key, redactor): _shown(each, redactor) for key, each in value.items()}
    return value
