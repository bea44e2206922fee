"""The state machine's rules, a file a chapter."""
