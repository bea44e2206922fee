"""The judge's cutter of live parts: any slicing, any bytes, bounded memory."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nvr_conformance.bounds import PART_LIMIT
from nvr_conformance.wire import live_multipart
from nvr_conformance.wire.live_multipart import PartCutter

LINE = b"--myboundary\r\n"


def part(body, length=None, kind=b"application/octet-stream"):
    stated = len(body) if length is None else length
    return b"Content-type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n%s" % (kind, stated, body, LINE)


def cut(data, step=None):
    cutter = PartCutter()
    step = step or len(data) or 1
    parts = []
    for at in range(0, len(data), step):
        parts += cutter.feed(data[at : at + step])
    return cutter, parts


@given(st.lists(st.binary(max_size=60), max_size=5), st.integers(1, 40))
def test_parts_come_out_as_they_went_in_however_sliced(bodies, step):
    cutter, parts = cut(LINE + b"".join(part(body) for body in bodies), step)
    assert [each.body for each in parts] == bodies
    assert all(each.well_placed and each.stated == len(each.body) for each in parts)
    assert all(each.content_type == "application/octet-stream" for each in parts)
    assert cutter.started
    assert not cutter.problem


@given(st.binary(max_size=200), st.integers(1, 50))
def test_any_bytes_are_cut_or_refused(data, step):
    cutter, _ = cut(data, step)
    assert cutter.feed(b"") == []


@pytest.mark.parametrize("length", [0, 3, 6, 7, 1000])
def test_a_wrong_length_is_noticed_and_the_next_part_still_found(length):
    _, parts = cut(LINE + part(b"hello", length) + part(b"x" * 2000))
    assert [each.body for each in parts] == [b"hello", b"x" * 2000]
    assert [each.well_placed for each in parts] == [False, True]
    assert parts[0].stated == length


@given(st.lists(st.binary(max_size=60), max_size=5), st.integers(1, 40))
def test_parts_may_go_without_a_line_end_behind_the_body(bodies, step):
    bodies = [b"first", *bodies, b"with its own\r\n"]
    sent = LINE + b"".join(part(body).replace(body + b"\r\n--", body + b"--") for body in bodies)
    cutter, parts = cut(sent, step)
    assert [each.body for each in parts] == bodies
    assert all(each.well_placed for each in parts)
    assert not cutter.problem


def test_a_head_is_read_once_however_many_pieces_its_body_comes_in(monkeypatch):
    read = []
    real = live_multipart.read_headers
    monkeypatch.setattr(live_multipart, "read_headers", lambda head: read.append(head) or real(head))
    _, parts = cut(LINE + part(b"a" * 500) + part(b"b" * 500, length=3) + part(b"", length=9), 1)
    assert [len(each.body) for each in parts] == [500, 500, 0]
    assert len(read) == 3


def test_a_length_that_counts_the_line_end_is_wrong():
    _, parts = cut(LINE + part(b"hello", 7) + part(b"and more", 10))
    assert [each.body for each in parts] == [b"hello", b"and more"]
    assert [each.well_placed for each in parts] == [False, False]


def test_a_part_without_length():
    _, parts = cut(LINE + b"Content-type: image/jpeg\r\n\r\nabc\r\n" + LINE)
    assert (parts[0].body, parts[0].stated, parts[0].well_placed) == (b"abc", None, False)
    assert parts[0].header("CONTENT-TYPE") == "image/jpeg"


def test_a_body_without_the_opening_line():
    cutter, parts = cut(b"Content-type: image/jpeg\r\n\r\n")
    assert parts == []
    assert "boundary line" in cutter.problem


def test_endless_bytes_without_boundary_are_given_up():
    cutter = PartCutter()
    cutter.feed(LINE + b"A: b\r\n\r\n")
    for _ in range(PART_LIMIT // 1_000_000 + 2):
        cutter.feed(b"x" * 1_000_000)
    assert "no boundary" in cutter.problem
    cutter = PartCutter()
    cutter.feed(LINE + b"x" * 100_000)
    assert "headers without end" in cutter.problem


WIRE = st.lists(
    st.sampled_from(
        [
            b"\r\n",
            b"\r\n\r\n",
            b"--myboundary",
            b"--myboundary\r\n",
            b"Content-Length: 3",
            b"Content-Length: 41",
            b"\r",
            b"x",
            b"abc",
            b"y" * 24,
            b"z" * 38,
        ]
    ),
    max_size=20,
).map(b"".join)


def seen(data, step):
    cutter, parts = cut(data, step)
    return parts, cutter.problem, cutter.started


@given(WIRE, st.booleans(), st.integers(1, 40))
@example(b"A: " + b"y" * 28 + b"\r\n\r\n", True, 1)
@example(b"A: " + b"y" * 27 + b"\r\n\r\n" + b"z" * 40 + b"\r\n" + LINE, True, 1)
@example(b"A: b\r\n\r\n" + b"z" * 41 + b"\r\n" + LINE, True, 1)
@example(b"Content-Length: 40\r\n\r\n" + b"z" * 40 + b"\r\n" + LINE, True, 1)
@example(b"A: b\r\n\r\n\r\n--myboundary" + b"y" * 31 + b"\r\n", True, 1)
@example(b"\r\n--myboundary\r\n", False, 1)
@example(b"--yourboundary\r\n", False, 1)
def test_any_bytes_give_the_same_however_they_are_sliced(data, opened, step):
    stream = LINE + data if opened else data
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live_multipart, "PART_HEAD_LIMIT", 30)
        patch.setattr(live_multipart, "PART_LIMIT", 40)
        whole = seen(stream, None)
        assert seen(stream, 1) == whole
        assert seen(stream, step) == whole
