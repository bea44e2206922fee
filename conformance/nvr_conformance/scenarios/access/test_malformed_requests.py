"""§1.2: requests that are none, and requests that nobody expects."""

from __future__ import annotations

from nvr_conformance.scenario import HARMLESS, LOGIN, Check, Client, Observe, Require, Target, scenario
from nvr_conformance.wire.connection import request_bytes, standard_headers

STATUS = "/cgi-bin/status.cgi"
PLAYBACK = "/cgi-bin/hdrctl.cgi?UID={uid}&PC=AS60&"
GO_TO = PLAYBACK + "PLAYCMD=GOTODATE&2ND=OFF&SDBACKUP=0&NOTIME=ON&TIMEF="
PATIENCE = 2.0  # seconds that an answer to what is no request is waited for
_END = b"\r\n\r\n"
ODD_VALUES = {
    "a format string": f"{STATUS}?UID={{uid}}&PC=%n%s%25n%25s",
    "a MASK of 1000 digits": f"{PLAYBACK}MASK={'1' * 1000}",
    "a path of 3000 characters": f"/cgi-bin/{'x' * 3000}.cgi?UID={{uid}}&PC=AS60",
    "a TIMEF of letters": f"{GO_TO}TODAY_AT_NOON",
    "a TIMEF of month 13": f"{GO_TO}24130112000000",
}
"""Requests that are well-formed, and a value in each that is none."""


def _malformed(target: Target) -> dict[str, bytes]:
    """What is sent, byte by byte, by name."""
    standard = standard_headers(target.endpoint)
    host = f"Host: {target.endpoint.authority}".encode()

    def asking(path: str, *headers: tuple[str, str], method: str = "GET") -> bytes:
        return request_bytes(method, path, (*standard, *headers))

    def login(authorization: str) -> bytes:
        return asking(LOGIN, ("Authorization", authorization))

    return {
        "no HTTP at all": b"\x00\xff\x16\x03\x01 hello" + _END,
        "the begin of a TLS handshake": bytes.fromhex("16030100a5010000a10303") + bytes(160),
        "a request line without a version": b"GET " + LOGIN.encode() + b"\r\n" + host + _END,
        "HTTP/9.9": b"GET " + LOGIN.encode() + b" HTTP/9.9\r\n" + host + _END,
        "a method of 5000 letters": b"G" * 5000 + b" / HTTP/1.1\r\n" + host + _END,
        "an empty path": b"GET  HTTP/1.1\r\n" + host + _END,
        "a NUL in the path": b"GET /cgi-bin/\x00status.cgi HTTP/1.1\r\n" + host + _END,
        "a header without a colon": b"GET "
        + HARMLESS.encode()
        + b" HTTP/1.1\r\n"
        + host
        + b"\r\nWhat"
        + _END,
        "a header of 100 000 characters": asking(HARMLESS, ("X-Long", "x" * 100_000)),
        "3000 headers": asking(HARMLESS, *((f"X-{number}", "x") for number in range(3000))),
        "a negative Content-Length": asking(HARMLESS, ("Content-Length", "-1")),
        "two ways to tell the length": asking(
            HARMLESS, ("Content-Length", "5"), ("Transfer-Encoding", "chunked")
        )
        + b"zz"
        + _END,
        "a query of a million characters": asking(f"{STATUS}?UID={'1' * 1_000_000}&PC=AS60"),
        "2000 parameters": asking(f"{STATUS}?{'&'.join(f'P{number}=1' for number in range(2000))}"),
        "a wrong escape": asking(f"{STATUS}?UID=%zz&PC=AS60"),
        "a query that is no UTF-8": asking(f"{STATUS}?UID=%ff%fe%00&PC=AS60"),
        "a UID of 1000 digits": asking(f"{STATUS}?UID={'9' * 1000}&PC=AS60"),
        "a UID of digits that are not ASCII": asking(f"{STATUS}?UID=%D9%A1%D9%A2%EF%BC%93&PC=AS60"),
        "a UID below 0, with a sign and blanks": asking(f"{STATUS}?UID=+-%2B12+&PC=AS60"),
        "a path that climbs out": asking("/cgi-bin/../../../../etc/passwd"),
        "credentials that are no Digest": login("Basic QURNSU46YWRtaW4="),
        "credentials that break off": login('Digest username="ADMIN", realm="'),
        "credentials of 5000 characters": login(f'Digest username="{"A" * 5000}"'),
        "half a request": b"GET " + LOGIN.encode() + b" HT",
        "a connection without a word": b"",
    }


@scenario("SEC-05")
def test_malformed_requests(target: Target, client: Client, check: Check, require: Require) -> None:
    """After each request that is none, a fresh login; and one after all values that are none, of somebody who
    is logged in."""
    require(client.try_login().uid_text is not None, "no login ahead of all")
    session = client.sessions[-1]
    for path in ODD_VALUES.values():
        session.raw(path)
    client.request("POST", session.path("keep_alive"))
    session.logout()
    _judge_login(client, check, f"after {', '.join(ODD_VALUES)}, a POST")
    for name, data in _malformed(target).items():
        if data.endswith(_END):
            client.raw(data, PATIENCE)
        else:
            client.send_and_leave(data, PATIENCE)  # what is not over has no answer to wait for
        _judge_login(client, check, f"after {name}")


def _judge_login(client: Client, check: Check, name: str) -> None:
    login = client.try_login()
    check("SEC-05", login.uid_text is not None, "a login", login.page, name)
    if login.uid_text is not None:
        client.sessions[-1].logout()


@scenario("SEC-06")
def test_unexpected_requests(client: Client, observe: Observe) -> None:
    """Methods other than GET, paths that the document does not have, requests of any size; parameters in
    another order and with percent-escapes, of which it says nothing."""
    session = client.login()
    status = session.path("keep_alive")
    for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS", "get"):
        observe("SEC-06", str(client.request(method, status)), f"{method} of a command")
    for path in (
        "/",
        "/cgi-bin/",
        "/cgi-bin/none.cgi",
        "/onvif/device_service",
        status.replace("cgi-bin", "CGI-BIN"),
    ):
        observe("SEC-06", str(client.get(path)), f"path {path.partition('?')[0]}")
    path, _, query = status.partition("?")
    written = {
        "in reverse order": "&".join(reversed(query.split("&"))),
        "with an escape in a value": query.replace("AS60", "%41S60"),
        "with an escape in a name": query.replace("PC=", "%50C="),
    }
    for name, parameters in written.items():
        observe("SEC-06", str(client.get(f"{path}?{parameters}")), f"parameters {name}")
    for size in (8, 64, 1024):
        observe("SEC-06", str(client.get(f"{status}&X={'x' * size * 1024}")), f"a query of {size} KiB")
    for size in (8, 64):
        long = (("X-Long", "x" * size * 1024),)
        observe("SEC-06", str(client.get(status, long)), f"a header of {size} KiB")
    observe("SEC-06", "valid" if session.is_alive() else "ended", "the UID afterwards")
