"""What a network may do to RTP: datagrams come in another order, twice, not at all, and from other ports.

START names a port at the caller's address, so the path takes the place of that port: it rewrites PORT in
push.cgi to one of its own, and passes on what comes there.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import struct

HELD = 0.05  # seconds for which a datagram is held back at most
STRANGER = 0x0BADF00D  # an SSRC
_PORT = re.compile(rb"(?<=[?&]PORT=)\d+(?=[& ])")
_PUSH = re.compile(rb"GET /cgi-bin/push\.cgi\?")


class UdpPath:
    """Use ``request`` as the ``on_request`` of the relay in front of the recorder.

    ``reorder``: how many places a datagram may come too late; ``double``, ``lose``: shares of the datagrams,
    0 … 1. ``change``: given a datagram, what is sent in its place. ``foreign``: how many RTP packets of
    another sender come with each; ``rtcp``: a sender report comes with each. ``blocked``: nothing arrives.
    All by chance, from ``seed``.
    """

    def __init__(
        self,
        *,
        seed=0,
        reorder=0,
        double=0.0,
        lose=0.0,
        change=None,
        foreign=0,
        rtcp=False,
        blocked=False,
    ):
        self.random = random.Random(seed)
        self.reorder, self.double, self.lose = reorder, double, lose
        self.change = change
        self.foreign, self.rtcp, self.blocked = foreign, rtcp, blocked
        self.lost = self.doubled = self.late = 0
        self._ports = {}

    async def start(self, network):
        self.network = network
        self._stranger, _ = await network.loop.create_datagram_endpoint(
            asyncio.DatagramProtocol, local_addr=("127.0.0.1", 0)
        )

    async def stop(self):
        self._stranger.close()
        for port in self._ports.values():
            port.close()

    def flush(self):
        """Send what is held back."""
        for port in self._ports.values():
            port.flush()

    def request(self, data):
        """The request with a port of the path's in the place of the client's."""
        if not _PUSH.match(data):
            return data
        return _PORT.sub(lambda found: b"%d" % self._port_for(int(found[0])), data, count=1)

    def _port_for(self, port):
        if port not in self._ports:
            self._ports[port] = _Way(self, port)
        return self._ports[port].port


class _Way(asyncio.DatagramProtocol):
    """From one port of the path to one of the client's; sent on from a third."""

    def __init__(self, path, destination):
        self.path = path
        self.destination = ("127.0.0.1", destination)
        self.held = []
        self.number = self.strangers = 0
        self.incoming, self.outgoing = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (self.incoming, self.outgoing):
            each.bind(("127.0.0.1", 0))
            each.setblocking(False)
        self.port = self.incoming.getsockname()[1]
        path.network.loop.add_reader(self.incoming, self._readable)

    def _readable(self):
        while True:
            try:
                data = self.incoming.recv(65536)
            except (BlockingIOError, ConnectionError):
                return
            self.path.network.traffic += 1
            self._take(data)

    def _take(self, data):
        path = self.path
        if path.blocked:
            return
        self._strangers(data)
        if path.random.random() < path.lose:
            path.lost += 1
            return
        for each in [data] if path.change is None else path.change(data):
            self._hold(each)
            if path.random.random() < path.double:
                path.doubled += 1
                self._hold(each)

    def _hold(self, data):
        """Send it at once, or behind one to ``reorder`` later ones."""
        path = self.path
        self.number += 1
        late = path.random.randint(1, path.reorder) if path.reorder and path.random.random() < 0.2 else 0
        path.late += bool(late)
        self.held.append((self.number + late, self.number, data))
        due = sorted(each for each in self.held if each[0] <= self.number)
        self.held = [each for each in self.held if each[0] > self.number]
        for _, _, each in due:
            self._send(each)
        if not self.held:
            return
        # What is held is not held for ever: a stream that ends takes its last packets with it.
        path.network.loop.call_later(HELD, self._flush_behind, self.number)

    def _flush_behind(self, number):
        if number == self.number:
            self.flush()

    def flush(self):
        """Send what is held back."""
        held, self.held = sorted(self.held), []
        for _, _, each in held:
            self._send(each)

    def _send(self, data):
        try:
            self.outgoing.sendto(data, self.destination)
        except OSError:
            self.path.lost += 1

    def _strangers(self, data):
        sender = self.path._stranger
        if self.path.rtcp:
            report = struct.pack(">BBHIQIII", 0x80, 200, 6, int.from_bytes(data[8:12]), 0, 0, 0, 0)
            sender.sendto(report, self.destination)
        for number in range(self.path.foreign):
            self.strangers += 1
            header = struct.pack(
                ">BBHII",
                0x80,
                data[1] & 0x7F,
                self.strangers & 0xFFFF,
                self.strangers * 90,
                STRANGER + number,
            )
            sender.sendto(header + self.path.random.randbytes(900), self.destination)

    def close(self):
        self.path.network.loop.remove_reader(self.incoming)
        self.incoming.close()
        self.outgoing.close()
