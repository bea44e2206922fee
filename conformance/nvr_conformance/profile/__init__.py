"""A recorder as seen from outside, written as a recorder.toml."""
