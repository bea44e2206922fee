"""What the judge sends, written down: a change of it is looked at."""

from __future__ import annotations

import pytest

import sent_requests
from sent_requests import SENT, WHAT, what_is_sent

LIMIT = 240_000  # bytes of all of it


@pytest.mark.parametrize("model", WHAT)
def test_what_is_sent_is_what_was_looked_at(model, request):
    known = (SENT / f"model-{model}.txt").read_text("utf-8")
    sent = what_is_sent(model)[0] if WHAT[model] else request.getfixturevalue("whole_run").sent
    assert sent == known, f"the judge sends something else; if it is meant: python {sent_requests.__file__}"


def test_it_is_small():
    assert sum(path.stat().st_size for path in SENT.iterdir()) < LIMIT
