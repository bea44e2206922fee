"""RTP packets (§2.3.1, §2.3.6)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.errors import ProtocolError
from nvr_protocol.rtp.packet import (
    MAX_PAYLOAD,
    PAYLOAD_TYPE_AUDIO,
    PAYLOAD_TYPE_H264,
    PAYLOAD_TYPE_H265,
    VIDEO_CLOCK,
    RtpPacket,
    read_packet,
    write_packet,
)

packets = st.builds(
    RtpPacket,
    st.integers(0, 127),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFF_FFFF),
    st.integers(0, 0xFFFF_FFFF),
    st.booleans(),
    st.binary(max_size=50),
    st.none() | st.integers(0, 8).flatmap(lambda words: st.binary(min_size=4 * words, max_size=4 * words)),
)
PLAIN = RtpPacket(98, 1, 2, 3, True, b"payload")


def test_the_numbers_of_the_document():
    assert (PAYLOAD_TYPE_AUDIO, PAYLOAD_TYPE_H264, PAYLOAD_TYPE_H265) == (97, 98, 101)
    assert (VIDEO_CLOCK, MAX_PAYLOAD) == (90_000, 1400)


@given(packets)
def test_reads_what_it_writes(packet):
    assert read_packet(write_packet(packet)) == packet


@given(packets)
def test_scapy_reads_what_it_writes(packet):
    from scapy.layers.rtp import RTP

    theirs = RTP(write_packet(packet))
    assert (theirs.version, theirs.padding, theirs.numsync) == (2, 0, 0)
    assert theirs.extension == (packet.extension is not None)
    assert (theirs.marker, theirs.payload_type) == (packet.marker, packet.payload_type)
    assert (theirs.sequence, theirs.timestamp, theirs.sourcesync) == (
        packet.sequence,
        packet.timestamp,
        packet.ssrc,
    )
    rest = bytes(theirs.payload)
    if packet.extension is not None:
        extension = theirs.getlayer("RTPExtension")
        assert (extension.header_id, extension.header_len) == (0, len(packet.extension) // 4)
        assert b"".join(word.to_bytes(4, "big") for word in extension.header) == packet.extension
        rest = bytes(extension.payload)
    assert rest == packet.payload


@given(packets, st.integers(0, 15), st.integers(0, 255))
def test_csrc_is_skipped_and_padding_taken_off(packet, sources, padding):
    data = bytearray(write_packet(packet))
    data[0] |= sources
    data[12:12] = bytes(range(4 * sources))
    if padding:
        data[0] |= 0x20
        data += bytes(padding - 1) + bytes((padding,))
    assert read_packet(bytes(data)) == packet


@given(st.binary(max_size=40))
def test_any_bytes_are_a_packet_or_a_protocol_error(data):
    try:
        packet = read_packet(data)
    except ProtocolError:
        return
    assert len(packet.payload) <= len(data) - 12


@pytest.mark.parametrize(
    ("data", "what", "offset"),
    [
        (bytes(11), "RTP header", 0),
        (bytes(12), "RTP version", 0),
        (b"\x81" + bytes(11), "RTP CSRC list", 12),
        (b"\x90" + bytes(14), "RTP extension", 12),
        (b"\x90" + bytes(11) + bytes.fromhex("00010000"), "RTP extension profile", 12),
        (b"\x90" + bytes(11) + bytes.fromhex("0000000200000000"), "RTP extension length", 14),
        (b"\xa0" + bytes(11), "RTP padding", 12),
        (b"\xa0" + bytes(12), "RTP padding", 12),
        (b"\xa0" + bytes(12) + b"\x03", "RTP padding", 13),
    ],
)
def test_an_error_says_where(data, what, offset):
    with pytest.raises(ProtocolError) as caught:
        read_packet(data)
    assert (caught.value.what, caught.value.offset) == (what, offset)


@pytest.mark.parametrize(
    "wrong",
    [
        {"payload_type": 128},
        {"sequence": 0x10000},
        {"timestamp": -1},
        {"ssrc": 1 << 32},
        {"extension": b"123"},
        {"extension": bytes(0x40000)},
    ],
)
def test_what_does_not_fit_is_not_written(wrong):
    with pytest.raises(ProtocolError):
        write_packet(replace(PLAIN, **wrong))
