"""Datagrams arrive one by one and whole, whether the kernel cuts them from runs or not."""

import errno
import socket

import msgspec
import pytest

from nvr_emulator.configuration.small_recorder import small_recorder
from nvr_emulator.server.datagrams import ConnectedSocket, DatagramSocket, laid_out
from nvr_emulator.server.embedding import EmbeddedRecorder
from nvr_protocol.rtp.prepared_picture import MOST_PACKETS, PreparedPicture

PAYLOADS = [b"\x09\x30", bytes(144), *[bytes([each]) * 1400 for each in range(10)], bytes(1285), b""]


@pytest.fixture
def receiver():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        bound.bind(("127.0.0.1", 0))
        bound.settimeout(5)
        yield bound


def send(sender, packets, destination):
    data, bursts = laid_out(packets)
    for burst in bursts:
        sender.send((data, burst), destination)


def came(receiver, count):
    return [receiver.recv(65536) for _ in range(count)]


@pytest.mark.parametrize("in_runs", [True, False])
@pytest.mark.parametrize("prepared", [True, False])
def test_what_arrives_is_the_same(receiver, in_runs, prepared):
    packets = PreparedPicture(PAYLOADS, 98, 28).write(65530, 1, 2, bytes(28)) if prepared else PAYLOADS
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        sender = DatagramSocket(plain, in_runs=in_runs)
        send(sender, packets, receiver.getsockname())
        assert came(receiver, len(packets)) == list(packets)


NOWHERE = ("127.0.0.1", 9)


class Refusing:
    """A socket that fails so once; `cut`: into what its kernel cuts."""

    def __init__(self, error):
        self.error = error
        self.sent = []
        self.cut = 0

    def connect(self, destination):
        pass

    def setsockopt(self, level, option, size):
        self.cut = size

    def send(self, data):
        error, self.error = self.error, None
        if error is not None:
            raise error
        self.sent.append(bytes(data))

    def sendmsg(self, buffers, options, flags, destination):
        self.send(b"".join(buffers))

    def sendto(self, data, destination):
        self.sent.append(bytes(data))


def unconnected(sender):
    return DatagramSocket(sender, in_runs=True)


def connected(sender):
    return ConnectedSocket(sender, NOWHERE, in_runs=True)


@pytest.mark.parametrize("kind", [unconnected, connected])
def test_where_the_kernel_takes_no_runs_packets_go_one_by_one_from_then_on(kind):
    refusing = Refusing(OSError(errno.EIO, "no checksums here"))
    sender, packets = kind(refusing), [b"ab", b"cd", b"e"]
    sender.in_runs = True  # on any system
    for _ in range(2):
        send(sender, packets, NOWHERE)
    assert refusing.sent == 2 * packets
    assert refusing.cut == 0


@pytest.mark.parametrize("kind", [unconnected, connected])
def test_a_refusal_of_an_earlier_packet_loses_no_run(kind):
    refusing = Refusing(ConnectionRefusedError())
    sender = kind(refusing)
    sender.in_runs = True
    send(sender, [b"ab", b"cd"], NOWHERE)
    assert refusing.sent == [b"abcd"]


def test_what_a_connected_socket_sends_is_cut_as_its_run_is(receiver):
    pictures = [[bytes(70)] * 3, [bytes(1444)], [bytes(90), bytes(20), bytes(1000)], [bytes(1444)] * 2]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        sender = ConnectedSocket(plain, receiver.getsockname(), in_runs=True)
        for packets in pictures:
            send(sender, packets, receiver.getsockname())
    assert came(receiver, sum(map(len, pictures))) == [packet for packets in pictures for packet in packets]


def test_bursts_are_what_a_default_buffer_holds():
    sizes = [46, 68, *[1444] * 31, 436, *[1444] * 60]
    _, bursts = laid_out([bytes(size) for size in sizes])
    counts = [sum(count for *_, count in runs) for runs in bursts]
    assert sum(counts) == len(sizes)
    assert max(counts) <= MOST_PACKETS
    assert len(bursts) == 3


def test_a_recorder_sends_the_same_packets_either_way(receiver):
    def packets(in_runs):
        settings = msgspec.structs.replace(
            small_recorder(2), seed=1, clock_start=1_700_000_000.0, udp_segmentation=in_runs
        )
        with EmbeddedRecorder(settings=settings) as recorder:
            live = recorder.machine.recorder.live
            source = recorder.machine.recorder.live_commands.source
            cameras = recorder.machine.recorder.cameras
            live.start(1, 1, "H264", source(cameras.settings(1), "H264"), receiver.getsockname(), 1.7e9)
            recorder.advance(2)
            return came(receiver, next(iter(live.streams())).packets_sent)

    by_runs = packets(True)
    assert len(by_runs) > 20
    assert by_runs == packets(False)
