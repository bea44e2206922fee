"""TLVs and what they say (§7)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nvr_protocol.additional_information import (
    TLV,
    AdditionalInformation,
    InformationId,
    Operation,
    gather_information,
    read_information,
    regular_values,
    walk_tlvs,
    write_information,
    write_tlv,
)
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT, Dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.timestamps import Zone

LITTLE = Dialect(byte_order="little")
u16 = st.integers(0, 0xFFFF)
u32 = st.integers(0, 0xFFFF_FFFF)
hundredths = st.integers(0, 99)
zones = st.builds(Zone, st.integers(-1439, 1439), st.booleans())
unknown_tlvs = st.builds(
    TLV,
    u16.filter(lambda number: number not in set(InformationId)),
    st.integers(0, 4).flatmap(lambda words: st.binary(min_size=4 * words, max_size=4 * words)),
)


@st.composite
def information(draw):
    def maybe(strategy):
        return draw(st.none() | strategy)

    time, camera_time = maybe(st.tuples(u32, zones)), maybe(st.tuples(u32, zones))
    status = maybe(st.tuples(st.sampled_from(Operation), st.integers(0, 8)))
    unknown = sorted(draw(st.lists(unknown_tlvs, max_size=3)), key=lambda tlv: tlv.id)
    return AdditionalInformation(
        camera=maybe(u16),
        compression=maybe(st.sampled_from((Codec.H264, Codec.H265))),
        data_size=maybe(u32),
        seconds=time and time[0],
        zone=time and time[1],
        frames=maybe(u16),
        frame_rate=maybe(u16),
        frame_hundredths=maybe(hundredths),
        reserved=maybe(st.binary(min_size=8, max_size=8)),
        present=maybe(st.booleans()),
        operation=status and status[0],
        speed=status and status[1],
        camera_seconds=camera_time and camera_time[0],
        camera_zone=camera_time and camera_time[1],
        camera_frame_hundredths=maybe(hundredths),
        start_codes=maybe(st.booleans()),
        long_term_reference=maybe(st.sampled_from((0, 0x10, 0x11))),
        show_hide=maybe(st.sampled_from((0, 1, 2))),
        unknown=tuple(unknown),
    )


@given(information(), st.sampled_from((DEFAULT, LITTLE)), st.binary(max_size=5))
def test_reads_what_it_writes(info, dialect, before):
    data = write_information(info, dialect)
    assert read_information(before + data, len(before), dialect=dialect) == info


@given(st.binary(max_size=64), st.sampled_from((DEFAULT, LITTLE)))
def test_any_bytes_are_information_or_a_protocol_error(data, dialect):
    try:
        info = read_information(data, dialect=dialect)
    except ProtocolError as error:
        place = error.offset
    else:
        assert len(write_information(info, dialect)) == len(data)
        return
    assert place is not None
    assert 0 <= place <= len(data)


@given(information(), st.data())
def test_a_damaged_byte_raises_nothing_but_a_protocol_error(info, data):
    written = bytearray(write_information(info))
    if written:
        written[data.draw(st.integers(0, len(written) - 1))] ^= data.draw(st.integers(1, 255))
    with suppress(ProtocolError):
        read_information(bytes(written))


@given(information(), st.data(), st.sampled_from((DEFAULT, LITTLE)))
def test_in_one_pass_the_same_is_read_or_nothing(info, data, dialect):
    regular = AdditionalInformation(**{**vars(info), "unknown": ()})
    written = bytearray(write_information(regular, dialect))
    assert AdditionalInformation(**regular_values(bytes(written), 0, len(written), dialect)) == regular
    if written:
        written[data.draw(st.integers(0, len(written) - 1))] = data.draw(st.integers(0, 255))
    values = regular_values(bytes(written), 0, len(written), dialect)
    if values is not None:
        thorough = gather_information(walk_tlvs(bytes(written), dialect=dialect), dialect)
        assert AdditionalInformation(**values) == thorough


def test_the_recorder_comes_before_the_camera():
    info = AdditionalInformation(
        camera=1, camera_seconds=0, camera_zone=Zone(0), camera_frame_hundredths=0, show_hide=0
    )
    assert [tlv.id for tlv in walk_tlvs(write_information(info))] == [0x0004, 0x0029, 0x0011, 0x0012]


def test_byte_order():
    info = AdditionalInformation(camera=0x0102)
    assert write_information(info) == bytes.fromhex("0004000801020000")
    assert write_information(info, LITTLE) == bytes.fromhex("0400080002010000")


def test_the_numbers_of_the_document():
    assert [(number.name, int(number)) for number in InformationId] == [
        ("CAMERA", 0x04),
        ("COMPRESSION", 0x05),
        ("DATA_SIZE", 0x06),
        ("TIME", 0x07),
        ("FRAMES", 0x08),
        ("FRAME_RATE", 0x09),
        ("FRAME_TIME", 0x0A),
        ("RESERVED", 0x0B),
        ("PRESENCE", 0x0C),
        ("STATUS", 0x0D),
        ("CAMERA_TIME", 0x11),
        ("CAMERA_FRAME_TIME", 0x12),
        ("START_CODE", 0x27),
        ("LONG_TERM_REFERENCE", 0x28),
        ("SHOW_HIDE", 0x29),
    ]
    assert [int(operation) for operation in Operation] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 0x41, 0x42]


def test_unknown_ids_are_skipped_by_their_length():
    data = write_tlv(0x0777, b"12345678") + write_tlv(0x0004, bytes((0, 9, 0, 0)))
    info = read_information(data)
    assert info.camera == 9
    assert info.unknown == (TLV(0x0777, b"12345678"),)
    assert [tlv.offset for tlv in walk_tlvs(data)] == [0, 12]


@pytest.mark.parametrize(
    ("text", "what", "offset"),
    [
        ("0004", "TLV", 0),
        ("0004 0003 00010000", "TLV 0x0004 length", 2),
        ("0004 0006 00010000", "TLV 0x0004 length", 2),
        ("0004 000c 00010000", "TLV 0x0004 length", 2),
        ("0004 000c 0001000000000000", "camera 0x0004", 2),
        ("0004 0008 00010001", "camera 0x0004", 6),
        ("0005 0008 00050000", "compression 0x0005", 4),
        ("0006 0004", "data size 0x0006", 2),
        ("0007 000c 00000000 02000000", "time 0x0007 time zone sign", 8),
        ("0007 000c 00000000 00180000", "time 0x0007 time zone hours", 9),
        ("0007 0008 00000000", "time 0x0007", 2),
        ("000a 0008 00640000", "frame time 0x000A", 4),
        ("000b 0008 00000000", "reserved 0x000B", 2),
        ("000c 0008 00020000", "presence 0x000C", 4),
        ("000d 0008 09000000", "status 0x000D", 4),
        ("000d 0008 02090000", "status 0x000D", 5),
        ("000d 0008 02000001", "status 0x000D", 6),
        ("0027 0008 00020000", "start code 0x0027", 4),
        ("0028 0008 00010000", "long term reference 0x0028", 4),
        ("0029 0008 00030000", "show hide 0x0029", 4),
        ("0004 0008 00010000 0004 0008 00010000", "camera 0x0004", 8),
    ],
)
def test_an_error_says_where(text, what, offset):
    with pytest.raises(ProtocolError) as caught:
        read_information(bytes.fromhex(text))
    assert (caught.value.what, caught.value.offset) == (what, offset)


@pytest.mark.parametrize(
    "info",
    [
        AdditionalInformation(camera=0x10000),
        AdditionalInformation(camera=-1),
        AdditionalInformation(compression=Codec.JPEG),
        AdditionalInformation(data_size=1 << 32),
        AdditionalInformation(seconds=0),
        AdditionalInformation(seconds=1 << 32, zone=Zone(0)),
        AdditionalInformation(frame_hundredths=100),
        AdditionalInformation(camera_frame_hundredths=100),
        AdditionalInformation(reserved=b"1234"),
        AdditionalInformation(operation=Operation.LIVE),
        AdditionalInformation(operation=Operation.LIVE, speed=9),
        AdditionalInformation(long_term_reference=1),
        AdditionalInformation(show_hide=3),
        AdditionalInformation(unknown=(TLV(0x0004, b""),)),
        AdditionalInformation(unknown=(TLV(0x0777, b"1"),)),
        AdditionalInformation(unknown=(TLV(0x0777, bytes(0x10000)),)),
    ],
)
def test_what_has_no_place_is_not_written(info):
    with pytest.raises(ProtocolError):
        write_information(info)


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (5, 4), (0, 9)])
def test_the_range_to_walk_lies_within_the_bytes(start, end):
    with pytest.raises(ProtocolError):
        walk_tlvs(bytes(8), start, end)
