from __future__ import annotations

import socket
import struct
import threading
import time

import pytest

from nvr_conformance.bounds import STRANGERS_KEPT
from nvr_conformance.client.client import Client
from nvr_conformance.client.options import TargetOptions
from nvr_conformance.fuzzing.driver import Driver
from nvr_conformance.fuzzing.steps import LogIn, push
from nvr_conformance.judgement.outcomes import KitError
from nvr_conformance.sources.source import TargetSource
from nvr_conformance.wire.capture import WireCapture
from nvr_conformance.wire.connection import Connection, ResponseReader, open_socket
from nvr_conformance.wire.endpoint import Endpoint
from nvr_conformance.wire.exchange import Exchange
from nvr_conformance.wire.live_streams import LiveHttp, LiveRtp, open_udp_socket
from nvr_conformance.wire.receiver import Receiver

LINE = b"--myboundary\r\n"


def part(body, length=None, kind=b"application/octet-stream"):
    stated = len(body) if length is None else length
    return b"Content-type: %s\r\nContent-Length: %d\r\n\r\n%s\r\n%s" % (kind, stated, body, LINE)


class Clock:
    def now(self):
        return time.monotonic()

    def arrival(self):
        return self.now()

    def told(self, kind, ask):
        return ask()

    def pass_time(self, seconds):
        time.sleep(min(seconds, 0.01))

    def settle(self):
        pass


def exchange():
    return Exchange(1, "GET", "/", (), 0.0)


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.close()


def test_of_a_name_of_several_addresses_the_one_that_answers_is_taken(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def both(host, port, family=0, kind=0, **named):
            kind = named.get("type", kind)
            six = (socket.AF_INET6, kind, 0, "", ("::1", port, 0, 0))
            return [six, (socket.AF_INET, kind, 0, "", ("127.0.0.1", port))]

        monkeypatch.setattr(socket, "getaddrinfo", both)
        with open_udp_socket(("recorder.example", port)) as sock:
            assert sock.getsockname()[0] == "127.0.0.1"
        with open_socket(Endpoint("recorder.example", port), 5.0, receive_buffer=4096) as connected:
            assert connected.getpeername() == ("127.0.0.1", port)


def test_ports_for_rtp_are_even_as_senders_may_move_odd_ones():
    sockets = [open_udp_socket(("127.0.0.1", 80)) for _ in range(24)]
    try:
        assert {sock.getsockname()[1] % 2 for sock in sockets} == {0}
    finally:
        for sock in sockets:
            sock.close()


def rtp(number, ssrc=1, size=20):
    return struct.pack(">BBHII", 0x80, 98, number % 65536, number * 3000, ssrc) + bytes(size)


def test_rtp_packets_are_captured(receiver):
    sock = open_udp_socket(("127.0.0.1", 80))
    stream = LiveRtp(1, "H264", exchange(), Clock(), sock, receiver)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number in range(50):
            sender.sendto(rtp(number), ("127.0.0.1", stream.port))
        assert receiver.drain()
        assert [packet.data for packet in stream.packets] == [rtp(number) for number in range(50)]
        assert stream.senders == {("127.0.0.1", sender.getsockname()[1])} or len(stream.senders) == 1
        mark = stream.total
        stream.forget()
        sender.sendto(rtp(50), ("127.0.0.1", stream.port))
        receiver.drain()
        assert [packet.data for packet in stream.since(mark)] == [rtp(50)]
        assert stream.packets[0].number == 50
    assert stream.dropped == 0
    stream.close()
    stream.release()
    assert not receiver.watching


def test_a_flood_of_other_rtp_is_neither_kept_nor_waited_for(receiver):
    capture = WireCapture()
    sock = open_udp_socket(("127.0.0.1", 80))
    stream = LiveRtp(1, "H264", exchange(), Clock(), sock, receiver, capture.udp(sock))
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as recorder,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        for number in range(20):
            recorder.sendto(rtp(number), ("127.0.0.1", stream.port))
            for count in range(50):
                other.sendto(rtp(number * 50 + count, ssrc=2, size=1000), ("127.0.0.1", stream.port))
            receiver.drain()
    assert [packet.data for packet in stream.packets] == [rtp(number) for number in range(20)]
    assert stream.sieve.strangers == 1000
    assert len(capture.flows[0].pieces) == 20 + STRANGERS_KEPT
    stream.close()
    stream.release()


def is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        try:
            other.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def test_nobody_gets_the_port_of_a_stream_that_may_go_on(receiver):
    stream = LiveRtp(1, "H264", exchange(), Clock(), open_udp_socket(("127.0.0.1", 80)), receiver)
    stream.close()
    assert not is_free(stream.port)
    stream.release()
    assert is_free(stream.port)


def test_a_client_gives_up_ports_when_it_has_logged_out():
    source = TargetSource(TargetOptions(model=2))
    source.prepare()
    with source.open() as target:
        client, seen = Client(target), []
        session = client.login()
        stream = session.start_rtp(1, "H264")
        stream.close()
        log_out = session.logout
        session.logout = lambda: (seen.append(is_free(stream.port)), log_out())[1]
        client.close()
        assert seen == [False]
        assert is_free(stream.port)


def test_a_fuzzed_recorder_sends_nothing_behind_its_driver():
    source = TargetSource(TargetOptions(model=2))
    source.prepare()
    with source.open() as target:
        with Driver(target) as driver:
            driver.run(LogIn("s1"))
            driver.run(push("s1", "live_rtp", "START", 1, "H264"))
        assert target.control.recorder.machine.recorder.live.streams() == []


def test_what_the_kernel_dropped_is_counted(receiver):
    sock = open_udp_socket(("127.0.0.1", 80))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(100):
            sender.sendto(b"x" * 1000, sock.getsockname())
        stream = LiveRtp(1, "H264", exchange(), Clock(), sock, receiver)
        receiver.drain()
        sender.sendto(b"y", ("127.0.0.1", stream.port))
        receiver.drain()
    assert stream.dropped == 100 - (stream.total - 1)
    assert stream.dropped > 0
    stream.close()
    stream.release()


@pytest.fixture
def http_stream(receiver):
    """A LiveHttp, and the server's end of its connection, the head already read."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connection = Connection(Endpoint(*listener.getsockname()), 5)
        server_end, _ = listener.accept()
    reader = ResponseReader("GET")
    server_end.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n")
    server_end.sendall(b"Transfer-Encoding: chunked\r\n\r\n")
    stream = LiveHttp(1, "H264", exchange(), Clock(), receiver)
    begun = connection.read_head(stream.exchange, reader, time.monotonic() + 5)
    stream.follow(connection, reader, begun)
    yield stream, server_end
    stream.close()
    server_end.close()


def chunked(data):
    return b"%x\r\n%s\r\n" % (len(data), data)


def test_http_parts_are_captured_and_the_end_is_clean(http_stream, receiver):
    stream, server_end = http_stream
    assert not stream.ended
    server_end.sendall(chunked(LINE + part(b"one")) + chunked(part(b"two")))
    receiver.drain()
    assert [packet.data for packet in stream.packets] == [b"one", b"two"]
    assert stream.started
    server_end.sendall(b"0\r\n\r\n")
    receiver.drain()
    assert stream.ended_cleanly


def test_a_stream_that_is_cut_off_did_not_end_cleanly(http_stream, receiver):
    stream, server_end = http_stream
    server_end.sendall(chunked(LINE))
    server_end.close()
    receiver.drain()
    assert stream.ended
    assert not stream.ended_cleanly
    assert "closed" in stream.end_reason
    assert stream.wait_packets(5, 0.05) == []


def test_a_stream_of_garbage_ends(http_stream, receiver):
    stream, server_end = http_stream
    server_end.sendall(b"not a chunk size\r\n" * 10)
    receiver.drain()
    assert "not HTTP" in stream.end_reason


def test_waiting_for_packets_ends_when_they_are_there_or_time_is_over(http_stream):
    stream, server_end = http_stream
    timer = threading.Timer(0.05, server_end.sendall, [chunked(LINE + part(b"one"))])
    timer.start()
    assert len(stream.wait_packets(1, 5)) == 1
    timer.join()
    assert stream.wait_until(lambda: stream.total > 1, 0.05) is False


def test_a_stream_that_cannot_be_read_is_an_error_of_the_kit(receiver):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        receiver.add(ours, lambda: 1 / 0)
        theirs.send(b"x")
        with pytest.raises(KitError, match="ZeroDivisionError"):
            receiver.drain()
        with pytest.raises(KitError, match="ZeroDivisionError"):
            receiver.drain()


def test_a_receiver_that_never_ran_is_closed():
    receiver = Receiver()
    assert receiver.drain()
    receiver.close()


def test_a_socket_that_is_closed_before_its_turn_ends_nothing(receiver):
    """As at Ctrl-C: it was handed over and closed, and others are read on."""
    gone, ours, theirs = socket.socket(), *socket.socketpair()
    gone.close()
    came = threading.Event()
    receiver.add(gone, lambda: True)
    receiver.add(ours, lambda: bool(ours.recv(10)) and not came.set())
    theirs.send(b"x")
    assert came.wait(5)
    receiver.remove(gone)
    receiver.remove(ours)
    assert not receiver.watching
    ours.close()
    theirs.close()


def test_ctrl_c_before_its_thread_is_started_is_not_lost(receiver, monkeypatch):
    def interrupted(thread):
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    with socket.socket() as sock:
        with pytest.raises(KeyboardInterrupt):
            receiver.add(sock, lambda: True)
        receiver.remove(sock)
        receiver.close()
