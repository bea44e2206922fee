"""Whom a recorder knows where neither flags nor file name anybody."""

from __future__ import annotations

DEFAULT_USER = "ADMIN"
DEFAULT_PASSWORD = "admin12345"
