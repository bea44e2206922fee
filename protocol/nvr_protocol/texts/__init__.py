"""Answers that are text: the login page, logs, recorded times, connection information (§5, §6.1)."""
