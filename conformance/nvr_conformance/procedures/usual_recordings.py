"""What is recorded on a recorder that is set up for a scenario, whatever its user had it record."""

RECORDINGS = ({"since": 24 * 60, "until": 6 * 60}, {"since": 6 * 60 - 10})
"""Minutes before the recorder's start: a day up to now, with a gap of ten minutes six hours ago."""
