"""The camera's times in playback go on from picture to picture and from GOP to GOP, where they are times."""

import dataclasses

import pytest

from films.reordered import with_b_pictures
from nvr_conformance.carriers.moments import CAMERA, camera_told, wrong_camera_value
from nvr_conformance.carriers.playback_video import camera_clock, camera_moments, camera_times
from nvr_conformance.judgement.outcomes import NothingToJudge, NotThere
from nvr_conformance.reading.additional_information import walk
from nvr_conformance.reading.gop import Gop
from nvr_conformance.reading.playback_video import walk_chunk
from nvr_conformance.wire.exchange import Exchange
from nvr_fixtures import load
from nvr_protocol.additional_information import Operation
from nvr_protocol.codecs import Codec
from nvr_protocol.playback.video import Picture, PlaybackVideo, write_playback_video
from nvr_protocol.timestamps import Zone

START = 1_714_014_000_40
PICTURES = [unit.data for unit in load("counter-small", Codec.H264).gops[0]]


def gop(number=0, told=lambda at: at, interval=20, units=PICTURES):
    """GOP `number` of a recording; `told`: what the camera says of a moment, None for nothing."""
    begin = START + len(units) * interval * number
    moments = [begin + interval * count for count in range(len(units))]
    pictures = tuple(Picture(data, at, told(at)) for data, at in zip(units, moments, strict=True))
    video = PlaybackVideo(Codec.H264, 1, pictures, begin, moments[-1], Zone(-210), 50, Operation.PLAYBACK)
    body = write_playback_video(video)
    return Gop(1, Exchange(1, "GET", "/", status=200, body=body), walk_chunk(body))


@pytest.mark.parametrize("off", [0, -3600_00, 12])
def test_a_camera_s_clock_may_be_off(off):
    gops = [gop(number, lambda at: at + off) for number in range(3)]
    assert all(camera_times(each).ok for each in gops)
    assert camera_clock(gops).ok


@pytest.mark.parametrize(
    "told",
    [
        lambda at: START,
        lambda at: at - at % 100,
        lambda at: at - at % 100 + 99 - at % 100,
    ],
)
def test_times_that_stand_still_are_found(told):
    assert not camera_times(gop(1, told)).ok


def test_b_pictures_are_of_before_the_picture_that_they_come_behind():
    shown, units = with_b_pictures("H264")
    taken = {START + 20 * count: START + 20 * place for count, place in enumerate(shown)}
    assert camera_times(gop(told=taken.get, units=units)).ok
    plain = [unit.data for each in load("counter-small", Codec.H264).gops for unit in each][: len(units)]
    assert not camera_times(gop(told=taken.get, units=plain)).ok
    assert not camera_times(gop(told=lambda at: START, units=units)).ok


def test_a_clock_that_begins_again_at_each_gop_is_found():
    gops = [gop(number, lambda at, number=number: at - 100 * number) for number in range(3)]
    assert all(camera_times(each).ok for each in gops)
    assert not camera_clock(gops).ok


def test_what_is_no_time_is_not_judged():
    assert camera_moments(gop(0, lambda at: at % 1000)) == []
    with pytest.raises(NothingToJudge):
        camera_times(gop(0, lambda at: None))
    with pytest.raises(NotThere):
        camera_clock([gop(0, lambda at: None), gop(1, lambda at: None)])


def test_a_gop_that_lasts_no_time_may_have_one_time():
    with pytest.raises(NothingToJudge):
        camera_times(gop(0, lambda at: START, interval=1))


def test_values_that_cannot_be_are_found():
    right = gop(0).chunk.camera_information[0]
    assert wrong_camera_value(right, ">") == ""
    wrong = [each._replace(data=b"\0\x64\0\0") if each.id == CAMERA[1] else each for each in right.elements]
    assert "100 hundredths" in wrong_camera_value(dataclasses.replace(right, elements=wrong), ">")
    assert wrong_camera_value(None, ">") == ""
    assert camera_told(walk(bytes.fromhex("0011000c") + bytes(8)), ">") is None


def test_times_of_this_century_and_others_in_one_gop_are_found():
    fact = camera_times(gop(1, lambda at: at if at == START + 20 * len(PICTURES) else at % 1000))
    assert not fact.ok
    assert "is no time" in fact.actual


def test_a_camera_s_clock_that_goes_on_longer_than_the_gop_is_found():
    begin = START + 20 * len(PICTURES)
    assert not camera_times(gop(1, lambda at: at + 50 * (at - begin))).ok
    assert camera_times(gop(1, lambda at: at + (at - begin) // 2)).ok
