"""What clients do to a recorder that no recorder deserves. Each gives how often it came to which end."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import random
import re
import socket
import struct
import time
import urllib.parse
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime

PATIENCE = 10.0
MOST_READ = 64 * 1024
"""Bytes of an answer that are read: an endless one is left there."""
DIGEST = (
    'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", qop=auth, '
    'nc=00000001, cnonce="attack", response="{response}"'
)
LOGIN = "/cgi-bin/dlogin.cgi?UID=-1"
MASK = "1" + "0" * 127
"""The first camera of a recorder of model 3."""
PLAY = "/cgi-bin/hdrctl.cgi?UID={uid}&PC=AS60&PLAYCMD="
CONTROL_BODIES = (
    ("/clock/advance", b'{"seconds": 91}'),
    ("/cameras/3", b'{"state": "lost"}'),
    ("/disks/MAIN-1", b'{"state": "warning"}'),
    ("/faults", b'{"name": "rtp-loss", "rate": 0.02, "seed": 3}'),
    ("/logs/error", b'{"text": "SITE(VMD)-1"}'),
    ("/variants", b'{"variants": {"refusal": "close"}}'),
    ("/reset", b'{"clock": "keep"}'),
)
CONTROL_PAGES = tuple(
    f"/{name}"
    for name in (
        *(
            "",
            "healthz",
            "state",
            "journal?since=3",
            "journal.har",
            "events",
            "watch",
            "cameras/1/picture.jpg",
        ),
        *("variants", "findings", "findings.sarif", "findings.xml", "clock", "faults", "openapi.json"),
    )
)
SPLINTERS = (
    b"\xff",
    b"\0",
    b"\r\n",
    b"%00",
    b"%",
    b"9" * 5000,
    b"[" * 2000,
    b"-1",
    b"NaN",
    b"1e999",
    b'"',
    b"&UID=",
    "１２".encode(),
    b"A" * 70_000,
    b"../..",
    b"\x1b[31m",
    b"Content-Length: 5\r\nContent-Length: 6\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b'Authorization: Digest response="\xff"\r\n',
    b"Expect: 100-continue\r\n",
    b"Upgrade: websocket\r\nConnection: upgrade\r\n",
)


@dataclass
class Target:
    """A recorder as its attackers see it. `since`: Unix seconds from which on it has recordings."""

    http: str
    https: str
    control: str
    user: str
    password: str
    since: float
    chance: random.Random
    look: Callable[[], None] = field(default=lambda: None)
    """To be called while an attack is at its worst."""

    def connect(self, url: str | None = None) -> socket.socket:
        """A connection, to the recorder's HTTP port if nothing else is said."""
        where = urllib.parse.urlsplit(url or self.http)
        return socket.create_connection((where.hostname or "", where.port or 0), timeout=PATIENCE)

    def ask(self, target: str, *headers: str, body: bytes = b"", url: str | None = None) -> bytes:
        """The answer to a request on a connection of its own."""
        with self.connect(url) as connection:
            connection.sendall(request(target, *headers, body=body))
            return rest(connection)

    def sign_in(self) -> tuple[str, str]:
        """The status of a login, and the UID ("" where there is none)."""
        challenge = self.ask(LOGIN).decode("latin-1")
        nonce, realm = re.search(r'nonce="([^"]*)"', challenge), re.search(r'realm="([^"]*)"', challenge)
        if nonce is None or realm is None:
            return outcome(challenge.encode("latin-1")), ""
        secret, wanted = _md5(f"{self.user}:{realm[1]}:{self.password}"), _md5(f"GET:{LOGIN}")
        middle = "00000001:attack:auth:" if "qop=" in challenge else ""
        form = DIGEST if middle else re.sub(r"qop=.*cnonce=\"attack\", ", "", DIGEST)
        response = _md5(f"{secret}:{nonce[1]}:{middle}{wanted}")
        authorization = form.format(
            user=self.user, realm=realm[1], nonce=nonce[1], uri=LOGIN, response=response
        )
        page = self.ask(LOGIN, authorization)
        uid = re.search(rb"UID=([0-9]+)", page)
        return outcome(page), uid[1].decode() if uid else ""

    def play(self) -> str:
        """A UID of its own that plays recordings back."""
        _, uid = self.sign_in()
        for command in _commands(uid)[7:9]:
            self.ask(command)
        return uid

    def sign_out(self, uid: str) -> str:
        """The status of a logout."""
        return outcome(self.ask(f"/cgi-bin/logout.cgi?UID={uid}"))


def request(target: str, *headers: str, body: bytes = b"") -> bytes:
    """A GET, or with a body a POST of JSON."""
    if body:
        headers += ("Content-Type: application/json", f"Content-Length: {len(body)}")
    lines = (f"{'POST' if body else 'GET'} {target} HTTP/1.1", "Host: 127.0.0.1", *headers)
    return "\r\n".join((*lines, "Connection: close", "", "")).encode() + body


def rest(connection: socket.socket, most: int = MOST_READ) -> bytes:
    """What still comes, until the end, the patience or `most` bytes."""
    came = bytearray()
    with contextlib.suppress(OSError):
        while len(came) < most and (piece := connection.recv(65536)):
            came += piece
    return bytes(came)


def outcome(answer: bytes) -> str:
    """Its status, or that there is none."""
    found = re.match(rb"HTTP/1\.[01] ([0-9]{3})", answer)
    return found[1].decode() if found else "closed"


def minutes_of(begin: float, count: int) -> tuple[str, str]:
    """STARTTIME and ENDTIME of so many minutes from the one in which `begin` (Unix seconds) is."""
    ends = (begin, begin + 60 * count)
    start, end = (datetime.fromtimestamp(at, UTC).strftime("%y%m%d%H%M00") for at in ends)
    return start, end


def idle(target: Target, count: int) -> Counter[str]:
    """Connections on which nothing is said."""
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(target.connect())
        target.look()
    return Counter(held=count)


def slow_headers(target: Target, count: int, *, seconds: float) -> Counter[str]:
    """A header field a second, on so many connections at once."""
    with ExitStack() as stack:
        connections = [stack.enter_context(target.connect()) for _ in range(count)]
        for connection in connections:
            connection.sendall(b"GET / HTTP/1.1\r\n")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for number, connection in enumerate(connections):
                with contextlib.suppress(OSError):
                    connection.sendall(b"X-%d: 1\r\n" % number)
            target.look()
            time.sleep(min(1.0, seconds / 3))
        ends: Counter[str] = Counter()
        for connection in connections:
            connection.settimeout(0.01)
            came = rest(connection)
            ends[outcome(came) if came else "held"] += 1
    return ends


def fuzzed(target: Target, count: int) -> Counter[str]:
    """Commands of a recorder, most of them mutated."""
    ends: Counter[str] = Counter()
    uid = ""
    for number in range(count):
        if number % 250 == 0:
            target.sign_out(uid)
            uid = target.play()
        command = target.chance.choice(_commands(uid))
        how = target.chance.random()
        if how < 0.15:
            raw = request(command)
        elif how < 0.7:
            raw = request(urllib.parse.quote(mutated(command.encode(), target.chance), "/?=&%"))
        else:
            raw = mutated(request(command), target.chance)
        ends[_throw(target, target.http, raw)] += 1
    target.sign_out(uid)
    return ends


def fuzzed_control(target: Target, count: int) -> Counter[str]:
    """Requests of the control port, mutated; then it is put back."""
    ends: Counter[str] = Counter()
    for _ in range(count):
        path, body = target.chance.choice((*CONTROL_BODIES, *((page, b"") for page in CONTROL_PAGES)))
        match target.chance.randrange(3):
            case 0:
                raw = request(path, body=mutated(body, target.chance) if body else b"")
            case 1:
                raw = request(urllib.parse.quote(mutated(path.encode(), target.chance), "/?=&%"), body=body)
            case _:
                raw = mutated(request(path, body=body), target.chance)
        ends[_throw(target, target.control, raw)] += 1
    target.ask("/variants", body=b'{"variants": {}}', url=target.control)
    target.ask("/reset", body=b"{}", url=target.control)
    return ends


def mutated(plain: bytes, chance: random.Random) -> bytes:
    """A request, or a part of one, with one to three things done to it."""
    raw = bytearray(plain)
    for _ in range(chance.choice((1, 1, 2, 3))):
        at = chance.randrange(len(raw) + 1)
        match chance.randrange(5):
            case 0:
                raw[at:at] = chance.choice(SPLINTERS)
            case 1:
                del raw[at : at + chance.randint(1, 20)]
            case 2 if at < len(raw):
                raw[at] = chance.randrange(256)
            case 3:
                raw[at:at] = raw[at : at + chance.randint(1, 200)] * chance.randint(1, 20)
            case _:  # another value behind an =
                signs = [found.end() for found in re.finditer(rb"=", raw)] or [at]
                begins = chance.choice(signs)
                raw[begins : begins + chance.randint(0, 6)] = chance.choice(SPLINTERS)
    return bytes(raw)


def logins(target: Target, count: int) -> Counter[str]:
    """Logins by Digest; half of them never log out."""
    ends: Counter[str] = Counter()
    for number in range(count):
        status, uid = target.sign_in()
        ends[status] += 1
        if uid and number % 2:
            target.sign_out(uid)
    return ends


def first_packet(target: Target) -> None:
    """A live stream over RTP, until something of it has come."""
    _, uid = target.sign_in()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(PATIENCE)
        push = f"/cgi-bin/push.cgi?UID={uid}&CAM=1&COMP=H264&PORT={receiver.getsockname()[1]}&CMD="
        target.ask(f"{push}START")
        receiver.recv(2048)
        target.ask(f"{push}STOP")
    target.sign_out(uid)


def start_stop(target: Target, count: int) -> Counter[str]:
    """A live stream over RTP that is started and stopped without a pause."""
    ends: Counter[str] = Counter()
    _, uid = target.sign_in()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        for number in range(count):
            for command in ("START", "STOP"):
                target_ = f"/cgi-bin/push.cgi?UID={uid}&CAM={number % 16 + 1}&CMD={command}&COMP=H264"
                ends[outcome(target.ask(f"{target_}&PORT={deaf.getsockname()[1]}"))] += 1
    target.sign_out(uid)
    return ends


def unread_streams(target: Target, count: int, *, seconds: float) -> Counter[str]:
    """Live streams over HTTP that nobody reads, 16 of a UID; every other UID logs out, the others just go."""
    ends: Counter[str] = Counter()
    uids = []
    with ExitStack() as stack:
        for number in range(count):
            if number % 16 == 0:
                uids.append(target.sign_in()[1])
            connection = stack.enter_context(target.connect())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            push = f"/cgi-bin/push.cgi?UID={uids[-1]}&CAM={number % 16 + 1}&CMD=START&COMP=H264"
            connection.sendall(request(f"{push}&INTERNETMODE=ON"))
            ends[outcome(connection.recv(12))] += 1
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            target.look()
            time.sleep(min(0.5, seconds / 3))
        for uid in uids[::2]:
            target.sign_out(uid)
    for uid in uids[1::2]:
        target.sign_out(uid)
    return ends


def cut_downloads(target: Target, count: int) -> Counter[str]:
    """Downloads whose client goes after the first bytes: closed, or reset."""
    ends: Counter[str] = Counter()
    _, uid = target.sign_in()
    start, end = minutes_of(target.since + 60, 50)
    asked = f"/cgi-bin/httpdl.cgi?UID={uid}&STARTTIME={start}&ENDTIME={end}&KIND=N3VO&CAM=1&PC=AS60"
    for number in range(count):
        with target.connect() as connection:
            connection.sendall(request(asked))
            ends[outcome(rest(connection, 1 + target.chance.randrange(MOST_READ)))] += 1
            if number % 2:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    target.sign_out(uid)
    return ends


def half_closed(target: Target, count: int) -> Counter[str]:
    """Requests, whole or cut off anywhere, behind which the client ends its writing side."""
    ends: Counter[str] = Counter()
    uid = target.play()
    for number in range(count):
        raw = request(target.chance.choice(_commands(uid)[:6]))
        if number % 2:
            raw = raw[: target.chance.randrange(1, len(raw))]
        ends[_throw(target, target.http, raw)] += 1
    target.sign_out(uid)
    return ends


def tls_garbage(target: Target, count: int) -> Counter[str]:
    """No TLS on the port of HTTPS: noise, plain HTTP, and a ClientHello that breaks off into noise."""
    ends: Counter[str] = Counter()
    for _ in range(count):
        noise = target.chance.randbytes(target.chance.randrange(1, 3000))
        begins = target.chance.choice((b"", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", request("/")))
        ends[_throw(target, target.https, begins + noise)] += 1
    return ends


def _throw(target: Target, url: str, raw: bytes) -> str:
    with target.connect(url) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(raw)
            connection.shutdown(socket.SHUT_WR)
        return outcome(connection_head(connection))


def connection_head(connection: socket.socket) -> bytes:
    """The beginning of what comes; b"" where nothing does."""
    try:
        return connection.recv(64)
    except TimeoutError:
        return b"HTTP/1.1 000"  # silent for all of the patience
    except OSError:
        return b""


@functools.lru_cache(2)
def _commands(uid: str) -> list[str]:
    play = PLAY.format(uid=uid)
    return [
        "/cgi-bin/recordedtime.cgi",
        "/cgi-bin/as_getinfo.cgi?FILE=2",
        f"/cgi-bin/status.cgi?UID={uid}&PC=AS60",
        f"/cgi-bin/loglist.cgi?UID={uid}&KIND=ERR&HTML=as_errorlog.html",
        f"/cgi-bin/camera.cgi?UID={uid}&CAM=1",
        f"/cgi-bin/playaudio.cgi?UID={uid}&CAM=1",
        LOGIN,
        f"/cgi-bin/hdrctl.cgi?UID={uid}&PC=AS60&MASK={MASK}",
        f"{play}PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON",
        f"{play}STOP&2ND=OFF&TIMEF=24042503400000",
        f"/cgi-bin/push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&PORT=50000",
        f"/cgi-bin/push.cgi?UID={uid}&CAM=2&CMD=START&COMP=H264&INTERNETMODE=ON",
        f"/cgi-bin/directctrl.cgi?UID={uid}&CH=1&PAN=15&TILT=1&ZOOM=2&PC=AS60",
        f"/cgi-bin/camctl.cgi?UID={uid}&CH=1&CMD=CENTERING&CTRL=START&X=16&Y=16&PC=AS60",
        f"/cgi-bin/httpdl.cgi?UID={uid}&STARTTIME=240425030000&ENDTIME=240425031000&KIND=N3&CAM=1&PC=AS60",
    ]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
