"""What Connection: Keep-Alive promises."""

from __future__ import annotations

import pytest

from nvr_conformance.facts.answer_headers import kept
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.wire.exchange import Exchange


def answered(connection, goes_on):
    headers = (("connection", connection),) if connection else ()
    return Exchange(1, "GET", "/x", status=200, headers=headers, goes_on=goes_on)


def test_one_kept_connection_is_enough():
    fact = kept([answered("Keep-Alive", False), answered("TE, keep-alive", True)])
    assert fact.ok
    assert fact.actual == "1 of 2 are"


def test_no_connection_is_kept():
    assert not kept([answered("Keep-Alive", False), answered("keep-alive", False)]).ok


@pytest.mark.parametrize(
    "answer", [answered(None, True), answered("close", False), answered("Keep-Alive", None)]
)
def test_what_promises_nothing_or_was_not_asked_again(answer):
    assert not kept([answer, answered("Keep-Alive", False)]).ok
    with pytest.raises(NothingToJudge):
        kept([answer])
