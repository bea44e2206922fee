"""UIDs: logins, lifetimes, limits, refusals, and live or playback (§1.3, §6)."""
