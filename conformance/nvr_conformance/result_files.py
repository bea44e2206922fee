"""The files of a report: ``result.json``, ``junit.xml``, and the transcript of each scenario under
``evidence/``."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from nvr_conformance.events import Event, RunFinished, ScenarioFinished
from nvr_conformance.requirements import requirements
from nvr_conformance.result import Result
from nvr_conformance.verdicts import Verdict

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class ReportWriter:
    """A reporter that leaves its files in a directory, which is made if need be. OSError where it cannot."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        (directory / "evidence").mkdir(parents=True, exist_ok=True)

    def __call__(self, event: Event) -> None:
        match event:
            case ScenarioFinished(name=name, history=history):
                write_file(self._directory / "evidence" / f"{name}.txt", history.transcript().encode())
            case RunFinished(result=result):
                write_file(self._directory / "result.json", result_json(result))
                write_file(self._directory / "junit.xml", junit_xml(result))


def result_json(result: Result) -> bytes:
    """``result.json``: UTF-8, indented."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"


def read_result(data: bytes) -> Result:
    """The opposite of ``result_json``. msgspec.DecodeError for anything else."""
    return msgspec.json.decode(data, type=Result)


def junit_xml(result: Result) -> bytes:
    """``junit.xml``: a test case for each requirement. Not tested and not applicable are skipped there."""
    rows = result.requirements
    suite = ElementTree.Element(
        "testsuite",
        name=f"nvr-conformance {result.target}",
        tests=str(len(rows)),
        failures=str(sum(row.verdict is Verdict.FAIL for row in rows)),
        errors=str(sum(row.verdict is Verdict.ERROR for row in rows)),
        skipped=str(sum(row.verdict in (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE) for row in rows)),
        time=f"{result.seconds:.3f}",
    )
    for row in rows:
        text = requirements()[row.id].text if row.id in requirements() else ""
        case = ElementTree.SubElement(
            suite, "testcase", classname=row.id.partition("-")[0], name=f"{row.id} {text}"
        )
        match row.verdict:
            case Verdict.FAIL:
                element = ElementTree.SubElement(case, "failure", message=_xml(row.reason))
                broken = [check for check in row.checks if check.verdict is Verdict.FAIL]
                element.text = _xml(
                    "\n".join(f"{c.name}: expected {c.expected}, got {c.actual}" for c in broken)
                )
            case Verdict.ERROR:
                ElementTree.SubElement(case, "error", message=_xml(row.reason))
            case Verdict.NOT_TESTED | Verdict.NOT_APPLICABLE:
                ElementTree.SubElement(case, "skipped", message=_xml(f"{row.verdict}: {row.reason}"))
            case Verdict.WARN | Verdict.OBSERVED:
                output = ElementTree.SubElement(case, "system-out")
                output.text = _xml(
                    "\n".join([row.reason, *(f"{c.name}: {c.actual}" for c in row.checks)]).strip()
                )
    for number, problem in enumerate(result.errors, 1):
        case = ElementTree.SubElement(suite, "testcase", classname="kit", name=f"error {number} of the kit")
        ElementTree.SubElement(case, "error", message=_xml(problem))
    suite.set("tests", str(len(rows) + len(result.errors)))
    suite.set("errors", str(int(suite.get("errors", "0")) + len(result.errors)))
    ElementTree.indent(suite)
    document: bytes = ElementTree.tostring(suite, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + document + b"\n"


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all: beside it first, then renamed."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)  # noqa: PTH101
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
