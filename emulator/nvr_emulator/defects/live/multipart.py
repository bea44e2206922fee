"""Defects of the multipart that carries live pictures over HTTP (§2.3.3, §2.3.4)."""

from __future__ import annotations

from collections.abc import Callable

from nvr_emulator.defects.live.packets import Packets
from nvr_emulator.defects.registry import breaks
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.multipart import BOUNDARY_LINE, write_part


@breaks("LIV-16")
def content_length_counts_the_line_end(recorder: Recorder) -> None:
    """Counts the CRLF behind a part in its Content-Length."""
    _stated(recorder, 2)


@breaks("LIV-16")
def content_length_one_short(recorder: Recorder) -> None:
    """States a Content-Length that is one byte short."""
    _stated(recorder, -1)


@breaks("LIV-16")
def parts_without_length(recorder: Recorder) -> None:
    """Leaves out the Content-Length of parts."""

    def part(packet: bytes) -> bytes:
        return write_part(packet).replace(b"Content-Length: %d\r\n" % len(packet), b"", 1)

    _each_part(recorder, part)


@breaks("LIV-16")
def parts_are_video(recorder: Recorder) -> None:
    """Calls the parts of an HTTP stream video/h264."""
    _each_part(
        recorder, lambda packet: write_part(packet).replace(b"application/octet-stream", b"video/h264", 1)
    )


@breaks("LIV-16")
def boundary_of_another_name(recorder: Recorder) -> None:
    """Separates parts by a boundary line of another name than the one that opened the answer."""

    def part(packet: bytes) -> bytes:
        return write_part(packet).removesuffix(BOUNDARY_LINE) + b"--boundary\r\n"

    _each_part(recorder, part)


@breaks("LIV-17")
def two_packets_in_a_part(recorder: Recorder) -> None:
    """Puts two RTP packets into one part."""
    _regroup(recorder, lambda packets: [b"".join(packets[at : at + 2]) for at in range(0, len(packets), 2)])


@breaks("LIV-17")
def picture_in_a_part(recorder: Recorder) -> None:
    """Puts all RTP packets of a picture into one part."""
    _regroup(recorder, lambda packets: [b"".join(packets)])


@breaks("LIV-17")
def parts_without_rtp_header(recorder: Recorder) -> None:
    """Leaves out the RTP header and its extension in the parts of an HTTP stream."""
    _regroup(recorder, lambda packets: [packet[44:] for packet in packets])


@breaks("LIV-17")
def packet_in_two_parts(recorder: Recorder) -> None:
    """Spreads each RTP packet of more than 200 bytes over two parts."""

    def cut(packets: Packets) -> Packets:
        return [piece for packet in packets for piece in (packet[:200], packet[200:]) if piece]

    _regroup(recorder, cut)


def _regroup(recorder: Recorder, change: Callable[[Packets], Packets]) -> None:
    around(recorder.live.video.parts, lambda original, packets: original(change(list(packets))))


def _each_part(recorder: Recorder, part: Callable[[bytes], bytes]) -> None:
    around(recorder.live.video.parts, lambda original, packets: b"".join(map(part, packets)))


def _stated(recorder: Recorder, difference: int) -> None:
    def part(packet: bytes) -> bytes:
        stated = b"%d\r\n" % (len(packet) + difference)
        return write_part(packet).replace(b"%d\r\n" % len(packet), stated, 1)

    _each_part(recorder, part)
