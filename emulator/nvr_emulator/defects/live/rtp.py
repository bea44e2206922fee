"""Defects of the RTP header of live streams: its fixed fields, marker, SSRC, timestamp (§2.3.1, §2.3.2)."""

from __future__ import annotations

import struct
from collections.abc import Callable

from nvr_emulator.defects.live.packets import (
    EXTENSION,
    HEADER,
    Packets,
    before_each_picture,
    each_packet,
    each_picture,
)
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import Footage, ticks
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around


@breaks("LIV-04")
def h265_as_98(recorder: Recorder) -> None:
    """Sends H.265 with the payload type of H.264."""
    _payload_type(recorder, lambda payload_type: 98 if payload_type == 101 else payload_type)


@breaks("LIV-04")
def dynamic_payload_type(recorder: Recorder) -> None:
    """Sends video with payload type 96."""
    _payload_type(recorder, lambda payload_type: 96)


@breaks("LIV-04")
def key_pictures_of_another_payload_type(recorder: Recorder) -> None:
    """Sends key pictures with another payload type than the rest."""

    def change(stream: LiveStream, packets: Packets) -> Packets:
        return [packet[:1] + bytes([packet[1] ^ 1]) + packet[2:] for packet in packets]

    each_picture(recorder, lambda stream, packets: packets if stream.picture else change(stream, packets))


@breaks("LIV-05")
def one_csrc(recorder: Recorder) -> None:
    """Names a contributing source in each packet."""
    each_packet(recorder, lambda packet: bytes([packet[0] | 1]) + packet[1:12] + bytes(4) + packet[12:])


@breaks("LIV-05")
def padding_flag(recorder: Recorder) -> None:
    """Sets the padding flag where there is no padding."""
    each_packet(recorder, lambda packet: bytes([packet[0] | 0x20]) + packet[1:])


@breaks("LIV-05")
def rtp_version_1(recorder: Recorder) -> None:
    """Writes RTP version 1."""
    each_packet(recorder, lambda packet: bytes([packet[0] & 0x3F | 0x40]) + packet[1:])


@breaks("LIV-06")
def marker_on_every_packet(recorder: Recorder) -> None:
    """Sets the marker on each packet."""
    _markers(recorder, lambda stream, packets: [True] * len(packets))


@breaks("LIV-06")
def marker_on_the_first_packet(recorder: Recorder) -> None:
    """Sets the marker on the first packet of a picture, too."""
    _markers(
        recorder,
        lambda stream, packets: [index in (0, len(packets) - 1) for index in range(len(packets))],
    )


@breaks("LIV-06")
def no_marker(recorder: Recorder) -> None:
    """Never sets the marker."""
    _markers(recorder, lambda stream, packets: [False] * len(packets))


@breaks("LIV-06")
def marker_on_key_pictures_alone(recorder: Recorder) -> None:
    """Sets the marker on the last packet of key pictures alone."""
    _markers(
        recorder,
        lambda stream, packets: [False] * (len(packets) - 1) + [stream.picture == 0],
    )


@breaks("LIV-06")
def marker_lost_now_and_then(recorder: Recorder) -> None:
    """Leaves out the marker of one picture in forty."""
    _markers(
        recorder, lambda stream, packets: [False] * (len(packets) - 1) + [stream.pictures_sent % 40 != 39]
    )


@breaks("LIV-06")
def marker_one_packet_late(recorder: Recorder) -> None:
    """Sets the marker on the first packet of the next picture instead of the last of this."""
    _markers(recorder, lambda stream, packets: [True] + [False] * (len(packets) - 1))


@breaks("LIV-06")
def marker_at_each_nal_unit(recorder: Recorder) -> None:
    """Sets the marker on the last packet of each NAL unit."""

    def ends(packet: bytes) -> bool:
        payload = packet[HEADER + EXTENSION :]
        if packet[1] & 0x7F == 98:
            return payload[0] & 0x1F != 28 or bool(payload[1] & 0x40)
        return payload[0] >> 1 & 0x3F != 49 or bool(payload[2] & 0x40)

    _markers(recorder, lambda stream, packets: [ends(packet) for packet in packets])


@breaks("LIV-09")
def ssrc_changes_at_each_gop(recorder: Recorder) -> None:
    """Changes the SSRC at each key frame."""

    def change(stream: LiveStream) -> None:
        if stream.picture == 0:
            stream.ssrc = (stream.ssrc + 1) & 0xFFFFFFFF

    before_each_picture(recorder, change)


@breaks("LIV-09")
def ssrc_of_each_packet(recorder: Recorder) -> None:
    """Gives each packet an SSRC of its own."""
    each_packet(recorder, lambda packet: packet[:8] + packet[2:4] + packet[10:])


@breaks("LIV-10")
def clock_of_milliseconds(recorder: Recorder) -> None:
    """Counts the timestamp in milliseconds."""
    _timestamps(recorder, lambda stream, index, ticks: ticks // 90)


@breaks("LIV-10")
def clock_of_thirty_pictures(recorder: Recorder) -> None:
    """Lets the timestamp grow by 3000 per picture, however many there are in a second."""
    _timestamps(recorder, lambda stream, index, ticks: stream.timestamp_offset + 3000 * stream.pictures_sent)


@breaks("LIV-10")
def clock_one_percent_too_fast(recorder: Recorder) -> None:
    """Lets the timestamp grow by 90 900 a second."""
    _clock_speed(recorder, 1.01)


@breaks("LIV-10")
def clock_half_a_percent_too_slow(recorder: Recorder) -> None:
    """Lets the timestamp grow by 89 550 a second."""
    _clock_speed(recorder, 0.995)


@breaks("LIV-10")
def timestamp_jumps_now_and_then(recorder: Recorder) -> None:
    """Is two seconds ahead in the timestamp of one picture in forty."""
    _timestamps(
        recorder,
        lambda stream, index, ticks: ticks + (180_000 if stream.pictures_sent % 40 == 39 else 0),
    )


@breaks("LIV-10")
def timestamps_stop_at_the_wrap(recorder: Recorder) -> None:
    """Stays at the highest timestamp where it should begin at 0 again."""
    reached: set[int] = set()

    def stop(stream: LiveStream, index: int, stamp: int) -> int:
        if stamp >= 0xF000_0000:
            reached.add(stream.number)
        return 0xFFFF_FFFF if stamp < 0x1000_0000 and stream.number in reached else stamp

    _timestamps(recorder, stop)


@breaks("LIV-10")
def timestamps_have_31_bits(recorder: Recorder) -> None:
    """Counts the timestamp in 31 bits, as a signed number that is never negative."""
    _timestamps(recorder, lambda stream, index, stamp: stamp & 0x7FFF_FFFF)


@breaks("LIV-10")
def timestamps_skip_at_the_wrap(recorder: Recorder) -> None:
    """Begins two seconds too high where the timestamp should begin at 0 again."""
    _timestamps(recorder, lambda stream, index, stamp: stamp + 180_000 if stamp < 0x1000_0000 else stamp)


@breaks("LIV-10")
def timestamp_grows_within_a_picture(recorder: Recorder) -> None:
    """Gives each packet of a picture a timestamp of its own."""
    _timestamps(recorder, lambda stream, index, ticks: ticks + index)


@breaks("LIV-10")
def timestamp_starts_again_at_each_gop(recorder: Recorder) -> None:
    """Starts the timestamp again at each key frame."""

    def since_key(stream: LiveStream, index: int, ticks: int) -> int:
        return stream.timestamp_offset + stream.picture * _interval(stream)

    _timestamps(recorder, since_key)


@breaks("LIV-10")
def first_packet_of_the_picture_before(recorder: Recorder) -> None:
    """Gives the first packet of a picture the timestamp of the picture before."""

    def before(stream: LiveStream, index: int, ticks: int) -> int:
        return ticks if index else ticks - _interval(stream)

    _timestamps(recorder, before)


def _payload_type(recorder: Recorder, change: Callable[[int], int]) -> None:
    around(recorder.live.video.payload_type, lambda original, stream: change(original(stream)))


def _markers(recorder: Recorder, choose: Callable[[LiveStream, Packets], list[bool]]) -> None:
    def mark(stream: LiveStream, packets: Packets) -> Packets:
        return [
            packet[:1] + bytes([packet[1] & 0x7F | marker << 7]) + packet[2:]
            for packet, marker in zip(packets, choose(stream, packets), strict=True)
        ]

    each_picture(recorder, mark)


def _timestamps(recorder: Recorder, change: Callable[[LiveStream, int, int], int]) -> None:
    def retime(stream: LiveStream, packets: Packets) -> Packets:
        return [
            packet[:4]
            + struct.pack(">I", change(stream, index, struct.unpack(">I", packet[4:8])[0]) & 0xFFFFFFFF)
            + packet[8:]
            for index, packet in enumerate(packets)
        ]

    each_picture(recorder, retime)


def _clock_speed(recorder: Recorder, speed: float) -> None:
    """Let the timestamp grow so many times as fast, from the first picture of a stream on."""

    def faster(stream: LiveStream, index: int, stamp: int) -> int:
        begun = ticks(stream.started)
        grown = (stamp - stream.timestamp_offset - begun) & 0xFFFFFFFF
        return stream.timestamp_offset + begun + round(grown * speed)

    _timestamps(recorder, faster)


def _interval(stream: LiveStream) -> int:
    """Ticks between two pictures."""
    return stream.source.interval if isinstance(stream.source, Footage) else 0
