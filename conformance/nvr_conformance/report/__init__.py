"""Who listens to the engine's events and leaves files or lines behind."""
