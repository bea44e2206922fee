"""RTP is read alike by scapy as a whole, by its headers alone, and by hand (RFC 3550)."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.rtp import RTP, RTPExtension

from nvr_conformance.judgement.outcomes import KitError
from nvr_conformance.reading import rtp_readers
from nvr_conformance.reading.rtp import dissect
from nvr_conformance.reading.rtp_by_hand import read_by_hand
from nvr_conformance.reading.rtp_readers import RtpReaders
from nvr_conformance.wire.live_streams import CapturedPacket

WHOLE = struct.pack(">BBHII", 0x80, 0xE2, 7, 9, 11)
ODD = (b"", b"\x80", b"\x40" + WHOLE[1:], b"\x90" + WHOLE[1:], b"\x83" + WHOLE[1:] + b"abcd")


@st.composite
def packets(draw):
    """Some that are right, and some cut off or full of nonsense."""
    sources = draw(st.sampled_from((0, 0, 1, 2, 15)))
    flags = draw(st.sampled_from((0x80, 0x90, 0xB0, 0x10, 0xD0)))
    words = draw(st.integers(0, 3))
    told = draw(st.sampled_from((words, words, words + 1, 0xFFFF)))
    data = bytes((flags | sources,)) + draw(st.binary(min_size=11, max_size=11)) + bytes(4 * sources)
    if flags & 0x10:
        data += struct.pack(">HH", draw(st.sampled_from((0, 0xBEDE))), told) + bytes(4 * words)
    data += draw(st.binary(max_size=9))
    return data[: draw(st.sampled_from((len(data), len(data), draw(st.integers(0, len(data))))))]


def captured(*datas):
    return [CapturedPacket(number, data, number / 10) for number, data in enumerate(datas)]


@given(st.lists(packets(), min_size=1, max_size=20))
def test_both_readers_read_the_same(datas):
    records = RtpReaders("0").read_many(captured(*datas))
    for ours, theirs in zip(records, dissect(captured(*datas)), strict=True):
        assert replace(ours, problem="") == replace(theirs, problem="")
        assert bool(ours.problem) == bool(theirs.problem)


@given(packets().filter(lambda data: len(data) >= 12))
def test_the_headers_are_what_scapy_makes_of_the_whole_packet(data):
    (record,) = dissect(captured(data))
    try:
        whole = RTP(data)
    except struct.error:
        assert record.problem
        return
    assert (record.sequence, record.ssrc, record.sources) == (
        whole.sequence,
        whole.sourcesync,
        len(whole.sync),
    )
    if isinstance(whole.payload, RTPExtension):
        assert record.extension == b"".join(word.to_bytes(4) for word in whole.payload.header)
        assert record.problem or record.payload == bytes(whole.payload.payload)


def test_of_many_packets_scapy_reads_a_sample_that_the_seed_chooses_and_all_that_are_odd():
    many = captured(*[WHOLE] * 2000)
    counts = []
    for seed in ("1", "1", "2"):
        readers = RtpReaders(seed)
        readers.read_many(many)
        assert sum(readers.counts.values()) == len(many)
        counts.append(readers.counts["both readers"])
    assert counts[0] == counts[1] != counts[2]
    assert 10 < counts[0] < 100
    readers = RtpReaders("0")
    readers.read_many(captured(*ODD))
    assert readers.counts == {"both readers": len(ODD), "the kit's reader alone": 0}


@pytest.mark.parametrize(
    "wrong", [{"sequence": 8}, {"payload": b"x"}, {"problem": "none of these"}, {"extension": b""}]
)
def test_where_they_disagree_the_kit_is_wrong(monkeypatch, wrong):
    monkeypatch.setattr(rtp_readers, "read_by_hand", lambda packet: replace(read_by_hand(packet), **wrong))
    with pytest.raises(KitError, match=f"two readers of RTP disagree on packet 0, .*{next(iter(wrong))}"):
        RtpReaders("0").read_many(captured(WHOLE))
