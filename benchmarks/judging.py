"""How fast the judge reads and judges live video, 16 streams of 4 Mbit/s over RTP, beside real time.

    python benchmarks/judging.py [--rounds 9] [--seconds 4] [--brief]

The packets are those of the 1080p30 fixture `counter`, on one core. A row for each reader of RTP: scapy,
which reads all packets of a few streams, and the kit's own with scapy beside it, as under load. What is
counted is all that the judge does with a packet behind the socket but the decoding of pictures, which is
FFmpeg's: finding out whose it is and in which order it was sent, reading it, and each fact about live video.
The ratio is to real time: seconds of streams judged in a second of CPU.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from functools import partial

from rounds import arguments, in_turn, spread, tell

from nvr_conformance.carriers.live_video import ROWS, VideoCapture
from nvr_conformance.facts.clock import Now
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.rtp import RtpRecord, RtpRecords
from nvr_conformance.reading.rtp_readers import RtpReaders
from nvr_conformance.wire.datagrams import Kind, Sieve
from nvr_conformance.wire.live_streams import CapturedPacket
from nvr_fixtures import load
from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.h264 import packetise
from nvr_protocol.rtp.nal_units import split_annex_b
from nvr_protocol.rtp.packet import RtpPacket, write_packet
from nvr_protocol.timestamps import UTC_ZONE, UnixSeconds

STREAMS, RATE = 16, 30
BEGIN = 1_760_000_000
Reader = Callable[[RtpReaders, Iterable[CapturedPacket]], list[RtpRecord]]


def main() -> None:
    """Run the benchmark."""
    parser = arguments(__doc__)
    parser.add_argument("--seconds", type=int, default=4, help="of each stream")
    options = parser.parse_args()
    if options.brief:
        options.rounds, options.seconds = 1, 3
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    streams = [packets_of(camera, options.seconds) for camera in range(1, STREAMS + 1)]
    size = sum(len(packet) for packets in streams for _, packet in packets)
    readers: dict[str, Reader] = {"scapy": RtpReaders.dissect, "under load": RtpReaders.read_many}
    costs = in_turn(
        {name: partial(judged, streams, reader) for name, reader in readers.items()}, options.rounds
    )
    for name, seconds in costs.items():
        tell(
            work=f"{STREAMS} streams of {size * 8 / options.seconds / STREAMS / 1e6:.1f} Mbit/s",
            reader=name,
            packets_per_second=round(sum(map(len, streams)) / options.seconds),
            ratio=spread(options.seconds / spent for spent in seconds),
        )


def packets_of(camera: int, seconds: int) -> list[tuple[float, bytes]]:
    """The packets of one camera, and when each was sent; all pictures with their times."""
    gops = load("counter", Codec.H264).gops
    units = [unit.data for gop in gops for unit in gop]
    found: list[tuple[float, bytes]] = []
    for number in range(seconds * RATE + 1):
        at, parts = BEGIN + number // RATE, number % RATE * 100 // RATE
        extension = write_information(
            AdditionalInformation(
                camera=camera,
                seconds=UnixSeconds(at),
                zone=UTC_ZONE,
                frame_hundredths=parts,
                camera_seconds=UnixSeconds(at),
                camera_zone=UTC_ZONE,
                camera_frame_hundredths=parts,
            )
        )
        payloads = packetise(split_annex_b(units[number % len(units)]), 1400)
        for place, payload in enumerate(payloads):
            packet = RtpPacket(
                98,
                len(found) % 0x10000,
                number * 90_000 // RATE,
                camera,
                place == len(payloads) - 1,
                payload,
                extension if place == 0 else None,
            )
            found.append((number / RATE, write_packet(packet)))
    return found


def judged(streams: list[list[tuple[float, bytes]]], read: Reader) -> float:
    """Judge all streams; seconds of CPU."""
    begun = time.process_time()
    readers = RtpReaders("0")
    for camera, packets in enumerate(streams, 1):
        sieve, sender = Sieve(camera, "H264"), ("192.0.2.1", 5000)
        own = [
            CapturedPacket(number, data, at)
            for number, (at, data) in enumerate(packets)
            if sieve.take(data, sender)[0] is not Kind.STRANGER
        ]
        capture = VideoCapture(RtpRecords(read(readers, own)), "H264", camera, Now(BEGIN + packets[-1][0]))
        for row in ROWS:
            if row.agrees == "a decoder" or (row.comes is not None and not row.comes(capture)):
                continue
            try:
                fact = row.rule(capture)
            except (NothingToJudge, NotThere):
                continue
            if not fact.ok:
                raise SystemExit(f"{row.id}: {fact.expected}, not {fact.actual}")
    return time.process_time() - begun


if __name__ == "__main__":
    main()
