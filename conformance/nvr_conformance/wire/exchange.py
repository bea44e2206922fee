"""One request and what came back, kept as it was on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

Headers = tuple[tuple[str, str], ...]


class WireProblem(StrEnum):
    """Why an exchange has no (whole) answer."""

    REFUSED = "connection refused"
    UNREACHABLE = "host unreachable"
    TLS = "TLS handshake failed"
    TIMEOUT = "timeout"
    RESET = "connection reset"
    CLOSED = "closed before the answer was complete"
    GARBAGE = "not HTTP"
    ENDLESS = "more than the limit"


@dataclass(slots=True)
class Exchange:
    """A request and its answer. Times are seconds of ``time.monotonic``.

    ``headers`` are in the order and spelling of the wire. ``body`` is decoded from chunks and bounded;
    ``extra`` is what came behind a body that was already complete. ``streaming`` marks an endless
    multipart whose body was not waited for. ``goes_on``: whether a second request on its connection was
    answered; None where none was sent. ``hop``: whether what is for one hop alone (Connection, RFC 9110
    §7.6.1) comes through on its way. ``raw_start`` holds the answer's first bytes untouched. ``crc``: the
    CRC-32 of a body that is not kept, once it came to its own end.
    """

    number: int
    method: str
    target: str
    request_headers: Headers = ()
    started: float = 0.0
    ended: float = 0.0
    http_version: str = ""
    status: int | None = None
    reason: str = ""
    headers: Headers = ()
    body: bytes = b""
    extra: bytes = b""
    goes_on: bool | None = None
    hop: bool = True
    raw_start: bytes = field(default=b"", repr=False)
    streaming: bool = False
    crc: int | None = None
    error: WireProblem | None = None
    error_text: str = ""

    @property
    def ok(self) -> bool:
        """A whole answer with a 2xx status."""
        return self.error is None and self.status is not None and 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """The first header of that name, case ignored."""
        return next(iter(self.all_headers(name)), None)

    def all_headers(self, name: str) -> list[str]:
        """Every header of that name, case ignored, in order."""
        return [value for key, value in self.headers if key.lower() == name.lower()]

    @property
    def says_keep_alive(self) -> bool:
        """Whether Connection: Keep-Alive is among its header."""
        return "keep-alive" in ", ".join(self.all_headers("Connection")).lower()

    @property
    def promises_more(self) -> bool:
        """Whether a second request may be sent on its connection: it says so; or is of HTTP/1.1, does not say
        close, and came on a way on which nothing of the kind comes through."""
        said = ", ".join(self.all_headers("Connection")).lower()
        return self.says_keep_alive or not (self.hop or self.http_version != "1.1" or "close" in said)

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters; empty if there is none."""
        return (self.header("Content-Type") or "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text: UTF-8, else byte by byte."""
        try:
            return self.body.decode("utf-8")
        except UnicodeDecodeError:
            return self.body.decode("latin-1")

    def __str__(self) -> str:
        """One line for reports: what came back."""
        if self.status is None:
            return self._problem or "no answer"
        line = f"{self.status} {self.reason}".strip()
        size = "streaming" if self.streaming else f"{len(self.body)} bytes"
        return f"{line}, {size}" + (f", {self._problem}" if self.error else "")

    @property
    def _problem(self) -> str:
        """What kept the answer from being whole, in words."""
        return ": ".join(text for text in (self.error, self.error_text) if text)


def says_no(exchange: Exchange) -> bool:
    """Whether the form of an answer is no: an error status, an empty one, a connection closed without any.

    One that is not may be a refusal all the same: ``reading.refusals`` looks at what it gives.
    """
    if exchange.status is None:
        return exchange.error is WireProblem.CLOSED and not exchange.raw_start
    if not 200 <= exchange.status < 300:
        return True
    return exchange.error is None and not exchange.streaming and not exchange.body
