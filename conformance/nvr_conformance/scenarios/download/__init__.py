"""Downloads (§6.3)."""
