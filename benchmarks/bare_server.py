"""The peer: aiohttp that answers every request with bytes which it has already, and does nothing else.

    python benchmarks/bare_server.py [--bodies FOLDER] [--tls FILE]

The bodies are the files of a folder in the order of their names, one after the other; without a folder it
answers as `status.cgi` does. `--tls`: a PEM file with certificate and key. Prints its URL when it is ready,
and ends with its standard input.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import ssl
import sys
from pathlib import Path

from aiohttp import web

PAGE = b"<html><body>OK</body></html>\r\n"


async def serve(bodies: list[bytes], content_type: str, tls: str | None) -> None:
    """Answer until nobody holds the standard input any more."""
    following = itertools.cycle(bodies)

    async def answer(request: web.BaseRequest) -> web.Response:
        return web.Response(body=next(following), content_type=content_type)

    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(web.Server(answer, access_log=None), "127.0.0.1", 0, ssl=context)
    scheme = "http" if context is None else "https"
    print(f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.to_thread(sys.stdin.buffer.read)


def main() -> None:
    """Run the peer."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bodies", type=Path)
    parser.add_argument("--tls")
    options = parser.parse_args()
    if options.bodies is None:
        bodies, content_type = [PAGE], "text/html"
    else:
        bodies = [file.read_bytes() for file in sorted(options.bodies.iterdir())]
        content_type = "application/octet-stream"
    asyncio.run(serve(bodies, content_type, options.tls))


if __name__ == "__main__":
    main()
