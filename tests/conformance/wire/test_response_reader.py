"""The judge's reader of answers gives the same however the bytes are cut."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nvr_conformance.wire import connection
from nvr_conformance.wire.connection import ResponseReader, WireError
from nvr_conformance.wire.exchange import WireProblem

HEAD = b"HTTP/1.1 200 OK\r\n"
LINES = [
    HEAD,
    b"\r\n",
    b"Content-Length: 5\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n\r\n",
    b"3\r\nabc\r\n",
    b"0\r\n\r\n",
    b"A: " + b"y" * 40 + b"\r\n",
    b"abcde",
    b"no chunk\r\n",
    b"H",
    b"HTTP/2",
]
ANSWERS = st.lists(st.sampled_from(LINES), max_size=8).map(b"".join)


def read(data, cuts):
    """The status, the body, and the error with which the answer ended."""
    reader = ResponseReader("GET")
    body, start = b"", 0
    try:
        for cut in [*cuts, len(data)]:
            if cut > start:
                body += reader.feed(data[start:cut])
            start = cut
        if not reader.complete:
            body += reader.feed(b"")
    except WireError as failure:
        return reader.head and reader.head.status_code, body + failure.ahead, failure.kind, failure.text
    return reader.head.status_code, body, None, reader.behind


@given(st.booleans(), ANSWERS, st.lists(st.integers(0, 400)).map(sorted))
@example(True, LINES[6] + b"\r\n", [])
@example(True, b"A: " + b"y" * 74 + b"\r\n\r\n", [])
@example(True, b"A: " + b"y" * 75 + b"\r\n\r\n", [])
@example(True, LINES[3] + LINES[4] + LINES[8], [])
@example(False, b"HTML", [])
@example(False, b"HTTP/1.1 200", [])
def test_any_answer_is_the_same_however_it_is_cut(well_begun, data, cuts):
    answer = HEAD + data if well_begun else data
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "HEAD_LIMIT", 100)
        whole = read(answer, ())
        assert read(answer, range(1, len(answer))) == whole
        assert read(answer, [cut for cut in cuts if cut <= len(answer)]) == whole


def test_a_head_has_a_limit():
    assert read(HEAD + b"A: " + b"y" * 65536, ())[2:] == (
        WireProblem.GARBAGE,
        "no end of the head in 65536 bytes",
    )


def test_what_came_of_the_body_ahead_of_an_error_is_kept():
    answer = HEAD + LINES[3] + LINES[4] + b"zz\r\n"
    reader = ResponseReader("GET")
    with pytest.raises(WireError) as caught:
        reader.feed(answer)
    assert caught.value.ahead == b"abc"
