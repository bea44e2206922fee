"""Findings as a JUnit file: one test case for each rule, which passes where no client broke it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from nvr_emulator.findings.registry import CHAPTERS
from nvr_emulator.findings.rule import Finding, Severity

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(findings: Sequence[Finding], level: Severity = Severity.WARNING) -> bytes:
    """The file. Findings that are less bad than `level` stand in the output of a test case that passes."""
    suites = ElementTree.Element("testsuites", name="nvr-emulator findings")
    for title, chapter in CHAPTERS.items():
        suite = ElementTree.SubElement(suites, "testsuite", name=title)
        failures = 0
        for rule in chapter.rules:
            case = ElementTree.SubElement(
                suite, "testcase", classname=f"findings.{_word(title)}", name=rule.id, time="0"
            )
            found = [one for one in findings if one.rule == rule.id]
            text = "\n".join(_clean(str(one)) for one in found)
            if found and rule.severity.at_least(level):
                failures += 1
                failure = ElementTree.SubElement(
                    case, "failure", message=rule.title, type=rule.severity.value
                )
                failure.text = text
            elif found:
                ElementTree.SubElement(case, "system-out").text = text
        suite.attrib |= {
            "tests": str(len(chapter.rules)),
            "failures": str(failures),
            "errors": "0",
            "skipped": "0",
            "time": "0",
        }
    ElementTree.indent(suites)
    return bytes(ElementTree.tostring(suites, "utf-8", xml_declaration=True)) + b"\n"


def _word(title: str) -> str:
    return title.lower().replace(" ", "_")


def _clean(text: str) -> str:
    """Text without the characters that XML cannot have."""
    return _NOT_IN_XML.sub("\ufffd", text)
