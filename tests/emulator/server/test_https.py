"""HTTPS: the certificate, the same over TLS, and nothing without it where it is set to HTTPS alone (§1.2)."""

import asyncio
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import urllib.parse
import urllib.request

import pytest
from click.testing import CliRunner

from nvr_emulator.cli.main import main
from nvr_emulator.configuration.settings import ConfigurationError
from nvr_emulator.recorder.live.stream import LivePicture
from nvr_emulator.server.certificates import self_signed, server_context
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_emulator.server.library_internals import bytes_waiting
from nvr_emulator.server.ports import Ports
from nvr_emulator.server.sinks import HttpSink
from nvr_protocol.multipart import MultipartReader
from nvr_protocol.rtp.packet import read_packet
from nvr_protocol.texts.login_page import read_login_page

KEY, CERTIFICATE = "KEY", "CERTIFICATE"


@pytest.fixture(scope="module")
def recorder():
    with EmbeddedRecorder(transport="both") as running:
        yield running


def trusting(url):
    """A context that trusts the recorder's own certificate, and checks the name."""
    parts = urllib.parse.urlsplit(url)
    context = ssl.create_default_context(cadata=ssl.get_server_certificate((parts.hostname, parts.port)))
    assert context.check_hostname
    return context


def login(url, recorder, context):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(
        urllib.request.HTTPDigestAuthHandler(passwords), urllib.request.HTTPSHandler(context=context)
    )
    with opener.open(f"{url}/cgi-bin/dlogin.cgi?UID=-1", timeout=5) as page:
        return read_login_page(page.read()).uid


@pytest.fixture
def session(recorder):
    """Sends a command over HTTPS and gives what reads the answer."""
    recorder.reset()
    context = trusting(recorder.https_url)
    uid = login(recorder.https_url, recorder, context)
    address = urllib.parse.urlsplit(recorder.https_url)
    connections = []

    def ask(command):
        connection = http.client.HTTPSConnection(address.hostname, address.port, timeout=5, context=context)
        connections.append(connection)
        connection.request("GET", f"/cgi-bin/{command.format(uid=uid)}")
        return connection.getresponse()

    yield ask
    for connection in connections:
        connection.close()


# The certificate


def alternatives(pem):
    from cryptography import x509

    certificate = x509.load_pem_x509_certificate(pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def test_the_certificate_is_for_this_host_and_the_names_that_are_given():
    usual = {"localhost", "127.0.0.1", "::1"}
    assert alternatives(self_signed(())) == usual
    given = ("nvr.test", "192.0.2.7", "127.0.0.1", "0.0.0.0", "::", "2001:db8::1", "büro.test")
    assert alternatives(self_signed(given)) == usual | {
        "nvr.test",
        "192.0.2.7",
        "2001:db8::1",
        "xn--bro-hoa.test",
    }


@pytest.mark.parametrize("name", ["", "a" * 64, "a..b"])
def test_a_name_that_is_none(name):
    with pytest.raises(ConfigurationError, match="--name"):
        self_signed([name])


def test_every_start_makes_another_certificate():
    assert self_signed(()) != self_signed(())


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_client_that_has_the_certificate_trusts_it(recorder, name):
    port = urllib.parse.urlsplit(recorder.https_url).port
    context = trusting(recorder.https_url)
    with (
        socket.create_connection(("127.0.0.1", port), 5) as plain,
        context.wrap_socket(plain, server_hostname=name) as connection,
    ):
        assert connection.version() == "TLSv1.3"


@pytest.fixture
def pem(tmp_path):
    """Key and certificate in files of their own, and some that are neither."""
    from cryptography.hazmat.primitives import serialization

    both = self_signed(["nvr.test"])
    end = both.index(b"-----BEGIN CERTIFICATE")
    key = serialization.load_pem_private_key(both[:end], None)
    encrypted = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    files = {
        "both": both,
        "key": both[:end],
        "certificate": both[end:],
        "other-key": self_signed(())[:end],
        "encrypted": encrypted,
        "text": b"hello",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize(("certificate", "key"), [("both", None), ("certificate", "key")])
def test_a_certificate_of_ones_own(pem, certificate, key):
    context = server_context(pem / certificate, key and pem / key).context
    assert isinstance(context, ssl.SSLContext)


@pytest.mark.parametrize(
    ("certificate", "key", "line"),
    [
        ("none", None, "--cert: {}/none: No such file or directory"),
        ("certificate", "none", "--key: {}/none: No such file or directory"),
        ("text", "key", "--cert, --key: {0}/text, {0}/key: not a PEM certificate and its key"),
        ("certificate", None, "--cert, --key: {}/certificate: not a PEM certificate and its key"),
        ("certificate", "other-key", "(key values mismatch)"),
        ("certificate", "encrypted", "--key: the key is encrypted; give one without a password"),
        (None, "key", "--key: a key needs a certificate: give --cert too"),
    ],
)
def test_a_bad_certificate_is_told_in_one_line(pem, certificate, key, line):
    arguments = [] if certificate is None else ["--cert", str(pem / certificate)]
    arguments += [] if key is None else ["--key", str(pem / key)]
    result = CliRunner().invoke(main, ["serve", "--transport", "https", *arguments])
    assert result.exit_code == 2
    assert result.output.startswith("Error: ")
    assert result.output.count("\n") == 1
    assert line.format(pem) in result.output


# The same over TLS


def test_a_uid_of_https_is_good_for_http(recorder):
    recorder.reset()
    uid = login(recorder.https_url, recorder, trusting(recorder.https_url))
    with urllib.request.urlopen(f"{recorder.url}/cgi-bin/status.cgi?UID={uid}&PC=AS60", timeout=5) as answer:
        assert answer.status == 200


def test_live_over_https_is_read_to_its_end(recorder, session):
    answer = session("push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON")
    recorder.advance(2)
    reader, parts = MultipartReader(), []
    while len(parts) < 20:
        parts += reader.feed(answer.read1(65536))
    sequence = [read_packet(part.body).sequence for part in parts]
    assert [(number - sequence[0]) % 65536 for number in sequence] == list(range(len(parts)))
    session("push.cgi?UID={uid}&CAM=1&CMD=STOP&COMP=H264").read()
    while data := answer.read1(65536):
        reader.feed(data)
    reader.close()


def test_an_answer_that_is_not_read_stays_in_flight(recorder, session):
    """A chunk of megabytes waits in the TLS layer, in the plain one beneath it and in the kernel."""
    machine = recorder.machine
    session("hdrctl.cgi?UID={uid}&PC=AS60&MASK=1000").read()
    session("hdrctl.cgi?UID={uid}&PC=AS60&PLAYCMD=PLAY&2ND=OFF&TIMEF=AS60_UNKNOWN&NOTIME=ON").read()
    original = machine.recorder.playback_commands.chunk
    machine.recorder.playback_commands.chunk = lambda *args: bytes(original(*args)) + bytes(32 * 1024 * 1024)
    try:
        first = session("camera.cgi?UID={uid}&CAM=1")
        second = session("camera.cgi?UID={uid}&CAM=1")
        assert second.status == 503
        second.read()
        assert len(first.read()) > 32 * 1024 * 1024
        third = session("camera.cgi?UID={uid}&CAM=1")
        assert third.status == 200
        third.read()
    finally:
        del machine.recorder.playback_commands.chunk


def test_what_waits_beneath_tls_counts_as_waiting():
    """asyncio's TLS transport says 0 as soon as the plain transport has taken the bytes."""

    async def fill():
        made = asyncio.get_running_loop().create_future()

        class Writer(asyncio.Protocol):
            def connection_made(self, transport):
                made.set_result(transport)

        server = await asyncio.get_running_loop().create_server(
            Writer, "127.0.0.1", 0, ssl=server_context().context, ssl_shutdown_timeout=0.1
        )
        plain = socket.create_connection(server.sockets[0].getsockname(), 5)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client = await asyncio.to_thread(context.wrap_socket, plain)
        transport = await made
        assert bytes_waiting(transport) == 0
        for _ in range(100_000):
            transport.write(bytes(8 * 1024))
            if bytes_waiting(transport):
                break
        seen = transport.get_write_buffer_size(), bytes_waiting(transport)
        transport.abort()
        server.close()
        client.close()
        return seen

    by_tls, waiting = asyncio.run(fill())
    assert by_tls == 0
    assert waiting > 0


# HTTPS alone


def test_https_alone_listens_nowhere_else():
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        with EmbeddedRecorder(transport="https", ports=Ports(http=port)) as recorder:
            assert recorder.url == recorder.https_url
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), 5)
            parts = urllib.parse.urlsplit(recorder.url)
            with socket.create_connection((parts.hostname, parts.port), 5) as connection:
                connection.sendall(b"GET /cgi-bin/as_getinfo.cgi?FILE=2 HTTP/1.1\r\nHost: x\r\n\r\n")
                assert b"HTTP" not in connection.recv(65536)


def test_a_port_for_a_transport_that_is_off_is_refused():
    result = CliRunner().invoke(main, ["serve", "--transport", "https", "--http-port", "8080"])
    assert result.output == "Error: --http-port: the recorder is set to https alone (--transport)\n"
    result = CliRunner().invoke(main, ["serve", "--transport", "http", "--https-port", "8443"])
    assert result.output == "Error: --https-port: the recorder is set to http alone (--transport)\n"


# The command


@pytest.fixture
def serve(tmp_path):
    """Starts `nvr-emulator serve` and gives its ready line."""
    processes = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "nvr_emulator.cli.main", "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        processes.append(process)
        return json.loads(process.stdout.readline())

    yield start
    for process in processes:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        process.stdout.close()


def test_both_is_what_serve_serves(serve):
    line = serve()
    assert line["http"].startswith("http://127.0.0.1:")
    assert line["https"].startswith("https://127.0.0.1:")
    assert (line["user"], line["password"]) == ("ADMIN", "admin12345")
    # A TLS connection that stays open must not keep SIGTERM from ending it.
    parts = urllib.parse.urlsplit(line["https"])
    plain = socket.create_connection((parts.hostname, parts.port), 5)
    connection = trusting(line["https"]).wrap_socket(plain, server_hostname="localhost")
    connection.send(b"GET /cgi-bin/as_getinfo.cgi?FILE=2 HTTP/1.1\r\nHost: x\r\n\r\n")
    assert connection.recv(9) == b"HTTP/1.1 "
    connection.close()


def test_flags_go_before_the_file(serve, tmp_path):
    path = tmp_path / "recorder.toml"
    path.write_text(
        'series = "WJ-NX310"\ntransport = "http"\n[[users]]\nname = "BOSS"\npassword = "secret12345"\n',
        "utf-8",
    )
    line = serve("--config", str(path))
    assert (line["model"], line["https"], line["user"]) == (3, None, "BOSS")
    line = serve("--config", str(path), "--transport", "https", "--model", "1", "--user", "CHEF")
    assert (line["model"], line["http"], line["user"]) == (1, None, "CHEF")


def test_a_picture_for_a_tls_connection_that_is_gone_is_dropped():
    """asyncio's TLS transport forgets its protocol when it is closed a second time."""

    class Gone:
        def is_closing(self):
            return True

        def get_write_buffer_size(self):
            raise AttributeError("'NoneType' object has no attribute '_get_write_buffer_size'")

        def write(self, data):
            raise AttributeError("'NoneType' object has no attribute '_write_appdata'")

    async def write():
        sink = HttpSink(b"".join, lambda: 1)
        sink.open(Gone())
        sink.write(LivePicture(None, [b"packet"], 1, True))
        return sink.unsent

    assert asyncio.run(write()) == 0
