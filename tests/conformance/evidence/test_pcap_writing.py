"""A pcap is redacted, bounded, and readable by others."""

from __future__ import annotations

import io
import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_conformance.evidence.pcap_writing import frames_of, write_pcap
from nvr_conformance.evidence.redaction import Redactor
from nvr_conformance.wire import capture as wire_capture
from nvr_conformance.wire.capture import WireCapture
from nvr_protocol.rtp.packet import RtpPacket, write_packet

TSHARK = shutil.which("tshark")
REQUEST = (
    b'GET /cgi-bin/dlogin.cgi?UID=-1 HTTP/1.1\r\nHost: x\r\nAuthorization: Digest response="0f1e2d"\r\n\r\n'
)
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 14\r\n\r\nUID=1234567890"


class FakeSocket:
    def __init__(self, local, remote=("192.0.2.1", 80)):
        self.getsockname = lambda: local
        self.getpeername = lambda: remote


def a_capture(address="192.0.2.9", remote="192.0.2.1"):
    capture = WireCapture()
    flow = capture.tcp(FakeSocket((address, 40000), (remote, 80)))
    flow.sent(REQUEST)
    flow.received(ANSWER[:50])
    flow.received(ANSWER[50:])
    flow.received(b"")
    udp = capture.udp(FakeSocket((address, 50000)))
    for number in range(5):
        data = write_packet(RtpPacket(98, number, 3000 * number, 7, True, b"\x41" * 900))
        udp.received(data, (remote, 30000))
    return capture


def pcap_of(capture, redactor=None):
    file = io.BytesIO()
    write_pcap(file, capture, redactor or Redactor())
    return file.getvalue()


def read_pcap(data):
    from scapy.utils import rdpcap

    return rdpcap(io.BytesIO(data))


@pytest.mark.parametrize(("address", "remote"), [("192.0.2.9", "192.0.2.1"), ("2001:db8::9", "2001:db8::1")])
def test_both_sides_of_a_connection_can_be_put_together_again(address, remote):
    from scapy.layers.inet import TCP, UDP

    packets = read_pcap(pcap_of(a_capture(address, remote)))
    segments = [packet for packet in packets if TCP in packet]
    assert [str(packet[TCP].flags) for packet in segments[:3]] == ["S", "SA", "A"]
    for port, said in ((40000, REQUEST), (80, ANSWER)):
        mine = [packet[TCP] for packet in segments if packet[TCP].sport == port]
        first = mine[0].seq + 1
        together = bytearray(len(said))
        for segment in mine:
            data = bytes(segment.payload)
            together[segment.seq - first : segment.seq - first + len(data)] = data
        assert len(together) == len(said)
        hidden = re.sub(rb"(Digest)([^\r]*)", lambda found: found[1] + b"*" * len(found[2]), said)
        assert bytes(together) == hidden
    acknowledged = [packet[TCP].ack for packet in segments if packet[TCP].sport == 40000]
    assert acknowledged[-1] == 2000 + 1 + len(ANSWER) + 1
    assert sum(UDP in packet for packet in packets) == 5
    for packet in packets:  # scapy makes the checksums anew
        again = packet.__class__(bytes(packet))
        kind = TCP if TCP in packet else UDP
        stated = again[kind].chksum
        del again[kind].chksum
        assert packet.__class__(bytes(again))[kind].chksum == stated


@pytest.mark.skipif(TSHARK is None, reason="needs tshark")
def test_tshark_reads_it(tmp_path):
    file = tmp_path / "it.pcap"
    file.write_bytes(pcap_of(a_capture(), Redactor(uids=True)))
    command = [TSHARK, "-r", str(file), "-d", "udp.port==50000,rtp", "-T", "fields"]

    def ask(*words):
        done = subprocess.run([*command, *words], capture_output=True, text=True, timeout=120, check=True)
        return done.stdout.split()

    assert ask("-Y", "_ws.malformed || tcp.analysis.flags", "-e", "frame.number") == []
    assert ask("-Y", "http", "-e", "http.request.method", "-e", "http.response.code") == ["GET", "200"]
    assert ask("-Y", "rtp", "-e", "rtp.seq") == ["0", "1", "2", "3", "4"]
    assert ask("-Y", "rtp", "-e", "rtp.p_type") == ["98"] * 5


def test_a_secret_across_two_pieces_is_found():
    capture = WireCapture()
    flow = capture.tcp(FakeSocket(("192.0.2.9", 40000)))
    flow.received(b"<p>the pass")
    flow.received(b"word1 is UID=12345")
    flow.received(b"67890</p>")
    data = pcap_of(capture, Redactor(["password1"], uids=True))
    assert b"pass" not in data
    assert b"12345" not in data
    assert b"67890" not in data
    assert b"</p>" in data


def test_https_on_443_becomes_http_on_80():
    capture = WireCapture()
    flow = capture.tcp(FakeSocket(("192.0.2.9", 40000), ("192.0.2.1", 443)))
    flow.tls = True
    flow.sent(REQUEST)
    from scapy.layers.inet import TCP

    assert {packet[TCP].dport for packet in read_pcap(pcap_of(capture))} == {80, 40000}


def test_a_capture_is_bounded(monkeypatch):
    for name, value in (("TOTAL_LIMIT", 60_000), ("WHOLE_LIMIT", 40_000), ("FLOW_LIMIT", 20_000)):
        monkeypatch.setattr(wire_capture, name, value)
    capture = WireCapture()
    flows = [capture.tcp(FakeSocket(("192.0.2.9", 40000 + n))) for n in range(4)]
    for _ in range(50):
        for flow in flows:
            flow.received(b"x" * 4000)
    data = pcap_of(capture)
    assert len(data) <= 60_000 + 4 * 5 * 80
    assert capture.left_out > 700_000
    packets = read_pcap(data)
    assert any(packet.wirelen > len(bytes(packet)) for packet in packets)


@given(
    st.lists(st.tuples(st.booleans(), st.binary(max_size=300))),
    st.lists(st.text(min_size=1, max_size=12), max_size=3),
)
def test_nothing_of_the_wire_changes_its_length(pieces, passwords):
    capture = WireCapture()
    flow = capture.tcp(FakeSocket(("192.0.2.9", 40000)))
    for sent, data in pieces:
        flow.sent(data) if sent else capture.keep(flow, data, sent=False)
    frames = list(frames_of(flow, Redactor(passwords, uids=True)))
    assert sum(frame.size for frame in frames) == sum(len(frame.data) for frame in frames)
    payload = sum(len(frame.data) - 40 for frame in frames[3:])
    assert payload == sum(len(data) for _, data in pieces)
