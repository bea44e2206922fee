"""Each reader that is fed bytes as they come: however they are cut, the same values and the same error."""

import ast
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nvr_conformance.wire import connection, download_multipart, live_multipart
from nvr_conformance.wire.connection import ResponseReader, WireError
from nvr_conformance.wire.download_multipart import DownloadCutter
from nvr_conformance.wire.live_multipart import PartCutter
from nvr_protocol.errors import ProtocolError
from nvr_protocol.multipart import MultipartReader

ROOT = Path(__file__).parents[3]
SMALL = 60
"""Limits that short texts reach."""


class Parts:
    """nvr_protocol's reader: parts, then an error, with the call behind them at the latest."""

    def __init__(self, by):
        self.reader = MultipartReader(by=by, max_part=SMALL // 2, max_headers=SMALL)
        self.seen, self.error = [], None

    def feed(self, data):
        try:
            self.seen += self.reader.feed(data)
        except ProtocolError as error:
            self.error = self.error or str(error)

    def end(self):
        self.feed(b"")
        try:
            self.seen += self.reader.close()
        except ProtocolError as error:
            self.error = self.error or str(error)
        return self.seen, self.error


class Live:
    def __init__(self):
        self.reader, self.seen = PartCutter(), []

    def feed(self, data):
        self.seen += self.reader.feed(data)

    def end(self):
        return self.seen, self.reader.problem, self.reader.started


class Downloaded:
    def __init__(self):
        self.reader = DownloadCutter(SMALL, 'multipart/mixed; boundary="--myboundary"')

    def feed(self, data):
        self.reader.feed(data)

    def end(self):
        self.reader.end()
        return self.reader.parts, self.reader.problem, self.reader.closed


class Answered:
    def __init__(self):
        self.reader, self.body, self.error = ResponseReader("GET"), b"", None

    def feed(self, data):
        if self.error is None and not self.reader.complete:
            try:
                self.body += self.reader.feed(data)
            except WireError as error:
                self.body += error.ahead
                self.error = str(error)

    def end(self):
        self.feed(b"")
        head = self.reader.head
        return head and (head.status_code, head.headers.raw_items()), self.body, self.error


READERS = {
    "parts by length": lambda: Parts("length"),
    "parts by boundary": lambda: Parts("boundary"),
    "parts": lambda: Parts("auto"),
    "live": Live,
    "download": Downloaded,
    "answer": Answered,
}
CLASSES = {"MultipartReader", "PartCutter", "DownloadCutter", "ResponseReader"}

PIECES = st.sampled_from(
    (
        *(b"\r\n", b"\r", b"\n", b"-", b"--", b"--myboundary", b"--myboundary\r\n", b"--myboundary--"),
        *(
            b"\r\n--my",
            b"Content-Length: 4\r\n",
            b"Content-Length: 33\r\n",
            b"A: b\r\n",
            b"\r\n\r\n",
            b"body",
        ),
        *(
            b"HTTP/1.1 200 OK\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"4\r\nbody\r\n",
            b"0\r\n",
            b"3;x=y\r\n",
        ),
        *(b"\0", b"X" * 11, b"T: " + b"x" * SMALL, b": ", b"HTTP/1.1 100 C\r\n\r\n", b"Z" * (2 * SMALL)),
        *(b"T: " + b"x" * (2 * SMALL) + b"\r\n", b"4;" + b"x" * (2 * SMALL) + b"\r\nbody\r\n"),
    )
)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAMS = st.one_of(
    st.lists(PIECES, max_size=14).map(b"".join),
    st.lists(PIECES, max_size=14).map(lambda pieces: b"--myboundary\r\n" + b"".join(pieces)),
    st.lists(PIECES, max_size=14).map(lambda pieces: CHUNKED + b"".join(pieces)),
)


def what_comes(make, data, cuts):
    reader, start = make(), 0
    for cut in [*sorted(cuts), len(data)]:
        if cut > start:
            reader.feed(data[start:cut])
            start = cut
    return reader.end()


@pytest.fixture(scope="module", autouse=True)
def _small_limits():
    with pytest.MonkeyPatch.context() as patch:
        for module in (live_multipart, download_multipart):
            patch.setattr(module, "PART_HEAD_LIMIT", SMALL)
        patch.setattr(live_multipart, "PART_LIMIT", SMALL)
        patch.setattr(download_multipart, "DOWNLOAD_PARTS", 3)
        patch.setattr(connection, "HEAD_LIMIT", SMALL)
        yield


@pytest.mark.parametrize("name", READERS)
@given(data=STREAMS, cuts=st.lists(st.integers(0, 300), max_size=8))
@example(data=b"--myboundary" * 5 + b"\r\n", cuts=[60, 61])
@example(data=b"HTTP/1.1 100 C\r\n\r\n\x00\r\n", cuts=[19])
@example(data=CHUNKED + b"3;x=y\r\n--myboundary", cuts=[58])
@example(data=CHUNKED + b"4;" + b"x" * (2 * SMALL) + b"\r\nbody\r\n0\r\n\r\n", cuts=[160])
def test_values_and_errors_are_the_same_however_the_bytes_are_cut(name, data, cuts):
    whole = what_comes(READERS[name], data, ())
    assert what_comes(READERS[name], data, [cut for cut in cuts if cut < len(data)]) == whole
    assert what_comes(READERS[name], data, range(len(data))) == whole


def test_every_incremental_reader_is_here():
    """What keeps bytes until more come: a class with a ``feed(data: bytes)``."""
    found = {
        node.name
        for package in ("protocol", "emulator", "conformance", "fixtures")
        for path in (ROOT / package).rglob("*.py")
        if "def feed(" in (text := path.read_text("utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef)
        and any(
            isinstance(inner, ast.FunctionDef)
            and inner.name == "feed"
            and ast.unparse(inner.args.args[1].annotation or ast.Constant(None)) == "bytes"
            for inner in node.body
        )
    }
    assert found == CLASSES
