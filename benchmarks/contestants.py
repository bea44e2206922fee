"""Servers in processes of their own, and a client that costs as little as it can."""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rounds import in_turn, ratio, spread, tell

USER, PASSWORD = "ADMIN", "admin12345"
HERE = Path(__file__).parent
NGINX = """\
daemon off; master_process off; pid {own}/nginx.pid; error_log {own}/error.log;
events {{}}
http {{ access_log off; keepalive_requests 1000000; sendfile on; client_body_temp_path {own}/body;
proxy_temp_path {own}/proxy; fastcgi_temp_path {own}/fastcgi; uwsgi_temp_path {own}/uwsgi;
scgi_temp_path {own}/scgi; server {{ listen 127.0.0.1:{port}; root {folder}; }} }}
"""
SERVE = (sys.executable, "-c", "from nvr_emulator.cli.entry import main; main()", "serve")


@dataclass
class Server:
    """A server that runs. `ready`: what it said of itself."""

    pid: int
    url: str
    ready: dict[str, Any]

    def cpu(self) -> float:
        """CPU seconds that it has taken (Linux)."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def uid(self) -> int:
        """Sign in with the standard library's Digest."""
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        passwords.add_password(None, f"{self.url}/", USER, PASSWORD)
        opener = urllib.request.build_opener(
            urllib.request.HTTPDigestAuthHandler(passwords), urllib.request.HTTPSHandler(context=trusting())
        )
        page = opener.open(f"{self.url}/cgi-bin/dlogin.cgi?UID=-1").read()
        return int(re.findall(rb"UID=(\d+)", page)[0])


@contextmanager
def recorder(configuration: str, folder: Path, *arguments: str) -> Iterator[Server]:
    """A recorder with that recorder.toml, plain or over TLS as it says."""
    file = folder / "recorder.toml"
    file.write_text(configuration)
    command = (*SERVE, "--config", str(file), *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            ready = json.loads(process.stdout.readline())
            yield Server(process.pid, ready["http"] or ready["https"], ready)
        finally:
            process.terminate()


@contextmanager
def bare_server(*arguments: str) -> Iterator[Server]:
    """The peer of `bare_server.py`."""
    command = (sys.executable, str(HERE / "bare_server.py"), *arguments)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Server(process.pid, process.stdout.readline().decode().strip(), {})
        finally:
            process.stdin.close()


@contextmanager
def nginx(folder: Path) -> Iterator[Server]:
    """nginx as one process, with the files of a folder."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    with tempfile.TemporaryDirectory() as own:
        configuration = Path(own, "nginx.conf")
        configuration.write_text(NGINX.format(own=own, folder=folder, port=port))
        command = ("nginx", "-e", f"{own}/error.log", "-c", str(configuration))
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(port)
                yield Server(process.pid, f"http://127.0.0.1:{port}", {})
            finally:
                process.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def trusting() -> ssl.SSLContext:
    """TLS that asks no certificate: those of the peers are made for the occasion."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Client:
    """One connection that is kept. What comes is read into the same buffer again and again."""

    def __init__(self, url: str) -> None:
        parts = urllib.parse.urlsplit(url)
        self.host = parts.netloc
        self.connection: socket.socket = socket.create_connection((parts.hostname or "", parts.port or 0))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "https":
            self.connection = trusting().wrap_socket(self.connection)
        self._buffer = memoryview(bytearray(4 * 1024 * 1024))

    def request(self, target: str, *headers: str) -> bytes:
        """The bytes of a GET."""
        return "\r\n".join([f"GET {target} HTTP/1.1", f"Host: {self.host}", *headers, "", ""]).encode()

    def asking(self, *targets: str) -> Callable[[], object]:
        """What asks for these in turn, one with each call."""
        requests = itertools.cycle([self.request(target) for target in targets])
        return lambda: self.ask(next(requests))

    def ask(self, request: bytes, status: bytes = b"200") -> memoryview:
        """Send a request; the whole answer, which is gone with the next. `ConnectionError` for another
        status."""
        buffer, filled, whole = self._buffer, 0, 0
        self.connection.sendall(request)
        while not whole or filled < whole:
            count = self.connection.recv_into(buffer[filled:])
            if not count:
                raise ConnectionError("the server closed the connection")
            filled += count
            if not whole and (end := bytes(buffer[: min(filled, 4096)]).find(b"\r\n\r\n")) >= 0:
                whole = end + 4 + _length(bytes(buffer[:end]))
        if buffer[9:12] != status:
            raise ConnectionError(f"{bytes(buffer[: min(whole, 300)])!r} for {request[:200]!r}")
        return buffer[:whole]

    def body(self, target: str) -> bytes:
        """The body of what is answered to a GET."""
        return bytes(self.ask(self.request(target))).partition(b"\r\n\r\n")[2]

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


DIGEST = (
    'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", qop=auth, '
    'nc=00000001, cnonce="benchmark", response="{response}"'
)


def signing_in(client: Client, *, asked: bool) -> Callable[[], object]:
    """What signs in with a Digest, by two requests. Not `asked`: of a server that does not ask for it."""
    uri, nonce, status = "/cgi-bin/dlogin.cgi?UID=-1", "0" * 32, b"401" if asked else b"200"
    first, realm = client.request(uri), "Network disk recorder"
    secret, wanted = _md5(f"{USER}:{realm}:{PASSWORD}"), _md5(f"GET:{uri}")

    def sign_in() -> None:
        challenge = bytes(client.ask(first, status))
        found = re.search(rb'nonce="([^"]*)"', challenge)
        given = found[1].decode() if found else nonce
        response = _md5(f"{secret}:{given}:00000001:benchmark:auth:{wanted}")
        answer = DIGEST.format(user=USER, realm=realm, nonce=given, uri=uri, response=response)
        client.ask(client.request(uri, answer))

    return sign_in


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _length(head: bytes) -> int:
    found = re.search(rb"(?i)\r\ncontent-length:[ ]*([0-9]+)", head)
    return int(found[1]) if found else 0


Contestant = tuple[Server, Callable[[], object]]
"""A server, and what is done with it over and over."""


def compare(
    work: str,
    contestants: Mapping[str, Contestant],
    options: argparse.Namespace,
    *,
    ours: str = "nvrkit",
    peer: str = "aiohttp",
    **more: Any,
) -> None:
    """Work `options.times` with each in each round, and tell a row: microseconds until it is done, and of the
    server's CPU, and the ratio of ours to the peer's. `more` is told besides."""
    cpu: dict[str, list[float]] = {name: [] for name in contestants}

    def one(name: str) -> float:
        server, once = contestants[name]
        before, begun = server.cpu(), time.perf_counter()
        for _ in range(options.times):
            once()
        seconds = time.perf_counter() - begun
        cpu[name].append((server.cpu() - before) / options.times)
        return seconds / options.times

    wall = in_turn({name: partial(one, name) for name in contestants}, options.rounds)
    tell(
        work=work,
        **more,
        rounds=options.rounds,
        ratio=ratio(wall, ours, peer),
        ratio_cpu=ratio(cpu, ours, peer),
        us={name: spread((1e6 * each for each in costs), 0) for name, costs in wall.items()},
        us_cpu={name: spread((1e6 * each for each in costs), 0) for name, costs in cpu.items()},
    )
