"""Downloads: who runs one, its files, MP4 and N3, the command (§6.3)."""
