"""All streams are sent from one port, or each from its own; none gets in the way of another."""

import asyncio
import errno
import socket
import sys
from contextlib import ExitStack

import pytest

from nvr_emulator.server import rtp_sockets
from nvr_emulator.server.rtp_sockets import RtpSockets

FAMILIES = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]


def sent_by(streams, family, host, *, refused=None, **chosen):
    """Let so many streams send twice to receivers of their own: what came where, and from which ports; a
    stream of number 3 ends between."""

    async def sending():
        sockets = RtpSockets(refused or (lambda destinations: None))
        for turn in range(2):
            for number, receiver in enumerate(receivers):
                destination = receiver.getsockname()[:2]
                sender = sockets.of(number, destination, in_runs=True, **chosen)
                sender.send((b"%d%d" % (number, turn) * 2, [(0, 4, 2, 2)]), destination)
            sockets.close_of(3)
        sockets.close()

    with ExitStack() as opened:
        receivers = [opened.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for _ in range(streams)]
        for receiver in receivers:
            receiver.bind((host, 0))
            receiver.settimeout(5)
        asyncio.run(sending())
        return [[receiver.recvfrom(100)[:2] for _ in range(4)] for receiver in receivers]


def ports(came):
    return {address[1] for packets in came for _, address in packets}


@pytest.mark.parametrize(("family", "host"), FAMILIES)
@pytest.mark.parametrize("most", [256, 2, 0])
def test_all_are_sent_from_one_port(family, host, most, monkeypatch):
    monkeypatch.setattr(rtp_sockets, "MOST", most)
    came = sent_by(5, family, host, port_a_stream=False)
    for number, packets in enumerate(came):
        told = [packet for packet, _ in packets]
        assert told == [b"%d0" % number] * 2 + [b"%d1" % number] * 2
    assert len(ports(came)) == 1


def test_each_is_sent_from_its_own_port_where_that_is_chosen():
    came = sent_by(3, *FAMILIES[0], port_a_stream=True)
    assert len(ports(came)) == 3


def test_where_no_more_files_can_be_opened_streams_share_a_socket(monkeypatch):
    def no_more(*arguments, **chosen):
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(rtp_sockets, "ConnectedSocket", no_more)
    came = sent_by(4, *FAMILIES[0], port_a_stream=False)
    assert [len(packets) for packets in came] == [4] * 4
    assert len(ports(came)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone tells a sender of it")
def test_it_is_told_where_nobody_listens():
    async def told():
        found = asyncio.get_running_loop().create_future()
        sockets = RtpSockets(lambda destinations: destinations and found.set_result(destinations))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.bind(("127.0.0.1", 0))
            destination = gone.getsockname()
        sockets.of(1, destination, in_runs=True, port_a_stream=False).send_one(b"a", destination)
        try:
            return destination, await asyncio.wait_for(found, 5)
        finally:
            sockets.close()

    destination, destinations = asyncio.run(told())
    assert destinations == [destination]
