"""Defects of what RTP packets of live streams carry: NAL units, fragments, pictures (RFC 6184, RFC 7798)."""

from __future__ import annotations

import struct
from collections.abc import Callable

from nvr_emulator.defects.live.packets import Extend, Packets
from nvr_emulator.defects.registry import breaks
from nvr_emulator.footage.footage import Footage, Gop
from nvr_emulator.recorder.live.stream import LiveStream
from nvr_emulator.recorder.recorder import Recorder
from nvr_emulator.seams import around
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp import h264 as rtp_h264
from nvr_protocol.rtp import h265 as rtp_h265
from nvr_protocol.rtp.nal_units import kind, split_annex_b
from nvr_protocol.timestamps import Ticks

Units = list[bytes]
Packetise = Callable[[Gop, int, int], Packets]
PARAMETER_SETS = ("VPS", "SPS", "PPS")
PPS = 8
AHEAD = ("AUD", *PARAMETER_SETS, "SEI")


@breaks("LIV-13")
def no_vps(recorder: Recorder) -> None:
    """Leaves out the VPS of H.265."""
    _units(recorder, lambda codec, units, first: [unit for unit in units if kind(codec, unit) != "VPS"])


@breaks("LIV-13")
def sps_at_each_picture(recorder: Recorder) -> None:
    """Sends the parameter sets ahead of every picture."""

    def repeat(codec: Codec, units: Units, first: Units) -> Units:
        sets = [unit for unit in first if kind(codec, unit) in PARAMETER_SETS]
        return units if units == first else [units[0], *sets, *units[1:]]

    _units(recorder, repeat)


@breaks("LIV-13")
def parameter_sets_once(recorder: Recorder) -> None:
    """Sends the parameter sets ahead of the first picture of a stream alone."""

    def packets(original: Extend, stream: LiveStream, payloads: Packets, taken: Ticks) -> Packets:
        if stream.pictures_sent:
            codec = Codec(stream.comp)
            payloads = [each for each in payloads if kind(codec, each) not in PARAMETER_SETS]
        return original(stream, payloads, taken)

    around(recorder.live.video.packets, packets)


@breaks("LIV-14")
def sets_in_one_packet(recorder: Recorder) -> None:
    """Puts the NAL units ahead of a picture's slices into one packet (STAP-A, AP)."""

    def payloads_of(original: Packetise, gop: Gop, picture: int, size: int) -> Packets:
        payloads = original(gop, picture, size)
        codec = gop.footage.codec
        ahead = sum(kind(codec, each) in AHEAD for each in payloads)
        sized = b"".join(struct.pack(">H", len(each)) + each for each in payloads[:ahead])
        head = b"\x78" if codec is Codec.H264 else b"\x60\x01"
        return [head + sized, *payloads[ahead:]]

    around(recorder.live.video.payloads_of, payloads_of)


@breaks("LIV-14")
def no_end_bit(recorder: Recorder) -> None:
    """Never sets the end bit of a fragment."""
    _fragments(recorder, lambda header, first, last: header & ~0x40)


@breaks("LIV-14")
def no_start_bit(recorder: Recorder) -> None:
    """Never sets the start bit of a fragment."""
    _fragments(recorder, lambda header, first, last: header & ~0x80)


@breaks("LIV-14")
def fragments_forget_their_type(recorder: Recorder) -> None:
    """Names the type of the NAL unit in its first fragment alone."""
    _fragments(recorder, lambda header, first, last: header if first else header & 0xC0)


@breaks("LIV-14")
def start_bit_on_every_fragment(recorder: Recorder) -> None:
    """Sets the start bit on each fragment."""
    _fragments(recorder, lambda header, first, last: header | 0x80)


@breaks("LIV-14")
def reserved_bit_in_fragments(recorder: Recorder) -> None:
    """Sets the reserved bit of H.264's fragments."""
    _fragments(recorder, lambda header, first, last: header | 0x20, (Codec.H264,))


@breaks("LIV-14", "LIV-15")
def fragments_without_nri(recorder: Recorder) -> None:
    """Sends each fragment of H.264 with NRI 0, with which no decoder takes an IDR picture."""
    _payloads(recorder, lambda each: bytes([each[0] & 0x9F]) + each[1:] if _is_h264_fragment(each) else each)


@breaks("LIV-14")
def later_fragments_without_nri(recorder: Recorder) -> None:
    """Sends the NRI of H.264 in the first fragment of a NAL unit alone."""

    def change(payload: bytes) -> bytes:
        later = _is_h264_fragment(payload) and not payload[1] & 0x80
        return bytes([payload[0] & 0x9F]) + payload[1:] if later else payload

    _payloads(recorder, change)


@breaks("LIV-14")
def fragments_of_another_temporal_id(recorder: Recorder) -> None:
    """Sends each fragment of H.265 with a temporal id that is one too high."""

    def change(payload: bytes) -> bytes:
        fragment = payload[0] >> 1 & 0x3F == 49
        return payload[:1] + bytes([payload[1] + 1]) + payload[2:] if fragment else payload

    _payloads(recorder, change, Codec.H265)


@breaks("LIV-14")
def later_fragments_of_another_layer(recorder: Recorder) -> None:
    """Sends all fragments of an H.265 NAL unit but the first with another layer id."""

    def change(payload: bytes) -> bytes:
        later = payload[0] >> 1 & 0x3F == 49 and not payload[2] & 0x80
        return payload[:1] + bytes([payload[1] ^ 0x08]) + payload[2:] if later else payload

    _payloads(recorder, change, Codec.H265)


@breaks("LIV-14")
def parameter_set_in_one_fragment(recorder: Recorder) -> None:
    """Sends the PPS of H.264 as a fragment that is its first and its last."""

    def change(payload: bytes) -> bytes:
        if payload[0] & 0x1F != PPS:
            return payload
        return bytes([payload[0] & 0xE0 | 28, 0xC0 | PPS]) + payload[1:]

    _payloads(recorder, change)


@breaks("LIV-15")
def damaged_slices(recorder: Recorder) -> None:
    """Damages the slices of the pictures between key frames."""

    def damage(codec: Codec, units: Units, first: Units) -> Units:
        if units == first:
            return units
        head, last = units[:-1], units[-1]
        middle = len(last) // 2
        return [*head, last[:8] + bytes(byte ^ 0x5A or 1 for byte in last[8:middle]) + last[middle:]]

    _units(recorder, damage)


@breaks("LIV-15")
def slices_cut_short(recorder: Recorder) -> None:
    """Drops the second half of key pictures."""
    _units(
        recorder,
        lambda codec, units, first: (
            [*units[:-1], units[-1][: len(units[-1]) // 2]] if units == first else units
        ),
    )


@breaks("LIV-15")
def picture_left_out(recorder: Recorder) -> None:
    """Leaves out the third picture of each GOP, to which the next one refers."""

    def payloads_of(original: Packetise, gop: Gop, picture: int, size: int) -> Packets:
        return [] if picture == 2 else original(gop, picture, size)

    around(recorder.live.video.payloads_of, payloads_of)


def _units(
    recorder: Recorder,
    change: Callable[[Codec, Units, Units], Units],
) -> None:
    """Change the NAL units of each picture; `change` is given those of the GOP's first picture, too."""

    def payloads_of(original: Packetise, gop: Gop, picture: int, size: int) -> Packets:
        footage: Footage = gop.footage
        pictures = footage.fixture.gops[gop.index]
        units = change(footage.codec, split_annex_b(pictures[picture].data), split_annex_b(pictures[0].data))
        packetise = rtp_h264.packetise if footage.codec is Codec.H264 else rtp_h265.packetise
        return packetise(units)

    around(recorder.live.video.payloads_of, payloads_of)


def _payloads(recorder: Recorder, change: Callable[[bytes], bytes], codec: Codec = Codec.H264) -> None:
    """Change each payload of this codec."""

    def payloads_of(original: Packetise, gop: Gop, picture: int, size: int) -> Packets:
        payloads = original(gop, picture, size)
        return [change(each) for each in payloads] if gop.footage.codec is codec else payloads

    around(recorder.live.video.payloads_of, payloads_of)


def _is_h264_fragment(payload: bytes) -> bool:
    return payload[0] & 0x1F == 28


def _fragments(
    recorder: Recorder,
    change: Callable[[int, bool, bool], int],
    codecs: tuple[Codec, ...] = (Codec.H264, Codec.H265),
) -> None:
    """Change the FU header of each fragment; `change` is told whether it is a first and a last one."""

    def payloads_of(original: Packetise, gop: Gop, picture: int, size: int) -> Packets:
        payloads = original(gop, picture, size)
        codec = gop.footage.codec
        return [_refragment(codec, each, change) for each in payloads] if codec in codecs else payloads

    around(recorder.live.video.payloads_of, payloads_of)


def _refragment(codec: Codec, payload: bytes, change: Callable[[int, bool, bool], int]) -> bytes:
    place = 1 if codec is Codec.H264 else 2
    is_fragment = payload[0] & 0x1F == 28 if codec is Codec.H264 else payload[0] >> 1 & 0x3F == 49
    if not is_fragment:
        return payload
    header = payload[place]
    changed = change(header, bool(header & 0x80), bool(header & 0x40))
    return payload[:place] + bytes([changed & 0xFF]) + payload[place + 1 :]
