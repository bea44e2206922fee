"""Multipart bodies: live streams over HTTP (§2.3.3 to §2.3.7) and downloads (§6.3.1).

A body begins with a boundary line; each part is its headers, an empty line, its content and CRLF, and the
next boundary line follows at once. So a client that goes by lengths and one that goes by boundaries both have
a part as soon as it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError

BOUNDARY = "--myboundary"
BOUNDARY_LINE = b"--myboundary\r\n"
CLOSING_LINE = b"--myboundary--\r\n"
OCTET_STREAM = "application/octet-stream"
MAX_PART = 16 * 1024 * 1024
MAX_HEADERS = 8 * 1024

_PART_END = b"\r\n" + BOUNDARY_LINE


def live_content_type(dialect: Dialect = DEFAULT) -> str:
    """The Content-Type of the answer to `push.cgi … INTERNETMODE=ON` (OP-17)."""
    boundary = {"dashed": "--myboundary", "plain": "myboundary", "quoted": '"--myboundary"'}[dialect.boundary]
    return f"multipart/x-mixed-replace; boundary={boundary}"


def write_headers(headers: Mapping[str, str]) -> bytes:
    """The header lines of a part and the empty line behind them."""
    lines = []
    for name, value in headers.items():
        line = f"{name}: {value}\r\n"
        if not name or ":" in name or len(line.splitlines()) != 1:
            raise ProtocolError("part header", f"{name!r}: {value!r} does not fit a line")
        try:
            lines.append(line.encode("latin-1"))
        except UnicodeEncodeError:
            raise ProtocolError(f"part header {name}", f"{value!r} is not Latin-1") from None
    return b"".join(lines) + b"\r\n"


@dataclass(frozen=True)
class PartForm:
    """How a live part is written. `line_end`: whether CRLF stands between a body and the boundary line."""

    type_name: str = "Content-type"
    length_name: str = "Content-Length"
    length_first: bool = False
    further: tuple[tuple[str, str], ...] = ()
    line_end: bool = True


AS_DRAWN = PartForm()
"""The form in which the document draws parts (§2.3.3)."""


def write_live_part(body: bytes, content_type: str = OCTET_STREAM, form: PartForm = AS_DRAWN) -> bytes:
    """One part of a live stream and the boundary line behind it, in this form."""
    if form is AS_DRAWN:
        return b"".join((live_headers(len(body), content_type), body, _PART_END))
    fields = [(form.type_name, content_type), (form.length_name, str(len(body)))]
    if form.length_first:
        fields.reverse()
    head = write_headers(dict((*form.further, *fields)))
    return b"".join((head, body, _PART_END if form.line_end else BOUNDARY_LINE))


def live_headers(size: int, content_type: str = OCTET_STREAM) -> bytes:
    """The headers of a live part with `size` bytes of content (§2.3.3)."""
    return b"Content-type: %b\r\nContent-Length: %d\r\n\r\n" % (content_type.encode("latin-1"), size)


def write_part(body: bytes, headers: Mapping[str, str] | str = OCTET_STREAM) -> bytes:
    """One part and the boundary line behind it. `headers` is the content type of a live part, which has a
    Content-Length too, or all the headers there are (a download has no length)."""
    if isinstance(headers, str):
        return b"".join((live_headers(len(body), headers), body, _PART_END))
    return b"".join((write_headers(headers), body, _PART_END))


@dataclass(frozen=True, slots=True)
class Part:
    """One part: `headers` by lower-cased name, `offset` that of the body's first byte in the stream."""

    headers: Mapping[str, str]
    body: bytes
    offset: int


class _State(Enum):
    OPENING = auto()
    HEADERS = auto()
    BODY = auto()
    EPILOGUE = auto()


class MultipartReader:
    """Finds the parts in a stream of bytes, however it is cut.

    `by="length"` goes by Content-Length alone and skips boundary lines unseen; `by="boundary"` goes by the
    boundary lines alone; `by="auto"` goes by Content-Length where a part has one, and sees to it that the
    boundary follows. `boundary` is what the boundary line says, dashes included. A part has at most
    `max_part` bytes of body and `max_headers` of headers; so much is kept, and what one `feed` brings.

    Parts and errors are the same however the bytes are cut. An error comes with the call behind the one that
    gave the last part ahead of it, `feed` or `close`, and with each one from then on.
    """

    def __init__(
        self,
        boundary: str = BOUNDARY,
        max_part: int = MAX_PART,
        max_headers: int = MAX_HEADERS,
        by: Literal["auto", "length", "boundary"] = "auto",
    ) -> None:
        self._delimiter = b"\r\n" + boundary.encode("latin-1")
        self._line = self._delimiter + b"\r\n"
        self._max_part = max_part
        self._max_headers = max_headers
        self._by = by
        self._state = _State.OPENING
        self._buffer = bytearray(b"\r\n")  # the first boundary line has no line end before it
        self._base = -2  # where in the stream the buffer begins
        self._position = 0
        self._scanned = 0
        self._headers: dict[str, str] = {}
        self._length: int | None = None
        self._error: ProtocolError | None = None

    def feed(self, data: bytes) -> list[Part]:
        """Takes the next bytes; gives the parts that are complete now."""
        if self._error is not None:
            raise self._error.with_traceback(None)
        if self._state is _State.EPILOGUE:
            return []
        self._buffer += data
        parts: list[Part] = []
        try:
            while self._step(parts):
                pass
        except ProtocolError as error:
            self._error = error
            self._buffer.clear()
            if not parts:
                raise
            return parts
        del self._buffer[: self._position]
        self._base += self._position
        self._scanned = max(0, self._scanned - self._position)
        self._position = 0
        return parts

    def close(self) -> list[Part]:
        """Ends the stream. A last part whose empty body no boundary follows is given; ProtocolError for any
        other part that is cut off."""
        if self._error is not None:
            raise self._error.with_traceback(None)
        state, self._state = self._state, _State.EPILOGUE
        rest = bytes(self._buffer)
        self._buffer.clear()
        if state is _State.BODY:
            if self._length is None and rest[2:] in (b"", b"\r\n"):
                return [Part(self._headers, b"", self._base + 2)]
            raise ProtocolError("part", f"the stream ends after {len(rest)} bytes of the body", self._base)
        if state is _State.HEADERS and rest.strip(b"\r\n"):
            raise ProtocolError("part headers", "the stream ends within", self._base)
        if state is _State.OPENING and rest.strip(b"\r\n") not in (b"", self._delimiter[2:] + b"--"):
            raise ProtocolError("boundary line", "the stream ends within", self._base)
        return []

    def _step(self, parts: list[Part]) -> bool:
        if self._state is _State.OPENING:
            return self._skip_line() if self._by == "length" else self._skip_boundary()
        if self._state is _State.HEADERS:
            return self._read_headers()
        if self._state is _State.BODY:
            return self._read_by_boundary(parts) if self._length is None else self._read_by_length(parts)
        return False

    def _skip_line(self) -> bool:
        """By length: whatever is empty or begins with two dashes is no header."""
        start = self._position
        lead = bytes(self._buffer[start : start + 2])
        if lead in (b"", b"\r", b"-"):
            return False
        if lead not in (b"\r\n", b"--"):
            self._state = _State.HEADERS
            return True
        end = self._find(b"\r\n", "boundary line")
        if end < 0:
            return False
        self._position = end + 2
        self._scanned = 0
        return True

    def _skip_boundary(self) -> bool:
        start = self._position
        if self._buffer.startswith(self._line, start):
            self._state = _State.HEADERS
            self._position = start + len(self._line)
            return True
        if self._base + start < 0 and self._buffer.startswith(b"\r\n\r"):  # an empty line ahead of all
            if len(self._buffer) < 4:
                return False
            self._position = start = 2
        # Behind a body whose length is known the line end may be missing: some recorders write none.
        missing = 2 if self._buffer.startswith(b"-", start) else 0
        delimiter = self._delimiter[missing:]
        found = bytes(self._buffer[start : start + len(delimiter) + 2])
        line, closing = delimiter + b"\r\n", delimiter + b"--"
        alike = max(_alike(found, line), _alike(found, closing))
        if alike < len(found):  # up to the first wrong byte, for that is there however the stream is cut
            why = f"{found[2 - missing : alike + 1]!r} instead of {self._delimiter[2:]!r}"
            raise ProtocolError("boundary line", why, max(0, self._base + start))
        if alike < len(line):
            return False
        if found == closing:
            self._state = _State.EPILOGUE
            self._position = len(self._buffer)
            return False
        self._state = _State.HEADERS
        self._position = start + len(found)
        return True

    def _read_headers(self) -> bool:
        start = self._position
        if self._buffer.startswith(b"\r\n", start):
            end, size = start, 2
        else:
            end, size = self._find(b"\r\n\r\n", "part headers"), 4
        if end < 0:
            return False
        self._headers = read_headers(bytes(self._buffer[start:end]), self._base + start)
        self._length = self._announced(self._base + start)
        # By boundary, the line end that closes the headers may be the one that opens the boundary line.
        self._position = end + size if self._length is not None else end + size - 2
        self._scanned = self._position
        self._state = _State.BODY
        return True

    def _announced(self, offset: int) -> int | None:
        if self._by == "boundary":
            return None
        text = self._headers.get("content-length")
        if text is None:
            if self._by == "length":
                raise ProtocolError("part headers", "no Content-Length", offset)
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            raise ProtocolError("Content-Length", f"{text!r} is not a number", offset)
        if int(text) > self._max_part:
            raise ProtocolError("part", f"{text} bytes are more than {self._max_part}", offset)
        return int(text)

    def _read_by_length(self, parts: list[Part]) -> bool:
        start = self._position
        end = start + (self._length or 0)
        if len(self._buffer) < end:
            return False
        self._give(parts, start, end)
        return True

    def _read_by_boundary(self, parts: list[Part]) -> bool:
        start = self._position
        body = start + 2
        size = len(self._delimiter)
        mark = self._buffer.find(self._delimiter, self._scanned)
        while mark >= 0:
            tail = bytes(self._buffer[mark + size : mark + size + 2])
            if tail in (b"\r\n", b"--"):
                self._check_part(mark - body)
                self._give(parts, body, max(body, mark))
                self._position = mark
                return True
            if tail in (b"", b"\r", b"-"):
                self._scanned = mark
                self._check_part(mark - body)
                return False
            mark = self._buffer.find(self._delimiter, mark + 1)
        self._scanned = max(start, len(self._buffer) - size + 1)
        self._check_part(self._scanned - body)
        return False

    def _give(self, parts: list[Part], start: int, end: int) -> None:
        parts.append(Part(self._headers, bytes(memoryview(self._buffer)[start:end]), self._base + start))
        self._position = end
        self._scanned = 0
        self._state = _State.OPENING

    def _check_part(self, size: int) -> None:
        if size > self._max_part:
            raise ProtocolError("part", f"more than {self._max_part} bytes", self._base + self._position)

    def _find(self, mark: bytes, what: str) -> int:
        """Where `mark` is, behind at most `max_headers` bytes; -1 while it may still come."""
        start, most = self._position, self._max_headers + len(mark)
        end = self._buffer.find(mark, max(start, self._scanned - len(mark) + 1), start + most)
        if end < 0:
            self._scanned = len(self._buffer)
            if len(self._buffer) - start >= most:
                raise ProtocolError(what, f"more than {self._max_headers} bytes", self._base + start)
        return end


def _alike(one: bytes, other: bytes) -> int:
    """How many bytes at the beginning are the same."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def read_headers(block: bytes, offset: int = 0) -> dict[str, str]:
    """The header lines in `block`, by lower-cased name. ProtocolError for a line without a colon, a name that
    is empty or has blanks, and a name that comes twice."""
    headers: dict[str, str] = {}
    for line in block.split(b"\r\n") if block else ():
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or name.split() != [name]:
            raise ProtocolError("part header", f"{line[:80]!r} is not a name, a colon and a value", offset)
        known_as = name.lower()
        if known_as in headers:
            raise ProtocolError("part header", f"{name} comes twice", offset)
        headers[known_as] = value.strip()
        offset += len(line) + 2
    return headers
