"""Whatever a recorder means by its lengths, ids and bits, the reading finds it, and no row fails for it; one
field that is broken is one row that fails.

The chunks are written by hand here, so that they can be what no writer of the project makes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nvr_conformance.facts import playback_chunk
from nvr_conformance.facts.playback_open import open_points
from nvr_conformance.judgement.fact import Fact
from nvr_conformance.procedures.checks import ChunkChecks
from nvr_conformance.reading.gop import Gop
from nvr_conformance.reading.playback_lengths import PacketReading
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.reading.zone_bits import ZoneBits
from nvr_conformance.wire.exchange import Exchange

START = 1_714_014_000_00
INTERVAL = 20
CAMERA = 3
HIGH = ZoneBits(7, 6)
AUD, SPS, PPS = b"\0\0\0\1\x09\xf0", b"\0\0\0\1\x67\x64\x11", b"\0\0\0\1\x68\xee\x22"
SOI, EOI = b"\xff\xd8\xff\xdb\0\4\1\2\xff\xda\0\2", b"\xff\xd9"


@pytest.fixture(scope="module", autouse=True)
def undecoded():
    """What is made up here does not decode, and it takes long to find that out."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(playback_chunk, "decodable", lambda gop: Fact(True, "", ""))
        yield


@dataclass(frozen=True)
class Layout:
    """How a recorder writes its chunks."""

    order: str = ">"
    jpeg: bool = False
    chunk_length: tuple[str, str, int] = ("id", "stream", 0)
    omitted: int = 0
    with_padding: bool = True
    data_size: str = "data"
    zone_bits: ZoneBits = HIGH
    other_zone_bits: int = 0
    zone: tuple[int, int, int, int] = (1, 3, 30, 1)
    ids: tuple[int, ...] = (0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x27, 0x28, 0x29)
    unknown: tuple[tuple[int, bytes], ...] = ()
    head: tuple[tuple[int, bytes], ...] = ()
    camera: tuple[tuple[int, bytes], ...] = ()
    reserved: bytes = b"\0"
    padding: bytes = b"\0"
    blocks: int = 0
    end: str = "last"
    sizes: tuple[int, ...] = (30, 17, 12, 9, 23)

    def number(self, form, *values):
        return struct.pack(self.order + form, *values)

    def filled(self, count):
        return (self.reserved * count)[:count]


def pictures(layout, seed):
    made = []
    for number, size in enumerate(layout.sizes):
        filler = bytes((seed + number + at * 7) % 200 + 20 for at in range(size))
        if layout.jpeg:
            made.append(SOI + filler + EOI)
        elif number:
            made.append(AUD + b"\0\0\0\1\x41\x9a" + filler)
        else:
            made.append(AUD + SPS + PPS + b"\0\0\0\1\x65\x88" + filler)
    return made[:1] if layout.jpeg else made


def elements(layout, each):
    joined = b""
    for id_, data in each:
        joined += layout.number("HH", id_, len(data) + 4) + data
    return joined


def zone_bytes(layout):
    sign, hours, minutes, summer = layout.zone
    info = layout.other_zone_bits & ~(1 << layout.zone_bits.sign) & ~(1 << layout.zone_bits.summer)
    return bytes((hours, minutes, info | sign << layout.zone_bits.sign | summer << layout.zone_bits.summer))


def written(layout, number=0, broken=None):
    """GOP `number`. `broken`: changes the pieces, by name, before they are joined."""
    data = pictures(layout, number)
    start = START + INTERVAL * len(layout.sizes) * number
    last = start + INTERVAL * (len(data) - 1)
    end = {"last": last, "next": start + INTERVAL * len(layout.sizes), "interval": last + INTERVAL - 1}[
        layout.end
    ]
    paddings = [-len(each) % 4 for each in data]
    packets, spans = [], []
    for each, padding in zip(data, paddings, strict=True):
        total = 24 + len(each) + padding
        stated = total - layout.omitted - (0 if layout.with_padding else padding)
        packets.append(
            SimpleNamespace(
                camera=layout.camera if packets else (), id=0xFF05, padding=padding, length=stated, data=each,
                zeros=bytes(padding),
            )
        )  # fmt: skip
        spans.append(total + sum(len(part) + 4 for _, part in packets[-1].camera))
    fixed = {
        0x04: layout.number("HH", CAMERA, 0),
        0x05: layout.number("HH", 9 if layout.jpeg else 3, 0),
        0x07: layout.number("I4B", start // 100, *layout.zone),
        0x08: layout.number("HH", len(data), 0),
        0x09: layout.number("HH", 1000 // INTERVAL, 0),
        0x0A: layout.number("HH", start % 100, 0),
        0x0B: layout.filled(8),
        0x0C: layout.number("HH", 1, 0),
        0x0D: layout.number("BBH", 2, 7, 0),
        0x27: layout.number("HH", 1, 0),
        0x28: layout.number("HH", 0x10, 0),
        0x29: layout.number("HH", 2, 0),
    }
    pieces = SimpleNamespace(
        id=b"\xff\xd8\xff\xfe" if layout.jpeg else layout.number("H", 0xFF15),
        values={id_: fixed.get(id_, b"") for id_ in layout.ids},
        length=0, size=0, start=start, end=end, picture=start,
        zone=zone_bytes(layout), end_zone=zone_bytes(layout),
        stream=(0xFF06, 0x0044), packets=packets, body=lambda body: body,
    )  # fmt: skip
    information = sum(len(part) + 4 for _, part in (*layout.unknown, *layout.head))
    information += sum(8 if id_ == 0x06 else len(fixed[id_]) + 4 for id_ in layout.ids)
    head = 6 if layout.jpeg else 4
    stream = head + information + 12
    begins = {"id": 0, "itself": 4 if layout.jpeg else 2, "behind": head}
    ends = {
        "stream": stream,
        "reserved": stream - 12,
        "packets": stream + 68,
        "all": stream + 68 + sum(spans),
    }
    begin, until, more = layout.chunk_length
    pieces.length = max(0, ends[until] - begins[begin] + more)
    pieces.size = {
        "data": sum(map(len, data)),
        "with-padding": sum(map(len, data)) + sum(paddings),
        "packets": sum(spans) - sum(len(part) + 4 for _, part in packets[0].camera),
        "chunk length": pieces.length,
        "headers": sum(map(len, data)) + 24 * len(data),
    }[layout.data_size]
    if broken is not None:
        broken(pieces)
    return joined(layout, pieces)


def joined(layout, pieces):
    if 0x06 in pieces.values:
        pieces.values[0x06] = pieces.values[0x06] or layout.number("I", pieces.size)
    body = pieces.id + struct.pack(">H" if layout.jpeg else layout.order + "H", pieces.length)
    body += elements(layout, pieces.values.items()) + elements(layout, (*layout.unknown, *layout.head))
    body += layout.filled(12) + layout.number("HH", *pieces.stream)
    body += layout.filled(16)
    for moment, zone in ((pieces.end, pieces.end_zone), (pieces.start, pieces.zone)):
        body += layout.number("IB", moment // 100, moment % 100) + zone
    body += layout.filled(16) + layout.number("IB", pieces.picture // 100, pieces.picture % 100)
    body += layout.filled(11)
    for packet in pieces.packets:
        body += elements(layout, packet.camera)
        body += layout.number("HHI", packet.id, packet.padding, packet.length) + layout.filled(16)
        body += packet.data + packet.zeros
    missing = -len(body) % 4096 + 4096 * layout.blocks
    return pieces.body(body + (layout.padding * missing)[:missing])


def gops_of(bodies):
    found, among = [], ()
    for body in bodies:
        exchange = Exchange(1, "GET", "/", status=200, body=body)
        exchange.headers = (
            ("content-type", "application/octet-stream; charset=binary"),
            ("connection", "keep-alive"),
            ("cache-control", "No-Cache"),
            ("content-length", str(len(body))),
        )
        chunk = walk_chunk(body, among)
        among = among or chunk.packet_readings
        found.append(Gop(CAMERA, exchange, chunk))
    return found


def failed(bodies):
    """The rows that fail, as the scenarios judge them."""
    rows = {}
    checks = ChunkChecks(
        lambda id_, ok, expected, actual, name, basis="": (
            rows.setdefault(id_, []).append((bool(ok), name, actual)) or ok
        ),
        lambda id_, reason: None,
        lambda id_, reason: None,
    )
    for gop in gops_of(bodies):
        checks(gop, "run")
    checks.together()
    return {id_: made for id_, made in rows.items() if not all(ok for ok, *_ in made)}


# Ids that §7 does not have, and lengths of any number of words.
unknown_elements = st.lists(
    st.tuples(
        st.integers(0x30, 0xFE00),
        st.integers(0, 6).flatmap(lambda n: st.binary(min_size=4 * n, max_size=4 * n)),
    ),
    max_size=3,
).map(tuple)
camera_clock = st.just(((0x11, bytes(8)), (0x12, bytes(4))))
layouts = st.builds(
    Layout,
    order=st.sampled_from("<>"),
    jpeg=st.booleans(),
    chunk_length=st.tuples(
        st.sampled_from(("id", "itself", "behind")),
        st.sampled_from(("stream", "reserved", "packets", "all")),
        st.integers(-3, 3),
    ),
    omitted=st.sampled_from((0, 4, 8, 24, 2, -2, 6, 20, -4, 1)),
    with_padding=st.booleans(),
    data_size=st.sampled_from(("data", "with-padding", "packets", "chunk length", "headers")),
    zone_bits=st.permutations(range(8)).map(lambda bits: ZoneBits(*bits[:2])),
    other_zone_bits=st.integers(0, 255),
    ids=st.sets(st.sampled_from(Layout().ids)).map(lambda ids: tuple(sorted(ids))),
    unknown=unknown_elements,
    head=unknown_elements,
    camera=unknown_elements,
    reserved=st.binary(min_size=1, max_size=40),
    padding=st.binary(min_size=1, max_size=300),
    blocks=st.integers(0, 2),
    end=st.sampled_from(("last", "next", "interval")),
    # A GOP of one picture ends where its Length says, and an odd one says so to nobody.
    sizes=st.lists(st.integers(1, 90), min_size=2, max_size=6).map(tuple),
)


@given(layouts)
def test_no_row_fails_for_what_is_open(layout):
    assert failed([written(layout, number) for number in range(3)]) == {}


@given(layouts)
def test_the_reading_is_found_and_said_in_words(layout):
    assume(not layout.jpeg and len({-len(each) % 4 for each in pictures(layout, 0)}) > 1)
    gops = gops_of([written(layout, number) for number in range(3)])
    reading = PacketReading(layout.omitted, layout.with_padding)
    assert all(reading in gop.chunk.packet_readings for gop in gops)
    assert [gop.chunk.pictures for gop in gops] == [pictures(layout, number) for number in range(3)]
    told = open_points(gops)
    assert told["byte order"].startswith("big" if layout.order == ">" else "little")
    assert told["the packets' length"] == str(gops[0].chunk.packet_readings[0])
    assert {"the chunk's length", "reserved bytes", "padding", "GOP end"} <= told.keys()


@pytest.mark.parametrize(
    ("omitted", "with_padding", "text"),
    [
        (0, True, "Length counts from the packet header to the end of the padding"),
        (4, True, "Length counts from itself to the end of the padding"),
        (8, False, "Length counts from behind itself to the end of the video data"),
        (24, False, "Length counts the video data"),
        (2, True, "Length counts from the packet header to the end of the padding, 2 less"),
        (-4, False, "Length counts from the packet header to the end of the video data, 4 more"),
    ],
)
def test_what_the_length_of_a_packet_counts_in_words(omitted, with_padding, text):
    layout = Layout(omitted=omitted, with_padding=with_padding)
    told = open_points(gops_of([written(layout, number) for number in range(2)]))
    assert told["the packets' length"] == text


def element(id_, data):
    def change(pieces):
        pieces.values[id_] = data

    return change


def longer_camera(pieces):
    """0x0004 with a word too many; all that counts it does."""
    pieces.values[0x04] += bytes(4)
    pieces.length += 4


def packet(number, **values):
    def change(pieces):
        for name, value in values.items():
            changed = value(getattr(pieces.packets[number], name)) if callable(value) else value
            setattr(pieces.packets[number], name, changed)

    return change


def piece(**values):
    def change(pieces):
        for name, value in values.items():
            setattr(pieces, name, value(getattr(pieces, name)) if callable(value) else value)

    return change


ONE = {
    "chunk id": ("PLB-04", piece(id=b"\xff\x16")),
    "chunk length of nothing": ("PLB-04", piece(length=0)),
    "stream header id": ("PLB-06", piece(stream=(0xFF07, 0x44))),
    "stream header length": ("PLB-06", piece(stream=(0xFF06, 0x40))),
    "camera": ("PLB-05", element(0x04, b"\0\4\0\0")),
    "reserved of the camera": ("PLB-05", element(0x04, b"\0\3\0\1")),
    "codec": ("PLB-05", element(0x05, b"\0\4\0\0")),
    "length of the camera": ("PLB-05", longer_camera),
    "zone hours of 0x0007": ("PLB-05", element(0x07, struct.pack(">I4B", START // 100, 1, 24, 30, 1))),
    "pictures a second, not ten times": ("PLB-05", element(0x09, b"\0\5\0\0")),
    "hundredths": ("PLB-05", element(0x0A, b"\0\x64\0\0")),
    "no image, and there is one": ("PLB-05", element(0x0C, b"\0\0\0\0")),
    "presence": ("PLB-05", element(0x0C, b"\0\2\0\0")),
    "reserved of the operation": ("PLB-05", element(0x0D, b"\2\0\0\1")),
    "no start codes": ("PLB-05", element(0x27, b"\0\0\0\0")),
    "long-term reference": ("PLB-36", element(0x28, b"\0\1\0\0")),
    "show or hide": ("PLB-36", element(0x29, b"\0\3\0\0")),
    "time": ("PLB-07", element(0x07, struct.pack(">I4B", START // 100 + 32_400, 1, 3, 30, 1))),
    "zone": ("PLB-07", element(0x07, struct.pack(">I4B", START // 100, 1, 4, 30, 1))),
    "picture before the GOP": ("PLB-07", piece(picture=START - 100)),
    "end before the start": ("PLB-07", piece(end=START - 1)),
    "end at the first picture": ("PLB-07", piece(end=START)),
    "end behind the next GOP": ("PLB-07", piece(end=lambda end: end + 5000)),
        "zone of the end": ("PLB-07", piece(end_zone=b"\3\0\xc0")),
    "sign of the zone": ("PLB-07", piece(zone=b"\3\x1e\0", end_zone=b"\3\x1e\0")),
    "packet id": ("PLB-08", packet(2, id=0xFF04)),
    "first packet id": ("PLB-08", packet(0, id=0xFF50)),
    "a length too long": ("PLB-08", packet(1, length=lambda length: length + 4)),
    "a length too short": ("PLB-08", packet(1, length=lambda length: length - 4)),
    "the last length too short": ("PLB-08", packet(-1, length=lambda length: length - 4)),
    "padding counts four": ("PLB-08", packet(1, padding=5)),
    "padding counts one too many": ("PLB-08", packet(0, padding=lambda count: (count + 1) % 4)),
    "padding is not zero": ("PLB-08", packet(1, zeros=lambda zeros: b"\1" * len(zeros))),
    "three bytes of start code": ("PLB-09", packet(1, data=lambda data: data[:6] + data[7:] + b"\1")),
    "an SPS is missing": ("PLB-09", packet(0, data=lambda data: data.replace(b"\x67\x64", b"\x06\x64"))),
    "a second IDR": ("PLB-09", packet(2, data=lambda data: data.replace(b"\1\x41", b"\1\x65"))),
    "pictures": ("PLB-10", element(0x08, b"\0\6\0\0")),
    "size": ("PLB-10", piece(size=lambda size: size - 1)),
    "not aligned": ("PLB-03", piece(body=lambda _: lambda body: body + b"\0")),
}  # fmt: skip


@pytest.mark.parametrize(("row", "broken"), ONE.values(), ids=ONE)
@pytest.mark.parametrize("padding", [b"\0", b"\xa5\x5a\x11"], ids=["zeros", "noise"])
def test_one_broken_field_is_one_row(row, broken, padding):
    layout = Layout(padding=padding, camera=((0x30, b"\1\2\3\4"),))
    found = failed([written(layout, 0, broken), written(layout, 1), written(layout, 2)])
    assert found.keys() == {row}


@given(layouts, st.sampled_from(sorted(ONE)))
def test_no_broken_field_stays_unseen(layout, name):
    """However a recorder writes its chunks."""
    row, broken = ONE[name]
    usual = Layout()
    layout = replace(layout, jpeg=False, order=">", ids=usual.ids, sizes=usual.sizes, zone_bits=HIGH)
    layout = replace(layout, other_zone_bits=0, chunk_length=("id", "stream", layout.chunk_length[2]))
    bodies = [written(layout, number, broken if number == 1 else None) for number in range(3)]
    assert row in failed(bodies)


def test_a_length_that_counts_otherwise_in_each_chunk():
    bodies = [written(Layout(chunk_length=("id", "stream", more)), more) for more in range(3)]
    assert failed(bodies).keys() == {"PLB-04"}
    bodies = [written(Layout(omitted=omitted), number) for number, omitted in enumerate((0, 8, 24))]
    assert failed(bodies).keys() == {"PLB-08"}
    bodies = [
        written(Layout(data_size=size), n) for n, size in enumerate(("data", "with-padding", "packets"))
    ]
    assert failed(bodies).keys() == {"PLB-10"}


def test_the_sign_of_two_zones_needs_a_bit_of_its_own():
    east, west = Layout(zone=(0, 9, 0, 0)), Layout(zone=(1, 3, 30, 0))
    assert failed([written(east, 0), written(west, 1)]) == {}
    assert failed([written(replace(east, other_zone_bits=0x3F), 0)]) == {}
    said = {east: b"\x09\0\x80", west: b"\x03\x1e\x80"}
    bodies = [
        written(layout, number, piece(zone=said[layout], end_zone=said[layout]))
        for number, layout in enumerate((east, west))
    ]
    assert failed(bodies[:1]) == {}  # the sign may be in another bit, and this one reserved
    assert failed(bodies[1:]) == {}
    bodies[1] = written(west, 1, piece(zone=b"\x03\x1e\0", end_zone=b"\x03\x1e\0"))
    assert failed(bodies).keys() == {"PLB-07"}


@given(st.binary(max_size=600))
def test_any_bytes_behind_a_header_are_read(data):
    for head in (b"\xff\x15\0\x20", b"\xff\xd8\xff\xfe\0\x20", b"\x16\xff\x20\0"):
        failed([head + data, head + bytes(12) + b"\xff\x06\0\x44" + data])
