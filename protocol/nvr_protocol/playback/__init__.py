"""What camera.cgi and playaudio.cgi answer: GOPs and seconds of audio as chunks (§3.3)."""
