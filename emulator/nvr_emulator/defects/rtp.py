"""Defects of what live streams carry (§2.3, §7)."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from nvr_emulator.defects.registry import around, breaks
from nvr_emulator.footage import TICKS, Footage, Gop, hundredths
from nvr_emulator.live import LiveStream
from nvr_emulator.recorder import Recorder
from nvr_protocol import rtp_h264, rtp_h265
from nvr_protocol.additional_information import AdditionalInformation, write_information
from nvr_protocol.codecs import Codec
from nvr_protocol.multipart import write_part
from nvr_protocol.nal_units import kind, split_annex_b

HEADER = 12
"""Bytes of an RTP header without its extension."""

Packets = list[bytes]


@breaks("LIV-04")
def h265_as_98(recorder: Recorder) -> None:
    """Sends H.265 with the payload type of H.264."""
    recorder.live.payload_type = lambda stream: 98  # type: ignore[method-assign]


@breaks("LIV-04")
def dynamic_payload_type(recorder: Recorder) -> None:
    """Sends video with payload type 96."""
    recorder.live.payload_type = lambda stream: 96  # type: ignore[method-assign]


@breaks("LIV-05")
def one_csrc(recorder: Recorder) -> None:
    """Names a contributing source in each packet."""
    _each_packet(recorder, lambda packet: bytes([packet[0] | 1]) + packet[1:12] + bytes(4) + packet[12:])


@breaks("LIV-06")
def marker_on_every_packet(recorder: Recorder) -> None:
    """Sets the marker on each packet."""
    _each_packet(recorder, lambda packet: packet[:1] + bytes([packet[1] | 0x80]) + packet[2:])


@breaks("LIV-06")
def marker_on_the_first_packet(recorder: Recorder) -> None:
    """Sets the marker on the first packet of a picture, too."""

    def mark(stream: LiveStream, packets: Packets) -> Packets:
        return [packets[0][:1] + bytes([packets[0][1] | 0x80]) + packets[0][2:], *packets[1:]]

    _each_picture(recorder, mark)


@breaks("LIV-06")
def no_marker(recorder: Recorder) -> None:
    """Never sets the marker."""
    _each_packet(recorder, lambda packet: packet[:1] + bytes([packet[1] & 0x7F]) + packet[2:])


@breaks("LIV-07")
def sequence_starts_again_at_each_gop(recorder: Recorder) -> None:
    """Starts the sequence numbers again at each key frame."""
    firsts: dict[int, int] = {}

    def renumber(original: Callable[..., Packets], stream: LiveStream, *rest: Any) -> Packets:
        first = firsts.setdefault(stream.number, stream.sequence)
        if stream.picture == 0:
            stream.sequence = first
        return original(stream, *rest)

    around(recorder.live, "packets", renumber)


@breaks("LIV-07")
def sequence_steps_by_two(recorder: Recorder) -> None:
    """Leaves out a sequence number now and then."""

    def skip(original: Callable[..., Packets], stream: LiveStream, *rest: Any) -> Packets:
        if stream.picture == 2:
            stream.sequence = (stream.sequence + 1) & 0xFFFF
        return original(stream, *rest)

    around(recorder.live, "packets", skip)


@breaks("LIV-08")
def sequence_starts_at_zero(recorder: Recorder) -> None:
    """Starts each stream at sequence number 0."""
    recorder.live.first_sequence = lambda: 0  # type: ignore[method-assign]


@breaks("LIV-09")
def ssrc_changes_at_each_gop(recorder: Recorder) -> None:
    """Changes the SSRC at each key frame."""

    def change(original: Callable[..., Packets], stream: LiveStream, *rest: Any) -> Packets:
        if stream.picture == 0:
            stream.ssrc = (stream.ssrc + 1) & 0xFFFFFFFF
        return original(stream, *rest)

    around(recorder.live, "packets", change)


@breaks("LIV-10")
def clock_of_milliseconds(recorder: Recorder) -> None:
    """Counts the timestamp in milliseconds."""
    _timestamp(recorder, lambda index, ticks: ticks // 90)


@breaks("LIV-10")
def timestamp_grows_within_a_picture(recorder: Recorder) -> None:
    """Gives each packet of a picture a timestamp of its own."""
    _timestamp(recorder, lambda index, ticks: ticks + index)


@breaks("LIV-11")
def profile_of_rfc_8285(recorder: Recorder) -> None:
    """Writes 0xBEDE as the profile of the header extension."""
    _each_packet(recorder, lambda packet: packet[:HEADER] + b"\xbe\xde" + packet[HEADER + 2 :])


@breaks("LIV-11")
def tlv_longer_than_the_extension(recorder: Recorder) -> None:
    """Lets the last TLV of the header extension reach beyond it."""

    def lengthen(original: Callable[..., bytes], *args: Any) -> bytes:
        extension = original(*args)
        return extension[:-6] + b"\x00\x0c" + extension[-4:]

    around(recorder.live, "extension", lengthen)


@breaks("LIV-12")
def wrong_camera_in_the_extension(recorder: Recorder) -> None:
    """Names the camera after the one that it sends."""

    def extension(stream: LiveStream, taken: int) -> bytes:
        return _extension(recorder, stream.camera + 1, taken, taken // TICKS)

    recorder.live.extension = extension  # type: ignore[method-assign]


@breaks("LIV-12")
def local_time_in_the_extension(recorder: Recorder) -> None:
    """Writes local time where seconds since the epoch belong."""

    def extension(stream: LiveStream, taken: int) -> bytes:
        shift = recorder.live.zone_of(taken).minutes * 60
        return _extension(recorder, stream.camera, taken, taken // TICKS + shift)

    recorder.live.extension = extension  # type: ignore[method-assign]


@breaks("LIV-13")
def no_sei(recorder: Recorder) -> None:
    """Leaves out the SEI ahead of an IDR picture."""
    _units(recorder, lambda codec, units, first: [unit for unit in units if kind(codec, unit) != "SEI"])


@breaks("LIV-13")
def no_aud(recorder: Recorder) -> None:
    """Leaves out the access unit delimiter."""
    _units(recorder, lambda codec, units, first: [unit for unit in units if kind(codec, unit) != "AUD"])


@breaks("LIV-13")
def sps_at_each_picture(recorder: Recorder) -> None:
    """Sends the parameter sets ahead of every picture."""

    def repeat(codec: Codec, units: list[bytes], first: list[bytes]) -> list[bytes]:
        sets = [unit for unit in first if kind(codec, unit) in ("VPS", "SPS", "PPS")]
        return units if units == first else [units[0], *sets, *units[1:]]

    _units(recorder, repeat)


@breaks("LIV-14")
def fragments_over_the_mtu(recorder: Recorder) -> None:
    """Fills packets with 3000 bytes of payload."""
    _units(recorder, lambda codec, units, first: units, longest=3000)


@breaks("LIV-14")
def no_end_bit(recorder: Recorder) -> None:
    """Never sets the end bit of a fragment."""

    def payloads(original: Callable[..., Packets], gop: Gop, picture: int) -> Packets:
        codec = gop.footage.codec
        return [_without_end(codec, payload) for payload in original(gop, picture)]

    _around_payloads(recorder, payloads)


@breaks("LIV-15")
def damaged_slices(recorder: Recorder) -> None:
    """Damages the slices of the pictures between key frames."""

    def damage(codec: Codec, units: list[bytes], first: list[bytes]) -> list[bytes]:
        if units == first:
            return units
        head, last = units[:-1], units[-1]
        middle = len(last) // 2
        return [*head, last[:8] + bytes(byte ^ 0x5A or 1 for byte in last[8:middle]) + last[middle:]]

    _units(recorder, damage)


@breaks("LIV-16")
def content_length_counts_the_line_end(recorder: Recorder) -> None:
    """Counts the CRLF behind a part in its Content-Length."""

    def parts(packets: Packets) -> bytes:
        return b"".join(_longer(write_part(packet), len(packet)) for packet in packets)

    def _longer(part: bytes, length: int) -> bytes:
        return part.replace(b"%d\r\n" % length, b"%d\r\n" % (length + 2), 1)

    recorder.live.parts = parts  # type: ignore[method-assign]


@breaks("LIV-16")
def parts_are_video(recorder: Recorder) -> None:
    """Calls the parts of an HTTP stream video/h264."""

    def parts(original: Callable[[Packets], bytes], packets: Packets) -> bytes:
        return original(packets).replace(b"application/octet-stream", b"video/h264")

    around(recorder.live, "parts", parts)


@breaks("LIV-17")
def two_packets_in_a_part(recorder: Recorder) -> None:
    """Puts two RTP packets into one part."""

    def parts(original: Callable[[Packets], bytes], packets: Packets) -> bytes:
        return original([b"".join(packets[start : start + 2]) for start in range(0, len(packets), 2)])

    around(recorder.live, "parts", parts)


def _extension(recorder: Recorder, camera: int, taken: int, seconds: int) -> bytes:
    information = AdditionalInformation(
        camera=camera,
        seconds=seconds,
        zone=recorder.live.zone_of(taken),
        frame_hundredths=hundredths(taken) % 100,
    )
    return write_information(information, recorder.live.dialect)


def _each_packet(recorder: Recorder, change: Callable[[bytes], bytes]) -> None:
    around(recorder.live, "packet", lambda original, *args, **marker: change(original(*args, **marker)))


def _each_picture(recorder: Recorder, change: Callable[[LiveStream, Packets], Packets]) -> None:
    def packets(original: Callable[..., Packets], stream: LiveStream, *rest: Any) -> Packets:
        return change(stream, original(stream, *rest))

    around(recorder.live, "packets", packets)


def _timestamp(recorder: Recorder, change: Callable[[int, int], int]) -> None:
    def retime(stream: LiveStream, packets: Packets) -> Packets:
        return [
            packet[:4]
            + struct.pack(">I", change(index, struct.unpack(">I", packet[4:8])[0]) & 0xFFFFFFFF)
            + packet[8:]
            for index, packet in enumerate(packets)
        ]

    _each_picture(recorder, retime)


def _around_payloads(recorder: Recorder, wrapper: Callable[..., Packets]) -> None:
    def payloads_of(gop: Gop, picture: int) -> Packets:
        return wrapper(gop.footage.payloads, gop, picture)

    recorder.live.payloads_of = payloads_of  # type: ignore[method-assign]


def _units(
    recorder: Recorder,
    change: Callable[[Codec, list[bytes], list[bytes]], list[bytes]],
    longest: int = 1400,
) -> None:
    """Change the NAL units of each picture; `change` is given those of the GOP's first picture, too."""

    def payloads(original: object, gop: Gop, picture: int) -> Packets:
        footage: Footage = gop.footage
        pictures = footage.fixture.gops[gop.index]
        units = change(footage.codec, split_annex_b(pictures[picture].data), split_annex_b(pictures[0].data))
        packetise = rtp_h264.packetise if footage.codec is Codec.H264 else rtp_h265.packetise
        return packetise(units, longest)

    _around_payloads(recorder, payloads)


def _without_end(codec: Codec, payload: bytes) -> bytes:
    if codec is Codec.H264 and payload[0] & 0x1F == 28:
        return payload[:1] + bytes([payload[1] & ~0x40]) + payload[2:]
    if codec is Codec.H265 and (payload[0] >> 1) & 0x3F == 49:
        return payload[:2] + bytes([payload[2] & ~0x40]) + payload[3:]
    return payload
