"""The recorder's port: what hostile or clumsy clients get, and that it goes on (OP-11)."""

import http.client
import logging
import select
import socket
import urllib.parse
import urllib.request

import pytest

from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_protocol.multipart import MultipartReader
from nvr_protocol.rtp.packet import read_packet
from nvr_protocol.texts.login_page import read_login_page


@pytest.fixture(scope="module")
def recorder():
    with EmbeddedRecorder() as running:
        yield running


@pytest.fixture
def uid(recorder):
    recorder.reset()
    return login(recorder)


def login(recorder):
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, recorder.url, recorder.user, recorder.password)
    opener = urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))
    with opener.open(f"{recorder.url}/cgi-bin/dlogin.cgi?UID=-1", timeout=5) as page:
        return read_login_page(page.read()).uid


def address(recorder):
    url = urllib.parse.urlsplit(recorder.url)
    return url.hostname, url.port


def ask(recorder, target, method="GET"):
    connection = http.client.HTTPConnection(*address(recorder), timeout=5)
    connection.request(method, target)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def send(recorder, data, *, half_close=True):
    """Everything that comes back for raw bytes, until the recorder closes."""
    with socket.create_connection(address(recorder), timeout=5) as connection:
        connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(65536), b""))


BAD = [
    ("/", 404, "/"),
    ("/cgi-bin/unknown.cgi?UID={uid}", 404, "unknown.cgi"),
    ("/onvif/device_service", 404, "onvif"),
    ("/cgi-bin/status.cgi?PC=AS60", 400, "UID"),
    ("/cgi-bin/status.cgi?UID=abc&PC=AS60", 400, "UID"),
    ("/cgi-bin/status.cgi?UID=12345&PC=AS60", 401, "UID"),
    ("/cgi-bin/status.cgi?UID={uid}", 400, "PC"),
    ("/cgi-bin/status.cgi?UID={uid}&UID={uid}&PC=AS60", 400, "UID"),
    ("/cgi-bin/camera.cgi?UID={uid}&CAM=0", 400, "CAM"),
    ("/cgi-bin/camera.cgi?UID={uid}&CAM=99999999999999999999", 400, "CAM"),
    ("/cgi-bin/camera.cgi?UID={uid}&CAM=99", 404, "99"),
    ("/cgi-bin/push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&PORT=0", 400, "PORT"),
    ("/cgi-bin/push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&PORT=70000", 400, "PORT"),
    ("/cgi-bin/push.cgi?UID={uid}&CAM=1&CMD=START&COMP=MPEG4&INTERNETMODE=ON", 400, "COMP"),
    (
        "/cgi-bin/hdrctl.cgi?UID={uid}&PC=AS60&PLAYCMD=GOTODATE&2ND=OFF&TIMEF=99123456789012&SDBACKUP=0",
        400,
        "TIMEF",
    ),
    ("/cgi-bin/hdrctl.cgi?UID={uid}&PC=AS60&MASK=1", 400, "MASK"),
    ("/cgi-bin/status.cgi?UID=%FF%FE&PC=AS60", 400, ""),
    ("/cgi-bin/status.cgi?UID=<script>&PC=AS60", 400, "UID"),
]


@pytest.mark.parametrize(("target", "status", "named"), BAD)
def test_bad_input_gets_a_status_and_one_line(recorder, uid, caplog, target, status, named):
    with caplog.at_level(logging.WARNING):
        answer, body = ask(recorder, target.format(uid=uid).replace("<", "%3C").replace(">", "%3E"))
    assert answer.status == status
    assert answer.getheader("Content-Type") == "text/html"
    assert answer.getheader("WWW-Authenticate") is None
    text = body.decode("ascii")
    assert named in text
    assert "<script>" not in text
    assert text.count("\n") == 1
    assert caplog.records == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
def test_other_methods_are_not_allowed(recorder, uid, method):
    answer, _ = ask(recorder, f"/cgi-bin/status.cgi?UID={uid}&PC=AS60", method)
    assert answer.status == 405
    assert answer.getheader("Allow") == "GET"


def test_a_query_of_a_megabyte_is_refused_in_one_line(recorder, caplog):
    with caplog.at_level(logging.WARNING):
        request = (
            b"GET /cgi-bin/status.cgi?UID="
            + b"9" * 1_000_000
            + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        reply = send(recorder, request, half_close=False)
    assert reply.startswith(b"HTTP/1.1 400 ")
    assert b"8192" in reply
    assert len(reply) < 1000
    assert caplog.records == []
    assert login(recorder)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\0" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"G",
    ],
)
def test_garbage_gets_at_most_a_line_and_the_recorder_goes_on(recorder, caplog, garbage):
    with caplog.at_level(logging.WARNING):
        reply = send(recorder, garbage)
    assert reply == b"" or b"400" in reply.split(b"\r\n")[0]
    assert caplog.records == []
    assert login(recorder)


def test_live_over_http_begins_with_the_boundary_line_and_ends_at_stop(recorder, uid):
    push = f"/cgi-bin/push.cgi?UID={uid}&CAM=1&COMP=H264"
    with socket.create_connection(address(recorder), timeout=5) as connection:
        connection.sendall(f"GET {push}&CMD=START&INTERNETMODE=ON HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        received = b""
        while not received.endswith(b"--myboundary\r\n"):
            received += connection.recv(65536)
        head, _, rest = received.partition(b"\r\n\r\n")
        assert b"Content-Type: multipart/x-mixed-replace; boundary=--myboundary" in head
        assert rest == b"--myboundary\r\n"
        recorder.advance(2.0)
        assert ask(recorder, f"{push}&CMD=STOP")[0].status == 200
        body = rest + b"".join(iter(lambda: connection.recv(65536), b""))
    by_length = MultipartReader(by="length").feed(body)
    by_boundary = MultipartReader(by="boundary").feed(body)
    assert [part.body for part in by_length] == [part.body for part in by_boundary]
    packets = [read_packet(part.body) for part in by_length]
    assert sum(packet.marker for packet in packets) >= 5
    assert {packet.payload_type for packet in packets} == {98}


def test_a_client_that_goes_away_frees_its_camera(recorder, uid):
    command = f"/cgi-bin/push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&INTERNETMODE=ON"
    push = f"GET {command} HTTP/1.1\r\nHost: x\r\n\r\n"
    for _ in range(3):
        with socket.create_connection(address(recorder), timeout=5) as connection:
            connection.sendall(push.encode())
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        for _ in range(200):
            if not recorder.machine.recorder.live.streams():
                break
            ask(recorder, "/cgi-bin/as_getinfo.cgi?FILE=2")
        assert recorder.machine.recorder.live.streams() == []


def test_a_second_stream_of_a_camera_is_answered_204(recorder, uid):
    push = f"/cgi-bin/push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&PORT=9"
    assert ask(recorder, push)[0].status == 200
    answer, body = ask(recorder, push)
    assert (answer.status, body) == (204, b"")


def test_an_advance_of_91_s_does_not_flood(recorder, uid):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        receiver.bind(("127.0.0.1", 0))
        receiver.setblocking(False)
        port = receiver.getsockname()[1]
        ask(recorder, f"/cgi-bin/push.cgi?UID={uid}&CAM=1&CMD=START&COMP=H264&PORT={port}")
        recorder.advance(60)
        ask(recorder, f"/cgi-bin/status.cgi?UID={uid}&PC=AS60")
        recorder.advance(60)
        packets = []
        while select.select([receiver], [], [], 0)[0]:
            packets.append(receiver.recv(2000))
    pictures = sum(read_packet(packet).marker for packet in packets)
    assert 10 <= pictures <= 22


@pytest.mark.parametrize("command", ["as_getinfo.cgi?FILE=2", "recordedtime.cgi?"])
def test_information_without_a_uid_needs_digest(recorder, uid, command):
    answer, _ = ask(recorder, f"/cgi-bin/{command}")
    assert answer.status == 401
    assert answer.getheader("WWW-Authenticate").startswith("Digest ")
    assert ask(recorder, f"/cgi-bin/{command}&UID=1")[0].status == 401
    assert ask(recorder, f"/cgi-bin/{command}&UID={uid}")[0].status == 200
