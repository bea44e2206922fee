"""Each fact about RTP holds for packets as they should be, and fails alone for the packets that break it."""

from __future__ import annotations

import contextlib
import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.facts import rtp, rtp_extension, rtp_pictures
from nvr_conformance.facts.clock import Now
from nvr_conformance.facts.live_multipart import one_packet_per_part, part_headers
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.additional_information import walk
from nvr_conformance.reading.decoding import decode_pictures
from nvr_conformance.reading.nal_units import pictures_of, read_payload
from nvr_conformance.reading.rtp import RtpRecords, dissect
from nvr_conformance.wire.live_multipart import LivePart
from nvr_conformance.wire.live_streams import CapturedPacket
from nvr_fixtures import load
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.h264 import packetise as packetise_h264
from nvr_protocol.rtp.h265 import packetise as packetise_h265
from nvr_protocol.rtp.nal_units import split_annex_b
from nvr_protocol.rtp.packet import RtpPacket, write_packet

SECONDS = 1_714_014_000
EXTENSION = struct.pack(">HHHH HHI4B HHHH", 4, 8, 2, 0, 7, 12, SECONDS, 0, 9, 0, 0, 10, 8, 40, 0)


def healthy(codec, pictures=10, start=65_520, limit=300):
    """Packets of two GOPs and a picture more, five pictures a second, over the sequence wrap."""
    packetise = packetise_h264 if codec == "H264" else packetise_h265
    units = [unit for gop in load("counter-small", Codec(codec)).gops for unit in gop][: pictures + 1]
    packets = []
    for number, unit in enumerate(units):
        payloads = packetise(split_annex_b(unit.data), limit)
        for index, payload in enumerate(payloads):
            packets.append(
                RtpPacket(
                    98 if codec == "H264" else 101,
                    (start + len(packets)) % 65536,
                    (2**32 - 90_000 + number * 18_000) % 2**32,
                    0xDEADBEEF,
                    index == len(payloads) - 1,
                    payload,
                    EXTENSION[:12] + struct.pack(">I", SECONDS + number // 5) + EXTENSION[16:],
                )
            )
    times = [number / 5 for number, packet in _numbered(packets)]
    return packets, times


def _numbered(packets):
    number = -1
    stamp = None
    for packet in packets:
        if packet.timestamp != stamp:
            number, stamp = number + 1, packet.timestamp
        yield number, packet


def records_of(packets, times, *, over_http=True):
    """As captured over HTTP, which loses nothing, or over UDP."""
    captured = []
    for number, (packet, time) in enumerate(zip(packets, times, strict=True)):
        data = packet if isinstance(packet, bytes) else write_packet(packet)
        captured.append(CapturedPacket(number, data, time, a_part(data) if over_http else None))
    return dissect(captured)


def a_part(body, kind="application/octet-stream", stated=None, well_placed=True):
    stated = len(body) if stated is None else stated
    return LivePart((("Content-type", kind),), body, stated, well_placed, 14)


FACTS = {
    "payload type": lambda r, c: rtp.payload_type(r, c),
    "header": lambda r, c: rtp.fixed_header(r),
    "markers": rtp_pictures.markers,
    "sequence": lambda r, c: rtp.sequence(r),
    "ssrc": lambda r, c: rtp.one_ssrc(r),
    "timestamps": rtp_pictures.one_timestamp_per_picture,
    "rate": lambda r, c: rtp.timestamp_rate(r),
    "extension": lambda r, c: rtp_extension.extension(r),
    "camera": lambda r, c: rtp_extension.names_camera(r, 2),
    "time": lambda r, c: rtp_extension.plausible_time(r, Now(SECONDS, SECONDS)),
    "values": lambda r, c: rtp_extension.stated_values(r),
    "ahead": rtp_pictures.ahead_of_pictures,
    "fragments": rtp_pictures.nal_units,
    "decoded": rtp_pictures.decodable,
}


def failing(records, codec):
    records = RtpRecords(records)
    return {name for name, fact in FACTS.items() if not fact(records, codec).ok}


def altered(packets, at, **changes):
    changed = list(packets)
    changed[at] = replace(changed[at], **changes)
    return changed


@pytest.mark.parametrize("codec", ["H264", "H265"])
def test_packets_as_they_should_be(codec):
    records = records_of(*healthy(codec))
    assert failing(records, codec) == set()
    assert ", over the wrap" in rtp.sequence(records).actual
    assert rtp_pictures.markers(records, codec).actual == "10 pictures"
    units = rtp_pictures.access_units(records, codec)
    wanted = [unit.data for gop in load("counter-small", Codec(codec)).gops for unit in gop][:10]
    assert units == wanted
    assert len(decode_pictures(codec, units).pictures) == 10


def _fragment_at(packets, codec, *, end=False):
    for index, packet in enumerate(packets):
        read = read_payload(codec, packet.payload)
        if index > 20 and read.form == "fragment" and (read.end if end else read.start):
            return index
    raise AssertionError


def _bits(payload, codec, clear=0, set_=0):
    at = 1 if codec == "H264" else 2
    return payload[:at] + bytes([payload[at] & ~clear | set_]) + payload[at + 1 :]


def _without_level(payload, codec):
    """A fragment that says NRI 0 (H.264) or the second temporal id (H.265)."""
    if read_payload(codec, payload).form != "fragment":
        return payload
    if codec == "H264":
        return bytes([payload[0] & 0x9F]) + payload[1:]
    return payload[:1] + bytes([payload[1] & 0xF8 | 2]) + payload[2:]


def _mutants(codec, packets):
    start, end = _fragment_at(packets, codec), _fragment_at(packets, codec, end=True)
    fragment, last = packets[start].payload, packets[end].payload
    bad_length = b"\x90" + write_packet(packets[3])[1:12] + b"\0\0\xff\xff" + packets[3].payload
    yield {"markers"}, altered(packets, 4, marker=not packets[4].marker)
    yield {"markers"}, [replace(packet, marker=False) for packet in packets]
    yield {"payload type"}, altered(packets, 7, payload_type=96)
    yield {"sequence"}, [*packets[:9], *(replace(p, sequence=(p.sequence + 1) % 65536) for p in packets[9:])]
    yield {"ssrc"}, altered(packets, 5, ssrc=1)
    yield {"timestamps", "rate"}, altered(packets, 30, timestamp=packets[30].timestamp + 9)
    yield {"rate"}, [replace(p, timestamp=number * 3_600) for number, p in _numbered(packets)]
    yield {"timestamps", "rate"}, [replace(p, timestamp=1) for p in packets]
    yield {"extension"}, altered(packets, 3, extension=b"\0\4\0\x0c" + EXTENSION[4:])
    yield {"camera"}, altered(packets, 3, extension=b"\0\4\0\x08\0\3\0\0" + EXTENSION[8:])
    local = EXTENSION[:12] + struct.pack(">I", SECONDS + 9 * 3600) + EXTENSION[16:]
    yield {"time"}, altered(packets, 3, extension=local)
    yield {"time"}, altered(packets, 3, extension=EXTENSION[:17] + b"\x63" + EXTENSION[18:])
    yield {"extension"}, [*packets[:3], bad_length, *packets[4:]]
    yield {"header"}, [*packets[:3], b"\xb0" + write_packet(packets[3])[1:], *packets[4:]]
    yield {"fragments"}, altered(packets, start, payload=_bits(fragment, codec, clear=0x80))
    yield {"fragments"}, altered(packets, start, payload=_bits(fragment, codec, set_=0x40))
    yield {"fragments"}, altered(packets, end, payload=_bits(last, codec, clear=0x40))
    yield {"fragments"}, [replace(p, payload=_without_level(p.payload, codec)) for p in packets]
    yield {"fragments"}, altered(packets, end, payload=_without_level(last, codec))
    for data in (b"\0\4\0\x08\0\2\0\1", b"\0\x0a\0\x08\0\x64\0\0", b"\0\x0d\0\x08\2\0\0\0"):
        yield {"values"}, altered(packets, 3, extension=data)
    forbidden = bytes([packets[0].payload[0] | 0x80]) + packets[0].payload[1:]
    aud = next(i for i, p in enumerate(packets) if i > 10 and p.payload == packets[0].payload)
    yield {"fragments"}, altered(packets, aud, payload=forbidden)
    for data in (b"\0\x27\0\x08\0\0\0\0", b"\0\x28\0\x08\0\1\0\0", b"\0\x0c\0\x08\0\2\0\0"):
        yield {"values"}, altered(packets, 3, extension=data)
    sps = next(i for i, p in enumerate(packets) if i > 10 and read_payload(codec, p.payload).kind == "SPS")
    yield {"ahead", "sequence"}, packets[:sps] + packets[sps + 1 :]


@pytest.mark.parametrize("codec", ["H264", "H265"])
def test_each_breach_fails_its_own_fact(codec):
    packets, _ = healthy(codec)
    for number, (wanted, mutant) in enumerate(_mutants(codec, packets)):
        times = [index / len(mutant) * 2.1 for index in range(len(mutant))]
        records = records_of(mutant, times)
        found = failing(records, codec)
        # What a damaged header extension or fragment hides from the other facts is no matter here.
        damaged = wanted & {"header", "fragments"} or any(record.problem for record in records)
        hidden = {"ahead", "fragments", "decoded"} - wanted if damaged else set()
        assert found - hidden == wanted, (number, found, wanted)


@pytest.mark.parametrize(("codec", "value"), [("H264", 3), ("H265", 4)])
def test_the_codec_of_0x0005_is_that_of_the_pictures(codec, value):
    packets, times = healthy(codec)
    assert not rtp_extension.comes(records_of(packets, times), 5)
    for told in (3, 4):
        element = struct.pack(">HHHH", 5, 8, told, 0)
        records = records_of([replace(packet, extension=element) for packet in packets], times)
        assert rtp_extension.comes(records, 5)
        assert rtp_extension.names_codec(records, codec).ok == (told == value)


def test_a_packet_is_named_in_what_failed():
    packets, times = healthy("H264")
    fact = rtp.payload_type(records_of(altered(packets, 7, payload_type=96), times), "H264")
    assert fact.actual == "packet 7 (sequence number 65527, part at offset 14): 96"


def test_missing_bits_are_noted_and_the_picture_saved():
    packets, times = healthy("H264")
    without = [
        replace(p, payload=_bits(p.payload, "H264", clear=0x40))
        if read_payload("H264", p.payload).form == "fragment"
        else p
        for p in packets
    ]
    decoded = decode_pictures("H264", rtp_pictures.access_units(records_of(without, times), "H264"))
    assert len(decoded.pictures) == 10
    assert not decoded.errors


def test_a_capture_that_begins_and_ends_in_a_picture():
    packets, times = healthy("H264")
    cut = _fragment_at(packets, "H264") + 1
    runs = pictures_of(records_of(packets[cut:-1], times[cut:-1]), "H264")
    assert 3 < len(runs) < 10
    assert not any(run.problems for run in runs)


@pytest.mark.parametrize("name", FACTS)
def test_nothing_is_never_a_pass(name):
    with pytest.raises(NothingToJudge):
        FACTS[name]([], "H264")


def test_too_little_is_never_a_pass():
    packets, times = healthy("H264")
    records = records_of(packets, times)
    bare = records_of([replace(packet, extension=None) for packet in packets], times)
    judges = (rtp_extension.extension, lambda r: rtp_extension.names_camera(r, 2))
    for judge in (*judges, rtp_extension.plausible_time, rtp_extension.stated_values):
        with pytest.raises(NothingToJudge):
            judge(bare)
    with pytest.raises(NothingToJudge):
        rtp.timestamp_rate(records[:8])
    with pytest.raises(NothingToJudge):
        rtp_pictures.ahead_of_pictures(
            [record for record in records if record.arrived > 1.1 and record.arrived < 1.9], "H264"
        )


@pytest.mark.parametrize(("kept", "slow"), [(0.8, 1.0), (1.4, 1.0), (1.4, 2.0), (0.8, 2.0), (0.0, 2.0)])
def test_the_clock_behind_what_a_recorder_has_kept(kept, slow):
    packets, times = healthy("H264", 60)
    late = [max(time, times[0] + kept) * slow for time in times]
    fact = rtp.timestamp_rate(records_of([replace(packet, extension=None) for packet in packets], late))
    assert fact.ok == (slow == 1.0), fact


def test_random_starts():
    assert rtp.random_starts([5, 60000, 300]).ok
    assert not rtp.random_starts([5, 60000, 5]).ok
    assert not rtp.random_starts([0, 1000, 2000]).ok
    with pytest.raises(NothingToJudge):
        rtp.random_starts([1, 2])


@given(st.lists(st.binary(max_size=80), max_size=8), st.sampled_from(["H264", "H265"]))
def test_any_packets_are_judged_without_a_crash(data, codec):
    records = records_of(data, range(len(data)))
    for fact in FACTS.values():
        with contextlib.suppress(NothingToJudge):
            fact(records, codec)


@given(st.binary(max_size=64))
def test_any_bytes_are_walked_as_elements(data):
    found = walk(data)
    assert found.problem or found.end == len(data)
    assert all(element.length >= 4 for element in found.elements)


def captured(*parts):
    return [CapturedPacket(n, part.body, 0.0, part) for n, part in enumerate(parts)]


def test_parts_of_live_over_http():
    first, second = (write_packet(packet) for packet in healthy("H264")[0][:2])
    good = captured(a_part(first), a_part(second))
    assert part_headers(good, "application/octet-stream").ok
    assert one_packet_per_part(good).ok
    assert not part_headers(good, "image/jpeg").ok
    assert not part_headers(captured(a_part(first, well_placed=False)), "application/octet-stream").ok
    assert "byte " in one_packet_per_part(captured(a_part(first + second))).actual
    assert not one_packet_per_part(captured(a_part(first), a_part(b"\0" * 20))).ok
    with pytest.raises(NothingToJudge):
        one_packet_per_part([CapturedPacket(0, first, 0.0)])
