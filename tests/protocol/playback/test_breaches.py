"""What is wrong with a playback chunk, and where (§3.3.1)."""

import pytest

from nvr_protocol.dialect_detection import detect_dialect
from nvr_protocol.errors import ProtocolError
from nvr_protocol.playback.video import breaches, read_playback_video, walk_chunk


def altered(data, place, text):
    """`data` with the bytes of `text` at `place`."""
    new = bytes.fromhex(text)
    return data[:place] + new + data[place + len(new) :]


# In the vector of an H.264 GOP: where, what is put there, which breaches follow.
ALTERATIONS = [
    (0x06, "0008 0002 0001", [("camera 0x0004", 0x0A)]),
    (0x10, "0004", [("compression 0x0005", 0x0C)]),
    (0x18, "0000003d", [("data size 0x0006", 0x14)]),
    (0x20, "6629c731", [("GOP start", 0xB0)]),
    (0x24, "01", [("GOP zone", 0xB5)]),
    (0x24, "02", [("time 0x0007 time zone sign", 0x24)]),
    (0x2C, "0003", [("frames 0x0008", 0x28)]),
    (0x3C, "0064", [("frame time 0x000A", 0x3C)]),
    (0x3C, "0029", [("GOP start", 0xB0)]),
    (0x50, "0000", [("presence 0x000C", 0x4C)]),
    (0x58, "09", [("status 0x000D", 0x58)]),
    (0x60, "0000", [("start code 0x0027", 0x5C)]),
    (0x96, "0048", [("stream header length", 0x96)]),
    (0xA8, "6629c72f", [("GOP end", 0xA8)]),
    (0xAC, "64", [("GOP end", 0xAC)]),
    (0xB4, "64", [("GOP start", 0xB4)]),
    (0xB5, "08", [("GOP zone", 0xAD)]),
    (0xAD, "08", [("GOP zone", 0xAD)]),
    (0xAD, "090001 6629c730 28 090001", [("zone info", 0xB7)]),
    (0xC8, "6629c731", [("picture time", 0xC8)]),
    (0xCC, "64", [("picture time", 0xCC)]),
    (0xDA, "0002", [("data size 0x0006", 0x14)]),
    (0xDA, "0007", [("data size 0x0006", 0x14), ("packet padding", 0xDA), ("packet padding", 0x119)]),
    (0xF0, "00000002", [("picture", 0xF0)]),
    (0x11E, "01", [("packet padding", 0x11D)]),
    (0x128, "02", [("camera time 0x0011 time zone sign", 0x128)]),
    (0x130, "0064", [("camera frame time 0x0012", 0x130)]),
    (0x138, "0000001c", [("data size 0x0006", 0x14), ("packet padding", 0x14F)]),
]


@pytest.mark.parametrize(("place", "text", "expected"), ALTERATIONS)
def test_a_wrong_value_is_told_alone_and_with_its_place(vector, place, text, expected):
    data = altered(vector("playback-h264-gop"), place, text)
    found = breaches(walk_chunk(data))
    assert [(breach.what, breach.offset) for breach in found] == expected
    with pytest.raises(ProtocolError) as caught:
        read_playback_video(data)
    assert str(caught.value) == str(found[0])


# What makes that the pieces cannot be found.
DERAILMENTS = [
    (0x00, "ff17", "chunk id", 0),
    (0x02, "0095", "TLV", 0x88),
    (0x02, "0090", "TLV 0x0012 length", 0x82),
    (0x02, "000f", "chunk length", 2),
    (0x02, "1000", "chunk length", 2),
    (0x06, "0009", "TLV 0x0004 length", 6),
    (0x94, "ff07", "stream header", 0x94),
    (0xDC, "00000017", "packet length", 0xDC),
    (0xDC, "00001000", "packet length", 0xDC),
    (0x134, "0000", "camera information", 0x120),
]


@pytest.mark.parametrize(("place", "text", "what", "offset"), DERAILMENTS)
def test_what_cannot_be_walked_is_told_with_its_place(vector, place, text, what, offset):
    with pytest.raises(ProtocolError) as caught:
        walk_chunk(altered(vector("playback-h264-gop"), place, text))
    assert (caught.value.what, caught.value.offset) == (what, offset)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "chunk header"),
        (b"\xff\x15\0", "chunk header"),
        (b"\xff\xd8\xff\xfe\0", "chunk header"),
        (b"\xff\x15\0\x10" + bytes(12) + b"\xff\x06\0\x44", "chunk length"),
    ],
)
def test_too_short(data, what):
    with pytest.raises(ProtocolError) as caught:
        walk_chunk(data)
    assert caught.value.what == what


def test_audio_chunks_have_no_breaches(vector):
    for name in (
        "playback-h264-gop",
        "playback-h264-no-image",
        "playback-h265-gop-no-camera-info",
        "playback-jpeg",
    ):
        assert breaches(walk_chunk(vector(name))) == []


def test_the_size_of_the_body(vector):
    data = vector("playback-h264-gop")
    assert [str(breach) for breach in breaches(walk_chunk(data[:-1]))] == [
        "body size, offset 4095: 4095 bytes are not a multiple of 4096"
    ]
    assert breaches(walk_chunk(data + bytes(4096))) == []


def test_a_body_without_padding_can_be_walked(vector):
    data = vector("playback-h264-gop")
    for size in range(0x15C, 0x162):
        chunk = walk_chunk(data[:size])
        assert (len(chunk.packets), chunk.end) == (2, 0x15C)
        assert {breach.what for breach in breaches(chunk)} == {"body size"}


def test_no_more_is_walked_than_can_be_counted(vector):
    head = vector("playback-h264-gop")[:0x120]
    packet = bytes.fromhex("ff05 0000 00000018") + bytes(16)
    assert len(walk_chunk(head + packet * 65534).packets) == 65535
    with pytest.raises(ProtocolError, match="more than 65535 packets"):
        walk_chunk(head + packet * 65535)
    information = bytes.fromhex("07770004")
    assert len(walk_chunk(head + information * 0x3FFF + packet).packets[1].tlvs) == 0x3FFF
    with pytest.raises(ProtocolError, match="camera information, offset 288: more than 65535 bytes"):
        walk_chunk(head + information * 0x4000 + packet)


def test_no_image_without_a_word(vector):
    data = vector("playback-h264-no-image")
    renamed = altered(data, 0x4C, "0777")  # 0x000C becomes an id that nobody knows; any may be absent
    assert breaches(walk_chunk(renamed)) == []
    assert read_playback_video(renamed).pictures == ()
    claimed = altered(data, 0x50, "0001")
    assert [breach.what for breach in breaches(walk_chunk(claimed))] == ["presence 0x000C"]


def test_one_picture_in_a_jpeg_chunk(vector):
    data = vector("playback-jpeg")
    twice = data[:0xF6] + data[0xD2:0xF6] + bytes(4096 - 0xF6 - 36)
    found = breaches(walk_chunk(twice))
    assert [breach.what for breach in found] == ["data size 0x0006", "frames 0x0008", "packets"]
    assert found[-1].offset == 0xF6


@pytest.mark.parametrize("value", ["0000", "0001", "0003", "ffff"])
def test_compression_may_be_anything_in_a_jpeg_chunk(vector, value):
    data = altered(vector("playback-jpeg"), 0x56, f"0005 0008 {value} 0000")
    assert breaches(walk_chunk(data)) == []
    assert read_playback_video(data).recorder.compression is None
    assert detect_dialect(data).dialect.name == "default"
