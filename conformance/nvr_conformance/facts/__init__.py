"""Does it hold? Pure functions from what was read to a Fact, each named with its requirement."""
