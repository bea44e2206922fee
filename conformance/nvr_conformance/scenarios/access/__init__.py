"""Transport, access and survival (§1.2, §6.1)."""
