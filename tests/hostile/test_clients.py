"""Clients that are slow, that do not read, that speak no HTTP, and that are too many."""

import asyncio
import json
import resource
import select
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest
from aiohttp import web

from nvr_emulator.server import http_connection
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_emulator.server.http_connection import HttpServer
from nvr_protocol.texts.login_page import read_login_page

GET = b"GET / HTTP/1.1\r\nHost: nvr\r\n\r\n"


@pytest.fixture(scope="module")
def running():
    with EmbeddedRecorder(transport="both", model=1) as recorder:
        yield recorder


@pytest.fixture
def recorder(running):
    running.reset(restart_clock=True)
    return running


def login(recorder):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    with opener.open(f"{recorder.url}/cgi-bin/dlogin.cgi?UID=-1", timeout=5) as page:
        return read_login_page(page.read()).uid


def connect(recorder):
    where = urllib.parse.urlsplit(recorder.url)
    return socket.create_connection((where.hostname, where.port), timeout=10)


def with_server(talk, handler, **patience):
    """What `talk` (a coroutine of reader and writer) gives on a connection to a server of its own."""

    async def run():
        server = HttpServer(
            handler, lambda status, reason: web.Response(status=status, text=reason), **patience
        )
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
        try:
            async with asyncio.timeout(10):
                return await talk(reader, writer)
        finally:
            writer.close()
            listener.close()
            await server.shutdown(0.1)

    return asyncio.run(run())


async def short(request):
    return web.Response(text="short")


@pytest.mark.parametrize("before", [b"", GET], ids=["at first", "behind an answer"])
def test_half_a_header_has_its_time(before):
    async def talk(reader, writer):
        if before:
            writer.write(before)
            await reader.readuntil(b"short")
        writer.write(GET[:-2])
        return await reader.read()

    said = with_server(talk, short, header_patience=0.05)
    assert said.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert said.endswith(b"HTTP: no whole request within 0 s")


def test_a_header_that_drips_has_no_more():
    async def talk(reader, writer):
        answer = asyncio.create_task(reader.read())
        for number in range(1000):
            writer.write(GET[:-2] if number == 0 else b"X-%d: 1\r\n" % number)
            await asyncio.sleep(0.01)
            if answer.done():
                break
        return await answer

    assert b" 408 " in with_server(talk, short, header_patience=0.1)


def blocking(talk):
    """What `talk` (of a blocking connection) gives, on a connection to a server of its own."""

    def connected(where):
        with socket.create_connection(where, timeout=10) as connection:
            return talk(connection)

    async def run():
        server = HttpServer(short, lambda status, reason: web.Response(status=status, text=reason))
        listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
        try:
            return await asyncio.to_thread(connected, listener.sockets[0].getsockname())
        finally:
            listener.close()
            await server.shutdown(0.1)

    return asyncio.run(run())


def test_who_still_sends_can_read_why_nothing_is_taken():
    def talk(connection):
        connection.sendall(b"GET / HTTP/9.9\r\n\r\n")
        connection.sendall(bytes(4 * 1024 * 1024))
        return b"".join(iter(lambda: connection.recv(65536), b""))

    assert b" 400 " in blocking(talk)


def test_who_sends_on_and_on_is_closed(monkeypatch):
    monkeypatch.setattr(http_connection, "LINGERING", 60.0)
    monkeypatch.setattr(http_connection, "LINGERING_BYTES", 256 * 1024)

    def talk(connection):
        connection.sendall(b"GET / HTTP/9.9\r\n\r\n")
        for _ in range(4096):
            connection.sendall(bytes(65536))

    with pytest.raises(ConnectionError):
        blocking(talk)


def test_an_answer_that_takes_longer_is_not_late():
    async def slow(request):
        await asyncio.sleep(0.2)
        return web.Response(text="slow")

    async def talk(reader, writer):
        writer.write(GET)
        return await reader.readuntil(b"slow")

    assert b" 200 OK" in with_server(talk, slow, header_patience=0.05)


def test_who_reads_nothing_of_an_answer_is_reset():
    async def much(request):
        return web.Response(body=bytes(32 * 1024 * 1024))

    async def talk(reader, writer):
        writer.transport.pause_reading()
        writer.write(GET)
        ended = asyncio.Event()
        writer.transport.get_protocol().connection_lost = lambda error: ended.set()
        # Not reading, a client learns of the end by what it writes.
        while not ended.is_set():
            writer.write(b"x")
            await asyncio.sleep(0.01)
        return True

    assert with_server(talk, much, reading_patience=0.1)


@pytest.mark.parametrize("transport", ["http", "https"])
def test_the_end_ends_whoever_is_there(transport):
    with ExitStack() as stack:
        with EmbeddedRecorder(transport=transport) as recorder:
            connections = [stack.enter_context(connect(recorder)) for _ in range(4)]
            connections[0].sendall(GET)
            connections[1].sendall(GET[:5])
            connections[2].sendall(b"\x16\x03\x01\x02\x00\x01")  # a TLS handshake begins so
        assert all(is_closed(connection, whatever=True) for connection in connections)


@pytest.mark.parametrize("garbage", [b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\0\r\n\r\n"])
def test_what_is_no_http_is_answered_as_http_1_1_by_the_recorder(recorder, garbage):
    with connect(recorder) as connection:
        connection.sendall(garbage)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert head[0] == b"HTTP/1.1 400 Bad Request"
    assert b"Server: recorder" in head
    assert not any(b"aiohttp" in line for line in head)


def test_unread_streams_do_not_outlive_their_uid(recorder):
    uid, served = login(recorder), recorder.machine.doors.http.server
    with ExitStack() as stack:
        connections = [stack.enter_context(connect(recorder)) for _ in range(16)]
        for camera, connection in enumerate(connections, 1):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            push = f"push.cgi?UID={uid}&CAM={camera}&CMD=START&COMP=H264&INTERNETMODE=ON"
            connection.sendall(f"GET /cgi-bin/{push} HTTP/1.1\r\nHost: nvr\r\n\r\n".encode())
            assert connection.recv(12) == b"HTTP/1.1 200"
        for _ in range(3):
            recorder.advance(20)
        url = f"{recorder.url}/cgi-bin/logout.cgi?UID={uid}"
        with urllib.request.urlopen(url, timeout=5) as answer:
            assert answer.status == 200
        assert all(is_reset(connection) for connection in connections)
        assert not any(connection.connected for connection in served.connections)


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def test_without_descriptors_newcomers_are_closed_and_the_others_served():
    command = [sys.executable, "-m", "nvr_emulator.cli.main", "serve", "--transport", "http"]
    serving = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=few_descriptors
    )
    try:
        where = urllib.parse.urlsplit(json.loads(serving.stdout.readline())["http"])
        with ExitStack() as stack:
            first = stack.enter_context(socket.create_connection(where.netloc.split(":"), timeout=10))
            others = [
                stack.enter_context(socket.create_connection(where.netloc.split(":"), timeout=10))
                for _ in range(155)
            ]
            closed = sum(is_closed(connection) for connection in others[60:])
            assert closed == 95
            first.sendall(GET)
            assert first.recv(12) == b"HTTP/1.1 404"
        answer = b""
        while not answer:  # until those that went away are known to have gone
            with socket.create_connection(where.netloc.split(":"), timeout=10) as again:
                answer = talk_to(again)
        assert answer == b"HTTP/1.1 404"
    finally:
        serving.terminate()
        _, said = serving.communicate(timeout=10)
    assert serving.returncode == 0
    assert said.count("no descriptor is left") == 1
    assert said.count("\n") == 1


def test_failed_handshakes_leave_nothing():
    command = [sys.executable, "-m", "nvr_emulator.cli.entry", "serve", "--transport", "https"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        try:
            where = urllib.parse.urlsplit(json.loads(serving.stdout.readline())["https"])
            grown = []
            for _ in range(200):
                with socket.create_connection((where.hostname, where.port), timeout=10) as connection:
                    connection.sendall(b"no TLS at all")
                    assert is_closed(connection, whatever=True)
                grown.append(resident(serving.pid))
        finally:
            serving.terminate()
    assert grown[-1] - grown[20] < 30 * 1024 * 1024


def resident(pid):
    """Bytes of a process that are resident."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def is_reset(connection):
    """Whether a connection that nobody reads is reset within five seconds."""
    poll = select.poll()
    poll.register(connection, 0)
    return any(event & select.POLLERR for _, event in poll.poll(5000))


def is_closed(connection, *, whatever=False):
    """Whether nothing comes any more; with `whatever`, whatever came before."""
    try:
        while (said := connection.recv(65536)) and whatever:
            pass
        return said == b""
    except ConnectionResetError:
        return True


def talk_to(connection):
    try:
        connection.sendall(GET)
        return connection.recv(12)
    except OSError:
        return b""
