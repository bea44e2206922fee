"""What a recorder may do otherwise fails no fact about its packets, and an aggregate fails one alone."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from functools import cache

import av
import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nvr_conformance.facts import rtp, rtp_extension, rtp_pictures
from nvr_conformance.facts.clock import Now
from nvr_conformance.judgement.outcomes import NothingToJudge
from nvr_conformance.reading.rtp import dissect
from nvr_conformance.wire.live_multipart import LivePart
from nvr_conformance.wire.live_streams import CapturedPacket
from nvr_fixtures import load
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.h264 import packetise as packetise_h264
from nvr_protocol.rtp.h265 import packetise as packetise_h265
from nvr_protocol.rtp.nal_units import kind, split_annex_b

CODECS = ("H264", "H265")
SETS = ("VPS", "SPS", "PPS")
SECONDS = 1_714_014_000


def tlv(id_, data):
    return struct.pack(">HH", id_, 4 + len(data)) + data


def seen_by_others(camera, seconds, hundredths):
    """The ids that were seen, in the order that was seen."""
    return (
        tlv(0x0004, struct.pack(">HH", camera, 0))
        + tlv(0x0007, struct.pack(">I4B", seconds, 0, 9, 0, 0))
        + tlv(0x000A, struct.pack(">HH", hundredths, 0))
    )


def other_ids(camera, seconds, hundredths):
    """Others among them that no document knows, in another order."""
    return (
        tlv(0x7F01, b"what a camera has to say")
        + tlv(0x000D, struct.pack(">BBH", 1, 0, 0))
        + tlv(0x0007, struct.pack(">I4B", seconds, 1, 3, 30, 1))
        + tlv(0x0027, struct.pack(">HH", 1, 0))
        + tlv(0x0004, struct.pack(">HH", camera, 0))
    )


def camera_ids(camera, seconds, hundredths):
    return (
        seen_by_others(camera, seconds, hundredths)
        + tlv(0x0011, struct.pack(">I4B", seconds - 1, 0, 9, 0, 0))
        + tlv(0x0012, struct.pack(">HH", 99, 0))
    )


@dataclass
class Camera:
    """How its stream is made of NAL units."""

    codec: str
    pictures: list = field(default_factory=list)  # lists of NAL units
    longest: int = 300
    extension: object = seen_by_others
    on_first_alone: bool = False
    times: list = field(default_factory=list)  # seconds
    aggregates: bool = False

    def __post_init__(self):
        self.pictures = self.pictures or fixture(self.codec)
        self.times = self.times or [number / 5 for number in range(len(self.pictures))]

    def each(self, change):
        """The same with the NAL units of each picture changed."""
        self.pictures = [change(units, is_key(self.codec, units)) for units in self.pictures]
        return self

    def packets(self, begin=65_500):
        packetise = packetise_h264 if self.codec == "H264" else packetise_h265
        sequence = begin
        for units, time in zip(self.pictures, self.times, strict=True):
            payloads = packetise(units, self.longest)
            if self.aggregates:
                ahead = sum(len(unit) <= self.longest for unit in units[:-1])
                payloads = [aggregate(self.codec, payloads[:ahead]), *payloads[ahead:]]
            seconds, hundredths = SECONDS + int(time), round(time * 100) % 100
            for place, payload in enumerate(payloads):
                made = self.extension and self.extension(2, seconds, hundredths)
                made = made if made and (place == 0 or not self.on_first_alone) else b""
                last = place == len(payloads) - 1
                yield header(self.codec, sequence, time, made, last=last) + payload, time
                sequence += 1


def header(codec, sequence, time, extension, *, last):
    kind_of_payload = (98 if codec == "H264" else 101) | last << 7
    first = 0x90 if extension else 0x80
    stamp = (4_294_900_000 + round(time * 90_000)) % 2**32
    head = struct.pack(">BBHII", first, kind_of_payload, sequence % 65536, stamp, 0xCAFE)
    return head + (struct.pack(">HH", 0, len(extension) // 4) + extension if extension else b"")


def aggregate(codec, payloads):
    sized = b"".join(struct.pack(">H", len(payload)) + payload for payload in payloads)
    return (b"\x78" if codec == "H264" else b"\x60\x01") + sized


@cache
def _fixture(codec):
    units = [unit for gop in load("counter-small", Codec(codec)).gops for unit in gop]
    return [split_annex_b(unit.data) for unit in units[:16]]


def fixture(codec):
    return [list(units) for units in _fixture(codec)]


def is_key(codec, units):
    return any(kind(Codec(codec), unit) in ("IDR", "CRA") for unit in units)


@cache
def encoded(codec, options):
    """Sixteen pictures of noise that moves, a GOP of five, as an encoder with these options makes them."""
    library = {"H264": "libx264", "H265": "libx265"}[codec]
    context = av.CodecContext.create(library, "w")
    context.width, context.height, context.pix_fmt = 320, 192, "yuv420p"
    context.framerate, context.gop_size = 5, 5
    context.options = {"preset": "ultrafast", **dict(options)}
    noise = numpy.random.default_rng(1).integers(0, 255, (192, 320, 3), dtype=numpy.uint8)
    packets = []
    for number in range(16):
        frame = av.VideoFrame.from_ndarray(numpy.roll(noise, number, axis=1), format="rgb24")
        frame.pts = number
        packets += context.encode(frame.reformat(format="yuv420p"))
    packets += context.encode(None)
    return [split_annex_b(bytes(packet)) for packet in packets]


def without(*kinds):
    return lambda camera: camera.each(
        lambda units, key: [unit for unit in units if kind(Codec(camera.codec), unit) not in kinds]
    )


def sets_of(camera):
    return [unit for unit in camera.pictures[0] if kind(Codec(camera.codec), unit) in SETS]


def sets_twice(camera):
    sets = sets_of(camera)
    return camera.each(lambda units, key: [*units[:1], *sets, *units[1:]] if key else units)


def pps_everywhere(camera):
    pps = sets_of(camera)[-1]
    return camera.each(lambda units, key: units if key else [*units[:1], pps, *units[1:]])


def sei_ahead_of_sets(camera):
    order = {"AUD": 0, "SEI": 1}
    return camera.each(
        lambda units, key: sorted(units, key=lambda unit: order.get(kind(Codec(camera.codec), unit), 2))
    )


def times(camera, made):
    camera.times = made
    return camera


def joins(camera, first=3):
    camera.pictures, camera.times = camera.pictures[first:], camera.times[first:]
    return camera


def slices(camera):
    options = (
        (("slices", "4"), ("tune", "zerolatency"))
        if camera.codec == "H264"
        else (("x265-params", "slices=4:log-level=0"),)
    )
    camera.pictures = [list(units) for units in encoded(camera.codec, options)]
    return camera


def open_gops(camera):
    options = (
        "open-gop=1:bframes=2:rc-lookahead=8:b-adapt=0:keyint=5:min-keyint=5:scenecut=0:repeat-headers=1"
        ":log-level=0"
    )
    camera.codec = "H265"
    camera.pictures = [list(units) for units in encoded("H265", (("x265-params", options),))]
    return camera


LIBERTIES = {
    "as drawn": lambda camera: camera,
    "no extension": lambda camera: set_(camera, extension=None),
    "extension of the first packet": lambda camera: set_(camera, on_first_alone=True),
    "other ids": lambda camera: set_(camera, extension=other_ids),
    "ids of the camera": lambda camera: set_(camera, extension=camera_ids),
    "no AUD": without("AUD"),
    "no SEI": without("SEI"),
    "neither": without("AUD", "SEI"),
    "SEI ahead of the sets": sei_ahead_of_sets,
    "parameter sets twice": sets_twice,
    "PPS ahead of P pictures": pps_everywhere,
    "four slices": slices,
    "four slices, no AUD, no SEI": lambda camera: without("AUD", "SEI")(slices(camera)),
    "CRA and leading pictures": open_gops,
    "joins at a CRA picture": lambda camera: joins(open_gops(camera), 4),
    "GOPs of five seconds": lambda camera: times(camera, [number * 1.0 for number in range(16)]),
    "half the rate at night": lambda camera: times(
        camera, [number / 5 for number in range(8)] + [1.6 + number / 2.5 for number in range(8)]
    ),
    "packets of 8000 bytes": lambda camera: set_(camera, longest=8000),
    "packets of 100 bytes": lambda camera: set_(camera, longest=100),
    "joins within a GOP": joins,
}


def set_(camera, **values):
    for name, value in values.items():
        setattr(camera, name, value)
    return camera


def records_of(packets, *, over_http):
    part = LivePart((), b"", 0, True, 14) if over_http else None
    return dissect(CapturedPacket(number, data, time, part) for number, (data, time) in enumerate(packets))


def facts(records, codec):
    made = {
        "LIV-04": lambda: rtp.payload_type(records, codec),
        "LIV-05": lambda: rtp.fixed_header(records),
        "LIV-06": lambda: rtp_pictures.markers(records, codec),
        "LIV-07": lambda: rtp.sequence(records),
        "LIV-09": lambda: rtp.one_ssrc(records),
        "LIV-10": lambda: rtp_pictures.one_timestamp_per_picture(records, codec),
        "LIV-10, rate": lambda: rtp.timestamp_rate(records),
        "LIV-11": lambda: rtp_extension.extension(records),
        "LIV-12": lambda: rtp_extension.names_camera(records, 2),
        "LIV-12, time": lambda: rtp_extension.plausible_time(records, Now(SECONDS, SECONDS)),
        "LIV-12, values": lambda: rtp_extension.stated_values(records),
        "LIV-13": lambda: rtp_pictures.ahead_of_pictures(records, codec),
        "LIV-14": lambda: rtp_pictures.nal_units(records, codec),
        "LIV-15": lambda: rtp_pictures.decodable(records, codec),
    }
    verdicts = {}
    for name, fact in made.items():
        try:
            found = fact()
        except NothingToJudge as nothing:
            verdicts[name] = nothing.reason
        else:
            verdicts[name] = "" if found.ok else f"FAILS {found.actual}"
    return verdicts


def failing(verdicts):
    return {name: said for name, said in verdicts.items() if said.startswith("FAILS")}


@pytest.mark.parametrize("over_http", [True, False], ids=["HTTP", "UDP"])
@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("liberty", LIBERTIES)
def test_a_liberty_fails_nothing(liberty, codec, over_http):
    camera = LIBERTIES[liberty](Camera(codec))
    verdicts = facts(records_of(camera.packets(), over_http=over_http), camera.codec)
    assert failing(verdicts) == {}
    untested = {name for name, said in verdicts.items() if said}
    assert untested <= {"LIV-11", "LIV-12", "LIV-12, time", "LIV-12, values"}, verdicts


@pytest.mark.parametrize("codec", CODECS)
def test_an_aggregate_fails_its_own_row_alone(codec):
    camera = Camera(codec, aggregates=True)
    verdicts = facts(records_of(camera.packets(), over_http=True), codec)
    assert set(failing(verdicts)) == {"LIV-14"}
    assert "aggregate" in verdicts["LIV-14"]


@settings(max_examples=25)
@given(
    st.data(), st.sampled_from(CODECS), st.sampled_from(["as drawn", "neither", "PPS ahead of P pictures"])
)
def test_packets_that_a_network_lost_fail_nothing(data, codec, liberty):
    packets = list(LIBERTIES[liberty](Camera(codec, longest=100)).packets())
    lost = data.draw(st.sets(st.integers(0, len(packets) - 1), max_size=len(packets) // 10))
    kept = [packet for number, packet in enumerate(packets) if number not in lost]
    verdicts = facts(records_of(kept, over_http=False), codec)
    assert failing(verdicts) == {}
    inner = {
        number for number in lost if set(range(number)) - lost and set(range(number, len(packets))) - lost
    }
    assert ("holes" in verdicts["LIV-07"]) == bool(inner)


def test_the_same_holes_over_http_are_the_recorders():
    packets = list(Camera("H264").packets())
    del packets[20]
    assert "LIV-07" in failing(facts(records_of(packets, over_http=True), "H264"))
