"""What `nvr-emulator serve` makes of findings when it ends: files, lines on stderr, the exit status."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nvr_emulator.cli.ending import EXIT_FINDINGS
from nvr_emulator.cli.parameter_types import is_other_than_a_file
from nvr_emulator.cli.whole_file import check_writable, led_to, write_whole
from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.findings.registry import RULES, as_bad_as
from nvr_emulator.findings.rule import Finding, Severity

SUFFIXES = (".sarif", ".xml")


def check_wishes(files: Iterable[Path], ignored: Iterable[str]) -> None:
    """`ConfigurationError` for a file of a kind that is none, and for a rule that is none; `OSError` for a
    file that could not be written."""
    for path in files:
        if path.suffix not in SUFFIXES:
            raise ConfigurationError(f"--findings-out: {path}: the name must end in .sarif or .xml (JUnit)")
        if is_other_than_a_file(path):
            raise ConfigurationError(f"--findings-out: {path} is no regular file")
        check_writable(led_to(path))
    for rule in ignored:
        if rule not in RULES:
            raise ConfigurationError(f"--ignore-finding: {rule!r} is no rule; see nvr-emulator rules")


def write_findings(path: Path, findings: Sequence[Finding], level: Severity) -> None:
    """Write a SARIF or a JUnit file, by its suffix; nobody sees half of it, and a link stays one. `level`:
    what fails in JUnit."""
    if path.suffix == ".sarif":
        from nvr_emulator.findings.files.sarif import sarif

        write_whole(led_to(path), json.dumps(sarif(findings), indent=2).encode() + b"\n")
    else:
        from nvr_emulator.findings.files.junit import junit

        write_whole(led_to(path), junit(findings, level))


def judge_findings(findings: Sequence[Finding], options: Mapping[str, Any]) -> int:
    """Write the files that were asked for; tell the findings that fail on stderr. Gives the exit status."""
    level = Severity(options["fail_on_findings"] or Severity.WARNING)
    ignored = options["ignored_findings"]
    for path in options["findings_out"]:
        write_findings(path, as_bad_as(findings, Severity.NOTE, ignored), level)
    if options["fail_on_findings"] is None:
        return 0
    failed = as_bad_as(findings, level, ignored)
    for one in failed:
        print(one, file=sys.stderr)
    return EXIT_FINDINGS if failed else 0
