"""The result of a run as files: ``result.json`` and ``junit.xml``."""

from __future__ import annotations

from collections import Counter
from xml.etree import ElementTree

import msgspec

from nvr_conformance.bounds import read_json
from nvr_conformance.judgement.plain_text import plain
from nvr_conformance.judgement.requirements import requirements
from nvr_conformance.judgement.result import RequirementResult, Result
from nvr_conformance.judgement.verdicts import Verdict


def result_json(result: Result) -> bytes:
    """``result.json``: UTF-8, indented."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2) + b"\n"


def read_result(data: bytes) -> Result:
    """The opposite of ``result_json``. ValueError for anything else."""
    return read_json(data, Result)


def junit_xml(result: Result) -> bytes:
    """``junit.xml``: a test case for each requirement. Not tested and not applicable are skipped there."""
    rows = result.requirements
    problems = [(f"error {n} of the kit", text) for n, text in enumerate(result.errors, 1)]
    lacking = [(f"required test {n}", text) for n, text in enumerate(result.untested, 1)]
    problems += [(f"expected failure {n}", text) for n, text in enumerate(result.expectation_errors, 1)]
    kinds = Counter(kind for row in rows for kind in _outcome(row))
    suite = ElementTree.Element(
        "testsuite",
        name=_xml(f"nvr-conformance {result.judged}"),
        tests=str(len(rows) + len(problems) + len(lacking)),
        failures=str(kinds["failure"] + len(lacking)),
        errors=str(kinds["error"] + len(problems)),
        skipped=str(kinds["skipped"]),
        time=f"{result.seconds:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    told = {"target": result.target, "model": f"MODEL {result.model}", "summary": result.summary}
    for name, text in (told | result.about.lines()).items():
        ElementTree.SubElement(properties, "property", name=_xml(name), value=_xml(text))
    for row in rows:
        text = requirements()[row.id].text if row.id in requirements() else ""
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=row.id.partition("-")[0],
            name=f"{row.id} {text}",
            time=f"{result.spent.get(row.id, 0):.3f}",
        )
        _add(case, _outcome(row))
    for name, problem in problems:
        case = ElementTree.SubElement(suite, "testcase", classname="kit", name=name)
        _add(case, {"error": (problem, "")})
    for name, problem in lacking:
        case = ElementTree.SubElement(suite, "testcase", classname="kit", name=name)
        _add(case, {"failure": (problem, "")})
    ElementTree.indent(suite)
    document: bytes = ElementTree.tostring(suite, encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + document + b"\n"


def _outcome(row: RequirementResult) -> dict[str, tuple[str, str]]:
    """What a test case holds for a verdict: the element, with its message and its text."""
    match row.verdict:
        case Verdict.FAIL if row.expected_failure:
            return {"skipped": (f"expected failure: {row.expected_failure}: {row.reason}", "")}
        case Verdict.FAIL:
            broken = [check for check in row.checks if check.verdict is Verdict.FAIL]
            lines = (f"{check.name}: expected {check.expected}, got {check.actual}" for check in broken)
            return {"failure": (row.reason, "\n".join(lines))}
        case Verdict.ERROR:
            return {"error": (row.reason, "")}
        case Verdict.NOT_TESTED | Verdict.NOT_APPLICABLE:
            return {"skipped": (f"{row.verdict}: {row.reason}", "")}
        case Verdict.WARN | Verdict.OBSERVED:
            lines = (f"{check.name}: {check.actual}" for check in row.checks)
            return {"system-out": ("", "\n".join([row.reason, *lines]).strip())}
        case _:
            return {}


def _add(case: ElementTree.Element, outcome: dict[str, tuple[str, str]]) -> None:
    for kind, (message, text) in outcome.items():
        element = ElementTree.SubElement(case, kind)
        if kind != "system-out":
            element.set("message", _xml(message))
        element.text = _xml(text) or None


def _xml(text: str) -> str:
    return plain(text, lines=True)
