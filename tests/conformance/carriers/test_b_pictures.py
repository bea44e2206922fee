"""Pictures that are shown in another order than they come: their times may go either way, and no third."""

import struct

import pytest

from films.reordered import with_b_pictures
from nvr_conformance.carriers.live_video import ROWS, VideoCapture
from nvr_conformance.facts.clock import Now
from nvr_conformance.reading.rtp import dissect
from nvr_conformance.wire.live_multipart import LivePart
from nvr_conformance.wire.live_streams import CapturedPacket
from nvr_fixtures import load
from nvr_protocol.codecs import Codec
from nvr_protocol.rtp.h264 import packetise as packetise_h264
from nvr_protocol.rtp.h265 import packetise as packetise_h265
from nvr_protocol.rtp.nal_units import split_annex_b
from nvr_protocol.rtp.packet import RtpPacket, write_packet

PACKETISE = {"H264": packetise_h264, "H265": packetise_h265}
SECONDS = 1_714_014_000
APART = 20  # hundredths from picture to picture
ROW = {row.name: row for row in ROWS}


def capture(codec, units, places):
    """A stream whose pictures have the times of these places, and came one behind the other."""
    packets = []
    for number, (unit, place) in enumerate(zip(units, places, strict=True)):
        seconds, hundredths = divmod(place * APART, 100)
        times = (7, 8, SECONDS + seconds, 0, 9, 0, 0, 10, 2, hundredths)
        extension = struct.pack(">HHI4BHHH", *times) + bytes(2)
        extension = struct.pack(">HH", 0, len(extension) // 4) + extension
        payloads = PACKETISE[codec](split_annex_b(unit), 1400)
        for index, payload in enumerate(payloads):
            last = index == len(payloads) - 1
            stamp = 5_000_000 + place * APART * 900
            packet = RtpPacket(98, len(packets), stamp, 1, last, payload, extension[4:])
            data = write_packet(packet)
            part = LivePart((), data, len(data), True, 14)
            packets.append(CapturedPacket(len(packets), data, number * APART / 100, part))
    return VideoCapture(dissect(packets), codec, 1, Now(SECONDS))


def twice(units, places):
    """Two GOPs, and the begin of a third."""
    count = len(units)
    return [*units, *units, units[0]], [*places, *(count + place for place in places), 2 * count]


@pytest.mark.parametrize("codec", PACKETISE)
@pytest.mark.parametrize("name", ["90 kHz", "frame time"])
def test_times_of_b_pictures(codec, name):
    shown, units = with_b_pictures(codec)
    units, places = twice(units, shown)
    assert ROW[name].rule(capture(codec, units, places)).ok
    assert ROW[name].rule(capture(codec, units, sorted(places))).ok
    back = [place - 12 if number >= len(shown) else place for number, place in enumerate(places)]
    assert not ROW[name].rule(capture(codec, units, back)).ok
    places[3], places[7] = places[7], places[3]
    assert not ROW[name].rule(capture(codec, units, places)).ok


@pytest.mark.parametrize("codec", PACKETISE)
@pytest.mark.parametrize("name", ["90 kHz", "frame time"])
def test_without_b_pictures_times_never_go_back(codec, name):
    shown, _ = with_b_pictures(codec)
    plain = [picture.data for gop in load("counter-small", Codec(codec)).gops for picture in gop]
    units, places = twice(plain[: len(shown)], shown)
    assert ROW[name].rule(capture(codec, units, sorted(places))).ok
    assert not ROW[name].rule(capture(codec, units, places)).ok
