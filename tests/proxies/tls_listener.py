"""Something that speaks TLS at a port, with a certificate that nobody signed."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from pathlib import Path

PEM = Path(__file__).parents[1] / "conformance" / "self_signed.pem"


@contextlib.contextmanager
def tls_listener(serve, context=None):
    """Its URL. ``serve`` is given each connection in turn, in a thread; ``context``: what it speaks, with
    Python's own choice of versions and ciphers by default."""
    context = context or ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(PEM)
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), plain, context.wrap_socket(plain, server_side=True) as secured:
                serve(secured)

    thread = threading.Thread(target=accept)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)
