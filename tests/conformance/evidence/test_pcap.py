"""The pcap of a scenario: what is written reads back, and any bytes are one or a ValueError."""

from __future__ import annotations

import gzip
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.evidence.pcap_reading import read_pcap
from nvr_conformance.evidence.pcap_writing import write_pcap
from nvr_conformance.evidence.redaction import Redactor
from nvr_conformance.wire.capture import WireCapture


class FakeSocket:
    def __init__(self, local, remote=("192.0.2.1", 80)):
        self.getsockname = lambda: local
        self.getpeername = lambda: remote


PIECES = st.lists(
    st.tuples(st.integers(0, 3), st.booleans(), st.binary(min_size=1, max_size=200)), max_size=30
)


@given(PIECES, st.sets(st.integers(0, 2)))
def test_what_is_written_reads_back(pieces, ended):
    """Three connections and a UDP port: what came, in its order, and who hung up."""
    capture = WireCapture()
    flows = [capture.tcp(FakeSocket(("192.0.2.9", 40000 + number))) for number in range(3)]
    flows.append(capture.udp(FakeSocket(("192.0.2.9", 50000))))
    wanted: list[list[bytes]] = [[], [], [], []]
    for number, sent, data in pieces:
        if number == 3:
            flows[3].received(data, ("192.0.2.1", 30000))
            wanted[3].append(data)
        elif sent:
            flows[number].sent(data)
        else:
            flows[number].received(data)
            wanted[number].append(data)
    for number, flow in enumerate(flows[:3]):
        flow.received(b"") if number in ended else flow.end(by_us=True)
    file = io.BytesIO()
    orders = write_pcap(file, capture, Redactor())
    file.seek(0)
    pcap = read_pcap(file)
    assert pcap.packets == len(orders)
    for number, arrivals in enumerate(pcap.connections):
        assert [arrival.data for arrival in arrivals if not arrival.end] == wanted[number]
        assert any(arrival.end for arrival in arrivals) is (number in ended)
    assert [arrival.data for arrival in pcap.datagrams.get(50000, [])] == wanted[3]


def test_two_connections_from_one_port_are_two():
    capture = WireCapture()
    for said in (b"one", b"two"):
        flow = capture.tcp(FakeSocket(("192.0.2.9", 40000)))
        flow.received(said)
        flow.end(by_us=True)
    file = io.BytesIO()
    write_pcap(file, capture, Redactor())
    file.seek(0)
    assert [[arrival.data for arrival in flow] for flow in read_pcap(file).connections] == [
        [b"one"],
        [b"two"],
    ]


def test_a_piece_that_was_cut_says_so(monkeypatch):
    monkeypatch.setattr("nvr_conformance.wire.capture.FLOW_LIMIT", 1000)
    capture = WireCapture()
    flow = capture.tcp(FakeSocket(("192.0.2.9", 40000)))
    flow.received(b"x" * 800)
    flow.received(b"y" * 800)
    file = io.BytesIO()
    write_pcap(file, capture, Redactor())
    file.seek(0)
    assert [arrival.cut for arrival in read_pcap(file).connections[0]] == [False, True]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_pcap_or_a_value_error(data):
    for start in (b"", bytes.fromhex("d4c3b2a1020004000000000000000000ffff000065000000")):
        with suppress(ValueError):
            assert read_pcap(io.BytesIO(start + data)).packets >= 0


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (
            bytes.fromhex("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000"),
            "is a pcapng: save it as pcap",
        ),
        (gzip.compress(b"what a pcap was", mtime=0), "is compressed: unpack it"),
    ],
    ids=["pcapng", "gzip"],
)
def test_other_files_of_packets_are_named(start, said):
    with pytest.raises(ValueError, match=said):
        read_pcap(io.BytesIO(start))
