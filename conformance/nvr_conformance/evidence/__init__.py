"""What is kept of a run on disk, redacted, and read back."""
