"""Defects of live streams: limits, RTP, multipart, JPEG, audio (§2)."""
