"""The judge: scenarios, checks and verdicts for a recorder or its stand-in."""
