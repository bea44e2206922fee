"""A client that closes its writing side behind its request still gets its answer (RFC 9112 §9.6)."""

import asyncio
import socket
import ssl
import threading
import urllib.parse
import urllib.request

import pytest

from nvr_emulator.server.certificates import server_context
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_emulator.server.half_closed import is_gone
from nvr_emulator.server.library_internals import hold_open
from nvr_protocol.commands.urls import build_command
from nvr_protocol.download import read_part_headers
from nvr_protocol.multipart import MultipartReader
from nvr_protocol.texts.login_page import read_login_page

PLAY = (
    "hdrctl.cgi?UID={uid}&PC=AS60&MASK=1000",
    "hdrctl.cgi?UID={uid}&PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON",
)
PUSH = "push.cgi?UID={uid}&CAM=1&COMP=H264&CMD=START&INTERNETMODE=ON"


@pytest.fixture(scope="module")
def running():
    with EmbeddedRecorder(transport="both") as recorder:
        yield recorder


@pytest.fixture
def recorder(running):
    running.reset(restart_clock=True)
    return running


@pytest.fixture
def uid(recorder):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    with opener.open(f"{recorder.url}/cgi-bin/dlogin.cgi?UID=-1", timeout=5) as page:
        return read_login_page(page.read()).uid


def get(command, uid):
    return f"GET /cgi-bin/{command.format(uid=uid)} HTTP/1.1\r\nHost: nvr\r\n\r\n".encode()


def half_closed(url, request):
    """A connection that has sent a request and its end."""
    where = urllib.parse.urlsplit(url)
    connection = socket.create_connection((where.hostname, where.port), timeout=10)
    connection.sendall(request)
    connection.shutdown(socket.SHUT_WR)
    return connection


def rest_of(connection):
    with connection:
        return b"".join(iter(lambda: connection.recv(65536), b""))


def status(recorder, uid, command):
    with half_closed(recorder.url, get(command, uid)) as connection:
        return int(rest_of(connection).split(b" ", 2)[1])


def download(recorder, uid):
    begin = int(recorder.machine.clock.now()) // 60 * 60 - 7200
    return build_command("download", UID=uid, CAM=1, KIND="N3VO", STARTTIME=begin, ENDTIME=begin + 60)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("status.cgi?UID={uid}&PC=AS60", 200),
        ("status.cgi?UID=12&PC=AS60", 401),
        ("dlogin.cgi?UID=-1", 401),
        ("nothing.cgi", 404),
        (PUSH.replace("INTERNETMODE=ON", "PORT=9"), 200),
    ],
)
def test_a_short_answer(recorder, uid, command, expected):
    assert status(recorder, uid, command) == expected


def test_a_gop(recorder, uid):
    assert [status(recorder, uid, command) for command in PLAY] == [200, 200]
    answer = rest_of(half_closed(recorder.url, get("camera.cgi?UID={uid}&CAM=1", uid)))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert len(body) % 4096 == 0


def test_a_download(recorder, uid):
    answer = rest_of(half_closed(recorder.url, get(download(recorder, uid).rpartition("/")[2], uid)))
    parts = MultipartReader(by="boundary").feed(answer.partition(b"\r\n\r\n")[2])
    assert len(parts[0].body) > 100_000
    assert read_part_headers(parts[-1].headers).temporary_name == ""


def test_a_live_stream_goes_on_until_it_is_stopped(recorder, uid):
    with half_closed(recorder.url, get(PUSH, uid)) as connection:
        received = b""
        while not received.endswith(b"--myboundary\r\n"):
            received += connection.recv(65536)
        recorder.advance(1.5)
        assert status(recorder, uid, "push.cgi?UID={uid}&CAM=1&COMP=H264&CMD=STOP") == 200
        body = received.partition(b"\r\n\r\n")[2] + rest_of(connection)
    assert len(MultipartReader(by="length").feed(body)) >= 10


def test_one_that_then_goes_away_frees_its_camera(recorder, uid):
    for _ in range(2):
        with half_closed(recorder.url, get(PUSH, uid)) as connection:
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        for _ in range(500):
            if not recorder.machine.recorder.live.streams():
                break
            status(recorder, uid, "status.cgi?UID={uid}&PC=AS60")
        assert recorder.machine.recorder.live.streams() == []


def test_all_that_was_asked_for_ahead(recorder, uid):
    requests = get("status.cgi?UID={uid}&PC=AS60", uid) * 3
    assert rest_of(half_closed(recorder.url, requests)).count(b"HTTP/1.1 200 OK") == 3


def test_half_a_request_ends_the_connection(recorder, uid):
    assert rest_of(half_closed(recorder.url, get("status.cgi?UID={uid}&PC=AS60", uid)[:-4])) == b""


def test_the_control_port_alike(recorder):
    body = b'{"seconds": 1.5}'
    head = f"Host: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    request = f"POST /clock/advance HTTP/1.1\r\n{head}".encode() + body
    assert rest_of(half_closed(recorder.control_url, request)).startswith(b"HTTP/1.1 200 ")


class Transport:
    """What is asked of a transport."""

    def __init__(self, connection):
        self.connection = connection

    def get_extra_info(self, name):
        return self.connection


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_closed_program_is_told_from_one_that_writes_no_more(family, host):
    with socket.create_server((host, 0), family=family) as listener:
        client = socket.create_connection(listener.getsockname()[:2], timeout=5)
        connection, _ = listener.accept()
        with connection:
            assert not is_gone(Transport(connection))
            client.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b""
            assert not is_gone(Transport(connection))
            client.close()
            assert is_gone(Transport(connection))
        assert is_gone(Transport(connection))


class Tls:
    """A TLS client that can say goodbye and read on, which the `ssl` module's sockets cannot."""

    def __init__(self, url, request):
        where = urllib.parse.urlsplit(url)
        self.connection = socket.create_connection((where.hostname, where.port), timeout=10)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing)
        self._do(self.tls.do_handshake)
        self._do(lambda: self.tls.write(request))

    def _do(self, step):
        while True:
            try:
                result = step()
            except ssl.SSLWantReadError:
                self.send()
                data = self.connection.recv(65536)
                if not data:
                    raise
                self.incoming.write(data)
            else:
                self.send()
                return result

    def send(self):
        if self.outgoing.pending:
            self.connection.sendall(self.outgoing.read())

    def say_goodbye(self, and_end=True):
        with pytest.raises(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.send()
        if and_end:
            self.connection.shutdown(socket.SHUT_WR)

    def read_until(self, is_enough):
        received = b""
        while not is_enough(received):
            try:
                received += self._do(lambda: self.tls.read(65536))
            except (ssl.SSLZeroReturnError, ssl.SSLSyscallError):
                break
        return received


def test_over_tls_a_goodbye_is_for_one_direction(recorder, uid):
    client = Tls(recorder.https_url, get(PUSH, uid))
    client.say_goodbye()
    received = client.read_until(lambda data: data.endswith(b"--myboundary\r\n"))
    recorder.advance(1.5)
    stop = threading.Thread(
        target=status, args=(recorder, uid, "push.cgi?UID={uid}&CAM=1&COMP=H264&CMD=STOP")
    )
    stop.start()
    received += client.read_until(lambda data: False)
    stop.join()
    client.connection.close()
    assert len(MultipartReader(by="length").feed(received.partition(b"\r\n\r\n")[2])) >= 10


def test_over_tls_a_short_answer_comes_and_then_the_end(recorder, uid):
    client = Tls(recorder.https_url, get("status.cgi?UID={uid}&PC=AS60", uid))
    client.say_goodbye()
    assert client.read_until(lambda data: False).startswith(b"HTTP/1.1 200 ")
    client.connection.close()


def test_over_tls_the_goodbye_is_said_behind_the_clients_end():
    """asyncio says none once the end has come; the client could not tell a whole answer from half of one."""

    async def heard_by_the_client():
        answered, said_goodbye, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

        class Answering(asyncio.Protocol):
            def connection_made(self, transport):
                hold_open(transport, lambda: not answered.is_set())
                transport.write(b"an answer")

            def eof_received(self):
                said_goodbye.set()

            def connection_lost(self, error):
                ended.set()

        loop = asyncio.get_running_loop()
        context = server_context().context
        async with await loop.create_server(Answering, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            client = await asyncio.to_thread(Tls, f"https://127.0.0.1:{port}", b"?")
            with client.connection:
                await asyncio.to_thread(client.read_until, lambda data: data == b"an answer")
                client.say_goodbye(and_end=False)
                await said_goodbye.wait()
                answered.set()
                client.connection.shutdown(socket.SHUT_WR)
                await ended.wait()
                return await asyncio.to_thread(client.read_until, lambda data: False)

    assert asyncio.run(heard_by_the_client()) == b""


@pytest.mark.parametrize("transport", ["http", "https"])
def test_closing_ends_what_is_half_closed(transport):
    with EmbeddedRecorder(transport=transport) as recorder:
        if transport == "http":
            connection = half_closed(recorder.url, get("dlogin.cgi?UID=-1", 0))
        else:
            client = Tls(recorder.url, get("dlogin.cgi?UID=-1", 0))
            client.say_goodbye()
            connection = client.connection
    connection.close()
