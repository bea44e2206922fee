"""The result of a run as files: ``result.json`` and ``junit.xml``."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import msgspec

from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.result import Result
from nvr_conformance.judgement.verdicts import Verdict

_SKIPPED = (Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
        failures=str(sum(row.verdict is Verdict.FAIL and not row.expected_failure for row in rows)),
        errors=str(sum(row.verdict is Verdict.ERROR for row in rows)),
        skipped=str(sum(row.verdict in _SKIPPED or bool(row.expected_failure) for row in rows)),
        time=f"{result.seconds:.3f}",
    )
    for row in rows:
        text = requirements()[row.id].text if row.id in requirements() else ""
        case = ElementTree.SubElement(
            suite, "testcase", classname=row.id.partition("-")[0], name=f"{row.id} {text}"
        )
        match row.verdict:
            case Verdict.FAIL if row.expected_failure:
                text = f"expected failure: {row.expected_failure}: {row.reason}"
                ElementTree.SubElement(case, "skipped", message=_xml(text))
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
    problems = [(f"error {n} of the kit", text) for n, text in enumerate(result.errors, 1)]
    problems += [(f"expected failure {n}", text) for n, text in enumerate(result.expectation_errors, 1)]
    for name, problem in problems:
        case = ElementTree.SubElement(suite, "testcase", classname="kit", name=name)
        ElementTree.SubElement(case, "error", message=_xml(problem))
    suite.set("tests", str(len(rows) + len(problems)))
    suite.set("errors", str(int(suite.get("errors", "0")) + len(problems)))
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
