"""Defects of logs, recorded times and connection information (§5)."""
