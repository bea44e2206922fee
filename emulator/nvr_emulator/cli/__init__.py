"""The command nvr-emulator: a file a subject."""
