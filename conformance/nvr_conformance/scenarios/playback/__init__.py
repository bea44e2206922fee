"""Playback (§3)."""
