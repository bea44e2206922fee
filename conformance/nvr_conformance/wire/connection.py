"""HTTP/1.1 over one plain or TLS socket, with every time and size bounded.

The request is written by hand, so that it can be malformed; the answer is read by h11.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import select
import socket
import ssl
import termios
import time
from typing import TYPE_CHECKING

import h11

from nvr_conformance.bounds import BODY_LIMIT, HEAD_LIMIT, RAW_START
from nvr_conformance.wire.endpoint import Endpoint
from nvr_conformance.wire.exchange import Exchange, Headers, WireProblem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from nvr_conformance.wire.capture import WireCapture

_RECEIVE = 256 * 1024
_START = b"HTTP/"
_OUT_OF_DATE = ("SSLv3", "TLSv1", "TLSv1.1")
_REQUESTS = {
    method: h11.Request(method=method, target="/", headers=[("Host", "recorder")])
    for method in ("HEAD", "GET")
}
"""What h11 is told of requests: it only needs to know whether the answer can have a body."""
_END = h11.EndOfMessage()
_FOOTER = "malformed chunk footer"
_SHORTER = {_FOOTER: _FOOTER, "illegal request line": "no status line", "no response line": "no status line"}
"""What h11 says otherwise according to how much it saw, and what is said instead."""


class WireError(Exception):
    """No connection, or the connection died: ``kind`` tells how. Does not leave this package's client.

    ``ahead`` is what had come of the body, in the same bytes, ahead of what is wrong.
    """

    def __init__(self, kind: WireProblem, text: str, ahead: bytes = b"") -> None:
        super().__init__(f"{kind}: {text}" if text else str(kind))
        self.kind = kind
        self.text = text
        self.ahead = ahead


class ResponseReader:
    """Reads one answer, fed with bytes as they come. What comes of them is the same however they are cut."""

    def __init__(self, method: str) -> None:
        # h11 looks at its limit only while something is incomplete, so what it lets pass depends on how the
        # bytes are cut: the head, and what stands around chunks, have limits of their own.
        self._h11 = h11.Connection(h11.CLIENT, max_incomplete_event_size=BODY_LIMIT)
        self._h11.send(_REQUESTS.get(method, _REQUESTS["GET"]))
        self._h11.send(_END)
        self.head: h11.Response | None = None
        self.complete = False
        self._start = b""
        self._head_size = 0
        self._in_line = False  # whether some of a line of the head came, and not its end
        self._chunked = False
        self._around = 0  # bytes since the last of a chunk's content
        self._line = b""  # as far as it came, of the lines around chunks
        self._left = 0  # bytes to come of a chunk's content

    def feed(self, data: bytes) -> bytes:
        """The body bytes that ``data`` completes; empty ``data`` is the end of the connection.

        WireError: GARBAGE for what is not HTTP, CLOSED for an answer cut short.
        """
        if self.head is not None:
            return self._read(data)
        if not data:
            raise WireError(WireProblem.CLOSED, "nothing came")
        self._start += data[: len(_START) - len(self._start)]
        if not _START.startswith(self._start):
            wrong = next(place for place, byte in enumerate(self._start) if byte != _START[place])
            raise WireError(WireProblem.GARBAGE, f"begins with {self._start[: wrong + 1]!r}")
        room = HEAD_LIMIT - self._head_size
        self._head_size += len(data)
        body = self._read(data[:room]) if room > 0 else b""
        if len(data) <= room:
            return body
        if self.head is None:
            raise WireError(WireProblem.GARBAGE, f"no end of the head in {HEAD_LIMIT} bytes")
        return self._read(data[room:], body)

    def _read(self, data: bytes, ahead: bytes = b"") -> bytes:
        """Head and chunks line by line: what is wrong with a line is found at its end, however it came."""
        body = bytearray(ahead)
        start = 0
        while True:
            by_line = not self.complete and (self.head is None or self._chunked)
            end = data.find(b"\n", start) + 1 if by_line and not self._left else start + self._left
            self._take(data[start : end or None] if by_line else data[start:], body)
            if not by_line or not 0 < end < len(data):
                return bytes(body)
            start = end

    def _take(self, piece: bytes, body: bytearray) -> None:
        if self.complete or (self.head is None and self._is_of_a_line(piece)):
            self._h11.receive_data(piece)  # a head says nothing ahead of its empty line
            return
        size = len(body)
        if self.head is not None:
            self._around += len(piece)
        try:
            self._h11.receive_data(piece)
            while not self.complete:
                event = self._h11.next_event()
                if event is h11.NEED_DATA or event is h11.PAUSED:
                    break
                if isinstance(event, h11.Response):
                    self.head = event
                    self._chunked = self._h11.their_state is h11.SEND_BODY and _is_chunked(event)
                elif isinstance(event, h11.Data):
                    body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    self.complete = True
                elif isinstance(event, h11.ConnectionClosed):
                    break
        except h11.RemoteProtocolError as problem:
            text = str(problem)
            # The byte behind a chunk is wrong wherever the line ends; a line that is too long was so before.
            if self._chunked and self._around - 1 > HEAD_LIMIT and _FOOTER not in text:
                raise self._too_much(body) from None
            said = next((short for long, short in _SHORTER.items() if long in text), text)
            kind = WireProblem.GARBAGE if piece else WireProblem.CLOSED
            raise WireError(kind, said, bytes(body)) from None
        if not self._chunked:
            return
        if came := len(body) - size:
            self._around, self._left = len(piece) - came, max(0, self._left - came)
            return
        if self._around > HEAD_LIMIT:
            raise self._too_much(body)
        self._line += piece
        if self._line.endswith(b"\n"):
            self._line, self._left = b"", _size_of_chunk(self._line)

    def _is_of_a_line(self, piece: bytes) -> bool:
        """Whether a piece of a head is of a line that is not empty; what ends such a line is no empty one."""
        if not piece.strip(b"\r\n") and not (piece and self._in_line):
            return False
        self._in_line = not piece.endswith(b"\n")
        return True

    def _too_much(self, body: bytearray) -> WireError:
        return WireError(WireProblem.GARBAGE, f"more than {HEAD_LIMIT} bytes around a chunk", bytes(body))

    @property
    def behind(self) -> bytes:
        """What came behind the complete answer."""
        return bytes(self._h11.trailing_data[0]) if self.complete else b""


def _is_chunked(head: h11.Response) -> bool:
    return any(name == b"transfer-encoding" for name, _ in head.headers)


def _size_of_chunk(line: bytes) -> int:
    """How many bytes of content follow; 0 where the line is none that begins a chunk."""
    try:
        return int(line.partition(b";")[0], 16)
    except ValueError:
        return 0


class Connection:
    """One connection to a recorder; several exchanges may follow one another on it.

    ``capture`` keeps what goes over it.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        timeout: float,
        receive_buffer: int | None = None,
        capture: WireCapture | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.socket = open_socket(endpoint, timeout, receive_buffer)
        self.flow = capture.tcp(self.socket) if capture is not None else None
        self.may_be_kept = True  # for another request

    def close(self) -> None:
        """Drop the connection."""
        with contextlib.suppress(OSError):
            self.socket.close()
        if self.flow is not None:
            self.flow.end(by_us=True)

    def send(self, data: bytes, deadline: float) -> None:
        """Write all of it, or WireError."""
        try:
            self.socket.settimeout(_left(deadline))
            if self.flow is not None:
                self.flow.sent(data)
            self.socket.sendall(data)
        except (OSError, ValueError) as problem:
            raise _failure(problem) from None

    def receive(self, deadline: float) -> bytes:
        """Some bytes; empty at the end of the connection; WireError on timeout and reset."""
        try:
            self.socket.settimeout(_left(deadline))
            received = self.socket.recv(_RECEIVE)
        except (OSError, ValueError) as problem:
            failure = _failure(problem)
            if self.flow is not None:
                self.flow.failed(failure.kind, failure.text)
            raise failure from None
        if self.flow is not None:
            self.flow.received(received)
        return received

    def wait_readable(self, timeout: float) -> None:
        """Wait until something has arrived, ``timeout`` seconds at most; nothing is read."""
        select.select([self.socket], [], [], timeout)

    def unread(self) -> int:
        """How many bytes wait in this machine's kernel."""
        count = array.array("i", [0])
        with contextlib.suppress(OSError):
            fcntl.ioctl(self.socket.fileno(), termios.FIONREAD, count)
        return count[0]

    def read_head(self, exchange: Exchange, reader: ResponseReader, deadline: float) -> bytes:
        """Read until the head of the answer is there and note it in ``exchange``; returns the body's
        beginning."""
        body = b""
        while reader.head is None:
            data = self.receive(deadline)
            exchange.raw_start += data[: RAW_START - len(exchange.raw_start)]
            body += reader.feed(data)
        head = reader.head
        exchange.status = head.status_code
        exchange.reason = head.reason.decode("latin-1")
        exchange.http_version = head.http_version.decode("ascii")
        exchange.headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers.raw_items()
        )
        return body

    def read_body(
        self,
        exchange: Exchange,
        reader: ResponseReader,
        begun: bytes,
        deadline: float,
        limit: int = BODY_LIMIT,
    ) -> None:
        """Read the body to its end into ``exchange``; what came behind it goes to ``extra``."""
        body = bytearray(begun)
        try:
            while not reader.complete:
                data = self.receive(deadline)
                if len(exchange.raw_start) < RAW_START:
                    exchange.raw_start += data[: RAW_START - len(exchange.raw_start)]
                body += reader.feed(data)
                if len(body) > limit:
                    break
            if len(body) > limit:
                raise WireError(WireProblem.ENDLESS, f"{limit} bytes of body")
        except WireError as failure:
            body += failure.ahead
            del body[limit:]
            raise
        finally:
            exchange.body = bytes(body)
        exchange.extra = reader.behind


def open_socket(endpoint: Endpoint, timeout: float, receive_buffer: int | None = None) -> socket.socket:
    """Connect (and shake hands), or WireError. ``receive_buffer`` bytes are what the kernel takes unread."""
    deadline = time.monotonic() + timeout
    try:
        if receive_buffer is None:
            plain = socket.create_connection((endpoint.host, endpoint.port), timeout)
        else:
            plain = _connect_with_buffer(endpoint, timeout, receive_buffer)
    except (OSError, UnicodeError) as problem:
        raise _failure(problem, connecting=True) from None
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if endpoint.tls is None:
        return plain
    try:
        plain.settimeout(_left(deadline))
        return endpoint.tls.wrap_socket(plain, server_hostname=endpoint.host)
    except (OSError, ValueError) as problem:
        plain.close()
        if isinstance(problem, TimeoutError):
            raise WireError(WireProblem.TIMEOUT, "the TLS handshake did not end") from None
        raise WireError(WireProblem.TLS, str(problem)) from None


def tls_spoken(endpoint: Endpoint, timeout: float) -> str:
    """In words, the version and the cipher that a recorder agrees to; empty for plain HTTP, and where no
    connection comes about."""
    try:
        with contextlib.closing(open_socket(endpoint, timeout)) as connected:
            if not isinstance(connected, ssl.SSLSocket):
                return ""
            version, cipher = connected.version() or "", connected.cipher()
    except WireError:
        return ""
    old = ", which is out of date (RFC 8996)" if version in _OUT_OF_DATE else ""
    return f"{version}{old}, {cipher[0]}" if cipher is not None else version


def _connect_with_buffer(endpoint: Endpoint, timeout: float, receive_buffer: int) -> socket.socket:
    """The size must be set ahead of the connection: its window follows from it."""
    addresses = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    problem = OSError(f"{endpoint.host} has no address")
    for family, kind, protocol, _, address in addresses:
        with contextlib.ExitStack() as failing:
            try:
                plain = failing.enter_context(socket.socket(family, kind, protocol))
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
                plain.settimeout(timeout)
                plain.connect(address)
            except OSError as failed:
                problem = failed
            else:
                failing.pop_all()
                return plain
    raise problem


def request_bytes(method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """A request as it goes on the wire."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body


def standard_headers(endpoint: Endpoint) -> Headers:
    """The headers of every request."""
    return (("Host", endpoint.authority), ("User-Agent", "nvr-conformance"), ("Accept", "*/*"))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _failure(problem: Exception, *, connecting: bool = False) -> WireError:
    text = str(problem)
    match problem:
        case TimeoutError():
            return WireError(WireProblem.TIMEOUT, "")
        case ConnectionRefusedError():
            return WireError(WireProblem.REFUSED, "")
        case ConnectionError() | ssl.SSLEOFError():
            return WireError(WireProblem.RESET, "")
        case ssl.SSLError():
            return WireError(WireProblem.TLS, text)
        case _:
            return WireError(WireProblem.UNREACHABLE if connecting else WireProblem.RESET, text)
