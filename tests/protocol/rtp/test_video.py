"""H.264 and H.265 in RTP payloads, there and back (§2.3.1, §2.3.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.errors import ProtocolError
from nvr_protocol.rtp import fragments
from nvr_protocol.rtp import h264 as rtp_h264
from nvr_protocol.rtp import h265 as rtp_h265
from nvr_protocol.rtp.nal_units import START_CODE, split_annex_b
from nvr_protocol.rtp.packet import RtpPacket

FORMATS = {
    "H264": (rtp_h264, bytes.fromhex("65"), bytes.fromhex("41"), 2),
    "H265": (rtp_h265, bytes.fromhex("2629"), bytes.fromhex("0201"), 3),
}


@pytest.fixture(params=FORMATS)
def video(request):
    return FORMATS[request.param]


@st.composite
def pictures(draw, whole, header_size):
    """NAL units with headers of the types in `whole`, any reference or layer bits."""
    units = []
    for _ in range(draw(st.integers(1, 5))):
        number = draw(st.sampled_from(whole))
        if header_size == 1:
            header = bytes((draw(st.integers(0, 3)) << 5 | number,))
        else:
            header = bytes((number << 1 | draw(st.integers(0, 1)), draw(st.integers(0, 255))))
        units.append(header + draw(st.binary(min_size=1, max_size=60)))
    return units


def packets(payloads, sequence=0, timestamp=0, marker=True):
    last = len(payloads) - 1
    return [
        RtpPacket(98, (sequence + i) & 0xFFFF, timestamp, 1, marker and i == last, payload)
        for i, payload in enumerate(payloads)
    ]


def push_all(rejoiner, items):
    results = [rejoiner.push(packet) for packet in items]
    assert all(result is None for result in results[:-1])
    return results[-1]


@given(pictures(range(1, 24), 1), st.integers(3, 40), st.integers(0, 0xFFFF))
def test_h264_rejoins_what_it_packetises(units, size, sequence):
    payloads = rtp_h264.packetise(units, size)
    assert all(len(payload) <= size for payload in payloads)
    assert push_all(rtp_h264.Rejoiner(), packets(payloads, sequence)) == units


@given(pictures(range(48), 2), st.integers(4, 40), st.integers(0, 0xFFFF))
def test_h265_rejoins_what_it_packetises(units, size, sequence):
    payloads = rtp_h265.packetise(units, size)
    assert all(len(payload) <= size for payload in payloads)
    assert push_all(rtp_h265.Rejoiner(), packets(payloads, sequence)) == units


@given(pictures(range(1, 24), 1), st.integers(3, 40), st.integers(60, 120))
def test_an_access_unit_is_too_large_or_not_however_it_is_cut(units, size, limit):
    def outcome(payloads):
        try:
            return push_all(rtp_h264.Rejoiner(), packets(payloads))
        except ProtocolError as error:
            return error.what, error.why

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fragments, "MAX_ACCESS_UNIT", limit)
        expected = units if sum(map(len, units)) <= limit else ("access unit", f"more than {limit} bytes")
        assert outcome(rtp_h264.packetise(units, 1000)) == expected
        assert outcome(rtp_h264.packetise(units, size)) == expected


def test_h264_fragments_byte_by_byte():
    assert rtp_h264.packetise([bytes.fromhex("65 01 02 03 04 05")], 4) == [
        bytes.fromhex("7c 85 01 02"),
        bytes.fromhex("7c 05 03 04"),
        bytes.fromhex("7c 45 05"),
    ]


def test_h265_fragments_keep_layer_and_temporal_id():
    assert rtp_h265.packetise([bytes.fromhex("27 0a 01 02 03")], 4) == [
        bytes.fromhex("63 0a 93 01"),
        bytes.fromhex("63 0a 13 02"),
        bytes.fromhex("63 0a 53 03"),
    ]


def test_a_nal_unit_that_just_fits_is_whole(video):
    module, header, _, overhead = video
    nal = header + bytes(1400 - len(header))
    assert module.packetise([nal]) == [nal]
    cut = module.packetise([nal + b"1"])
    assert [len(payload) for payload in cut] == [1400, 1 + 2 * overhead - len(header)]


def test_pictures_of_the_vectors(vector):
    for name, module, start, end in (
        ("playback-h264-gop", rtp_h264, 0xF0, 0x11D),
        ("playback-h265-gop-no-camera-info", rtp_h265, 0xDC, 0x10F),
    ):
        data = vector(name)[start:end]
        assert data.startswith(START_CODE)
        units = split_annex_b(data)
        assert push_all(module.Rejoiner(), packets(module.packetise(units, 4))) == units


def test_a_lost_packet_is_told_and_its_picture_dropped(video):
    module, idr, other, _ = video
    rejoiner = module.Rejoiner()
    payloads = module.packetise([idr + bytes(60)], 20)
    assert len(payloads) == 4
    first = packets(payloads, 65533, 1)
    assert rejoiner.push(first[0]) is None
    with pytest.raises(ProtocolError, match="sequence number: 65535 instead of 65534"):
        rejoiner.push(first[2])
    assert rejoiner.push(first[3]) is None
    assert rejoiner.push(RtpPacket(98, 1, 2, 1, True, other + b"1")) == [other + b"1"]


def test_a_lost_marker_is_told_once(video):
    module, _, other, _ = video
    rejoiner = module.Rejoiner()
    assert rejoiner.push(RtpPacket(98, 7, 1, 1, False, other + b"1")) is None
    with pytest.raises(ProtocolError, match="timestamp: 2 follows 1"):
        rejoiner.push(RtpPacket(98, 8, 2, 1, False, other + b"2"))
    assert rejoiner.push(RtpPacket(98, 9, 2, 1, True, other + b"3")) == [other + b"2", other + b"3"]


def test_a_damaged_picture_without_marker_ends_with_its_timestamp(video):
    module, _, other, _ = video
    rejoiner = module.Rejoiner()
    rejoiner.push(RtpPacket(98, 7, 1, 1, False, other + b"1"))
    with pytest.raises(ProtocolError, match="sequence"):
        rejoiner.push(RtpPacket(98, 9, 1, 1, False, other + b"2"))
    assert rejoiner.push(RtpPacket(98, 10, 1, 1, False, other + b"3")) is None
    assert rejoiner.push(RtpPacket(98, 11, 2, 1, True, other + b"4")) == [other + b"4"]


def fragment(video, start, end, data=b"xy", number=None):
    module, header, _, _ = video
    flags = start << 7 | end << 6
    if module is rtp_h264:
        return bytes((0x7C, flags | (header[0] & 0x1F if number is None else number))) + data
    return bytes((0x62, header[1], flags | (header[0] >> 1 if number is None else number))) + data


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([(False, True)], "first fragment is missing"),
        ([(True, False), (True, False)], "before the last of another"),
        ([(True, False)], "the marker comes before the last fragment"),
        ([(True, True)], "start and end bit"),
        ([(True, False), (False, True, b"xy", 1)], "follows"),
        ([(True, False, b"")], "nothing of the NAL unit"),
        ([(True, False), None], "a whole NAL unit"),
    ],
)
def test_fragments_out_of_order(video, pieces, why):
    module, _, other, _ = video
    rejoiner = module.Rejoiner()
    payloads = [fragment(video, *piece) if piece else other + b"1" for piece in pieces]
    items = packets(payloads)
    for packet in items[:-1]:
        assert rejoiner.push(packet) is None
    with pytest.raises(ProtocolError, match=why):
        rejoiner.push(items[-1])
    assert rejoiner.push(RtpPacket(98, len(items), 9, 1, True, other + b"2")) == [other + b"2"]


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("H264", ""),
        ("H264", "18000101"),
        ("H264", "00"),
        ("H264", "7c9c01"),
        ("H264", "e501"),
        ("H265", "26"),
        ("H265", "600101"),
        ("H265", "6401"),
        ("H265", "6201b101"),
    ],
)
def test_payloads_that_are_none(name, payload):
    rejoiner = FORMATS[name][0].Rejoiner()
    with pytest.raises(ProtocolError):
        rejoiner.push(RtpPacket(98, 0, 0, 0, True, bytes.fromhex(payload)))


@pytest.mark.parametrize(
    ("name", "nal"), [("H264", "18ff"), ("H264", "00ff"), ("H264", ""), ("H265", "6001ff")]
)
def test_what_has_no_place_in_a_payload_is_not_packetised(name, nal):
    with pytest.raises(ProtocolError):
        FORMATS[name][0].packetise([bytes.fromhex(nal)])


def test_payloads_need_room(video):
    module, header, _, overhead = video
    with pytest.raises(ProtocolError):
        module.packetise([header + b"1"], overhead)


def test_an_access_unit_has_a_limit(video, monkeypatch):
    module, _, other, _ = video
    monkeypatch.setattr(fragments, "MAX_ACCESS_UNIT", 100)
    rejoiner = module.Rejoiner()
    assert rejoiner.push(RtpPacket(98, 0, 0, 0, False, other + bytes(80))) is None
    with pytest.raises(ProtocolError, match="more than 100 bytes"):
        rejoiner.push(RtpPacket(98, 1, 0, 0, False, other + bytes(80)))
    assert rejoiner.push(RtpPacket(98, 2, 0, 0, True, other + b"1")) is None


@given(
    st.sampled_from(sorted(FORMATS)),
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 2), st.booleans(), st.binary(max_size=6)), max_size=20
    ),
)
def test_any_packets_give_nal_units_or_a_protocol_error(name, items):
    rejoiner = FORMATS[name][0].Rejoiner()
    for sequence, timestamp, marker, payload in items:
        try:
            units = rejoiner.push(RtpPacket(98, sequence, timestamp, 0, marker, payload))
        except ProtocolError:
            continue
        assert (units is None) or (marker and all(units))
