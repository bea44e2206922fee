"""A peer: the same parts of `counter` over HTTP, joined for each picture, by little more than aiohttp.

    python benchmarks/bare_multipart.py

Each GET starts a stream, out of step with the others; sequence number, timestamp and SSRC are put in for
each. Says its URL, and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import itertools
import struct

from aiohttp import web

from nvr_emulator.footage.footage import footage_of
from nvr_protocol.codecs import Codec
from nvr_protocol.multipart import BOUNDARY_LINE, write_part
from nvr_protocol.rtp.packet import RtpPacket, write_packet

INTERVAL = 1 / 30
EXTENSION = bytes(28)
NUMBERS = struct.Struct(">HII")
GOLDEN = 0.618

Prepared = tuple[bytearray, list[int]]
"""A picture's parts, and where their sequence numbers stand."""


def prepared(camera: int) -> list[Prepared]:
    """All pictures of a camera."""
    footage, pictures = footage_of("counter", Codec.H264, camera), []
    for gop in (footage.gop(0), footage.gop(1)):
        for picture in range(gop.pictures):
            payloads, data, places = footage.payloads(gop, picture), bytearray(), []
            for index, payload in enumerate(payloads):
                marker = index == len(payloads) - 1
                packet = write_packet(RtpPacket(98, 0, 0, 0, marker, payload, EXTENSION))
                part = write_part(packet)
                places.append(len(data) + part.index(packet) + 2)
                data += part
            pictures.append((data, places))
    return pictures


async def main() -> None:
    """Serve until ended."""
    cameras = [prepared(1), prepared(2)]
    numbers = itertools.count()

    async def stream(request: web.BaseRequest) -> web.StreamResponse:
        number = next(numbers)
        pictures = itertools.cycle(cameras[number % 2])
        response = web.StreamResponse(
            headers={"Content-Type": "multipart/x-mixed-replace; boundary=--myboundary"}
        )
        response.force_close()
        await response.prepare(request)
        await response.write(BOUNDARY_LINE)
        loop, sequence = asyncio.get_running_loop(), 0
        due = loop.time() + number * GOLDEN % 1 * INTERVAL
        while True:
            await asyncio.sleep(due - loop.time())
            data, places = next(pictures)
            timestamp = int(due * 90_000) & 0xFFFFFFFF
            for place in places:
                NUMBERS.pack_into(data, place, sequence, timestamp, number)
                sequence = (sequence + 1) & 0xFFFF
            await response.write(bytes(data))
            due += INTERVAL

    server = web.Server(stream)
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", flush=True)
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
