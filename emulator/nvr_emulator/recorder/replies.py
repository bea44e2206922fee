"""What is asked and answered: a request, what every reply has, whole answers, refusals (OP-11, OP-12)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape
from typing import Protocol

from nvr_emulator.recorder.request_target import split_target

Headers = tuple[tuple[str, str], ...]

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
    ) -> Request:
        """The request of a request line; `target` as it stood there, in origin or absolute form."""
        path, query = split_target(target)
        return cls(method, path, query, peer, authorization, secure, target)


@dataclass(frozen=True)
class Answer:
    """A whole answer. `sent` is called once the client has it all (or has gone away)."""

    status: int
    body: bytes = b""
    content_type: str = "text/html"
    headers: Headers = ()
    reason: str = ""
    sent: Callable[[], None] | None = field(default=None, compare=False)

    @property
    def challenges(self) -> bool:
        """Whether it asks for Digest authentication."""
        return any(name == "WWW-Authenticate" for name, _ in self.headers)


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
    """The recorder does not do what was asked: an HTTP status and a one-line reason."""

    def __init__(self, status: int, reason: str, headers: Headers = ()) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.headers = headers


def accepted() -> Answer:
    """The minimal page of a command whose answer is not described (OP-12)."""
    return Answer(200, b"<html><body>OK</body></html>\r\n")


def refusal(refused: Refused) -> Answer:
    """The answer to a refused command (OP-11): no body with 204, else a short page naming the reason."""
    body = b"" if refused.status == 204 else _page(refused.reason)
    return Answer(refused.status, body, headers=refused.headers, reason=refused.reason)


def _page(reason: str) -> bytes:
    return f"<html><body>{escape(reason)}</body></html>\r\n".encode("ascii", "backslashreplace")
