"""Mutation testing of the judge: small faults in the source of what answers on the wire, unlisted ones."""
