"""Logs, recorded times, connections (§5)."""
