"""Cuts the multipart of a download into parts as it comes, in bounded memory (§6.3.1).

Independent of the protocol package's reader on purpose: it goes by the boundary lines alone, and keeps what
it saw even where the answer ends half-way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nvr_conformance.bounds import DOWNLOAD_KEPT, DOWNLOAD_PARTS, PART_HEAD_LIMIT
from nvr_conformance.wire.live_multipart import BOUNDARY, read_headers

if TYPE_CHECKING:
    from nvr_conformance.wire.exchange import Headers

_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;,"]{1,200}))', re.IGNORECASE)


def separators(content_type: str) -> tuple[bytes, ...]:
    """What may stand between the parts of an answer with this ``Content-Type``: the boundary behind two
    dashes, or as it is where it has them already; without a boundary that of live."""
    found = _BOUNDARY.search(content_type)
    if found is None:
        return (b"\r\n" + BOUNDARY,)
    boundary = (found[1] or found[2]).encode("latin-1", "replace")
    lines = (boundary, b"--" + boundary) if boundary.startswith(b"--") else (b"--" + boundary,)
    return tuple(b"\r\n" + line for line in lines)


@dataclass(slots=True)
class DownloadPart:
    """One part: ``size`` of its body, ``body`` as far as it was kept, ``complete`` if a boundary ended it.
    ``offset``: of its first header in the answer's body."""

    headers: Headers
    offset: int = 0
    body: bytearray = field(default_factory=bytearray, repr=False)
    size: int = 0
    complete: bool = False

    def header(self, name: str) -> str | None:
        """The first header of that name, case ignored."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def status(self) -> str | None:
        """What it says of how the download goes, under either spelling of the header."""
        return self.header("X-RecData-Satus") or self.header("X-RecData-Status")

    def count(self, name: str) -> int:
        """How many headers of that name there are."""
        return sum(1 for key, _ in self.headers if key.lower() == name.lower())


class DownloadCutter:
    """Fed with the body's bytes in any slicing; ``content_type`` says what parts them. ``parts`` grow;
    ``problem`` names what could not be read, then it is over. ``closed``: the closing boundary line was seen.
    All is the same however the bytes are sliced."""

    def __init__(self, kept: int = DOWNLOAD_KEPT, content_type: str = "") -> None:
        self.parts: list[DownloadPart] = []
        self.problem = ""
        self.closed = False
        self._room = kept
        self._separators = separators(content_type)
        self._separator = self._separators[0]
        self._buffer = bytearray(b"\r\n")  # so that the opening boundary line is like all others
        self._fed = 0  # bytes of the answer up to the end of the buffer
        self._body: DownloadPart | None = None
        self._opened = False
        self._first = False  # the CRLF behind the headers is still in the buffer

    def feed(self, data: bytes) -> None:
        """Take the next bytes."""
        if self.problem or self.closed:
            return
        self._buffer += data
        self._fed += len(data)
        while not self.problem and not self.closed and self._step():
            pass
        if self.problem:
            self._buffer.clear()

    def end(self) -> None:
        """The answer ended: an empty last part needs no boundary line behind it."""
        if self._body is not None:
            rest = bytes(self._buffer)
            if self._body.size == 0 and rest in (b"", b"\r\n", b"\r\n\r\n"):
                self._body.complete = True
            elif not self.problem:
                self._keep(len(self._buffer))
                self.problem = f"the answer ends within part {len(self.parts)}"
            self._body = None
        elif not self.parts and not self.problem:
            self.problem = "no part behind the boundary line" if self._opened else "no boundary line"

    def _step(self) -> bool:
        if self._body is not None:
            return self._read_body()
        if not self._opened:
            return self._open()
        return self._read_head()

    def _open(self) -> bool:
        while self._buffer.startswith(b"\r\n\r\n"):
            del self._buffer[:2]
        lines = [separator + b"\r\n" for separator in self._separators]
        for line in lines:
            if self._buffer.startswith(line):
                del self._buffer[: len(line)]
                self._separator = line[:-2]
                self._opened = True
                return True
        may_be = any(line.startswith(bytes(self._buffer[: len(line)])) for line in lines)
        if not may_be and self._buffer != b"\r\n\r":
            # up to the first wrong byte: what is behind it may not be here yet
            wrong = max(_first_difference(line, self._buffer) for line in lines)
            self.problem = f"begins with {bytes(self._buffer[2 : wrong + 1])!r}, not with the boundary line"
        return self._opened

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n", 0, PART_HEAD_LIMIT + 4)
        if end < 0:
            if len(self._buffer) >= PART_HEAD_LIMIT + 4:
                self.problem = f"the headers of part {len(self.parts) + 1} have no end"
            return False
        if len(self.parts) >= DOWNLOAD_PARTS:
            self.problem = f"more than {DOWNLOAD_PARTS} parts"
            return False
        self._body = DownloadPart(read_headers(bytes(self._buffer[:end])), self._fed - len(self._buffer))
        self.parts.append(self._body)
        # The CRLF that ends the headers may open the boundary line, too.
        del self._buffer[: end + 2]
        self._first = True
        return True

    def _read_body(self) -> bool:
        assert self._body is not None
        start = 0
        while (mark := self._buffer.find(self._separator, start)) >= 0:
            after = mark + len(self._separator)
            behind = bytes(self._buffer[after : after + 2])
            if behind in (b"\r\n", b"--"):
                self._keep(mark)
                self._body.complete = True
                self._body = None
                del self._buffer[: len(self._separator) + 2]
                self.closed = behind == b"--"
                return True
            if len(behind) < 2:
                self._keep(mark)
                return False
            start = mark + 1
        self._keep(len(self._buffer) - len(self._separator) + 1)
        return False

    def _keep(self, count: int) -> None:
        """The first bytes of the buffer belong to the body; of the very first two only what is not the CRLF
        behind the headers."""
        if count <= 0 or self._body is None:
            return
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        if self._first:
            if len(data) < 2:
                self._buffer[:0] = data
                return
            data, self._first = data[2:], False
        self._body.size += len(data)
        kept = data[: self._room]
        self._room -= len(kept)
        self._body.body += kept


def _first_difference(line: bytes, data: bytearray) -> int:
    """The place of the first byte that differs."""
    return next(place for place, byte in enumerate(line) if place >= len(data) or byte != data[place])
