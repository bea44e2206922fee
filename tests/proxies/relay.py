"""A TCP relay in front of a recorder, with hooks that rewrite what goes through it."""

from __future__ import annotations

import asyncio
import contextlib
import re

_TARGET = re.compile(rb"[A-Z]+ (\S+) HTTP/1\.[01]\r\n")


class Relay:
    """Listens on a port of its own and passes everything on to ``recorder``, a pair of host and port.

    ``on_request``: given what a client sent at once (a request is short), gives what the recorder is sent.
    ``on_answer``: given the path and query of a request, gives a function through which the bytes of its
    answer go (None: they go as they are); at the end of the connection it is called with b"".
    ``unnoticed``: how often the recorder sends to a client that has gone until the relay notices; 0: it
    watches its clients.
    """

    def __init__(self, recorder, *, on_request=None, on_answer=None, unnoticed=0):
        self.recorder = recorder
        self.unnoticed = unnoticed
        self.on_request = on_request or bytes
        self.on_answer = on_answer or (lambda target: None)
        self.transports = set()
        self.port = 0

    @property
    def url(self):
        """Where the recorder seems to be."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, network):
        self.network = network
        self._server = await network.loop.create_server(lambda: _FromClient(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self):
        self._server.close()
        for transport in list(self.transports):
            transport.abort()

    def flush(self):
        """It holds nothing back."""


class _FromClient(asyncio.Protocol):
    def __init__(self, relay):
        self.relay = relay
        self.transport = self.recorder = None
        self.rewrite = None
        self.waiting = []

    def connection_made(self, transport):
        self.transport = transport
        self.relay.transports.add(transport)
        self.relay.network.loop.create_task(self._connect())

    async def _connect(self):
        try:
            self.recorder, _ = await self.relay.network.loop.create_connection(
                lambda: _FromRecorder(self), *self.relay.recorder
            )
        except OSError:
            self.transport.abort()
            return
        for data in self.waiting:
            self.recorder.write(data)
        self.waiting.clear()
        if self.transport.is_closing():
            self.recorder.close()

    def data_received(self, data):
        self.relay.network.traffic += 1
        found = _TARGET.match(data)
        if found:
            self.rewrite = self.relay.on_answer(found[1].decode("latin-1"))
        data = self.relay.on_request(data)
        if self.recorder is None:
            self.waiting.append(data)
        else:
            self.recorder.write(data)

    def eof_received(self):
        if self.recorder is not None and not self.relay.unnoticed and self.recorder.can_write_eof():
            self.recorder.write_eof()
        return True

    def connection_lost(self, problem):
        self.relay.network.traffic += 1
        self.relay.transports.discard(self.transport)
        if self.recorder is not None and not self.relay.unnoticed:
            self.recorder.close() if problem is None else self.recorder.abort()


class _FromRecorder(asyncio.Protocol):
    def __init__(self, client):
        self.client = client
        self.unnoticed = 0

    def connection_made(self, transport):
        self.transport = transport
        self.client.relay.transports.add(transport)
        self.client.relay.network.traffic += 1

    def data_received(self, data):
        self.client.relay.network.traffic += 1
        self._pass_on(data)

    def eof_received(self):
        self.client.relay.network.traffic += 1
        self._pass_on(b"")
        with contextlib.suppress(OSError, RuntimeError):
            self.client.transport.write_eof()
        return False

    def connection_lost(self, problem):
        self.client.relay.network.traffic += 1
        self.client.relay.transports.discard(self.transport)
        self.client.transport.close() if problem is None else self.client.transport.abort()

    def _pass_on(self, data):
        if self.client.rewrite is not None:
            data = self.client.rewrite(data)
        if data and not self.client.transport.is_closing():
            self.client.transport.write(data)
        elif data and self.client.relay.unnoticed:
            self.unnoticed += 1
            if self.unnoticed >= self.client.relay.unnoticed:
                self.transport.abort()
