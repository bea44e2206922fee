"""Findings as files and pages: SARIF, JUnit, and the reference of all rules."""
