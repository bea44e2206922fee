"""Which scenarios check a requirement, for its own sake or besides."""

from __future__ import annotations

from nvr_conformance.engine.claims import claims
from nvr_conformance.judgement.requirements import matching


def scenarios_checking(patterns):
    """The names of those that check one of these ids (``LIV-*``)."""
    ids = matching(patterns)
    return tuple(each.scenario for each in claims() if not ids.isdisjoint(each.claim.ids))
