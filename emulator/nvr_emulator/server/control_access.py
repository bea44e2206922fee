"""Who may ask the control port: programs of its user, not the pages that his browser shows."""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets

from aiohttp import web

from nvr_emulator.configuration.settings import ConfigurationError

_HOST = re.compile(r"(?:\[(?P<bracketed>[^\[\]]+)\]|(?P<plain>[^:\[\]]+))(?::[0-9]*)?")
WITH_BODY = ("POST", "PUT", "PATCH")
OPEN_PATHS = ("/healthz", "/watch")
"""What is answered without a token: that the recorder serves, and the page, which has it behind its `#`."""


class ControlError(Exception):
    """A control request that cannot be done, with its HTTP status."""

    def __init__(self, status: int, reason: str, **headers: str) -> None:
        super().__init__(reason)
        self.status = status
        self.headers = headers


def is_loopback(host: str) -> bool:
    """Whether only programs of this machine reach a port that is bound to `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def fresh_token() -> str:
    """A bearer token that nobody guesses."""
    return secrets.token_urlsafe(24)


def token_problem(token: object) -> str | None:
    """Why a token is none that a header can carry and that nobody has by chance; None where it is one."""
    if token == "":
        return "is empty: leave it out, or give one that is not"
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or " " in token:
        return "must be printable ASCII without blanks"
    return None


class Access:
    """What a request must bring. `token` None: it comes from this machine, and needs none. Where one is
    needed, a page that has it not does no harm under any name. `ConfigurationError` for what is no token."""

    def __init__(self, token: str | None = None) -> None:
        if token is not None and (problem := token_problem(token)):
            raise ConfigurationError(f"control_token: {problem}")
        self.token = token

    def check(self, request: web.BaseRequest) -> None:
        """Refuse what a page of another site can send, and who has not the token. `ControlError`."""
        host = request.headers.get("Host", "")
        if self.token is None and host and not names_this_machine(host):
            # A name that leads here by DNS rebinding makes a page of another site one of this port's own.
            raise ControlError(
                403, f"Host: {host[:80]!r} is no name of this machine: ask 127.0.0.1 or localhost"
            )
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{host}":
            raise ControlError(403, f"Origin: {origin[:80]!r} is another site")
        if self.token is not None and request.path not in OPEN_PATHS and not self._has_token(request):
            raise ControlError(
                401,
                "Authorization: Bearer … is needed: the ready line has the token",
                WWW_Authenticate="Bearer",
            )
        if request.method in WITH_BODY and request.content_type != "application/json":
            raise ControlError(415, "Content-Type: must be application/json (curl --json, or -H)")

    def _has_token(self, request: web.BaseRequest) -> bool:
        if self.token is None:
            return False
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        right = self.token.encode("ascii")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.encode("utf-8", "replace"), right)


def names_this_machine(host: str) -> bool:
    """Whether a Host (with or without a port) is an address, or a name that no DNS server is asked for."""
    found = _HOST.fullmatch(host)
    if found is None:
        return False
    name = (found["bracketed"] or found["plain"]).lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
