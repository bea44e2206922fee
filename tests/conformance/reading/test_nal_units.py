"""NAL units in RTP payloads as the RFCs draw them: single, fragments, aggregates."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.reading.nal_units import read_payload

SPS, PPS, IDR = b"\x67spsdata", b"\x68pps", b"\x65\x88slice"
VPS5, SPS5, IDR5 = b"\x40\x01vps", b"\x42\x01sps", b"\x26\x01\x80slice"


def sized(*units, between=b""):
    return b"".join(struct.pack(">H", len(unit)) + between + unit for unit in units)


AGGREGATES = {
    "STAP-A": ("H264", b"\x78" + sized(SPS, PPS, IDR), ["SPS", "PPS", "IDR"]),
    "STAP-B": ("H264", b"\x79\0\1" + sized(SPS, IDR), ["SPS", "IDR"]),
    "MTAP16": ("H264", b"\x7a\0\1" + sized(SPS, IDR, between=b"\0\0\0"), ["SPS", "IDR"]),
    "MTAP24": ("H264", b"\x7b\0\1" + sized(SPS, IDR, between=b"\0\0\0\0"), ["SPS", "IDR"]),
    "AP": ("H265", b"\x60\x01" + sized(VPS5, SPS5, IDR5), ["VPS", "SPS", "IDR"]),
}


@pytest.mark.parametrize(("codec", "payload", "kinds"), AGGREGATES.values(), ids=AGGREGATES)
def test_what_is_in_an_aggregate(codec, payload, kinds):
    read = read_payload(codec, payload)
    assert read.form == "aggregate"
    assert [unit.kind for unit in read.each] == kinds
    assert read.each[-1].begins_picture
    assert all(unit.form == "single" for unit in read.each)


@pytest.mark.parametrize(("codec", "payload", "kinds"), AGGREGATES.values(), ids=AGGREGATES)
def test_an_aggregate_that_is_cut_is_broken(codec, payload, kinds):
    last = len(read_payload(codec, payload).each[-1].data)
    for end in range(len(payload) - last, len(payload)):
        read = read_payload(codec, payload[:end])
        assert read.form == "broken"
        assert [unit.kind for unit in read.units] == kinds[:-1]


@pytest.mark.parametrize(
    ("codec", "unit"),
    [("H264", b"\x0a"), ("H264", b"\x0b"), ("H265", b"\x48\x01"), ("H265", b"\x4a\x01")],
)
def test_the_end_of_a_sequence_is_a_header_alone(codec, unit):
    read = read_payload(codec, unit)
    assert (read.form, read.kind) == ("single", "END")
    aggregate = (b"\x18" if codec == "H264" else b"\x60\x01") + sized(unit)
    assert [inner.kind for inner in read_payload(codec, aggregate).each] == ["END"]


@pytest.mark.parametrize(("codec", "unit"), [("H264", b"\x09"), ("H265", b"\x46\x01"), ("H265", b"\x48")])
def test_anything_else_has_something_behind_its_header(codec, unit):
    assert read_payload(codec, unit).form == "broken"


def test_a_nal_unit_alone_is_itself():
    read = read_payload("H264", IDR)
    assert read.each == (read,)


@given(st.sampled_from(["H264", "H265"]), st.binary(max_size=80))
def test_any_payload_is_read(codec, payload):
    assert read_payload(codec, payload).form in ("single", "fragment", "aggregate", "broken")


def test_aggregates_in_aggregates_are_not_followed():
    nested = IDR
    for _ in range(5000):
        nested = b"\x78" + sized(nested)
    assert read_payload("H264", nested).form == "broken"
