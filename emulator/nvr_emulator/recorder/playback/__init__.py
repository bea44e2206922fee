"""Playback: where a UID stands, its seconds of audio, the commands (§3)."""
