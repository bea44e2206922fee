"""What is asked and answered: a request, what every reply has, whole answers, refusals (OP-11, OP-12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Protocol

from nvr_emulator.recorder.request_target import split_target
from nvr_protocol.pieces import Pieces

Headers = tuple[tuple[str, str], ...]

DRAWN = ("Connection", "Cache-Control", "Content-type", "Content-Length")
"""The header fields of most of the document's examples, in their order and letter case (§3.3, §5.1)."""

KEEP_ALIVE_NO_CACHE: Headers = (("Connection", "Keep-Alive"), ("Cache-Control", "no-cache"))


@dataclass(frozen=True)
class Request:
    """One HTTP request as the recorder sees it: path and query undecoded."""

    method: str
    path: str
    query: str
    peer: str = "127.0.0.1"
    authorization: str | None = None
    secure: bool = False
    """Whether it came by HTTPS."""
    target: str = ""
    """What stood on the request line; by default path and query."""
    number: int = 0
    """How many came until now, this one included."""
    knows: int = 0
    """How many of them had come when its connection was made, or had its last answer: what a recorder knows
    of that works it off beside others, and does not look again."""

    def __post_init__(self) -> None:
        if not self.target:
            target = f"{self.path}?{self.query}" if self.query else self.path
            object.__setattr__(self, "target", target)

    @classmethod
    def of_target(
        cls,
        method: str,
        target: str,
        *,
        peer: str = "127.0.0.1",
        authorization: str | None = None,
        secure: bool = False,
        number: int = 0,
        knows: int = 0,
    ) -> Request:
        """The request of a request line; `target` as it stood there, in origin or absolute form."""
        path, query = split_target(target)
        return cls(method, path, query, peer, authorization, secure, target, number, knows)


@dataclass(frozen=True)
class Answer:
    """A whole answer. `sent` is called once the client has it all (or has gone away). `hang_up`: the
    connection is closed, and nothing is sent. `drawn`: the order and letter case of header fields in the
    document's example. `last`: the connection is closed behind it, whatever it says of that. `no_picture`:
    none is recorded there, however that is told."""

    status: int
    content: bytes | Pieces = b""
    content_type: str = "text/html"
    headers: Headers = ()
    reason: str = ""
    sent: Callable[[], None] | None = field(default=None, compare=False)
    hang_up: bool = False
    drawn: tuple[str, ...] = DRAWN
    last: bool = False
    no_picture: bool = False

    @property
    def body(self) -> bytes:
        """The whole content."""
        return bytes(self.content)

    @property
    def stays(self) -> bool:
        """Whether it is drawn with a connection that is kept."""
        return ("Connection", "Keep-Alive") in self.headers

    @property
    def challenges(self) -> bool:
        """Whether it asks for Digest authentication."""
        return bool(self.headers) and "WWW-Authenticate" in dict(self.headers)


class Reply(Protocol):
    """What every answer to a request has; what else it carries depends on its kind."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def reason(self) -> str:
        """Why something was refused, in one line; empty where nothing was."""

    @property
    def challenges(self) -> bool:
        """Whether it asks for Digest authentication."""


class Refused(Exception):  # noqa: N818 - a refusal is an outcome, not an error of the recorder
    """The recorder does not do what was asked: an HTTP status and a one-line reason. `bare`: the status
    alone is sent, whatever refusals look like. `ended`: for a UID that was valid once."""

    def __init__(
        self, status: int, reason: str, headers: Headers = (), *, bare: bool = False, ended: bool = False
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers
        self.bare = bare
        self.ended = ended


ACCEPTED = Answer(200, b"<html><body>OK</body></html>\r\n")


def accepted() -> Answer:
    """The minimal page of a command whose answer is not described (OP-12)."""
    return ACCEPTED


def refusal(refused: Refused) -> Answer:
    """The answer to a refused command (OP-11): no body with 204, else a short page naming the reason."""
    body = b"" if refused.status == 204 or refused.bare else _page(refused.reason)
    return Answer(refused.status, body, headers=refused.headers, reason=refused.reason)


def _page(reason: str) -> bytes:
    return f"<html><body>{escape(reason)}</body></html>\r\n".encode("ascii", "backslashreplace")
