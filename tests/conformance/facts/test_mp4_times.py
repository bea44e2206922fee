"""DWN-11: the pictures of a GOP stand in a file where playback has them; where playback does not say where
that is, within their GOP."""

from __future__ import annotations

import time

import pytest

from nvr_conformance.facts.mp4_samples import evenly
from nvr_conformance.reading.decoding import Decoded, DecodedFile, Picture
from nvr_conformance.reading.gop import Gop
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.wire.exchange import Exchange
from nvr_fixtures import load
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.dialect import DEFAULT
from nvr_protocol.playback.video import Picture as Recorded
from nvr_protocol.playback.video import PlaybackVideo, write_playback_video
from nvr_protocol.timestamps import Zone

BEGIN = 1_714_014_000
FIXTURE = load("counter-small", Codec.H264)
LENGTH = 300  # hundredths that each GOP lasts
EVEN = (0, 60, 120, 180, 240)
FIRST_FAST = (0, 10, 20, 30, 165)


def recorded(offsets, *, camera_times):
    """Three GOPs with pictures at these hundredths of each."""
    gops = []
    for number, units in enumerate(FIXTURE.gops[:3]):
        begin = BEGIN * 100 + number * LENGTH
        pictures = tuple(
            Recorded(unit.data, begin + offset, begin + offset if camera_times else None)
            for unit, offset in zip(units, offsets, strict=True)
        )
        video = PlaybackVideo(Codec.H264, 1, pictures, begin, begin + LENGTH, Zone(0), 17, Operation.PLAYBACK)
        data = write_playback_video(video, DEFAULT)
        exchange = Exchange(1, "GET", "/", (), time.monotonic(), status=200, body=data)
        gops.append(Gop(1, exchange, walk_chunk(data)))
    return gops


def judged(gops, offsets):
    """What the judge says of a file with pictures at these hundredths of each GOP."""
    decoded = [Decoded([Picture(320, 240, "", False)] * len(offsets)) for _ in gops]
    times = [(number * LENGTH + offset) / 100 for number in range(len(gops)) for offset in offsets]
    return evenly(gops, decoded, DecodedFile(times=times), [0.0], BEGIN)


@pytest.mark.parametrize("camera_times", [True, False])
@pytest.mark.parametrize("offsets", [EVEN, FIRST_FAST])
def test_pictures_stand_where_they_were_recorded(offsets, camera_times):
    fact = judged(recorded(offsets, camera_times=camera_times), offsets)
    assert fact.ok, fact


@pytest.mark.parametrize(
    ("camera_times", "offsets"),
    [
        (True, (0, 1, 2, 3, 4)),  # all at once
        (True, (0, 200, 240, 260, 280)),
        (False, (0, 100, 200, 300, 600)),  # behind the begin of the next
    ],
)
def test_pictures_that_stand_elsewhere_are_found(camera_times, offsets):
    fact = judged(recorded(EVEN, camera_times=camera_times)[:1], offsets)
    assert not fact.ok
    assert " off" in fact.actual
