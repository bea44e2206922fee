"""The judge's cutter of downloads: any slicing, any bytes, bounded memory."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nvr_conformance.bounds import DOWNLOAD_PARTS as PARTS
from nvr_conformance.bounds import PART_HEAD_LIMIT as HEAD_LIMIT
from nvr_conformance.wire import download_multipart
from nvr_conformance.wire.download_multipart import DownloadCutter

HEAD = b'X-Temp-FileName: filename = "%b"\r\nX-RecData-Satus: 0\r\n\r\n'
BODIES = st.one_of(
    st.binary(max_size=60),
    st.lists(st.sampled_from([b"\r\n", b"\r", b"-", b"--", b"--mybound", b"--myboundaryx", b"a"])).map(
        b"".join
    ),
).filter(lambda body: b"--myboundary\r\n" not in body + b"\r\n" and b"--myboundary--" not in body)


def written(bodies, end=b"--\r\n"):
    boundary = b"--myboundary"
    parts = [boundary + b"\r\n" + HEAD % b"name" + body + b"\r\n" for body in bodies]
    return b"".join(parts) + boundary + end


def cut(data, slices=()):
    cutter = DownloadCutter()
    bounds = sorted({0, len(data), *(place % (len(data) + 1) for place in slices)})
    for start, end in pairwise(bounds):
        cutter.feed(data[start:end])
    cutter.end()
    return cutter


@given(bodies=st.lists(BODIES, min_size=1, max_size=4), slices=st.lists(st.integers(0, 999)))
def test_any_slicing_gives_the_same_parts(bodies, slices):
    cutter = cut(written(bodies), slices)
    assert [bytes(part.body) for part in cutter.parts] == bodies
    assert [part.size for part in cutter.parts] == [len(body) for body in bodies]
    assert all(
        part.complete and part.header("x-temp-filename") == 'filename = "name"' for part in cutter.parts
    )
    assert (cutter.problem, cutter.closed) == ("", True)


@given(
    data=st.one_of(st.binary(), st.binary().map(lambda tail: written([b"a"], b"") + tail)),
    place=st.integers(0, 999),
)
def test_any_bytes_are_read_or_named_as_a_problem(data, place):
    cutter = cut(data, [place])
    assert cutter.problem or cutter.parts or not data.strip(b"\r\n-")
    assert sum(len(part.body) for part in cutter.parts) <= len(data)


WIRE = st.lists(
    st.sampled_from(
        [
            b"\r\n",
            b"\r\n\r\n",
            b"--myboundary\r\n",
            b"--myboundary--",
            b"--my",
            b"A: b",
            b"\r",
            b"x",
            b"y" * 30,
        ]
    ),
    max_size=20,
).map(b"".join)


def seen(data, slices):
    cutter = cut(data, slices)
    parts = [(part.headers, part.offset, bytes(part.body), part.size, part.complete) for part in cutter.parts]
    return parts, cutter.problem, cutter.closed


@given(data=WIRE, slices=st.lists(st.integers(0, 999)))
@example(b"--yourboundary", [])
@example(b"--myboundary\r\nA: " + b"y" * 27 + b"\r\n\r\n", [])
@example(b"--myboundary\r\nA: " + b"y" * 28 + b"\r\n\r\n", [])
def test_any_bytes_give_the_same_however_they_are_sliced(data, slices):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(download_multipart, "PART_HEAD_LIMIT", 30)
        patch.setattr(download_multipart, "DOWNLOAD_PARTS", 3)
        whole = seen(data, ())
        assert seen(data, range(len(data))) == whole
        assert seen(data, slices) == whole


@given(length=st.integers(0, 200))
def test_an_answer_that_is_cut_off_is_no_whole_download(length):
    whole = written([b"x" * 30, b"y" * 30])
    cutter = cut(whole[: min(length, len(whole) - 3)])
    assert not cutter.closed
    for part, body in zip(cutter.parts, (b"x" * 30, b"y" * 30), strict=False):
        assert bytes(part.body[:30]) == body[: len(part.body)]
        assert not part.complete or bytes(part.body) in (b"", body)


def test_a_body_may_end_the_answer_if_it_is_empty():
    for end in (b"", b"\r\n"):
        cutter = cut(written([b"x"], b"\r\n") + HEAD % b"" + end)
        assert [part.complete for part in cutter.parts] == [True, True]
        assert cutter.problem == ""


def test_a_body_that_nothing_ends_is_a_problem_and_is_kept():
    cutter = cut(b"--myboundary\r\n" + HEAD % b"" + b"half")
    assert cutter.problem == "the answer ends within part 1"
    assert (bytes(cutter.parts[0].body), cutter.parts[0].complete) == (b"half", False)


def test_an_empty_body_without_a_line_of_its_own():
    cutter = cut(b"--myboundary\r\nA: b\r\n\r\n--myboundary--\r\n")
    assert [(part.size, part.complete) for part in cutter.parts] == [(0, True)]


def test_bodies_are_counted_beyond_what_is_kept():
    cutter = DownloadCutter(kept=1000)
    cutter.feed(b"--myboundary\r\n" + HEAD % b"big")
    for _ in range(100):
        cutter.feed(bytes(1000))
    assert len(cutter.parts[0].body) == 1000
    cutter.feed(b"\r\n--myboundary--")
    assert (cutter.parts[0].size, cutter.closed) == (100_000, True)


def test_heads_and_parts_have_a_limit():
    endless = DownloadCutter()
    endless.feed(b"--myboundary\r\nA: " + b"a" * 2 * HEAD_LIMIT)
    assert "no end" in endless.problem
    many = DownloadCutter()
    many.feed(written([b""] * (PARTS + 1)))
    assert "more than" in many.problem
    assert len(many.parts) == PARTS


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_where_a_part_begins_in_the_answer(size):
    line = b"--myboundary\r\n"
    head = b'X-Temp-FileName: filename = "a.tmp"\r\n\r\n'
    answer = line + head + b"0123456789\r\n" + line + head + b"x\r\n" + line
    cutter = DownloadCutter()
    for start in range(0, len(answer), size):
        cutter.feed(answer[start : start + size])
    found = [part.offset for part in cutter.parts]
    assert found == [len(line), len(line + head) + 12 + len(line)]
    assert all(answer[offset:].startswith(head) for offset in found)


@pytest.mark.parametrize(
    ("content_type", "line"),
    [
        ("multipart/form-data; boundary=--myboundary", b"--myboundary"),
        ("multipart/form-data; boundary=myboundary", b"--myboundary"),
        ("multipart/form-data; boundary=--myboundary", b"----myboundary"),
        ('multipart/mixed; BOUNDARY="a b"', b"--a b"),
        ("multipart/mixed", b"--myboundary"),
    ],
)
@pytest.mark.parametrize("step", [1, 1000])
def test_the_boundary_is_what_the_answer_says(content_type, line, step):
    data = line + b"\r\n" + HEAD % b"name" + b"body\r\n" + line + b"\r\n" + HEAD % b"" + line + b"--\r\n"
    cutter = DownloadCutter(content_type=content_type)
    for start in range(0, len(data), step):
        cutter.feed(data[start : start + step])
    cutter.end()
    assert (cutter.problem, [bytes(part.body) for part in cutter.parts]) == ("", [b"body", b""])


def test_another_boundary_is_none():
    cutter = DownloadCutter(content_type="multipart/form-data; boundary=--myboundary")
    cutter.feed(b"--yourboundary\r\n")
    assert cutter.problem == "begins with b'--y', not with the boundary line"
