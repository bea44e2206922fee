"""Cuts the endless multipart of live over HTTP into parts, and keeps what each part said of itself
(§2.3.3)."""

from __future__ import annotations

from dataclasses import dataclass

from nvr_conformance.bounds import PART_HEAD_LIMIT, PART_LIMIT
from nvr_conformance.wire.exchange import Headers

BOUNDARY = b"--myboundary"


@dataclass(frozen=True, slots=True)
class LivePart:
    """One part. ``stated`` is its Content-Length (None: absent or not a number).

    ``well_placed`` tells whether the next boundary line, or CRLF and that, stood right where Content-Length
    says; if not, ``body`` is what stood between the head and the next boundary. ``offset`` counts the bytes
    of the whole multipart body, from 0, to the part's first header line.
    """

    headers: Headers
    body: bytes
    stated: int | None
    well_placed: bool
    offset: int

    def header(self, name: str) -> str | None:
        """The first header of that name, case ignored."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty if there is none."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()


class PartCutter:
    """Fed with the body's bytes in any slicing. ``problem`` names what could not be read; then it is over.

    Parts and problem are the same however the bytes are sliced.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._offset = 0  # of the buffer's first byte in the body
        self._searched = 0
        self._head: tuple[int, Headers] | None = None  # of the part under way: where it ends, what it says
        self.problem = ""
        self.started = False  # the opening boundary line was seen
        self._bare = False  # boundary lines come without CRLF behind a body

    def feed(self, data: bytes) -> list[LivePart]:
        """The parts that ``data`` completes. A part is complete when the next boundary line has begun."""
        if self.problem:
            return []
        self._buffer += data
        parts: list[LivePart] = []
        if not self.started and not self._open():
            return parts
        while not self.problem and (part := self._next()) is not None:
            parts.append(part)
        if self.problem:
            self._buffer.clear()
        return parts

    def _open(self) -> bool:
        line = BOUNDARY + b"\r\n"
        if self._buffer == b"\r":
            return False
        ahead = 2 if self._buffer.startswith(b"\r\n") else 0
        start = bytes(self._buffer[ahead : ahead + len(line)])
        if start == line:
            self._drop(ahead + len(line))
            self.started = True
        elif not line.startswith(start):
            # up to the first wrong byte: what is behind it may not be here yet
            wrong = next(place for place, byte in enumerate(start) if byte != line[place])
            seen = bytes(self._buffer[: ahead + wrong + 1])
            self.problem = f"body starts with {seen!r}, not with the boundary line"
        return self.started

    def _next(self) -> LivePart | None:
        if self._head is None:
            head_end = self._find(b"\r\n\r\n", 0, PART_HEAD_LIMIT, "part headers without end")
            if head_end < 0:
                return None
            self._head = head_end, read_headers(bytes(self._buffer[:head_end]))
        head_end, headers = self._head
        stated = _stated_length(headers)
        start = head_end + 4
        separator = b"\r\n" + BOUNDARY
        if stated is not None and stated <= PART_LIMIT:
            end = start + stated
            behind = bytes(self._buffer[end : end + len(separator)])
            if behind == separator:
                return self._take(headers, start, end, end + 2, stated)
            if behind.startswith(BOUNDARY) and self._is_bare(start, end):
                return self._take(headers, start, end, end, stated)
            if separator.startswith(behind) or BOUNDARY.startswith(behind):
                return None  # not all here yet
        end = self._find(separator, start, PART_LIMIT, f"no boundary in {PART_LIMIT} bytes", self._searched)
        if end < 0:
            self._searched = len(self._buffer) - len(separator)
            return None
        return self._take(headers, start, end, end + 2, stated, well_placed=False)

    def _is_bare(self, start: int, end: int) -> bool:
        """Whether nothing stands between this body and the boundary line behind it. A body that seems to end
        in CRLF has a length that counts the line end, unless bodies before it went without."""
        self._bare = self._bare or self._buffer[max(start, end - 2) : end] != b"\r\n"
        return self._bare

    def _take(
        self,
        headers: Headers,
        start: int,
        end: int,
        boundary: int,
        stated: int | None,
        *,
        well_placed: bool = True,
    ) -> LivePart | None:
        line_end = self._find(b"\n", boundary + len(BOUNDARY), PART_HEAD_LIMIT, "boundary line without end")
        if line_end < 0:
            return None
        part = LivePart(headers, bytes(self._buffer[start:end]), stated, well_placed, self._offset)
        self._drop(line_end + 1)
        return part

    def _find(self, mark: bytes, start: int, limit: int, problem: str, searched: int = 0) -> int:
        """Where ``mark`` is, at most ``limit`` bytes behind ``start``; -1 if not, and a problem if never."""
        most = start + limit + len(mark)
        found = self._buffer.find(mark, max(start, searched), most)
        if found < 0 and len(self._buffer) >= most:
            self.problem = f"{problem} from offset {self._offset + start}"
        return found

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._offset += count
        self._searched = 0
        self._head = None


def read_headers(head: bytes) -> Headers:
    """The header lines of a part, in their order."""
    lines = head.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return tuple((name, value.strip()) for name, _, value in pairs)


def _stated_length(headers: Headers) -> int | None:
    for name, value in headers:
        if name.lower() == "content-length" and value.isascii() and value.isdigit() and len(value) < 12:
            return int(value)
    return None
