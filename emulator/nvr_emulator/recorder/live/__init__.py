"""Live streams: one stream, the table of them, what travels (video, JPEG, audio), push.cgi (§2)."""
