"""A peer: the same packets of `counter`, sent by little more than `sendmsg` with UDP_SEGMENT (Linux).

    python benchmarks/bare_sender.py PORT ...

A stream a port, each out of step with the others; sequence number, timestamp and SSRC are put in for each.
Says "ready", and sends until it is ended.
"""

from __future__ import annotations

import heapq
import socket
import struct
import sys
import time

from nvr_emulator.footage.footage import Footage, footage_of
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.packet import RtpPacket, write_packet

UDP_SEGMENT = 103
MOST_SEGMENTS = 44
TICK = 0.004
INTERVAL = 1 / 30
EXTENSION = bytes(28)
NUMBERS = struct.Struct(">HII")

Run = tuple[int, int, int]
"""Begin, end and the size of its segments."""


def main() -> None:
    """Send until ended."""
    ports = [int(port) for port in sys.argv[1:]]
    pictures = [_prepared(footage_of("counter", Codec.H264, camera)) for camera in (1, 2)]
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * 1024 * 1024)
    begun = time.monotonic() + 0.1
    due = [(begun + 2 * number / len(ports), number) for number in range(len(ports))]
    sequences = [0] * len(ports)
    counts = [0] * len(ports)
    heapq.heapify(due)
    print("ready", flush=True)
    while True:
        now = time.monotonic()
        while due[0][0] <= now:
            moment, number = due[0]
            mine = pictures[number % 2]
            data, places, runs = mine[counts[number] % len(mine)]
            sequence, timestamp = sequences[number], int(moment * 90_000) & 0xFFFFFFFF
            for place in places:
                NUMBERS.pack_into(data, place, sequence, timestamp, number)
                sequence = (sequence + 1) & 0xFFFF
            view, address = memoryview(data), ("127.0.0.1", ports[number])
            for begin, end, size in runs:
                segment = struct.pack("=H", size)
                sender.sendmsg((view[begin:end],), ((socket.SOL_UDP, UDP_SEGMENT, segment),), 0, address)
            sequences[number] = sequence
            counts[number] += 1
            heapq.heapreplace(due, (moment + INTERVAL, number))
        time.sleep(max(TICK, due[0][0] - now))


def _prepared(footage: Footage) -> list[tuple[bytearray, list[int], list[Run]]]:
    pictures = []
    for gop in (footage.gop(0), footage.gop(1)):
        for picture in range(gop.pictures):
            payloads = footage.payloads(gop, picture)
            packets = [
                write_packet(RtpPacket(98, 0, 0, 0, index == len(payloads) - 1, payload, EXTENSION))
                for index, payload in enumerate(payloads)
            ]
            pictures.append((bytearray(b"".join(packets)), _places(packets), _runs(packets)))
    return pictures


def _places(packets: list[bytes]) -> list[int]:
    places, at = [], 2
    for packet in packets:
        places.append(at)
        at += len(packet)
    return places


def _runs(packets: list[bytes]) -> list[Run]:
    runs: list[Run] = []
    at, ended, count = 0, True, 0
    for packet in packets:
        if ended or len(packet) > runs[-1][2] or count == MOST_SEGMENTS:
            runs.append((at, at, len(packet)))
            ended, count = False, 0
        begin, end, size = runs[-1]
        runs[-1] = (begin, end + len(packet), size)
        ended, count = len(packet) < size, count + 1
        at += len(packet)
    return runs


if __name__ == "__main__":
    main()
