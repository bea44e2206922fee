"""What goes over real sockets is captured."""

from __future__ import annotations

import socket

from nvr_conformance.wire.capture import WireCapture


def test_real_sockets_are_captured():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()) as ours,
    ):
        flow = WireCapture().tcp(ours)
        assert flow.remote == server.getsockname()
        assert not flow.tls
