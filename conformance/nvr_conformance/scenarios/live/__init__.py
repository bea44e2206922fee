"""Live video and audio (§2)."""
