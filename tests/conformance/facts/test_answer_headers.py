"""What Connection: Keep-Alive promises."""

from __future__ import annotations

import pytest

from nvr_conformance.facts.answer_headers import as_drawn, kept
from nvr_conformance.facts.playback_chunk import answer_headers
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.wire.exchange import Exchange


def answered(connection, goes_on, *, hop=True, version="1.1"):
    headers = (("connection", connection),) if connection else ()
    return Exchange(
        1, "GET", "/x", status=200, headers=headers, goes_on=goes_on, hop=hop, http_version=version
    )


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


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_where_no_answer_says_it_the_version_promises_it(version):
    promises = version == "1.1"
    answer = answered(None, True, hop=False, version=version)
    assert answer.promises_more is promises
    if promises:
        assert kept([answer]).ok
        assert not kept([answered(None, False, hop=False)]).ok
    else:
        with pytest.raises(NothingToJudge):
            kept([answer])


@pytest.mark.parametrize(
    ("connection", "hop", "right"),
    [("Keep-Alive", True, True), (None, True, False), (None, False, True), ("close", False, False)],
)
def test_the_field_is_asked_of_those_with_whom_it_comes_through(connection, hop, right):
    answer = answered(connection, None, hop=hop)
    answer.headers += (("Cache-Control", "no-cache"), ("Content-Length", "0"))
    octets = (*answer.headers, ("Content-Type", "application/octet-stream"))
    answer.headers += (("Content-Type", "text/html"),)
    assert as_drawn(answer, "text/html", caching=True).ok is right
    answer.headers = octets
    assert answer_headers(answer).ok is right
