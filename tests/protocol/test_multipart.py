"""Multipart bodies, however they are cut (§2.3.3, §2.3.7, §6.3.1)."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nvr_protocol.dialect import Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.multipart import (
    BOUNDARY_LINE,
    CLOSING_LINE,
    MultipartReader,
    Part,
    live_content_type,
    live_headers,
    read_headers,
    write_headers,
    write_part,
)

MODES = ("auto", "length", "boundary")
pieces = st.lists(
    st.sampled_from((b"\r\n", b"--", b"--myboundary", b"\r\n--my", b"--myboundaryX", b"\0", b"abc", b"\r")),
    max_size=6,
)
bodies = pieces.map(b"".join)


def clear(body):
    """A body in which no boundary line can be seen, whatever stands around it."""
    return all(
        mark not in b"\r\n" + body + b"\r\n--" for mark in (b"\r\n--myboundary\r\n", b"\r\n--myboundary--")
    )


def read(data, cuts, **options):
    reader = MultipartReader(**options)
    parts, start = [], 0
    for cut in [*sorted(cuts), len(data)]:
        parts += reader.feed(data[start:cut])
        start = max(start, cut)
    return parts + reader.close()


@given(st.data(), st.lists(bodies, max_size=4), st.sampled_from(("auto", "length")), st.booleans())
def test_push_stream_by_length(data, contents, mode, closed):
    stream = BOUNDARY_LINE + b"".join(map(write_part, contents))
    if closed:
        stream = stream[: -len(BOUNDARY_LINE)] + CLOSING_LINE
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8))
    parts = read(stream, cuts, by=mode)
    assert [part.body for part in parts] == contents
    for part in parts:
        assert stream[part.offset : part.offset + len(part.body)] == part.body
        assert part.headers == {
            "content-type": "application/octet-stream",
            "content-length": str(len(part.body)),
        }


@given(st.data(), st.lists(bodies.filter(clear), max_size=4), st.booleans())
def test_push_stream_by_boundary(data, contents, closed):
    stream = BOUNDARY_LINE + b"".join(map(write_part, contents))
    if closed:
        stream = stream[: -len(BOUNDARY_LINE)] + CLOSING_LINE
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8))
    parts = read(stream, cuts, by="boundary")
    assert [part.body for part in parts] == contents
    assert all(stream[part.offset : part.offset + len(part.body)] == part.body for part in parts)


@given(st.data(), st.lists(bodies.filter(clear), max_size=4), st.sampled_from(("auto", "boundary")))
def test_download_without_lengths(data, contents, mode):
    headers = {"Content-Type": "application/octet-stream", "X-RecData-Satus": "0"}
    stream = BOUNDARY_LINE + b"".join(write_part(body, headers) for body in [*contents, b""])
    stream = stream[: -len(BOUNDARY_LINE)] + CLOSING_LINE + b"whatever follows"
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=8))
    parts = read(stream, cuts, by=mode)
    assert [part.body for part in parts] == [*contents, b""]
    assert all(part.headers["x-recdata-satus"] == "0" for part in parts)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ahead", [b"", b"\r\n"])
def test_byte_by_byte(mode, ahead):
    contents = [b"one", b"", b"\r\n", b"three\r\n"]
    stream = ahead + BOUNDARY_LINE + b"".join(map(write_part, contents))
    assert [part.body for part in read(stream, range(len(stream)), by=mode)] == contents


@pytest.mark.parametrize("mode", MODES)
def test_a_part_is_given_as_soon_as_its_boundary_line_is_there(mode):
    reader = MultipartReader(by=mode)
    assert reader.feed(BOUNDARY_LINE) == []
    assert [part.body for part in reader.feed(write_part(b"picture"))] == [b"picture"]


def test_by_length_a_part_is_given_with_its_last_byte():
    reader = MultipartReader()
    part = write_part(b"picture")
    assert reader.feed(BOUNDARY_LINE + part[: part.index(b"picture") + 6]) == []
    assert [part.body for part in reader.feed(b"e")] == [b"picture"]


def test_each_reader_looks_at_its_own_mark_alone():
    wrong_length = b"Content-Length: 99\r\n\r\nbody\r\n" + BOUNDARY_LINE
    assert [part.body for part in read(BOUNDARY_LINE + wrong_length, (), by="boundary")] == [b"body"]
    wrong_boundary = b"--other\r\nContent-Length: 4\r\n\r\nbody\r\n--other\r\n"
    assert [part.body for part in read(wrong_boundary, (), by="length")] == [b"body"]


@pytest.mark.parametrize("mode", ["auto", "length"])
@pytest.mark.parametrize("ending", [b"--myboundary\r\n", b"--myboundary--\r\n"])
def test_no_line_end_behind_a_body_of_known_length(mode, ending):
    part = b"Content-Length: 4\r\n\r\nbody"
    stream = BOUNDARY_LINE + part + BOUNDARY_LINE + part + ending
    for cuts in ((), range(len(stream))):
        assert [part.body for part in read(stream, cuts, by=mode)] == [b"body", b"body"]


def test_the_bytes_of_a_live_part():
    assert BOUNDARY_LINE + write_part(b"\x90\x65") == (
        b"--myboundary\r\nContent-type: application/octet-stream\r\nContent-Length: 2\r\n\r\n\x90\x65\r\n"
        b"--myboundary\r\n"
    )
    assert write_part(b"12", "image/jpeg").startswith(b"Content-type: image/jpeg\r\n")
    assert write_part(b"12").startswith(live_headers(2) + b"12")


def test_live_content_type():
    assert live_content_type() == "multipart/x-mixed-replace; boundary=--myboundary"
    assert live_content_type(Dialect(boundary="plain")) == "multipart/x-mixed-replace; boundary=myboundary"


@pytest.mark.parametrize(
    "ending", [b"", b"\r\n", b"\r\n--myboundary--", b"\r\n--myboundary--\r\n", b"--myboundary--"]
)
def test_a_last_part_without_body(ending):
    stream = BOUNDARY_LINE + b'X-Prev-Filename: filename = "a.mp4"\r\n\r\n' + ending
    if ending == b"--myboundary--":
        stream = stream[: -2 - len(ending)] + b"\r\n" + ending
    parts = read(stream, ())
    assert [part.body for part in parts] == [b""]
    assert stream[: parts[0].offset].endswith(b"\r\n\r\n")
    assert parts[0].headers == {"x-prev-filename": 'filename = "a.mp4"'}


@pytest.mark.parametrize(
    ("stream", "mode"),
    [
        (b"--mybound", "auto"),
        (b"--myboundary\r\nContent-Le", "auto"),
        (b"--myboundary\r\nContent-Length: 4\r\n\r\nbod", "auto"),
        (b"--myboundary\r\nContent-Length: 4\r\n\r\nbod", "length"),
        (b"--myboundary\r\nContent-Length: 4\r\n\r\nbody", "boundary"),
        (b"--myboundary\r\nX: 1\r\n\r\nbody\r\n--myboun", "auto"),
    ],
)
def test_a_stream_that_is_cut_off(stream, mode):
    reader = MultipartReader(by=mode)
    assert reader.feed(stream) == []
    with pytest.raises(ProtocolError, match="the stream ends"):
        reader.close()


@pytest.mark.parametrize("stream", [b"", b"\r\n", BOUNDARY_LINE, CLOSING_LINE, CLOSING_LINE[:-2]])
def test_a_stream_without_parts(stream):
    assert read(stream, ()) == []


@pytest.mark.parametrize(
    ("stream", "what", "mode"),
    [
        (b"HTTP/1.1 200 OK", "boundary line", "auto"),
        (b"--otherbound", "boundary line", "boundary"),
        (b"\r\n\r\n--myboundary\r\n", "boundary line", "boundary"),
        (b"--myboundary\r\nContent-Length: 4\r\n\r\nbody!\r\n", "boundary line", "auto"),
        (b"--myboundary\r\nno colon\r\n\r\n", "part header", "auto"),
        (b"--myboundary\r\n: empty\r\n\r\n", "part header", "auto"),
        (b"--myboundary\r\nA b: c\r\n\r\n", "part header", "auto"),
        (b"--myboundary\r\nA: b\r\na: c\r\n\r\n", "part header", "auto"),
        (b"--myboundary\r\nA: b\r\n\r\n", "part headers", "length"),
        (b"--myboundary\r\nContent-Length: -1\r\n\r\n", "Content-Length", "auto"),
        (b"--myboundary\r\nContent-Length: \xb2\r\n\r\n", "Content-Length", "auto"),
        (b"--myboundary\r\nContent-Length: 1001\r\n\r\n", "part", "auto"),
        (b"--myboundary\r\nContent-Length: " + b"9" * 60 + b"\r\n\r\n", "Content-Length", "auto"),
        (b"--myboundary\r\n" + b"A" * 300, "part headers", "auto"),
        (b"--" + b"A" * 300, "boundary line", "length"),
        (b"--myboundary\r\nA: b\r\n\r\n" + b"x" * 1100, "part", "auto"),
        (b"--myboundary\r\nA: b\r\n\r\n" + b"x" * 1100 + b"\r\n--myboundary\r\n", "part", "auto"),
    ],
)
def test_what_is_wrong_is_told(stream, what, mode):
    _, error = outcome(stream, (), by=mode, max_part=1000, max_headers=200)
    assert error[0] == what


def test_an_error_says_where_in_the_stream():
    reader = MultipartReader()
    first = BOUNDARY_LINE + write_part(b"picture")
    reader.feed(first)
    with pytest.raises(ProtocolError) as caught:
        reader.feed(b"nonsense\r\n\r\n")
    assert caught.value.offset == len(first)
    reader = MultipartReader(max_headers=100)
    reader.feed(first)
    with pytest.raises(ProtocolError) as caught:
        reader.feed(b"A" * 104)
    assert (caught.value.what, caught.value.offset) == ("part headers", len(first))


def test_limits():
    reader = MultipartReader()
    assert reader.feed(BOUNDARY_LINE + b"Content-Length: 16777216\r\n\r\n") == []
    with pytest.raises(ProtocolError, match="16777217 bytes are more than 16777216"):
        MultipartReader().feed(BOUNDARY_LINE + b"Content-Length: 16777217\r\n\r\n")
    assert MultipartReader().feed(BOUNDARY_LINE + b"A" * 8192 + b"\r\n\r") == []
    with pytest.raises(ProtocolError, match="more than 8192 bytes"):
        MultipartReader().feed(BOUNDARY_LINE + b"A" * 8196)


def outcome(data, cuts, **options):
    """The parts, and the error with which the stream ended."""
    reader = MultipartReader(**options)
    parts, start = [], 0
    try:
        for cut in [*cuts, len(data)]:
            parts += reader.feed(data[start:cut])
            start = cut
        parts += reader.close()
    except ProtocolError as error:
        return parts, (error.what, error.why, error.offset)
    return parts, None


wire = st.lists(
    st.sampled_from(
        (b"--myboundary", b"\r\n", b"Content-Length: 2", b"a: b", b"--", b"x", b"\r", b"y" * 28, b"z" * 57)
    ),
    max_size=30,
).map(b"".join)


@given(wire, st.sampled_from(MODES), st.data())
@example(b"--myboundary" * 5 + b"\r\n", "length", None)
@example(b"--myboundary\r\n" + b"a" * 58 + b":\r\n\r\n", "auto", None)
@example(b"--myboundary\r\n" + b"a" * 59 + b":\r\n\r\n", "auto", None)
@example(b"--myboundary\r\n" + b"a" * 60 + b":\r\n\r\n", "auto", None)
@example(b"--myboundary\r\nContent-Length: 0\r\n\r\n\r\n--myboundary!", "auto", None)
@example(b"--yourboundary", "boundary", None)
@example(b"--myboundary\r\nContent-Length: 0\r\n\r\n--my-boundary", "auto", None)
def test_any_bytes_give_the_same_however_they_are_cut(data, mode, cuts):
    options = {"by": mode, "max_part": 30, "max_headers": 60}
    whole = outcome(data, (), **options)
    assert outcome(data, range(1, len(data)), **options) == whole
    if cuts is not None:
        places = cuts.draw(st.lists(st.integers(0, len(data)), max_size=8).map(sorted))
        assert outcome(data, places, **options) == whole


def test_an_error_waits_until_the_parts_ahead_of_it_are_given():
    good = b"--myboundary\r\nContent-Length: 4\r\n\r\nbody"
    for further in (lambda reader: reader.feed(b""), lambda reader: reader.close()):
        reader = MultipartReader()
        assert [part.body for part in reader.feed(good + b"!\r\n")] == [b"body"]
        for _ in range(2):
            with pytest.raises(ProtocolError, match="instead of b'--myboundary'"):
                further(reader)


@pytest.mark.parametrize("mode", MODES)
def test_no_more_is_kept_than_a_part(mode):
    reader = MultipartReader(by=mode, max_part=1000, max_headers=200)
    reader.feed(BOUNDARY_LINE)
    for _ in range(50):
        reader.feed(write_part(bytes(900)))
        assert len(reader._buffer) < 100


@given(
    st.dictionaries(
        st.from_regex(r"\A[A-Za-z-]{1,10}\Z"), st.from_regex(r"\A[!-~]([ -~]{0,20}[!-~])?\Z"), max_size=4
    ).filter(lambda headers: len({name.lower() for name in headers}) == len(headers))
)
def test_headers_read_what_they_write(headers):
    block = write_headers(headers)
    assert block.endswith(b"\r\n")
    expected = {name.lower(): value for name, value in headers.items()}
    assert read_headers(block[:-2].removesuffix(b"\r\n")) == expected


@pytest.mark.parametrize("headers", [{"A": "b\r\nC: d"}, {"": "x"}, {"A:B": "x"}, {"A": "時"}, {"A\r": "x"}])
def test_headers_that_do_not_fit_a_line(headers):
    with pytest.raises(ProtocolError):
        write_part(b"", headers)


def test_a_part_is_a_value():
    assert Part({}, b"", 1) == Part({}, b"", 1)
