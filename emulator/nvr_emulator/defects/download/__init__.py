"""Defects of downloads: files and part headers (§6.3)."""
