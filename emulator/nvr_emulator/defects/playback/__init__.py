"""Defects of playback: chunks, order, times, cameras, audio (§3)."""
