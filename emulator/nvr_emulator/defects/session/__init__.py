"""Defects of logins, UIDs, access, and of live and playback at once (§1.2, §1.3, §6.1, §6.2)."""
